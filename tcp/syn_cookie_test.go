package tcp

import (
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

var cookieKey = SYNCookies{Secret: [16]byte{1, 2, 3}}

// cookieExchange has A open and B answer with a cookie, and hands B's machine
// over once A's ACK has come.
func cookieExchange(t *testing.T, a, b *Config) *pair {
	t.Helper()
	p := newPair(t, a, b)
	p.now = 1000 * second
	ea, eb := p.ends[0], p.ends[1]
	ea.conn = Open(p.now, ea.id, 100, ea.cfg, Emitter{})
	var syn Segment
	ea.conn.NextSegment(p.now, &syn)
	synACK := cookieKey.Answer(p.now, eb.id, eb.cfg, Emitter{}, &syn)
	p.now = p.now.Add(70 * time.Millisecond)
	ea.conn.SegmentArrives(p.now, &synACK)
	var ack Segment
	if !ea.conn.NextSegment(p.now, &ack) || ea.conn.State() != Established {
		t.Fatalf("A is %v and does not acknowledge", ea.conn.State())
	}
	c, ok := cookieKey.Accept(p.now, eb.id, eb.cfg, Emitter{}, &ack)
	if !ok || c.State() != Established {
		t.Fatalf("the cookie was refused: %v", ok)
	}
	eb.conn = c
	return p
}

// RFC 4987 §3.6: what the SYN said comes back with the ACK, as far as there is
// room for it: the connection is as if it had been remembered.
func TestSYNCookieRemembersWhatTheSYNSaid(t *testing.T) {
	for _, c := range []struct {
		says string
		a, b Config
		mss  uint16 // that B sends
	}{
		{"everything", Config{ECN: ECNActive}, Config{}, 1460 - 12},
		{"large buffers", Config{ReceiveBuffer: 4 << 20}, Config{ReceiveBuffer: 2 << 20}, 1460 - 12},
		{"small segments", Config{MSS: 1000}, Config{}, 536 - 12},
		{"tiny segments", Config{MSS: 100}, Config{}, 64 - 12},
		{"without timestamps nothing but the MSS", Config{NoTimestamps: true}, Config{}, 1460},
		{"B wants none", Config{}, Config{NoTimestamps: true}, 1460},
		{"without SACK", Config{NoSACK: true}, Config{}, 1460 - 12},
		{"without scaling", Config{NoWindowScale: true}, Config{}, 1460 - 12},
	} {
		p := cookieExchange(t, &c.a, &c.b)
		a, b := p.ends[0].conn, p.ends[1].conn
		if b.snd.MSS != c.mss {
			t.Errorf("%s: B sends %d bytes, want %d", c.says, b.snd.MSS, c.mss)
		}
		if a.sackOK != b.sackOK || a.ts.on != b.ts.on || a.ecn.on != b.ecn.on || a.snd.shift != b.rcv.shift || a.rcv.shift != b.snd.shift {
			t.Errorf("%s: A has SACK %v, timestamps %v, ECN %v, shifts %d and %d; B %v, %v, %v, %d and %d", c.says,
				a.sackOK, a.ts.on, a.ecn.on, a.snd.shift, a.rcv.shift, b.sackOK, b.ts.on, b.ecn.on, b.rcv.shift, b.snd.shift)
		}
		if !c.a.NoTimestamps && !c.b.NoTimestamps && a.sackOK == c.a.NoSACK {
			t.Errorf("%s: SACK %v", c.says, a.sackOK)
		}
		for i, e := range p.ends {
			e.toWrite, e.closeAt = pattern(100_000+i), 100_000+i
			p.settle(e)
		}
		p.run()
		p.wantAll(p.ends[0], pattern(100_001))
		p.wantAll(p.ends[1], pattern(100_000))
	}
}

// Only the cookie itself is believed, and not for long (RFC 4987, appendix A).
func TestSYNCookieIsNotBelieved(t *testing.T) {
	id := ID{Local: addrB, Remote: addrA}
	syn := Segment{SEQ: 100, Flags: SYN, Options: Options{MSS: 1460}}
	now := sim.Time(1000 * time.Second)
	cfg := new(Config)
	answer := cookieKey.Answer(now, id, cfg, Emitter{}, &syn)
	good := Segment{SEQ: 101, ACK: answer.SEQ + 1, Flags: ACK, WND: 1000}
	accepts := func(at sim.Time, id ID, k SYNCookies, ack Segment) bool {
		_, ok := k.Accept(at, id, cfg, Emitter{}, &ack)
		return ok
	}
	if !accepts(now, id, cookieKey, good) || !accepts(now.Add(cookiePeriod), id, cookieKey, good) {
		t.Error("the cookie itself is refused")
	}
	if accepts(now.Add(2*cookiePeriod), id, cookieKey, good) {
		t.Error("an old cookie is accepted")
	}
	if accepts(now, ID{Local: addrA, Remote: addrB}, cookieKey, good) || accepts(now, id, SYNCookies{}, good) {
		t.Error("the cookie of other sockets, or of another secret, is accepted")
	}
	forged := 0
	for i := range 1000 {
		other := good
		other.ACK += Seq(1 + i*4099)
		if accepts(now, id, cookieKey, other) {
			forged++
		}
		other = good
		other.SEQ += Seq(1 + i)
		if accepts(now, id, cookieKey, other) {
			forged++
		}
	}
	if forged > 0 {
		t.Errorf("%d of 2000 invented ACKs are accepted", forged)
	}
}
