package physical

import (
	"fmt"
	"slices"
	"strings"
)

// Explicit deals one fate to chosen frames: the first, the third and the
// fourth of those that match, or all of them.
type Explicit struct {
	Fate Fate
	// Nth numbers the frames that suffer it, from 1, among those that Match
	// picks; empty means every one.
	Nth []int
	// Match picks frames by their bytes, whose FCS may not have been made. The
	// wire reads no headers, so whoever does supplies it. Nil picks all.
	Match func(data []byte) bool
	// Words says in words what Match picks: "frame with TCP data". "" is
	// "frame".
	Words string
}

// Name is "explicit fate".
func (Explicit) Name() string { return "explicit fate" }

// String is "drop the 3rd frame with TCP data".
func (e Explicit) String() string {
	words := e.Words
	if words == "" {
		words = "frame"
	}
	if len(e.Nth) == 0 {
		return e.Fate.String() + " every " + words
	}
	nths := make([]string, len(e.Nth))
	for i, n := range e.Nth {
		nths[i] = Ordinal(n)
	}
	return e.Fate.String() + " the " + strings.Join(nths, ", ") + " " + words
}

// New begins to count.
func (e Explicit) New() Striker { return &explicit{Explicit: e} }

type explicit struct {
	Explicit
	seen int
}

func (e *explicit) Strike(p *Passage) {
	if e.Match != nil && !e.Match(p.Frame.Data) {
		return
	}
	e.seen++
	if len(e.Nth) == 0 || slices.Contains(e.Nth, e.seen) {
		p.Suffer(e.Fate)
	}
}

// Ordinal is a number in its order: 1st, 2nd, 3rd, 4th, 11th.
func Ordinal(n int) string {
	suffix := "th"
	if n%100/10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprint(n) + suffix
}
