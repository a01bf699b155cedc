package physical

import "github.com/packetwalk/packetwalk/sim"

// Burst loses frames in bursts, by the model of Gilbert and Elliott: the wire
// is in a good or a bad state, each with its own probability of loss, and
// changes state with some probability after each frame.
//
//	            GoodToBad
//	 ┌──────┐ ────────────▶ ┌──────┐
//	 │ good │               │ bad  │
//	 └──────┘ ◀──────────── └──────┘
//	LossInGood  BadToGood   LossInBad
//
// A bad state lasts 1/BadToGood frames on average; in the long run the wire is
// bad for GoodToBad/(GoodToBad+BadToGood) of the frames. Frames with
// application data and the others each have a state of their own, so that the
// one kind's storm does not depend on the other.
//
// Source: E. N. Gilbert, Bell System Technical Journal 39 (1960);
// E. O. Elliott, Bell System Technical Journal 42 (1963).
type Burst struct {
	GoodToBad, BadToGood  sim.Probability
	LossInGood, LossInBad sim.Probability
}

// Name is "burst loss".
func (Burst) Name() string { return "burst loss" }

func (b Burst) String() string {
	return "burst loss (Gilbert–Elliott, " + percent(b.LossInBad) + " in the bad state)"
}

// New begins in the good state.
func (b Burst) New() Striker { return &burst{Burst: b} }

type burst struct {
	Burst
	bad [2]bool // for frames without and with application data
}

func (b *burst) Strike(p *Passage) {
	bad := &b.bad[0]
	if p.HasData() {
		bad = &b.bad[1]
	}
	loss, change := b.LossInGood, b.GoodToBad
	if *bad {
		loss, change = b.LossInBad, b.BadToGood
	}
	if p.Chance(loss) {
		p.Suffer(Fate{Op: OpDrop})
	}
	if p.Chance(change) {
		*bad = !*bad
	}
}
