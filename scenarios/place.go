package scenarios

import (
	"strings"
	"unicode/utf8"
)

// Place is where something stands in a scenario file: Line and Column from 1,
// in characters. The zero Place is nowhere.
type Place struct{ Line, Column int }

// Text is a scalar of a scenario file, as it was written, with its place.
type Text struct {
	S     string
	Place Place
	lead  int // characters between Place and the text: an opening quote
}

// String is the text.
func (t Text) String() string { return t.S }

// Given says whether the file has the text at all.
func (t Text) Given() bool { return t.Place.Line > 0 }

// inside is the place in the file of the character at byte offset i of the
// text. A text that was folded, quoted with escapes or written as a block does
// not stand in the file as it is; then the place is where the word at i is
// next found.
func (c *complaints) inside(t Text, i int) Place {
	i = min(max(i, 0), len(t.S))
	direct := Place{t.Place.Line, t.Place.Column + t.lead + utf8.RuneCountInString(t.S[:i])}
	word := firstWord(t.S[i:])
	if word == "" || c.startsAt(direct, word) {
		return direct
	}
	for line := max(1, t.Place.Line); line <= min(len(c.lines), t.Place.Line+80); line++ {
		text, skipped := c.lines[line-1], 0
		if line == t.Place.Line {
			text, skipped = fromColumn(text, t.Place.Column)
		}
		if at := strings.Index(text, word); at >= 0 {
			return Place{line, 1 + skipped + utf8.RuneCountInString(text[:at])}
		}
	}
	return t.Place
}

func (c *complaints) startsAt(p Place, word string) bool {
	if p.Line < 1 || p.Line > len(c.lines) {
		return false
	}
	rest, _ := fromColumn(c.lines[p.Line-1], p.Column)
	return strings.HasPrefix(rest, word)
}

// fromColumn is the line from a column on, and how many characters were
// skipped.
func fromColumn(line string, column int) (rest string, skipped int) {
	for skipped < column-1 && line != "" {
		_, size := utf8.DecodeRuneInString(line)
		line = line[size:]
		skipped++
	}
	return line, skipped
}

// firstWord is the text up to the first white space, at most 20 bytes.
func firstWord(s string) string {
	if i := strings.IndexAny(s, " \t\n"); i >= 0 {
		s = s[:i]
	}
	return s[:min(len(s), 20)]
}
