package capture

import (
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/trace"
)

// The cases that a learner meets, one by one, with the label each should have;
// tshark is asked about them too.
var labelCases = []struct {
	what     string
	segments []wireSegment // the handshake before them is made by the test
	labels   []string
}{
	{"a timer sends again", []wireSegment{
		{seq: 1, data: 100}, {seq: 1, data: 100, after: 300 * time.Millisecond}}, []string{"", "Retransmission"}},
	{"what was acknowledged comes again", []wireSegment{
		{seq: 1, data: 100}, {fromServer: true, seq: 1, ack: 101}, {seq: 1, ack: 1, data: 100}}, []string{"", "", "Spurious Retransmission"}},
	{"three duplicate ACKs, then the missing segment", []wireSegment{
		{seq: 1, data: 100}, {fromServer: true, seq: 1, ack: 101}, {seq: 201, data: 100},
		{fromServer: true, seq: 1, ack: 101}, {fromServer: true, seq: 1, ack: 101}, {fromServer: true, seq: 1, ack: 101}, {seq: 101, data: 100}},
		[]string{"", "", "Previous segment not captured", "Dup ACK 5#1", "Dup ACK 5#2", "Dup ACK 5#3", "Fast Retransmission"}},
	{"a segment overtakes another", []wireSegment{
		{seq: 101, data: 100}, {seq: 1, data: 100}}, []string{"Previous segment not captured", "Out-Of-Order"}},
	{"an ACK of what was not seen", []wireSegment{
		{seq: 1, data: 100}, {fromServer: true, seq: 1, ack: 201}}, []string{"", "ACKed unseen segment"}},
	{"keep-alive and its answer", []wireSegment{
		{seq: 0, after: time.Minute}, {fromServer: true, seq: 1, ack: 1}}, []string{"Keep-Alive", "Keep-Alive ACK"}},
	{"the window closes, is probed with a byte, and opens", []wireSegment{
		{seq: 1, data: 1000}, {fromServer: true, seq: 1, ack: 1001, window: -1}, {seq: 1001, data: 1, after: time.Second},
		{fromServer: true, seq: 1, ack: 1001, window: -1}, {fromServer: true, seq: 1, ack: 1001, window: 500}},
		[]string{"Window Full", "ZeroWindow", "ZeroWindowProbe", "ZeroWindowProbeAck, ZeroWindow", "Window Update"}},
	{"a probe without data looks like a keep-alive", []wireSegment{
		{seq: 1, data: 1000}, {fromServer: true, seq: 1, ack: 1001, window: -1}, {seq: 1000, after: time.Second}},
		[]string{"Window Full", "ZeroWindow", "Keep-Alive"}},
	{"the ports are used again", []wireSegment{{seq: 5000, flags: "S"}}, []string{"Port numbers reused"}},
	{"the SYN comes again", []wireSegment{{seq: 0, flags: "S"}}, []string{"Retransmission"}},
}

func TestLabelsOfKnownCases(t *testing.T) {
	var together []wireSegment // one after the other on ports of their own, for one question to tshark
	for n, c := range labelCases {
		all := withHandshake(c.segments, 40000+uint16(n))
		together = append(together, all...)
		d := NewDissector(DissectOptions{})
		for i, p := range packetsOf(t, all) {
			want := ""
			if i >= 3 {
				want = c.labels[i-3]
			}
			if got := d.Dissect(p).Label; got != want {
				t.Errorf("%s: packet %d %+v is labelled %q, should be %q", c.what, i+1, all[i], got, want)
			}
		}
	}
	compareWithTshark(t, packetsOf(t, together), together)
}

// withHandshake puts a handshake before a case's segments and fills in what
// they do not say.
func withHandshake(segments []wireSegment, port uint16) []wireSegment {
	const isn = 100000
	all := append([]wireSegment{{seq: 0, flags: "S"}, {fromServer: true, seq: 0, ack: 1, flags: "SA"}, {seq: 1, ack: 1}}, segments...)
	for i := range all {
		s := &all[i]
		s.port = port
		s.seq += isn
		s.ack += isn
		if s.flags == "" {
			s.flags = "A"
			if !s.fromServer && s.ack == isn {
				s.ack = isn + 1
			}
		}
		switch {
		case s.window == 0:
			s.window = 1000
		case s.window < 0:
			s.window = 0
		}
		if s.after == 0 {
			s.after = time.Millisecond
		}
	}
	return all
}

// Two interfaces see the same frames: neither makes the other's look repeated,
// and both count the connection as one.
func TestVantagePointsAreApart(t *testing.T) {
	client, server := &trace.Interface{Node: "client", Index: 0}, &trace.Interface{Node: "server", Index: 1}
	k := newTalker(t, 7000)
	k.say(0, "hello\nworld\n", 6)
	d := NewDissector(DissectOptions{})
	for _, p := range k.packets {
		var parts [2]string
		for i, at := range []*trace.Interface{client, server} {
			q := *p
			q.Interface = at
			got := d.Dissect(&q)
			if got.Label != "" || got.Stream != 0 {
				t.Errorf("packet %d at %s: label %q, stream %d", p.Number, at.Node, got.Label, got.Stream)
			}
			parts[i] = partNames(got)
		}
		if parts[0] != parts[1] {
			t.Errorf("packet %d is\n%s at the client and\n%s at the server", p.Number, parts[0], parts[1])
		}
	}
	// The same ports again: the client's interface has met the new connection
	// when the server's still sees the end of the old one.
	k.next = [2]uint32{70000, 80000}
	syn := *k.segment(0, k.next[0], "S", nil)
	syn.Interface = client
	if got := d.Dissect(&syn); got.Stream != 1 || got.Label != "Port numbers reused" {
		t.Errorf("a new SYN: stream %d, label %q", got.Stream, got.Label)
	}
	old := *k.packets[len(k.packets)-2]
	old.Interface = server
	if got := d.Dissect(&old); got.Stream != 0 {
		t.Errorf("the old connection's segment at the server has stream %d", got.Stream)
	}
	syn.Interface = server
	if got := d.Dissect(&syn); got.Stream != 1 || got.Label != "Port numbers reused" {
		t.Errorf("the new SYN at the server: stream %d, label %q", got.Stream, got.Label)
	}
}
