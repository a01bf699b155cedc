package physical

import (
	"math/bits"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// Passage is one frame's way over the wire, as an impairment sees it: before
// anything has happened to the frame.
type Passage struct {
	Frame *Frame
	Start sim.Time // when its first bit is sent
	End   sim.Time // when its last bit is sent
	N     int      // it is the n-th frame in this direction, from 1
	K     int      // and the k-th that carries application data; 0 if it does not

	luck  uint64 // the frame's one draw
	dice  uint64 // the state of the present striker's dice
	why   string // the present striker
	fates []struck
}

// struck is a fate and who dealt it.
type struck struct {
	Fate
	why string
}

// HasData says that the frame carries application data.
func (p *Passage) HasData() bool { return p.K > 0 }

// Suffer adds a fate. The fates are carried out when every striker has seen
// the frame: a loss alone if there is one among them, else all, in order.
func (p *Passage) Suffer(f Fate) { p.fates = append(p.fates, struck{f, p.why}) }

// SufferBecause adds a fate with a more particular reason.
func (p *Passage) SufferBecause(f Fate, why string) { p.fates = append(p.fates, struck{f, why}) }

// Uint64 rolls the striker's dice for this frame: 64 random bits that depend
// on the frame's draw and the striker's name alone. So each frame draws once
// from its stream whatever is configured, and no impairment shifts another's
// luck. (The generator is SplitMix64: Steele, Lea, Flood, OOPSLA 2014.)
func (p *Passage) Uint64() uint64 {
	p.dice += 0x9e3779b97f4a7c15
	z := p.dice
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Below rolls a number from 0 to n-1; n must not be 0.
func (p *Passage) Below(n uint64) uint64 {
	hi, _ := bits.Mul64(p.Uint64(), n)
	return hi
}

// Chance says yes with probability q.
func (p *Passage) Chance(q sim.Probability) bool { return p.Below(uint64(sim.Certain)) < uint64(q) }

func (p *Passage) load(salt uint64, why string) { p.dice, p.why = p.luck^salt, why }

var jitterSalt = salt("jitter")

// pass takes a frame whose last bit is sent at end over the wire.
func (d *direction) pass(f *Frame, end sim.Time) {
	d.all++
	arrival := flight{at: end.Add(d.cfg.Delay), frame: f, cause: d.log.Cause()}
	if len(d.strikers) == 0 && d.cfg.Jitter <= 0 {
		d.takeOff(arrival) // nothing that could need its luck, or tell its k
		return
	}
	stream, k := d.luck[0], 0
	if d.cfg.Classify != nil && d.cfg.Classify(f) {
		d.data++
		stream, k = d.luck[1], d.data
	}
	luck := stream.Uint64()
	p := &d.passage
	p.Frame, p.Start, p.End, p.N, p.K, p.luck, p.fates = f, d.sim.Now(), end, d.all, k, luck, p.fates[:0]
	// Simplified: the jitter of a real path is the waiting in queues further
	// on, which comes in waves; here each frame's is drawn on its own, all
	// values being equally likely.
	if d.cfg.Jitter > 0 {
		p.load(jitterSalt, "")
		arrival.at = arrival.at.Add(time.Duration(p.Below(uint64(d.cfg.Jitter) + 1)))
	}
	for i := range d.strikers {
		s := &d.strikers[i]
		p.load(s.salt, s.why)
		s.Strike(p)
	}
	if len(p.fates) == 0 {
		d.takeOff(arrival)
		return
	}
	d.carryOut(p, arrival)
}

// fields are the particulars that every event about this frame carries.
func (d *direction) fields(p *Passage, why string, more ...trace.Field) []trace.Field {
	return append([]trace.Field{
		trace.String("from", d.from), trace.String("to", d.toNode), trace.Int("n", p.N), trace.Int("k", p.K),
		trace.Int("size", len(p.Frame.Data)), trace.String("why", why),
	}, more...)
}
