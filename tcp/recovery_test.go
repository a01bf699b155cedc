package tcp

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/trace"
)

// again is a retransmission as the path saw it: which segment of the transfer
// it was (from 0), when in milliseconds, and why.
type again struct {
	nth, at int
	why     Cause
}

func (a again) String() string { return fmt.Sprintf("%d at %d ms: %v", a.nth, a.at, a.why) }

// losing transfers n full segments from A to B while the path loses the first
// transmission of some of them, and lists what was sent again.
func losing(p *pair, n int, lose ...int) (list []again) {
	start, mss, begin := p.now, int(p.ends[0].conn.snd.MSS), p.ends[0].conn.snd.NXT
	seen := map[int]bool{}
	p.fate = func(from int, s *Segment) []time.Duration {
		if from == 0 && s.text > 0 {
			nth := int(s.SEQ.Sub(begin)) / mss
			if seen[nth] {
				list = append(list, again{nth, int(p.now.Sub(start) / time.Millisecond), s.Cause})
			} else if seen[nth] = true; slices.Contains(lose, nth) {
				return nil
			}
		}
		return []time.Duration{p.delay}
	}
	p.ends[0].closeAt = n * mss
	p.write(0, n*mss)
	p.run(p.now + 100*second)
	p.wantAll(p.ends[1], pattern(n*mss))
	return list
}

func wantAgain(t *testing.T, what string, got []again, want ...again) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: sent again %v, want %v", what, got, want)
	}
}

func noSACK() *Config { return &Config{NoSACK: true} }

// RFC 5681 §3.2: "The fast retransmit algorithm uses the arrival of 3
// duplicate ACKs as an indication that a segment has been lost", and does not
// wait for the timer.
func TestFastRetransmit(t *testing.T) {
	for _, cfg := range []*Config{{Profile: Linux}, noSACK()} {
		wantAgain(t, fmt.Sprintf("one loss, SACK %v", !cfg.NoSACK), losing(connected(t, cfg, cfg), 10, 3),
			again{3, 20, CauseFastRetransmit})
	}
	// RFC 6675 §4, NextSeg rule 4: "a single 'rescue' retransmission per entry
	// into loss recovery", which "MUST include the highest outstanding unSACKed
	// sequence number", when the window allows it and nothing is new.
	wantAgain(t, "one loss, RFC 6675 by the letter", losing(connected(t, nil, nil), 10, 3),
		again{3, 20, CauseFastRetransmit}, again{9, 20, CauseRescue})
}

// The last segments are lost: no duplicate ACKs come, and only the timer helps
// (RFC 6298 §5), which starts anew with the last ACK.
func TestTailLoss(t *testing.T) {
	for _, c := range []struct {
		profile Profile
		at      int
	}{{RFC, 1220}, {Linux, 240}} {
		cfg := &Config{Profile: c.profile, RACK: Off}
		got := losing(connected(t, cfg, cfg), 10, 9)
		wantAgain(t, "the last segment is lost", got, again{9, c.at, CauseTimeout})
	}
}

// Two duplicate ACKs are not three: a segment that is overtaken by two others
// is not sent again (RFC 5681 §3.2).
func TestReorderingIsNotLoss(t *testing.T) {
	for _, cfg := range []*Config{{Profile: Linux}, noSACK()} {
		for late, want := range map[time.Duration]int{2: 0, 3: 1} {
			if late == 3 && cfg.NoSACK {
				want = 2 // NewReno takes the ACK of the late one for a partial ACK
			}
			p := connected(t, cfg, cfg)
			begin, mss := p.ends[0].conn.snd.NXT, uint32(p.ends[0].conn.snd.MSS)
			sent := 0
			p.fate = func(from int, s *Segment) []time.Duration {
				d := p.delay
				if from == 0 && s.text > 0 {
					// One millisecond between segments; the fifth is held back.
					nth := time.Duration(s.SEQ.Sub(begin) / mss)
					d += nth * time.Millisecond
					if nth == 4 {
						d += late*time.Millisecond + 500*time.Microsecond
					}
					sent++
				}
				return []time.Duration{d}
			}
			p.write(0, 10*int(mss))
			p.run(p.now + 10*second)
			if sent-10 != want {
				t.Errorf("overtaken by %d, SACK %v: %d segments sent again, want %d", late, !cfg.NoSACK, sent-10, want)
			}
		}
	}
}

// Several losses in one window. With SACK all holes are known and filled in
// one round trip (RFC 6675); without it each partial ACK reveals the next one
// (RFC 6582).
func TestSeveralLossesInAWindow(t *testing.T) {
	sack := losing(connected(t, nil, nil), 10, 1, 3, 5)
	if len(sack) != 3 || sack[0].why != CauseFastRetransmit || sack[2].at > 45 {
		t.Errorf("with SACK: sent again %v, want the three losses within a round trip", sack)
	}
	cfg := noSACK()
	wantAgain(t, "NewReno", losing(connected(t, cfg, cfg), 10, 1, 3, 5),
		again{1, 20, CauseFastRetransmit}, again{3, 40, CauseRecovery}, again{5, 60, CauseRecovery})
}

// RFC 6582 §3.2 and RFC 6675 §5: half the window, once for each recovery.
func TestOneRecoveryHalvesOnce(t *testing.T) {
	for _, cfg := range []*Config{{}, noSACK()} {
		p := connected(t, cfg, cfg).traced()
		for _, e := range p.ends {
			e.conn.em = p.emitter(e)
		}
		losing(p, 10, 1, 3, 5)
		begun := p.rec.Find(trace.OfKind("tcp.recovery"))
		if len(begun) != 1 || len(p.rec.Find(trace.OfKind("tcp.recovered"))) != 1 {
			t.Fatalf("SACK %v: %d recoveries, want one that ends", !cfg.NoSACK, len(begun))
		}
		if f, _ := begun[0].Get("ssthresh"); f.Value() != int64(9*1448/2) {
			t.Errorf("SACK %v: ssthresh is %v, want half of the nine segments outstanding", !cfg.NoSACK, f.Value())
		}
	}
}

// RFC 3042: the first two duplicate ACKs let one new segment out each, so that
// small windows too get three duplicate ACKs.
func TestLimitedTransmit(t *testing.T) {
	for _, cfg := range []*Config{{InitialWindow: 3}, {InitialWindow: 3, NoSACK: true}} {
		p := connected(t, cfg, cfg)
		got := losing(p, 6, 0)
		if len(got) == 0 || got[0].why != CauseFastRetransmit || got[0].at > 100 {
			t.Errorf("SACK %v: sent again %v, want a fast retransmit within 100 ms", !cfg.NoSACK, got)
		}
	}
}

// ACKs are cumulative: losing some costs nothing.
func TestLostACKs(t *testing.T) {
	p := connected(t, nil, nil)
	acks := 0
	data := 0
	p.drop(func(from int, s *Segment) bool {
		if from == 0 && s.text > 0 {
			data++
		}
		if from == 1 {
			acks++
		}
		return from == 1 && acks%2 == 1 && acks < 10
	})
	p.write(0, 20*1448)
	p.run(p.now + 20*second)
	if data != 20 || len(p.ends[1].got) != 20*1448 {
		t.Errorf("%d segments for 20 segments' worth, %d bytes arrived", data, len(p.ends[1].got))
	}
}

// A receiver may throw SACKed text away again (RFC 2018 §8). The sender keeps
// everything until it is acknowledged, and gets through.
func TestReneging(t *testing.T) {
	for _, profile := range []Profile{RFC, Linux} {
		cfg := &Config{Profile: profile}
		p := connected(t, cfg, cfg)
		b := p.ends[1].conn
		dropped := 0
		reneged := false
		p.fate = func(from int, s *Segment) []time.Duration {
			if from == 0 && s.text > 0 && dropped < 2 && s.SEQ == 101+2*1448 {
				dropped++ // the third segment and its first retransmission
				return nil
			}
			if len(b.reassembly.blocks) > 0 && dropped == 2 && !reneged {
				reneged = true
				b.reassembly.release(b.pool)
			}
			return []time.Duration{p.delay}
		}
		p.ends[0].closeAt = 10 * 1448
		p.write(0, 10*1448)
		p.run(p.now + 100*second)
		if !reneged {
			t.Fatal("nothing was thrown away")
		}
		p.wantAll(p.ends[1], pattern(10*1448))
	}
}

// The events of a run say what happened, in order.
func TestEvents(t *testing.T) {
	p := newPair(t, nil, nil).traced()
	p.open().run(second)
	losing(p, 10, 3)
	p.run()
	var kinds []string
	for i := range p.rec.Events {
		e := &p.rec.Events[i]
		if strings.Contains(e.Sentence(), "{") {
			t.Errorf("the sentence of %s is not filled in: %s", e.Kind.ID, e.Sentence())
		}
		if e.Node == "A" && e.Kind.ID != "tcp.rtt" && e.Kind.ID != "tcp.state" {
			kinds = append(kinds, e.Kind.ID)
		}
	}
	want := []string{"tcp.duplicate-ack", "tcp.duplicate-ack", "tcp.duplicate-ack", "tcp.recovery", "tcp.retransmit"}
	if len(kinds) < len(want) || !slices.Equal(kinds[:len(want)], want) {
		t.Errorf("A's events are %v, want %v first", kinds, want)
	}
	if n := len(p.rec.Find(trace.All(trace.OfKind("tcp.state"), trace.AtNode("B"), trace.With("to", "CLOSE-WAIT")))); n != 1 {
		t.Errorf("B enters CLOSE-WAIT %d times in the log", n)
	}
	if !errors.Is(p.ends[1].readErr, io.EOF) {
		t.Errorf("B's reading ended with %v", p.ends[1].readErr)
	}
}
