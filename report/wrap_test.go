package report

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		why, in string
		w       int
		want    string
	}{
		{"a text that fits stays as it is", "one two", 7, "one two"},
		{"a break replaces one space", "one two", 6, "one|two"},
		{"a word that is too long is broken", "abcdefgh", 3, "abc|def|gh"},
		{"a word may end just at the edge", "abc def", 3, "abc|def"},
		{"an indented line keeps its indentation", "  one two", 6, "  one|  two"},
		{"a line break stays", "a\n\nb", 9, "a||b"},
		{"a wide character takes two columns", "日本語", 4, "日本|語"},
		{"a character wider than the column stands alone", "日本", 1, "日|本"},
	} {
		if got := strings.Join(wrap(c.in, c.w), "|"); got != c.want {
			t.Errorf("%s: wrap(%q, %d) is %q, want %q", c.why, c.in, c.w, got, c.want)
		}
	}
}

// Wrapping loses nothing but spaces, and keeps to the width.
func TestWrapProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := clean(rapid.StringOf(rapid.RuneFrom([]rune("ab c→─日é\n:\x1b "))).Draw(t, "s"))
		w := rapid.IntRange(2, 30).Draw(t, "w")
		lines := wrap(s, w)
		bare := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if got := bare(strings.Join(lines, "")); got != bare(s) {
			t.Fatalf("wrap(%q, %d) says %q", s, w, lines)
		}
		for _, line := range lines {
			if width(line) > w {
				t.Fatalf("wrap(%q, %d) has a line of %d columns: %q", s, w, width(line), line)
			}
		}
	})
}

// Columns always add up to no more than there is room for, while each has at
// least one.
func TestFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "n")
		natural, floor, words := make([]int, n), make([]int, n), make([]bool, n)
		for i := range n {
			natural[i] = rapid.IntRange(1, 90).Draw(t, "natural")
			floor[i] = rapid.IntRange(1, natural[i]).Draw(t, "floor")
			words[i] = rapid.Bool().Draw(t, "words")
		}
		total := rapid.IntRange(n, 150).Draw(t, "total")
		w := fit(natural, floor, words, total)
		if sum(w) > total {
			t.Fatalf("%v take %d, there is room for %d", w, sum(w), total)
		}
		for i := range w {
			if w[i] < 1 || w[i] > natural[i] {
				t.Fatalf("column %d of %v: it wants %d", i, w, natural[i])
			}
			if sum(floor) <= total && w[i] < floor[i] {
				t.Fatalf("column %d of %v is below its floor %d", i, w, floor[i])
			}
		}
	})
}

func TestCleanShowsWhatCannotBeSeen(t *testing.T) {
	for in, want := range map[string]string{
		"plain → text": "plain → text",
		"\x1b[31mred":  `\x1b[31mred`,
		"a\tb\r":       `a\tb\r`,
		"\u202eevil":   `\u202eevil`,
		"two\nlines":   "two\nlines",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) is %q, want %q", in, got, want)
		}
	}
}
