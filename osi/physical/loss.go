package physical

import (
	"strconv"
	"strings"

	"github.com/packetwalk/packetwalk/sim"
)

// Loss loses each frame with the same probability, whatever happened to the
// others. With the same seed a higher probability loses the same frames and
// more.
type Loss struct{ Chance sim.Probability }

// Name is "random loss".
func (Loss) Name() string { return "random loss" }

func (l Loss) String() string { return "random loss of " + percent(l.Chance) }

// New has no state to make.
func (l Loss) New() Striker { return l }

// Strike loses the frame or not.
func (l Loss) Strike(p *Passage) {
	if p.Chance(l.Chance) {
		p.Suffer(Fate{Op: OpDrop})
	}
}

// percent writes a probability for people: "5%", "0.25%".
func percent(p sim.Probability) string {
	whole, rest := strconv.Itoa(int(p/10_000)), strconv.Itoa(int(p%10_000) + 10_000)[1:]
	return strings.TrimSuffix(whole+"."+strings.TrimRight(rest, "0"), ".") + "%"
}
