package physical

import (
	"fmt"

	"github.com/packetwalk/packetwalk/sim"
)

// Outage makes the wire dead from From to Until: a frame is lost if any of its
// bits would be sent then. Frames that were on their way already arrive.
type Outage struct{ From, Until sim.Time }

// Name is "outage".
func (Outage) Name() string { return "outage" }

func (o Outage) String() string {
	return fmt.Sprintf("the wire is dead from %s to %s", o.From, o.Until)
}

// New has no state to make.
func (o Outage) New() Striker { return o }

// Strike loses the frame if it meets the outage.
func (o Outage) Strike(p *Passage) {
	if p.Start < o.Until && p.End >= o.From {
		p.Suffer(Fate{Op: OpOutage})
	}
}
