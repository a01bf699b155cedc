package tcp

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// sends records when segments of one kind left, in milliseconds since a start.
func (p *pair) sends(meant func(from int, s *Segment) bool) *[]int {
	at, start := new([]int), p.now
	p.fate = func(from int, s *Segment) []time.Duration {
		if meant(from, s) {
			*at = append(*at, int(p.now.Sub(start)/time.Millisecond))
		}
		return []time.Duration{p.delay}
	}
	return at
}

// write has the program of an end write n bytes.
func (p *pair) write(i, n int) {
	p.ends[i].toWrite = append(p.ends[i].toWrite, pattern(n)...)
	p.settle(p.ends[i])
}

// RFC 9293 §3.8.6.3: "the delay MUST be less than 0.5 seconds", "an ACK SHOULD
// be generated for at least every second full-sized segment or 2*RMSS bytes".
func TestDelayedACK(t *testing.T) {
	fromB := func(from int, s *Segment) bool { return from == 1 }
	for _, c := range []struct {
		says  string
		cfg   Config
		bytes int
		want  []int
	}{
		{"a single segment waits", Config{}, 5, []int{210}},
		{"or as long as the configuration says", Config{DelayedACK: 40 * time.Millisecond}, 5, []int{50}},
		{"under Linux the first do not wait", Config{Profile: Linux}, 5, []int{10}},
		{"or not at all", Config{NoDelayedACK: true}, 5, []int{10}},
		{"every second full segment", Config{}, 4 * 1448, []int{10, 10}},
		{"the odd one waits", Config{}, 3 * 1448, []int{10, 210}},
	} {
		p := connected(t, &Config{}, &c.cfg)
		at := p.sends(fromB)
		p.write(0, c.bytes)
		p.run(p.now + second)
		if !slices.Equal(*at, c.want) {
			t.Errorf("%s: ACKs after %v ms, want %v", c.says, *at, c.want)
		}
	}
}

// An ACK that waits goes along with text.
func TestACKRidesOnText(t *testing.T) {
	p := connected(t, plain(), &Config{NoTimestamps: true, NoSACK: true, NoWindowScale: true})
	p.write(0, 5)
	p.run(p.now + 100e6)
	p.write(1, 7)
	p.run(p.now + second)
	p.wantWire("request and response",
		"A <SEQ=101><ACK=301><DATA=5><CTL=ACK>",
		"B <SEQ=301><ACK=106><DATA=7><CTL=ACK>",
		"A <SEQ=106><ACK=308><CTL=ACK>")
}

// RFC 9293 §3.7.4: "If there is unacknowledged data (i.e., SND.NXT > SND.UNA),
// then the sending TCP endpoint buffers all user data (regardless of the PSH
// bit) until the outstanding data has been acknowledged or until the TCP
// endpoint can send a full-sized segment".
func TestNagle(t *testing.T) {
	fromA := func(from int, s *Segment) bool { return from == 0 && s.text > 0 }
	for _, c := range []struct {
		noDelay bool
		want    []int
	}{
		{false, []int{0, 210 + 10}}, // held until the delayed ACK has come
		{true, []int{0, 0, 0}},
	} {
		p := connected(t, &Config{NoDelay: c.noDelay}, nil)
		at := p.sends(fromA)
		for range 3 {
			p.write(0, 100)
		}
		p.run(p.now + second)
		if !slices.Equal(*at, c.want) {
			t.Errorf("without delay %v: segments after %v ms, want %v", c.noDelay, *at, c.want)
		}
	}
	p := connected(t, nil, nil)
	at := p.sends(fromA)
	p.write(0, 100)
	p.ends[0].closeAt = 100
	p.write(0, 100)
	p.run(p.now + second)
	if !slices.Equal(*at, []int{0, 0}) {
		t.Errorf("the last text before FIN is sent after %v ms: it need not wait", *at)
	}
}

// RFC 9293 §3.8.6.1: a closed window is probed, at first after one RTO, then
// less and less often, and for ever as long as there are answers (MUST-35..37,
// SHLD-29, SHLD-30).
func TestZeroWindowProbes(t *testing.T) {
	for _, profile := range []Profile{RFC, Linux} {
		cfg := &Config{Profile: profile, ReceiveBuffer: 4000, NoTimestamps: true}
		p := connected(t, cfg, cfg)
		a, b := p.ends[0], p.ends[1]
		b.stalled = true
		p.write(0, 10_000)
		p.run(p.now + second/10)
		if s := a.conn.Snapshot(); s.SndWND >= uint32(s.SndMSS) || s.Flight > 0 {
			t.Fatalf("the window is %d and %d octets are in flight; want it (nearly) closed", s.SndWND, s.Flight)
		}
		at := p.sends(func(from int, s *Segment) bool { return from == 0 && s.Cause == CauseProbe })
		p.run(p.now + 40*second)
		gaps := make([]int, 0, 9)
		for i := 1; i < len(*at); i++ {
			gaps = append(gaps, (*at)[i]-(*at)[i-1])
		}
		if len(gaps) < 4 {
			t.Fatalf("profile %v: %d probes in 40 s, at %v ms", profile, len(*at), *at)
		}
		for i := 1; i < len(gaps); i++ {
			if gaps[i] != 2*gaps[i-1] {
				t.Errorf("profile %v: waits of %v ms between probes, want each twice the last", profile, gaps)
			}
		}
		p.run(p.now + 3600*second)
		if a.conn.State() != Established {
			t.Errorf("profile %v: given up (%v) although every probe was answered", profile, a.conn.Err())
		}
		b.stalled = false
		p.settle(b)
		p.run(p.now + second)
		if len(b.got) != 10_000 {
			t.Errorf("profile %v: %d bytes read after the window opened, want all", profile, len(b.got))
		}
	}
}

// The update that opens the window is not acknowledged. If it is lost, only a
// probe finds out (RFC 9293 §3.8.6.1).
func TestLostWindowUpdate(t *testing.T) {
	for _, profile := range []Profile{RFC, Linux} {
		cfg := &Config{Profile: profile, ReceiveBuffer: 4000}
		p := connected(t, cfg, cfg)
		b := p.ends[1]
		b.stalled = true
		p.write(0, 10_000)
		p.run(p.now + 5*second)
		lost := 0
		p.drop(func(from int, s *Segment) bool {
			if s.Cause == CauseWindowUpdate {
				lost++
			}
			return s.Cause == CauseWindowUpdate
		})
		b.stalled = false
		p.settle(b)
		p.run(p.now + 60*second)
		if len(b.got) != 10_000 || lost == 0 {
			t.Errorf("profile %v: %d bytes read, %d window updates lost; want 10000 and some", profile, len(b.got), lost)
		}
	}
}

// Nobody answers the probes: the connection is given up.
func TestUnansweredProbes(t *testing.T) {
	cfg := &Config{ReceiveBuffer: 4000}
	p := connected(t, cfg, cfg)
	p.ends[1].stalled = true
	p.write(0, 10_000)
	p.run(p.now + second/2)
	p.drop(func(from int, s *Segment) bool { return true })
	p.run()
	if got := p.ends[0].conn.Err(); !errors.Is(got, ErrTimeout) {
		t.Errorf("A ended with %v, want %v", got, ErrTimeout)
	}
}

// RFC 9293 §3.8.6.2.2: a program that reads byte by byte does not make the
// receiver offer byte by byte, and §3.8.6.2.1: the sender sends no crumbs.
func TestSillyWindow(t *testing.T) {
	cfg := &Config{ReceiveBuffer: 4000, NoTimestamps: true, NoWindowScale: true, NoDelayedACK: true}
	p := connected(t, cfg, cfg)
	b := p.ends[1]
	b.stalled = true
	small, updates := 0, 0
	edge := Seq(0)
	p.fate = func(from int, s *Segment) []time.Duration {
		if from == 1 {
			if now := s.ACK.Add(uint32(s.WND)); edge == 0 || edge.Add(1460).LessEq(now) {
				edge = now
			} else if now != edge {
				t.Errorf("the right edge moves by %d octets, want a full segment", now-edge)
			}
		}
		if from == 0 && s.text > 0 && s.text < 1460 && s.Cause == CauseNewData {
			small++
		}
		if s.Cause == CauseWindowUpdate {
			updates++
		}
		return []time.Duration{p.delay}
	}
	p.write(0, 100*1460)
	var one [1]byte
	got := 0
	for range 20_000 {
		n, err := b.conn.Read(p.now, one[:])
		if err != nil {
			t.Fatal(err)
		}
		got += n
		p.settle(b)
		p.run(p.now + 100e3)
	}
	if got < 10_000 {
		t.Fatalf("only %d bytes read", got)
	}
	if small > 0 || updates > got/1460+1 {
		t.Errorf("%d small segments and %d window updates for %d bytes", small, updates, got)
	}
}

// A connection that probes in vain, or waits for 2 MSL, must not keep a
// simulation alive for ever.
func TestWhatKeepsARunAlive(t *testing.T) {
	cfg := &Config{ReceiveBuffer: 4000}
	p := connected(t, cfg, cfg)
	a := p.ends[0].conn
	if at, live := a.NextDeadline(); at != sim.Never || live {
		t.Errorf("an idle connection waits until %v (%v)", at, live)
	}
	p.ends[1].stalled = true
	p.write(0, 10_000)
	p.run(p.now + second)
	if _, live := a.NextDeadline(); !live {
		t.Error("the first probes do not keep the run alive")
	}
	p.run(p.now + 3600*second)
	if at, live := a.NextDeadline(); at == sim.Never || live {
		t.Errorf("after an hour of probing the next is at %v and keeps the run alive: %v", at, live)
	}
}

// RFC 5681 §4.1: after an idle time of more than an RTO, cwnd is no more than
// the restart window, which is IW.
func TestRestartAfterIdle(t *testing.T) {
	p := connected(t, nil, nil)
	p.write(0, 200_000)
	p.run(p.now + second)
	a := p.ends[0].conn
	if got := a.Snapshot().CWND; got < 40_000 {
		t.Fatalf("cwnd is only %d after 200 kB", got)
	}
	p.run(p.now + 10*second)
	p.write(0, 100)
	if got := a.Snapshot().CWND; got != 14480 {
		t.Errorf("cwnd is %d after ten idle seconds, want IW = 14480", got)
	}
}

// RFC 5681 §3.1 lets cwnd grow with every ACK; RFC 7661 §1 and RFC 9293 §3.8.2
// do not if cwnd was not what held the sender back.
func TestCWNDDoesNotGrowUnused(t *testing.T) {
	p := connected(t, nil, nil)
	before := p.ends[0].conn.Snapshot().CWND
	for range 20 {
		p.write(0, 1448)
		p.run(p.now + second/2)
	}
	if got := p.ends[0].conn.Snapshot().CWND; got != before {
		t.Errorf("cwnd went from %d to %d in 20 exchanges of one segment", before, got)
	}
}

// RFC 9293 §3.10.7.4, fifth: "the check here prevents using old segments to
// update the window".
func TestOldSegmentsDoNotMoveTheWindow(t *testing.T) {
	p := connected(t, plain(), plain())
	b := p.ends[1]
	for _, s := range []struct {
		says     string
		seq, ack Seq
		wnd      uint16
		want     uint32
	}{
		{"a segment that came early", 110, 301, 9000, 9000},
		{"one that was sent before it", 101, 301, 1000, 9000},
		{"the same number again, as new an ACK", 110, 301, 2000, 2000},
	} {
		p.inject(b, Segment{SEQ: s.seq, ACK: s.ack, Flags: ACK, WND: s.wnd, Data: []byte("x")})
		if got := b.conn.Snapshot().SndWND; got != s.want {
			t.Errorf("after %s: SND.WND is %d, want %d", s.says, got, s.want)
		}
	}
}

// The octet of a window probe may be taken; then nothing beyond it was sent.
func TestProbeThatIsTaken(t *testing.T) {
	p := connected(t, plain(), plain())
	a := p.ends[0]
	p.loseAll()
	p.inject(a, Segment{SEQ: 301, ACK: 101, Flags: ACK, WND: 0})
	p.write(0, 1)
	p.run(p.now + 2*second)
	p.wantWire("a probe", "A <SEQ=101><ACK=301><DATA=1><CTL=ACK>")
	p.inject(a, Segment{SEQ: 301, ACK: 102, Flags: ACK, WND: 0})
	if s := a.conn.Snapshot(); s.SndUNA != 102 || s.SndNXT != 102 {
		t.Errorf("SND.UNA %v, SND.NXT %v; want both 102", s.SndUNA, s.SndNXT)
	}
	p.inject(a, Segment{SEQ: 301, ACK: 103, Flags: ACK, WND: 0})
	p.wantWire("an ACK beyond it", "A <SEQ=102><ACK=301><CTL=ACK>")
}
