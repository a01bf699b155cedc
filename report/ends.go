package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// The life of a TCP connection as one of its ends lived it, put together from
// the log: each segment that came or went, the reason for it, and the variables
// that it changed.

// end is one end of a connection.
type end struct {
	node, local, remote string
	moments             []*moment
}

// moment is one thing that happened to an end.
type moment struct {
	time sim.Time
	// id is the record that the moment begins with, and cause its cause.
	id, cause trace.ID
	// packet is the segment; nil when a timer or a program did it, or when a
	// segment that was to be sent found no way.
	packet *capture.Dissection
	// call is what a program did that led to it, nil if it was none.
	call *trace.Event
	// sent is the event that says why a segment goes out.
	sent *trace.Event
	// decided are the decisions that were made, in order.
	decided []*trace.Event
	// before and after are the variables, nil where they are not known or, for
	// after, not changed.
	before, after *trace.Event
}

// variableNames are the variables that are shown, and what the RFCs call them.
var variableNames = []struct{ key, name string }{
	{"state", "state"}, {"snd_una", "SND.UNA"}, {"snd_nxt", "SND.NXT"}, {"snd_wnd", "SND.WND"},
	{"rcv_nxt", "RCV.NXT"}, {"rcv_wnd", "RCV.WND"}, {"cwnd", "cwnd"}, {"ssthresh", "ssthresh"},
	{"flight", "FlightSize"}, {"dup_acks", "duplicate ACKs"}, {"recovery", "recovery"},
	{"srtt", "SRTT"}, {"rttvar", "RTTVAR"}, {"rto", "RTO"},
}

// endsOf lists the ends of all connections, in the order in which they began.
func endsOf(v *scenarios.VariantResult) []*end {
	if v.Recording == nil {
		return nil
	}
	b := endsBuilder{v: v, log: indexLog(v), byKey: map[string]*end{}, hosts: hostAddresses(v)}
	events, packets := v.Recording.Events, v.Packets
	for len(events) > 0 || len(packets) > 0 {
		if len(packets) == 0 || len(events) > 0 && events[0].ID < packets[0].ID {
			b.event(&events[0])
			events = events[1:]
		} else {
			b.packet(packets[0])
			packets = packets[1:]
		}
	}
	return slices.DeleteFunc(b.all, func(e *end) bool { return len(e.moments) == 0 })
}

type endsBuilder struct {
	v     *scenarios.VariantResult
	log   *log
	all   []*end
	byKey map[string]*end
	hosts map[string]string // addresses, and whose they are
}

func hostAddresses(v *scenarios.VariantResult) map[string]string {
	all := map[string]string{}
	if v.Plan != nil {
		for i := range v.Plan.Hosts {
			for _, at := range v.Plan.Hosts[i].Interfaces {
				all[at.Address.Addr().String()] = v.Plan.Hosts[i].Name
			}
		}
	}
	return all
}

func (b *endsBuilder) end(node, local, remote string) *end {
	key := node + " " + local + " " + remote
	e := b.byKey[key]
	if e == nil {
		e = &end{node: node, local: local, remote: remote}
		b.byKey[key], b.all = e, append(b.all, e)
	}
	return e
}

// packet is a frame: a moment if it reaches a host's TCP, and the form of a
// moment that has been told of if it leaves it.
func (b *endsBuilder) packet(d *capture.Dissection) {
	src, dst, ok := sockets(d)
	if !ok || d.ID == 0 || d.Interface == nil {
		return
	}
	if d.Direction == trace.Received {
		if b.hosts[d.Destination] == d.Interface.Node {
			e := b.end(d.Interface.Node, dst, src)
			e.add(&moment{time: runTime(d.Time), id: d.ID, packet: d})
		}
		return
	}
	if b.hosts[d.Source] != d.Interface.Node {
		return
	}
	e := b.end(d.Interface.Node, src, dst)
	if m := e.because(d.Cause); m != nil && m.sent != nil && m.packet == nil {
		m.packet = d
	} else if m == nil || m.sent == nil { // a RST of no connection
		e.add(&moment{time: runTime(d.Time), id: d.ID, packet: d})
	}
}

func (b *endsBuilder) event(ev *trace.Event) {
	local, ok := ev.Get("local")
	remote, also := ev.Get("remote")
	if !ok || !also || !strings.HasPrefix(ev.Kind.ID, "tcp.") {
		return
	}
	e := b.end(ev.Node, local.String(), remote.String())
	switch ev.Kind.ID {
	case "tcp.sent":
		var decided []*trace.Event // just before, of this segment
		if last := e.last(); last != nil && last.unsent() && last.time == ev.Time {
			decided = last.decided
			e.moments = e.moments[:len(e.moments)-1]
		}
		b.addEvent(e, ev, ev).decided = decided
	case "tcp.variables":
		m := e.last()
		if m == nil || m.after != nil || m.id != ev.Cause && (m.packet != nil || m.time != ev.Time) {
			m = b.addEvent(e, ev, nil)
		}
		m.after = ev
	default:
		m := e.last()
		ofNext := ev.Kind.ID == "tcp.retransmit" || ev.Kind.ID == "tcp.probe"
		if m == nil || m.after != nil || m.id != ev.Cause && m.packet != nil || m.time != ev.Time || ofNext && !m.unsent() {
			m = b.addEvent(e, ev, nil)
		}
		m.decided = append(m.decided, ev)
	}
}

// unsent: a decision that no segment and no change has followed yet.
func (m *moment) unsent() bool { return m.packet == nil && m.sent == nil && m.after == nil }

func (e *end) add(m *moment) {
	for _, earlier := range slices.Backward(e.moments) {
		if earlier.after != nil {
			m.before = earlier.after
			break
		}
	}
	e.moments = append(e.moments, m)
}

// addEvent begins a moment with an event.
func (b *endsBuilder) addEvent(e *end, ev *trace.Event, sent *trace.Event) *moment {
	m := &moment{time: ev.Time, id: ev.ID, cause: ev.Cause, sent: sent}
	if call := b.log.events[ev.Cause]; call != nil && strings.HasPrefix(call.Kind.ID, "socket.") {
		m.call = call
	}
	e.add(m)
	return m
}

func (e *end) last() *moment {
	if len(e.moments) == 0 {
		return nil
	}
	return e.moments[len(e.moments)-1]
}

// because finds the moment that a record belongs to.
func (e *end) because(id trace.ID) *moment {
	for _, m := range slices.Backward(e.moments) {
		if m.id == id {
			return m
		}
	}
	return nil
}

// sockets are the two sockets of a TCP segment that can be read.
func sockets(d *capture.Dissection) (src, dst string, ok bool) {
	from, fromOK := fieldOf(d, "tcp.srcport")
	to, toOK := fieldOf(d, "tcp.dstport")
	if !fromOK || !toOK {
		return "", "", false
	}
	return d.Source + ":" + from.Value, d.Destination + ":" + to.Value, true
}

// number is a whole number among an event's fields, in bytes or nanoseconds.
func number(e *trace.Event, key string) int64 {
	f, _ := e.Get(key)
	switch v := f.Value().(type) {
	case int64:
		return v
	case time.Duration:
		return int64(v)
	}
	return 0
}

// reason says why a moment came about: why a segment was sent, or what was
// decided about one that came.
func (e *end) reason(m *moment) string {
	if m.sent == nil {
		var said []string
		for _, d := range m.decided {
			switch {
			case d.Kind.ID == "tcp.state" && m.after != nil:
				continue // it stands among the variables
			case d.Kind.ID == "tcp.rtt":
				said = append(said, "measures a round trip of "+durationText(number(d, "rtt")))
				continue
			}
			said = append(said, strings.TrimLeft(strings.TrimPrefix(d.Sentence(), e.node), ": "))
		}
		return strings.Join(said, "\n")
	}
	why, _ := m.sent.Get("why")
	text := why.String()
	for _, d := range m.decided {
		if times := number(d, "times"); times > 1 {
			text += fmt.Sprintf(", for the %d. time", times)
		}
	}
	return text + e.trigger(m, text)
}

// trigger names the duplicate ACK or the timer that a segment answers to.
func (e *end) trigger(m *moment, why string) string {
	for _, earlier := range slices.Backward(e.moments) {
		if earlier.id > m.id || earlier.id != m.cause && (m.cause != 0 || earlier.time != m.time) {
			continue
		}
		for _, d := range earlier.decided {
			switch {
			case d.Kind.ID == "tcp.duplicate-ack" && (strings.HasPrefix(why, "fast") || strings.HasPrefix(why, "limited")):
				return fmt.Sprintf(" (duplicate ACK %d)", number(d, "count"))
			case d.Kind.ID == "tcp.rto":
				return fmt.Sprintf(" (RTO %s)", durationText(number(d, "rto")))
			}
		}
		if m.cause != 0 || earlier.time < m.time {
			break
		}
	}
	return ""
}
