package physical

import (
	"fmt"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// Reorder holds frames back so that later ones overtake them: until Frames
// later ones have passed, and at most By (0: DefaultHold); or, with Frames 0,
// by the time By, however many pass meanwhile.
type Reorder struct {
	Chance sim.Probability
	Frames int
	By     time.Duration
}

// Name is "reordering".
func (Reorder) Name() string { return "reordering" }

func (r Reorder) String() string { return "reordering of " + percent(r.Chance) }

// New has no state to make.
func (r Reorder) New() Striker { return r }

// Strike holds the frame back or not.
func (r Reorder) Strike(p *Passage) {
	if p.Chance(r.Chance) {
		p.Suffer(Fate{Op: OpBehind, Frames: r.Frames, By: r.By})
	}
}

// hold puts off an arrival. What counts as having passed is a frame that was
// sent later and is not lost.
func (d *direction) hold(p *Passage, s struck, arrival *flight) {
	d.count.Reordered++
	by := s.By
	if by == 0 {
		by = DefaultHold
	}
	arrival.at = arrival.at.Add(by)
	arrival.behind = s.Frames
	if !d.log.On() {
		return
	}
	until := by.String() + " later"
	if s.Frames > 0 {
		until = fmt.Sprintf("%d later frames have passed, at most %s", s.Frames, by)
	}
	d.note(p, Reordered, s.why, trace.String("until", until))
}
