package report

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// cells measures how many columns of a terminal a text takes. It does not ask
// the locale: the same run must print the same bytes everywhere.
var cells = &runewidth.Condition{StrictEmojiNeutral: true}

func width(s string) int { return cells.StringWidth(s) }

// clean makes whatever cannot be seen visible. A captured message may hold
// escape sequences; printed as they are, they would drive the reader's terminal.
func clean(s string) string {
	if strings.IndexFunc(s, unprintable) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unprintable(r) {
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unprintable(r rune) bool {
	return r != '\n' && !unicode.IsPrint(r) || r == unicode.ReplacementChar
}

// wrap breaks a text into lines of at most w columns: at spaces where it can,
// inside a word where it must. Nothing is left out but the space at a break.
// A line that begins with spaces keeps its indentation when it goes on.
func wrap(s string, w int) []string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		lines = append(lines, wrapLine(line, w)...)
	}
	return lines
}

func wrapLine(s string, w int) []string {
	indent := s[:len(s)-len(strings.TrimLeft(s, " "))]
	if len(indent) > w/2 {
		indent = ""
	}
	var lines []string
	for width(s) > w {
		head := cells.Truncate(s, w, "")
		if indent != "" && len(head) <= len(indent) { // no room for a character behind it
			s, indent = s[len(indent):], ""
			continue
		}
		if head == "" { // one character wider than the column
			_, size := utf8.DecodeRuneInString(s)
			head = s[:size]
		}
		cut, skip := len(head), 0
		if at := strings.LastIndexByte(s[:min(len(head)+1, len(s))], ' '); at > len(indent) {
			cut, skip = at, 1
		}
		if cut >= len(s) {
			break
		}
		lines = append(lines, strings.TrimRight(s[:cut], " "))
		s = indent + strings.TrimLeft(s[cut+skip:], " ")
	}
	return append(lines, s)
}

// fit chooses the widths of columns whose contents would like natural
// columns each, so that they add up to at most total. The widest give way
// first, and none goes below its floor while another can still give; columns
// of sentences have a third of the room before the others get theirs.
func fit(natural, floor []int, words []bool, total int) []int {
	if sum(natural) <= total {
		return natural
	}
	if sum(floor) > total {
		ones := make([]int, len(floor))
		for i := range ones {
			ones[i] = 1
		}
		return squeeze(floor, ones, total)
	}
	firm := slices.Clone(floor)
	for i := range firm {
		if words[i] {
			firm[i] = max(floor[i], min(natural[i], total/3))
		}
	}
	if sum(firm) > total {
		return squeeze(natural, floor, total)
	}
	others := slices.Clone(natural)
	for i := range others {
		if words[i] {
			others[i] = firm[i]
		}
	}
	others = squeeze(others, firm, total)
	for i := range others {
		if words[i] { // what the others left
			others[i] = natural[i]
		}
	}
	return squeeze(others, firm, total)
}

// squeeze lowers a ceiling over the columns until they fit, and then gives
// what is left over to those that the ceiling touches, from the left.
func squeeze(natural, floor []int, total int) []int {
	under := func(ceiling int) []int {
		w := make([]int, len(natural))
		for i := range w {
			w[i] = min(natural[i], max(ceiling, floor[i]))
		}
		return w
	}
	ceiling := 0
	for _, n := range natural {
		ceiling = max(ceiling, n)
	}
	for ceiling > 1 && sum(under(ceiling)) > total {
		ceiling--
	}
	w := under(ceiling)
	for i, left := 0, total-sum(w); i < len(w) && left > 0; i++ {
		if w[i] == ceiling && w[i] < natural[i] {
			w[i]++
			left--
		}
	}
	return w
}

func sum(ns []int) int {
	t := 0
	for _, n := range ns {
		t += n
	}
	return t
}

// longestWord is the width below which a text would be broken inside a word,
// but never more than most: beyond that, breaking a word is the lesser evil.
func longestWord(s string, most int) int {
	longest := 1
	for word := range strings.FieldsSeq(s) {
		longest = max(longest, width(word))
	}
	return min(longest, most)
}

// widestLine is the width that a text takes when nothing is wrapped.
func widestLine(s string) int {
	w := 0
	for line := range strings.SplitSeq(s, "\n") {
		w = max(w, width(line))
	}
	return w
}
