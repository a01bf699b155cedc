package report

import (
	"bytes"
	"slices"
	"strings"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/trace"
)

// A journey is the way of one message from the node that sent it to the last
// that had it in hand, found in the log by following causes: a frame that is
// received was caused by the one that was sent, and a frame that a device
// passes on by the one that it received.

// stop is a device on the way.
type stop struct {
	node string
	// in is the frame as it arrived, nil at the sender; out is the frame as it
	// left, nil where the journey ends.
	in, out *capture.Dissection
	// more is how many further frames left for the same one that arrived:
	// fragments, copies of a flood.
	more int
	// events are what was recorded at this device because of the frame that
	// arrived, and wire what befell the one that left.
	events, wire []*trace.Event
}

// log is a run's record, indexed by cause.
type log struct {
	packets map[trace.ID]*capture.Dissection
	events  map[trace.ID]*trace.Event
	effects map[trace.ID][]trace.ID // in the order of the log
}

func indexLog(v *scenarios.VariantResult) *log {
	l := &log{map[trace.ID]*capture.Dissection{}, map[trace.ID]*trace.Event{}, map[trace.ID][]trace.ID{}}
	// Frames and events share their numbers; merge the two in that order.
	var events []trace.Event
	if v.Recording != nil {
		events = v.Recording.Events
	}
	i := 0
	upTo := func(id trace.ID) {
		for ; i < len(events) && events[i].ID < id; i++ {
			e := &events[i]
			l.events[e.ID] = e
			l.effects[e.Cause] = append(l.effects[e.Cause], e.ID)
		}
	}
	for _, d := range v.Packets {
		if d.ID == 0 {
			continue // from a file: nobody knows its cause
		}
		upTo(d.ID)
		l.packets[d.ID] = d
		l.effects[d.Cause] = append(l.effects[d.Cause], d.ID)
	}
	upTo(^trace.ID(0))
	return l
}

// frames lists the next frames that a record led to, be it by way of events.
func (l *log) frames(id trace.ID) []*capture.Dissection {
	var next []*capture.Dissection
	for _, effect := range l.effects[id] {
		if d := l.packets[effect]; d != nil {
			next = append(next, d)
		} else {
			next = append(next, l.frames(effect)...)
		}
	}
	return next
}

// passedOn says whether a frame that was sent is one that came, on its way
// onward.
func (l *log) passedOn(sent *capture.Dissection) bool {
	cause := sent.Cause
	for l.events[cause] != nil {
		cause = l.events[cause].Cause
	}
	in := l.packets[cause]
	return in != nil && in.Direction == trace.Received && in.Interface.Node == sent.Interface.Node && passesOn(in, sent)
}

// told lists the events that a frame led to at once at a device, or on the
// wire when it was sent.
func (l *log) told(d *capture.Dissection) []*trace.Event {
	var all []*trace.Event
	for _, effect := range l.effects[d.ID] {
		if e := l.events[effect]; e != nil && !bookkeeping(e) && (e.Kind.Layer == osi.Physical) == (d.Direction == trace.Sent) {
			all = append(all, e)
		}
	}
	return all
}

// bookkeeping are the events that say what stands in variables and segments:
// other views are made of them.
func bookkeeping(e *trace.Event) bool { return e.Kind.ID == "tcp.variables" || e.Kind.ID == "tcp.sent" }

// journey follows a frame from where it was sent.
func (l *log) journey(sent *capture.Dissection) []stop {
	first := stop{node: sent.Interface.Node, out: sent, wire: l.told(sent)}
	return append([]stop{first}, l.onward(sent)...)
}

// onward are the stops after a frame was sent. Where a device sends several
// frames, the way on is the one that leads farthest.
func (l *log) onward(sent *capture.Dissection) []stop {
	var best []stop
	for _, in := range l.frames(sent.ID) {
		if in.Direction != trace.Received || in.Frame != sent.Frame {
			continue
		}
		if way := l.through(in); better(way, best) {
			best = way
		}
	}
	return best
}

// through is the stop at which a frame arrives, and those after it.
func (l *log) through(in *capture.Dissection) []stop {
	at := stop{node: in.Interface.Node, in: in, events: l.told(in)}
	var rest []stop
	passed := 0
	for _, out := range l.frames(in.ID) {
		if out.Direction != trace.Sent || out.Interface.Node != at.node || !passesOn(in, out) {
			continue
		}
		next := l.onward(out)
		if passed++; at.out == nil || better(next, rest) {
			at.out, at.wire, rest = out, l.told(out), next
		}
	}
	at.more = max(passed-1, 0)
	return append([]stop{at}, rest...)
}

// better prefers the longer way; of equals, the one whose last device kept the
// frame, and then the one at which something came of it.
func better(way, than []stop) bool {
	if len(way) != len(than) {
		return len(way) > len(than)
	}
	if len(way) == 0 {
		return false
	}
	mine, its := way[len(way)-1].events, than[len(than)-1].events
	if kept := refusal(mine) == nil; kept != (refusal(its) == nil) {
		return kept
	}
	return len(mine) > 0 && len(its) == 0
}

// refusals are the kinds of events by which a device keeps a frame from going
// any further up, or on.
var refusals = []string{
	"frame.not-mine", "eth.bad-fcs", "eth.runt", "switch.filtered",
	"ip.bad-checksum", "ip.bad-header", "ip.no-route", "ip.ttl-expired", "ip.too-big", "ip.martian", "ip.fragment-dropped",
	"icmp.invalid", "udp.bad-checksum", "udp.bad-length", "udp.port-unreachable", "udp.queue-full",
	"tcp.bad-checksum", "tcp.malformed", "tcp.no-connection", "tcp.backlog-full",
	"wire.lost", "wire.outage", "wire.queue-full", "wire.too-long", "wire.unplugged",
}

// refusal finds the event that ended the frame's way, nil if none did.
func refusal(events []*trace.Event) *trace.Event {
	for _, e := range events {
		if slices.Contains(refusals, e.Kind.ID) {
			return e
		}
	}
	return nil
}

// passesOn says whether out is the frame in on its way onward, and not an
// answer to it: the same frame, or another around the same packet. A device
// that translates addresses changes one of the two.
func passesOn(in, out *capture.Dissection) bool {
	if in.Frame == out.Frame {
		return true
	}
	same := func(key string) bool {
		a, aok := wireBytes(in, key)
		b, bok := wireBytes(out, key)
		return aok && bok && bytes.Equal(a, b)
	}
	if same("ip.id") && same("ip.proto") {
		return same("ip.src") || same("ip.dst")
	}
	return same("ipv6.src") && same("ipv6.dst") && same("ipv6.nxt")
}

// fieldOf finds a field of a frame.
func fieldOf(d *capture.Dissection, key string) (osi.Field, bool) {
	for i := range d.Parts {
		if f, ok := d.Parts[i].Field(key); ok {
			return f, true
		}
	}
	return osi.Field{}, false
}

// wireBytes are the bytes of a field of a frame.
func wireBytes(d *capture.Dissection, key string) ([]byte, bool) {
	f, ok := fieldOf(d, key)
	return within(d.Data, f.Span), ok
}

// change is a field that differs between two frames.
type change struct {
	Protocol string `json:"protocol"`
	Key      string `json:"key"`
	Name     string `json:"name"`
	Before   string `json:"before"`
	After    string `json:"after"`
}

// compareFields lists the fields that differ between a frame as it came and
// as it left, and counts those that do not.
func compareFields(in, out *capture.Dissection) (changed []change, same int) {
	for i := range in.Parts {
		p := &in.Parts[i]
		q := out.Part(p.Protocol)
		if q == nil {
			continue
		}
		for _, f := range p.Fields {
			g, ok := q.Field(f.Key)
			if !ok || f.Span.Length == 0 || f.Bits != "" && f.Value == g.Value {
				continue
			}
			a, b := within(in.Data, f.Span), within(out.Data, g.Span)
			if bytes.Equal(a, b) {
				same++
				continue
			}
			before, after := f.Value, g.Value
			if before == after { // "correct" and "correct": show the bytes
				before, after = digits(a), digits(b)
			}
			changed = append(changed, change{p.Protocol, f.Key, f.Name, before, after})
		}
	}
	return changed, same
}

// digits writes bytes as one hexadecimal number: "0x1c46".
func digits(p []byte) string { return "0x" + strings.ReplaceAll(hex(p), " ", "") }

// readUpTo is the highest layer that a device looked at, told by what it did:
// who passes on the very frame read its addresses, who makes a new frame for
// the same packet read the packet's, who translates ports read those, and who
// keeps it hands it up as far as there are bytes.
func readUpTo(s stop) osi.Layer {
	switch {
	case s.in == nil:
		return topLayer(s.out)
	case s.out == nil:
		if e := refusal(s.events); e != nil {
			return e.Kind.Layer
		}
		return topBytes(s.in)
	case s.in.Frame == s.out.Frame:
		return osi.DataLink
	}
	changed, _ := compareFields(s.in, s.out)
	for _, c := range changed {
		switch c.Key {
		case "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport":
			return osi.Transport
		}
	}
	return osi.Network
}
