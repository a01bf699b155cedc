package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Error is a mistake in a scenario file: where it stands, and what was
// expected there. Its text is a sentence, and below it the lines of the file
// with a caret under the place.
type Error struct {
	File    string
	Place   Place
	Message string
	excerpt string
}

// Error is the whole text, several lines long.
func (e *Error) Error() string { return e.Sentence() + e.excerpt }

// Sentence is the first line alone: "x.yaml:3:5: unknown key ...".
func (e *Error) Sentence() string {
	if e.Place.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Place.Line, e.Place.Column, e.Message)
}

// Errors are all the mistakes of a file, in the order of their places.
type Errors []*Error

// Error is the texts of all, one below the other.
func (es Errors) Error() string {
	texts := make([]string, len(es))
	for i, e := range es {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "\n\n")
}

// Unwrap gives errors.As the single mistakes.
func (es Errors) Unwrap() []error {
	all := make([]error, len(es))
	for i, e := range es {
		all[i] = e
	}
	return all
}

// maxErrors: after so many mistakes the rest is more likely noise.
const maxErrors = 10

// complaints collects the mistakes of one file.
type complaints struct {
	file   string
	lines  []string
	errors Errors
}

func newComplaints(file string, source []byte) *complaints {
	text := strings.ReplaceAll(string(source), "\r\n", "\n")
	return &complaints{file: file, lines: strings.Split(text, "\n")}
}

// add notes a mistake. The same message at the same place counts once, since
// a value may be looked at for several variants.
func (c *complaints) add(at Place, format string, args ...any) {
	e := &Error{File: c.file, Place: at, Message: fmt.Sprintf(format, args...)}
	for _, old := range c.errors {
		if old.Place == e.Place {
			return // a later look at the same place tells nothing new
		}
	}
	e.excerpt = c.excerpt(at)
	c.errors = append(c.errors, e)
}

// err is all that was noted, nil if nothing was.
func (c *complaints) err() error {
	if len(c.errors) == 0 {
		return nil
	}
	slices.SortStableFunc(c.errors, func(a, b *Error) int {
		if a.Place.Line != b.Place.Line {
			return a.Place.Line - b.Place.Line
		}
		return a.Place.Column - b.Place.Column
	})
	return c.errors[:min(len(c.errors), maxErrors)]
}

// excerpt shows the line of a mistake below the two before it.
func (c *complaints) excerpt(at Place) string {
	if at.Line < 1 || at.Line > len(c.lines) {
		return ""
	}
	var b strings.Builder
	width := max(3, len(strconv.Itoa(at.Line)))
	for n := max(1, at.Line-2); n <= at.Line; n++ {
		mark := " "
		if n == at.Line {
			mark = ">"
		}
		fmt.Fprintf(&b, "\n%s %*d | %s", mark, width, n, shorten(c.lines[n-1]))
	}
	fmt.Fprintf(&b, "\n  %*s | %s^", width, "", blanks(c.lines[at.Line-1], at.Column-1))
	return b.String()
}

// maxExcerpt: a line may be as long as the whole file.
const maxExcerpt = 160

func shorten(line string) string {
	if r := []rune(line); len(r) > maxExcerpt {
		return string(r[:maxExcerpt]) + "..."
	}
	return line
}

// blanks is as wide as the first n characters of a line: tabs stay tabs.
func blanks(line string, n int) string {
	var b strings.Builder
	for i, r := range []rune(line) {
		if i >= min(n, maxExcerpt) {
			break
		}
		if r == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}
