package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/scenarios/plan"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// impairment makes what a plan says of a wire.
func (st *stage) impairment(im plan.Impairment) (physical.Impairment, error) {
	switch im.Do {
	case plan.Burst:
		return physical.Burst{GoodToBad: im.Enter, BadToGood: im.Leave, LossInBad: im.Chance}, nil
	case plan.Noise:
		return physical.BitErrors{OneIn: uint64(im.OneIn)}, nil
	case plan.Outage:
		return physical.Outage{From: sim.Time(im.Start), Until: sim.Time(im.End)}, nil
	case plan.Replay:
		storm, err := physical.ParseStorm(im.Storm)
		return physical.Replay{Storm: storm}, err
	}
	matches, words, err := matcher(im.Match)
	if err != nil {
		return nil, err
	}
	return &aimed{im, matches, words}, nil
}

// matcher makes a plan's match into a test of a frame's bytes, and says in
// words what it picks.
func matcher(m plan.Match) (matches func(frame []byte) bool, words string, err error) {
	class, err := host.Class(classOf(m))
	if err != nil {
		return nil, "", err
	}
	if len(m.Where) == 0 {
		return class.Matches, class.Meaning, nil
	}
	return func(frame []byte) bool {
		return class.Matches(frame) && fieldsAre(m.Where, frame, capture.LinkEthernet)
	}, class.Meaning + where(m), nil
}

// packetMatcher is matcher for IPv4 packets without their frames.
func packetMatcher(m plan.Match) (matches func(packet []byte) bool, words string, err error) {
	class, err := host.Class(classOf(m))
	if err != nil {
		return nil, "", err
	}
	return func(packet []byte) bool {
		return class.MatchesPacket(packet) && fieldsAre(m.Where, packet, capture.LinkRaw)
	}, class.Meaning + where(m), nil
}

func classOf(m plan.Match) string {
	if m.Of == "" {
		return "any"
	}
	return m.Of
}

func where(m plan.Match) string {
	var parts []string
	for _, w := range m.Where {
		parts = append(parts, w.Key+" "+w.Value)
	}
	if len(parts) == 0 {
		return ""
	}
	return " with " + strings.Join(parts, " and ")
}

// fieldsAre reads the bytes as a stranger would and compares fields.
func fieldsAre(wanted []plan.FieldIs, data []byte, link uint16) bool {
	if len(wanted) == 0 {
		return true
	}
	fcs := 0
	if link == capture.LinkEthernet {
		fcs = 4
	}
	p := &capture.Packet{Number: 1, Interface: &trace.Interface{}, Data: data, Length: len(data), FCS: fcs, LinkType: link}
	d := capture.NewDissector(capture.DissectOptions{}).Dissect(p)
	for _, w := range wanted {
		found := false
		for i := range d.Parts {
			if f, ok := d.Parts[i].Field(w.Key); ok && (f.Value == w.Value || fmt.Sprint(f.Number) == w.Value) {
				found = true
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// aimed is an impairment that strikes chosen frames: the nth of those that
// match, each with a chance, or every one.
type aimed struct {
	plan.Impairment
	matches func([]byte) bool
	words   string
}

// Name is what its luck is drawn under.
func (a *aimed) Name() string { return string(a.Do) }

// String is the reason that events give: "random loss of 5%".
func (a *aimed) String() string {
	switch {
	case len(a.Nth) > 0:
		return physical.Explicit{Nth: a.Nth, Words: withoutArticle(a.words)}.String()
	case a.Always:
		return physical.Explicit{Words: withoutArticle(a.words)}.String()
	}
	return fmt.Sprintf("%s with a chance of %s", a.luckName(), chanceText(a.Chance))
}

// withoutArticle makes "a TCP segment" fit behind "the 3rd".
func withoutArticle(words string) string {
	for _, article := range []string{"a ", "an ", "every "} {
		if rest, ok := strings.CutPrefix(words, article); ok {
			return rest
		}
	}
	return words
}

func (a *aimed) luckName() string {
	return map[plan.Deed]string{
		plan.Lose: "random loss", plan.Flip: "random damage", plan.Swap: "random damage",
		plan.Duplicate: "random duplication", plan.Hold: "random delay",
	}[a.Do]
}

func chanceText(p sim.Probability) string {
	text := fmt.Sprintf("%d.%04d", p/10_000, p%10_000)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "%"
}

// New begins to count.
func (a *aimed) New() physical.Striker { return &aiming{aimed: a} }

type aiming struct {
	*aimed
	seen int
}

// Strike deals the fate if it is this frame's turn. The dice are rolled for
// every frame, so that what matches never shifts the luck of the others.
func (a *aiming) Strike(p *physical.Passage) {
	struck := p.Chance(a.Chance)
	if !a.matches(p.Frame.Data) {
		return
	}
	a.seen++
	if a.turn(struck) {
		p.Suffer(a.fate(p))
	}
}

func (a *aiming) turn(struck bool) bool {
	switch {
	case len(a.Nth) > 0:
		return slices.Contains(a.Nth, a.seen)
	case a.Always:
		return true
	}
	return struck
}

func (a *aiming) fate(p *physical.Passage) physical.Fate {
	switch a.Do {
	case plan.Duplicate:
		return physical.Fate{Op: physical.OpDuplicate}
	case plan.Hold:
		if a.Frames > 0 {
			return physical.Fate{Op: physical.OpBehind, Frames: a.Frames, By: a.By}
		}
		return physical.Fate{Op: physical.OpDelay, By: a.By}
	case plan.Flip, plan.Swap:
		at, with, mask := a.place(p.Frame.Data, host.PayloadOffset, p.Below)
		if a.Do == plan.Swap {
			return physical.Fate{Op: physical.OpSwap, At: at, To: with}
		}
		return physical.Fate{Op: physical.OpFlip, At: at, Mask: mask}
	}
	return physical.Fate{Op: physical.OpDrop}
}

// place is where a flip or a swap strikes; what the plan leaves to chance is
// drawn.
func (a *aimed) place(data []byte, payload func([]byte) (int, bool), below func(uint64) uint64) (at, with int, mask byte) {
	start, end := 0, len(data)
	if a.InPayload {
		if at, ok := payload(data); ok {
			start = at
		}
	}
	at = start + a.Byte
	if drawn := below(uint64(max(end-start, 1))); a.Byte < 0 {
		at = start + int(drawn)
	}
	with = start + a.With
	if drawn := below(uint64(max(end-start-1, 1))); a.With < 0 {
		with = start + int(drawn)
	}
	bit := a.Bit
	if drawn := below(8); bit < 0 {
		bit = int(drawn)
	}
	return at, with, 0x80 >> bit
}

// corrupt makes a router damage packets in its memory.
func (st *stage) corrupt(r *host.Router, im plan.Impairment) error {
	matches, words, err := packetMatcher(im.Match)
	if err != nil {
		return err
	}
	a := &aiming{aimed: &aimed{im, matches, words}}
	luck := st.lab.Sim().Stream("memory of " + r.Name())
	r.Corrupt(func(packet []byte) host.Damage {
		struck := luck.Chance(a.Chance)
		if !matches(packet) {
			return host.Damage{}
		}
		a.seen++
		if !a.turn(struck) {
			return host.Damage{}
		}
		at, with, mask := a.place(packet, host.PacketPayloadOffset, luck.Below)
		if a.Do == plan.Swap {
			return host.Damage{At: at, With: with, Swap: true}
		}
		return host.Damage{At: at, Mask: mask}
	})
	return nil
}
