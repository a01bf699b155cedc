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

// String is "chosen: the 3rd frame with TCP data".
func (e Explicit) String() string {
	if len(e.Nth) == 0 {
		return "chosen: every " + e.words()
	}
	nths := make([]string, len(e.Nth))
	for i, n := range e.Nth {
		nths[i] = Ordinal(n)
	}
	return "chosen: the " + strings.Join(nths, ", ") + " " + e.words()
}

func (e Explicit) words() string {
	if e.Words == "" {
		return "frame"
	}
	return e.Words
}

// New begins to count.
func (e Explicit) New() Striker {
	s := &explicit{Explicit: e}
	for _, n := range e.Nth {
		one := e
		one.Nth = []int{n}
		s.whys = append(s.whys, one.String())
	}
	return s
}

type explicit struct {
	Explicit
	seen int
	whys []string // for each of Nth
}

func (e *explicit) Strike(p *Passage) {
	if e.Match != nil && !e.Match(p.Frame.Data) {
		return
	}
	e.seen++
	if len(e.Nth) == 0 {
		p.Suffer(e.Fate)
	} else if i := slices.Index(e.Nth, e.seen); i >= 0 {
		p.SufferBecause(e.Fate, e.whys[i])
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
