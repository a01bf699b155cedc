package tcp

import (
	"errors"
	"testing"
)

// RFC 9293 §3.5, Figure 8: recovery from an old duplicate SYN.
func TestFigure8OldDuplicateSYN(t *testing.T) {
	p := newPair(t, plain(), plain())
	a, b := p.ends[0], p.ends[1]
	p.spell = true
	p.drop(func(from int, s *Segment) bool { return from == 0 && isSYN(s) }) // delayed, here: for ever
	p.open()
	p.fate = nil
	p.inject(b, Segment{SEQ: 90, Flags: SYN, WND: 1000})
	p.run(second / 2)
	p.wantWire("old duplicate",
		"A <SEQ=100><CTL=SYN>",
		"B <SEQ=300><ACK=91><CTL=SYN,ACK>",
		"A <SEQ=91><CTL=RST>")
	if b.conn.State() != Closed || !b.conn.Released() || a.conn.State() != SynSent {
		t.Fatalf("A is in %v and B in %v, want SYN-SENT and LISTEN again", a.conn.State(), b.conn.State())
	}
	b.conn = nil // LISTEN
	p.run(5 * second)
	if a.conn.State() != Established || b.conn.State() != Established {
		t.Errorf("A is in %v and B in %v, want both ESTABLISHED", a.conn.State(), b.conn.State())
	}
}

// RFC 9293 §3.5.1, Figure 9: half-open connection discovery. A has crashed and
// opens again; B, which knows only the old connection, challenges the SYN
// (RFC 5961 §4), and A's RST ends it.
func TestFigure9HalfOpen(t *testing.T) {
	p := newPair(t, plain(), plain())
	p.open().run(second)
	a, b := p.ends[0], p.ends[1]
	a.conn = Open(p.now, a.id, 400, a.cfg, Emitter{})
	p.spell = true
	p.settle(a)
	p.run(second + second/2)
	p.wantWire("half-open",
		"A <SEQ=400><CTL=SYN>",
		"B <SEQ=301><ACK=101><CTL=ACK>",
		"A <SEQ=101><CTL=RST>")
	if !errors.Is(b.conn.Err(), ErrReset) {
		t.Errorf("B ended with %v, want %v", b.conn.Err(), ErrReset)
	}
	b.conn, b.readErr = nil, nil // LISTEN
	p.run(3 * second)
	if a.conn.State() != Established {
		t.Errorf("A is in %v after its SYN was sent again, want ESTABLISHED", a.conn.State())
	}
}

// Figure 10: B sends on a half-open connection, and A, which knows nothing of
// it, resets it.
func TestFigure10ActiveSideCausesHalfOpenDiscovery(t *testing.T) {
	p := newPair(t, plain(), plain())
	p.open().run(second)
	a, b := p.ends[0], p.ends[1]
	a.conn = newConn(a.id, 1, a.cfg, Emitter{}) // crashed: CLOSED
	p.spell = true
	b.toWrite = []byte("hello")
	p.settle(b)
	p.run(2 * second)
	p.wantWire("half-open", "B <SEQ=301><ACK=101><DATA=5><CTL=ACK>", "A <SEQ=101><CTL=RST>")
	if !errors.Is(b.readErr, ErrReset) {
		t.Errorf("B's program sees %v, want %v", b.readErr, ErrReset)
	}
}
