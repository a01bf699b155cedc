package scenarios

import (
	"slices"
	"strings"

	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/scenarios/plan"
)

// link draws a link: what is said of it holds for both directions, unless to
// says otherwise of one.
func (d *drawer) link(l *Link) plan.Link {
	ends := [2]string{l.Between[0].S, l.Between[1].S}
	out := plan.Link{Name: l.Name.S, Ends: ends}
	if l.Duplex.Given() && d.oneOf(l.Duplex, "duplex", []string{"full", "half"}) {
		out.HalfDuplex = l.Duplex.S == "half"
	}
	for _, w := range l.To {
		d.known(w.Node.Place, "end of this link", w.Node.S, ends[:])
	}
	for i, from := range ends {
		to := ends[1-i]
		way := l.Way
		for _, w := range l.To {
			if w.Node.S == to {
				way = way.but(w.Way)
			}
		}
		out.Ways[i] = d.way(way, from, to, ends[:])
	}
	return out
}

// but is the way with what the other says in its place; impairments add up.
func (w Way) but(other Way) Way {
	pick := func(a, b Text) Text {
		if b.Given() {
			return b
		}
		return a
	}
	return Way{
		Rate: pick(w.Rate, other.Rate), Delay: pick(w.Delay, other.Delay), Jitter: pick(w.Jitter, other.Jitter),
		Queue: pick(w.Queue, other.Queue), AQM: pick(w.AQM, other.AQM), MTU: pick(w.MTU, other.MTU),
		Impair: append(slices.Clone(w.Impair), other.Impair...),
	}
}

func (d *drawer) way(w Way, from, to string, ends []string) plan.Way {
	for _, im := range w.Impair {
		if im.To.Given() {
			d.known(im.To.Place, "end of this link", im.To.S, ends)
		}
	}
	return plan.Way{
		From: from, To: to,
		Rate:        d.value(w.Rate, rateParameter).BitsPerSecond(),
		Delay:       d.value(w.Delay, delayParameter).Duration(),
		Jitter:      d.value(w.Jitter, jitterParameter).Duration(),
		Queue:       int(d.value(w.Queue, queueParameter).Int()),
		AQM:         plan.AQM(d.value(w.AQM, aqmParameter).Text()),
		MTU:         int(d.value(w.MTU, mtuParameter).Bytes()),
		Impairments: d.impairments(w.Impair, to, everyDeed),
	}
}

// Keys that belong to some deeds only. The others are for all.
var deedKeys = map[plan.Deed][]string{
	plan.Lose:      {"chance", "nth", "of", "where"},
	plan.Flip:      {"chance", "nth", "of", "where", "byte", "bit", "in"},
	plan.Swap:      {"chance", "nth", "of", "where", "byte", "with", "in"},
	plan.Duplicate: {"chance", "nth", "of", "where"},
	plan.Hold:      {"chance", "nth", "of", "where", "by", "frames"},
	plan.Burst:     {"chance", "enter", "leave"},
	plan.Noise:     {"one_in"},
	plan.Outage:    {"from", "until"},
	plan.Replay:    {"storm"},
}

// corruptions are the deeds that a router's memory can do.
var (
	corruptions = []string{string(plan.Flip), string(plan.Swap)}
	everyDeed   = deedNames()
)

func deedNames() []string {
	var names []string
	for _, deed := range plan.Deeds {
		names = append(names, string(deed))
	}
	return names
}

// impairments draws those that strike frames on their way to a node.
func (d *drawer) impairments(all []*Impairment, to string, allowed []string) []plan.Impairment {
	var out []plan.Impairment
	for _, im := range all {
		if slices.Contains(d.removed, im.Name.S) && im.Name.Given() || im.To.Given() && im.To.S != to {
			continue
		}
		if im.If.Given() && !d.holds(im.If) {
			continue
		}
		if d.oneOf(im.Do, "deed here", allowed) {
			out = append(out, d.impairment(im))
		}
	}
	return out
}

// holds says whether an expression over the knobs is true as they are set.
func (d *drawer) holds(t Text) bool {
	e := d.compileBool(t, d.alwaysTypes())
	if e == nil {
		return false
	}
	yes, err := e.run(alwaysValues(d.knobs))
	if err != nil {
		d.add(t.Place, "this cannot be worked out: %v", err)
	}
	return yes == true
}

func (d *drawer) impairment(im *Impairment) plan.Impairment {
	deed := plan.Deed(im.Do.S)
	d.checkKeys(im, deed)
	out := plan.Impairment{
		Name: im.Name.S, Do: deed, Match: d.match(&im.Match),
		Chance: d.value(im.Chance, chanceParameter).Probability(),
		Always: !im.Chance.Given() && len(im.Nth) == 0,
		Byte:   d.integer(im.Byte, "byte", 0, 9100),
		Bit:    d.integer(im.Bit, "bit", 0, 7),
		With:   d.integer(im.With, "with", 0, 9100),
		By:     d.value(im.By, byParameter).Duration(),
		Frames: max(0, d.integer(im.Frames, "frames", 1, 1000)),
		Start:  d.value(im.From, fromParameter).Duration(),
		End:    d.value(im.Until, toTheEnd).Duration(),
		Enter:  d.value(im.Enter, enterParameter).Probability(),
		Leave:  d.value(im.Leave, leaveParameter).Probability(),
		OneIn:  d.value(im.OneIn, oneInParameter).Int(),
		Storm:  d.interpolate(im.Storm),
	}
	for _, n := range im.Nth {
		out.Nth = append(out.Nth, d.integer(n, "nth", 1, 1<<30))
	}
	slices.Sort(out.Nth)
	if im.In.Given() && d.oneOf(im.In, "place to count bytes from", []string{"frame", "payload"}) {
		out.InPayload = im.In.S == "payload"
	}
	d.checkDeed(im, &out)
	return out
}

// checkKeys complains of keys that mean nothing for the deed.
func (d *drawer) checkKeys(im *Impairment, deed plan.Deed) {
	given := []struct {
		key  string
		text Text
	}{
		{"chance", im.Chance}, {"nth", firstOf(im.Nth)}, {"of", im.Of}, {"where", firstName(im.Where)}, {"byte", im.Byte}, {"bit", im.Bit},
		{"with", im.With}, {"in", im.In}, {"by", im.By}, {"frames", im.Frames}, {"from", im.From}, {"until", im.Until},
		{"enter", im.Enter}, {"leave", im.Leave}, {"one_in", im.OneIn}, {"storm", im.Storm},
	}
	allowed := deedKeys[deed]
	for _, g := range given {
		if g.text.Given() && !slices.Contains(allowed, g.key) {
			d.add(g.text.Place, "%q means nothing for %s, which takes %s", g.key, deed, strings.Join(allowed, ", "))
		}
	}
	if im.Chance.Given() && len(im.Nth) > 0 {
		d.add(im.Chance.Place, "either chance or nth says which frames are struck, not both")
	}
}

// checkDeed complains of what the deed needs and lacks.
func (d *drawer) checkDeed(im *Impairment, out *plan.Impairment) {
	need := func(t Text, key string) {
		if !t.Given() {
			d.add(im.Place, "%s needs %q", out.Do, key)
		}
	}
	switch out.Do {
	case plan.Swap:
		need(im.Byte, "byte")
		need(im.With, "with")
	case plan.Hold:
		if im.By.Given() == im.Frames.Given() {
			d.add(im.Place, "hold needs either by (how long) or frames (until so many have passed)")
		}
	case plan.Burst:
		need(im.Enter, "enter")
		need(im.Leave, "leave")
		need(im.Chance, "chance")
	case plan.Noise:
		need(im.OneIn, "one_in")
	case plan.Outage:
		need(im.From, "from")
		need(im.Until, "until")
		if out.End < out.Start {
			d.add(im.Until.Place, "the outage ends at %s, before it begins at %s", out.End, out.Start)
		}
	case plan.Replay:
		need(im.Storm, "storm")
		if _, err := physical.ParseStorm(out.Storm); err != nil {
			d.add(im.Storm.Place, "%v", err)
		}
	}
}

func firstOf(all []Text) Text {
	if len(all) == 0 {
		return Text{}
	}
	return all[0]
}

func firstName(all []*Argument) Text {
	if len(all) == 0 {
		return Text{}
	}
	return all[0].Name
}

// match draws which frames are meant.
func (d *drawer) match(m *Match) plan.Match {
	out := plan.Match{Of: m.Of.S}
	if m.Of.Given() {
		d.oneOf(m.Of, "class of frames", frameClasses())
	}
	for _, w := range m.Where {
		out.Where = append(out.Where, plan.FieldIs{Key: w.Name.S, Value: d.interpolate(w.Value)})
	}
	return out
}
