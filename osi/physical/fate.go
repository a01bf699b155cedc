package physical

import (
	"time"

	"github.com/packetwalk/packetwalk/trace"
)

// Op is what a fate does to a frame.
type Op uint8

// The operations, with the fields of Fate that they use.
const (
	OpDrop      Op = iota // the frame does not arrive
	OpOutage              // the same, because the wire is dead
	OpFlip                // the bits of Mask flip in the byte At
	OpSwap                // the 16-bit words that begin at At and To change places
	OpDuplicate           // the frame arrives twice
	OpDelay               // it takes By longer
	OpBehind              // it is held back until Frames later ones have passed, at most By; with Frames 0, by By
)

// Fate is one thing that happens to one frame on its way. Its text, as in
// "flip@54.1", is explained at ParseFate.
type Fate struct {
	Op     Op
	At, To int  // byte offsets from the start of the frame; from its end when negative: -1 is the last byte of the FCS
	Mask   byte // the bits to flip; 0x80 is the bit that figures draw first
	By     time.Duration
	Frames int
}

// DefaultHold is how long OpBehind holds a frame at most when By is 0, in case
// no frame follows that could overtake it.
const DefaultHold = 100 * time.Millisecond

// fatal says that the frame does not arrive.
func (f Fate) fatal() bool { return f.Op == OpDrop || f.Op == OpOutage }

// carryOut lets the fates of a passage happen: one loss, or everything else.
func (d *direction) carryOut(p *Passage, arrival flight) {
	for _, s := range p.fates {
		if s.fatal() {
			d.record(p, s.Fate)
			d.lose(p, s)
			return
		}
	}
	copies, corrupted := 0, false
	for _, s := range p.fates {
		d.record(p, s.Fate)
		switch s.Op {
		case OpFlip, OpSwap:
			corrupted = d.corrupt(p, s) || corrupted
		case OpDuplicate:
			copies++
			d.note(p, Duplicated, s.why)
		case OpDelay:
			d.count.Delayed++
			arrival.at = arrival.at.Add(s.By)
			d.note(p, Delayed, s.why, trace.Duration("by", s.By))
		case OpBehind:
			d.hold(p, s, &arrival)
		}
	}
	if corrupted {
		d.count.Corrupted++
	}
	d.takeOff(arrival)
	for range copies {
		d.count.Duplicated++
		arrival.frame = d.pool.Copy(p.Frame)
		d.takeOff(arrival)
	}
}

func (d *direction) record(p *Passage, f Fate) {
	if d.cfg.RecordStorm && p.HasData() {
		d.storm = append(d.storm, Struck{K: p.K, Fate: f})
	}
}

// note emits an event about the frame of a passage.
func (d *direction) note(p *Passage, kind *trace.Kind, why string, more ...trace.Field) {
	if d.log.On() {
		d.log.Emit(d.link.Name, kind, p.Frame.ID, d.fields(p, why, more...)...)
	}
}

func (d *direction) lose(p *Passage, s struck) {
	if s.Op == OpOutage {
		d.count.Outage++
		d.note(p, Interrupted, s.why)
	} else {
		d.count.Lost++
		d.note(p, Lost, s.why)
	}
	d.pool.Put(p.Frame)
}
