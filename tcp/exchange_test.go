package tcp

import (
	"testing"
	"time"
)

// plain leaves the options out, as the RFC's figures do.
func plain() *Config {
	return &Config{NoTimestamps: true, NoSACK: true, NoWindowScale: true, NoDelayedACK: true}
}

// RFC 9293 §3.5, Figure 6: basic three-way handshake for connection synchronization.
func TestFigure6BasicHandshake(t *testing.T) {
	p := newPair(t, plain(), plain())
	p.spell = true
	p.open().run(sim1s)
	p.wantWire("handshake",
		"A <SEQ=100><CTL=SYN>",
		"B <SEQ=300><ACK=101><CTL=SYN,ACK>",
		"A <SEQ=101><ACK=301><CTL=ACK>")
	p.wantStates("handshake", "SYN-SENT ESTABLISHED", "SYN-RECEIVED ESTABLISHED")
	a := p.ends[0]
	a.toWrite = []byte("hello")
	p.settle(a)
	p.run(2 * sim1s)
	p.wantWire("data", "A <SEQ=101><ACK=301><DATA=5><CTL=ACK>", "B <SEQ=301><ACK=106><CTL=ACK>")
}

const sim1s = 1e9

// Figure 7: simultaneous connection synchronization.
func TestFigure7SimultaneousOpen(t *testing.T) {
	p := newPair(t, plain(), plain())
	p.spell = true
	p.openBoth()
	p.run(sim1s / 2)
	p.wantWire("simultaneous open",
		"A <SEQ=100><CTL=SYN>",
		"B <SEQ=300><CTL=SYN>",
		"B <SEQ=300><ACK=101><CTL=SYN,ACK>",
		"A <SEQ=100><ACK=301><CTL=SYN,ACK>")
	p.wantStates("simultaneous open", "SYN-SENT SYN-RECEIVED ESTABLISHED", "SYN-SENT SYN-RECEIVED ESTABLISHED")
	msg := pattern(5000)
	a, b := p.ends[0], p.ends[1]
	a.toWrite, a.closeAt = msg, len(msg)
	b.closeAt = 0
	p.settle(a)
	p.settle(b)
	p.run()
	p.wantAll(b, msg)
}

// Figure 12: normal close sequence, after a half-close in which B still sends.
func TestFigure12NormalClose(t *testing.T) {
	p := newPair(t, plain(), plain())
	p.open().run(sim1s)
	a, b := p.ends[0], p.ends[1]
	p.spell = true
	a.closeAt = 0
	p.settle(a)
	p.run(2 * sim1s)
	p.wantWire("A closes", "A <SEQ=101><ACK=301><CTL=FIN,ACK>", "B <SEQ=301><ACK=102><CTL=ACK>")
	b.toWrite, b.closeAt = []byte("more"), 4
	p.settle(b)
	p.run(3 * sim1s)
	p.wantWire("B sends, then closes",
		"B <SEQ=301><ACK=102><DATA=4><CTL=FIN,ACK>",
		"A <SEQ=102><ACK=306><CTL=ACK>")
	p.run()
	p.wantStates("normal close",
		"SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED",
		"SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED")
	p.wantAll(a, []byte("more"))
	p.wantAll(b, nil)
	if want := 2*sim1s + 4*time.Minute; time.Duration(p.now) < want {
		t.Errorf("TIME-WAIT ended at %v, want after 2 MSL = 4 min", p.now)
	}
}

// Figure 13: simultaneous close sequence.
func TestFigure13SimultaneousClose(t *testing.T) {
	p := newPair(t, plain(), plain())
	p.open().run(sim1s)
	p.spell = true
	for _, e := range p.ends {
		e.closeAt = 0
		p.settle(e)
	}
	p.run()
	p.wantWire("simultaneous close",
		"A <SEQ=101><ACK=301><CTL=FIN,ACK>",
		"B <SEQ=301><ACK=101><CTL=FIN,ACK>",
		"B <SEQ=302><ACK=102><CTL=ACK>",
		"A <SEQ=102><ACK=302><CTL=ACK>")
	p.wantStates("simultaneous close",
		"SYN-SENT ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT CLOSED",
		"SYN-RECEIVED ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT CLOSED")
}

func TestBulkBothWays(t *testing.T) {
	p := newPair(t, nil, nil)
	a, b := p.ends[0], p.ends[1]
	x, y := pattern(1_000_000), pattern(700_001)
	a.toWrite, a.closeAt = x, len(x)
	b.toWrite, b.closeAt = y, len(y)
	p.open().run()
	p.wantAll(b, x)
	p.wantAll(a, y)
	for _, e := range p.ends {
		if !e.conn.Released() {
			t.Errorf("%s is still in %v", e.name, e.conn.State())
		}
	}
}
