package tcp

import (
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// narrow is a path from A to B on which packets larger than mtu bytes are
// dropped. A router would say so by ICMP; told is what it would say it of.
type narrow struct {
	*pair
	mtu  int
	told []Seq
}

func (p *pair) through(mtu int) *narrow {
	n := &narrow{pair: p, mtu: mtu}
	p.drop(func(from int, s *Segment) bool {
		if from != 0 || 20+s.HeaderLen()+int(s.text) <= mtu {
			return false
		}
		n.told = append(n.told, s.SEQ)
		return true
	})
	return n
}

// tellAll hands A what the router has to say, and counts what A believes.
func (n *narrow) tellAll() (believed int) {
	a := n.ends[0]
	for len(n.told) > 0 {
		seq := n.told[0]
		n.told = n.told[1:]
		if a.conn.PathMTU(n.now, seq, n.mtu) {
			believed++
		}
		n.settle(a)
	}
	return believed
}

// RFC 1191 §6.4: "When a Datagram Too Big message is received, it implies that
// a datagram was dropped by the router that sent the ICMP message": it is sent
// again without waiting for a timer. §6.5: that is no reason to change cwnd.
func TestPathMTUIsLearntFromICMP(t *testing.T) {
	for _, cfg := range []*Config{{}, {NoSACK: true}, {NoTimestamps: true, Profile: Linux}, {Profile: Linux}} {
		p := connected(t, cfg, &Config{}).through(1000)
		a := p.ends[0].conn
		sent := pattern(30_000)
		before := a.cwnd.CWND
		start := p.now
		p.write(0, len(sent))
		if n := p.tellAll(); n != 1 {
			t.Errorf("%d messages were believed, want the first: the others tell nothing new", n)
		}
		if a.cwnd.CWND != before {
			t.Errorf("cwnd went from %d to %d", before, a.cwnd.CWND)
		}
		p.ends[0].closeAt = 0
		p.settle(p.ends[0])
		p.run()
		p.wantAll(p.ends[1], sent)
		if took := p.now.Sub(start) - p.ends[0].cfg.timeWait(); took > 500e6 {
			t.Errorf("it took %v: somebody waited for a timer", took)
		}
		if len(p.told) > 0 {
			t.Errorf("%d segments were too large afterwards", len(p.told))
		}
	}
}

// RFC 5927 §4.1: only what speaks of a sequence number in flight is believed,
// and only what makes segments smaller; RFC 1191 §3: never below 68 bytes.
func TestPathMTUIsNotAnybodysToSay(t *testing.T) {
	p := connected(t, plain(), plain())
	p.drop(func(int, *Segment) bool { return true })
	p.write(0, 5000)
	a := p.ends[0].conn
	for _, c := range []struct {
		says string
		seq  Seq
		mtu  int
		mss  uint16
	}{
		{"before what is in flight", a.snd.UNA - 1, 600, 1460},
		{"behind it", a.snd.NXT, 600, 1460},
		{"larger than what is sent", a.snd.UNA, 1500, 1460},
		{"in flight", a.snd.UNA + 1460, 600, 560},
		{"larger again", a.snd.UNA, 1000, 560},
		{"absurdly small", a.snd.UNA, 0, 64},
	} {
		a.PathMTU(p.now, c.seq, c.mtu)
		if a.snd.MSS != c.mss {
			t.Errorf("%s: MSS %d, want %d", c.says, a.snd.MSS, c.mss)
		}
	}
	if a.queue.lostCount != int32(len(a.queue.live())) || a.queue.pipe != 0 {
		t.Errorf("%d of %d segments lost, %d octets in the pipe", a.queue.lostCount, len(a.queue.live()), a.queue.pipe)
	}
}

// What is known of the path before the handshake holds from its end on.
func TestPathMTUIsKnownBefore(t *testing.T) {
	for _, opened := range []bool{true, false} {
		p := newPair(t, &Config{}, &Config{})
		p.open()
		from := 0
		if opened {
			p.ends[0].conn.LimitMTU(1000)
		} else {
			from = 1
			p.run(p.now + 10e6)
			p.ends[1].conn.LimitMTU(1000)
		}
		p.run(second)
		p.write(from, 20_000)
		p.run(5 * second)
		c := p.ends[from].conn
		if c.snd.MSS != 1000-40-timestampsLen || c.cwnd.SMSS != uint32(c.snd.MSS) {
			t.Errorf("opened %v: MSS %d, SMSS %d", opened, c.snd.MSS, c.cwnd.SMSS)
		}
		if len(p.ends[1-from].got) != 20_000 {
			t.Errorf("opened %v: %d bytes arrived", opened, len(p.ends[1-from].got))
		}
	}
}

// RFC 4821 §7.7: where large segments vanish and nobody says why, smaller
// ones get through; and then the search finds how large they may be.
func TestMTUProbingFindsTheWayOutOfABlackHole(t *testing.T) {
	for _, mtu := range []int{1400, 1100, 700, 300, 1493} {
		for _, base := range []Config{{}, {NoSACK: true}, {Profile: Linux}} {
			cfg := base
			cfg.MTUProbing = true
			p := connected(t, &cfg, &Config{}).through(mtu)
			sent := pattern(200_000)
			p.write(0, len(sent))
			p.ends[0].closeAt = len(p.ends[0].toWrite)
			p.run()
			p.wantAll(p.ends[1], sent)
			c := p.ends[0].conn
			best := mtu - 40 - timestampsLen
			if int(c.snd.MSS) > best || int(c.snd.MSS) < best-mtuSearchEnd {
				t.Errorf("MTU %d, profile %v, no SACK %v: segments of %d bytes, at best %d", mtu, cfg.Profile, cfg.NoSACK, c.snd.MSS, best)
			}
		}
	}
}

// Without it the connection is lost in the hole.
func TestABlackHoleSwallowsAConnection(t *testing.T) {
	p := connected(t, &Config{}, &Config{}).through(1400)
	p.write(0, 20_000)
	p.run()
	if err := p.ends[0].conn.Err(); err != ErrTimeout { //nolint:errorlint // exactly
		t.Errorf("it ended with %v, want %v", err, ErrTimeout)
	}
}

// RFC 4821 §7.5: the loss of a probe alone is no sign of congestion.
func TestALostMTUProbeCostsNoWindow(t *testing.T) {
	for _, base := range []Config{{}, {NoSACK: true}, {Profile: Linux}} {
		cfg := base
		cfg.MTUProbing = true
		p := newPair(t, &cfg, &Config{}).traced()
		p.open().run(second)
		p.through(1400)
		p.write(0, 300_000)
		p.ends[0].closeAt = len(p.ends[0].toWrite)
		p.run()
		count := func(kind *trace.Kind) int { return len(p.rec.Find(trace.OfKind(kind.ID))) }
		if count(MTUBlackHole) != 1 || count(MTUFound) == 0 || count(MTUProbeLost) == 0 {
			t.Errorf("%d black holes, %d probes arrived, %d did not", count(MTUBlackHole), count(MTUFound), count(MTUProbeLost))
		}
		if n := count(RTOExpired); n != blackHoleAfter {
			t.Errorf("%d timeouts, want only those that led to the search", n)
		}
		if n := count(RecoveryBegin); n != 0 {
			t.Errorf("cwnd was reduced %d times", n)
		}
	}
}

// Whatever ICMP says in whatever storm: all octets arrive, in order.
func TestPathMTUInStorms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &storm{
			r:       rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)),
			loss:    rapid.IntRange(0, 30).Draw(t, "loss"),
			reorder: rapid.SampledFrom([]int{0, 5, 50}).Draw(t, "reorder"),
			delay:   10 * time.Millisecond,
			end:     100 * second,
		}
		p := newPair(t, drawConfig(t, "A"), drawConfig(t, "B"))
		p.fate = s.fate(p)
		sent := pattern(rapid.IntRange(1, 60_000).Draw(t, "bytes"))
		p.ends[0].toWrite, p.ends[0].closeAt = sent, len(sent)
		p.ends[1].closeAt = 0
		often := rapid.IntRange(1, 50).Draw(t, "how often")
		p.open()
		for p.step(sim.Never) {
			for _, e := range p.ends {
				if e.conn != nil && !e.conn.Released() && s.r.IntN(often) == 0 {
					c := e.conn
					c.PathMTU(p.now, c.snd.UNA.Add(uint32(s.r.IntN(3000))), s.r.IntN(1500))
					p.settle(e)
				}
			}
		}
		p.wantAll(p.ends[1], sent)
	})
}
