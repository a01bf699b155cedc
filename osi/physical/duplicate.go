package physical

import "github.com/packetwalk/packetwalk/sim"

// Duplicate makes frames arrive twice.
//
// Simplified: the copy arrives right behind the frame, at the same moment; on
// a real path it would take the time of a frame of its own.
type Duplicate struct{ Chance sim.Probability }

// Name is "duplication".
func (Duplicate) Name() string { return "duplication" }

func (d Duplicate) String() string { return "duplication of " + percent(d.Chance) }

// New has no state to make.
func (d Duplicate) New() Striker { return d }

// Strike repeats the frame or not.
func (d Duplicate) Strike(p *Passage) {
	if p.Chance(d.Chance) {
		p.Suffer(Fate{Op: OpDuplicate})
	}
}
