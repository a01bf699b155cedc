package tcp

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// keeping has A ask after a minute, every ten seconds, three times.
func keeping() *Config {
	cfg := plain()
	cfg.KeepAlive, cfg.KeepAliveIdle, cfg.KeepAliveInterval, cfg.KeepAliveProbes = true, time.Minute, 10*time.Second, 3
	return cfg
}

// watch notes when A sends something, in whole seconds.
func (p *pair) watch(drop func(from int, s *Segment) bool) *[]int {
	at := new([]int)
	p.drop(func(from int, s *Segment) bool {
		if from == 0 {
			*at = append(*at, int(time.Duration(p.now).Seconds()))
		}
		return drop != nil && drop(from, s)
	})
	return at
}

// RFC 9293 §3.8.4, MUST-26: "Keep-alive packets MUST only be sent when no sent
// data is outstanding, and no data or acknowledgment packets have been received
// for the connection within an interval"; SHLD-12: "An implementation SHOULD
// send a keep-alive segment with no data".
func TestKeepAliveAsksWhenNothingIsHeard(t *testing.T) {
	p := connected(t, keeping(), plain())
	at := p.watch(nil)
	p.run(150 * second)
	// Each answer counts as something heard.
	if want := []int{60, 120}; !slices.Equal(*at, want) {
		t.Errorf("A sends at %v s, want %v", *at, want)
	}
	p.wantWire("probes and answers",
		"A <SEQ=100><ACK=301><CTL=ACK>", "B <SEQ=301><ACK=101><CTL=ACK>",
		"A <SEQ=100><ACK=301><CTL=ACK>", "B <SEQ=301><ACK=101><CTL=ACK>")
	p.write(1, 10) // B sends: heard at 150 s
	p.run(205 * second)
	if n := len(*at); n != 3 {
		t.Errorf("A has sent %d segments, want the ACK and no probe", n)
	}
	p.run(215 * second)
	if n := len(*at); n != 4 {
		t.Errorf("A has sent %d segments, want one probe more", n)
	}
}

// RFC 9293 §3.8.4, MUST-29: "Consequently, if a keep-alive mechanism is
// implemented it MUST NOT interpret failure to respond to any specific probe as
// a dead connection."
func TestKeepAliveGivesUpAfterSeveralProbes(t *testing.T) {
	p := connected(t, keeping(), plain())
	at := p.watch(func(from int, _ *Segment) bool { return from == 1 && p.now < 75*second })
	p.run(100 * second)
	if want := []int{60, 70, 80}; !slices.Equal(*at, want) || p.ends[0].conn.State() != Established {
		t.Errorf("probes at %v, want %v; %v", *at, want, p.ends[0].conn.State())
	}
	p.drop(func(int, *Segment) bool { return true })
	p.run(300 * second)
	if a := p.ends[0]; !errors.Is(a.conn.Err(), ErrTimeout) || !errors.Is(a.readErr, ErrTimeout) {
		t.Errorf("A: %v, reads %v; want %v", a.conn.Err(), a.readErr, ErrTimeout)
	}
}

// At the end the other side is told, should it still be there.
func TestKeepAliveResetsAtTheEnd(t *testing.T) {
	p := connected(t, keeping(), plain())
	p.drop(func(from int, s *Segment) bool { return from == 1 })
	p.run(150 * second)
	if err := p.ends[1].conn.Err(); !errors.Is(err, ErrReset) {
		t.Errorf("B: %v, want %v", err, ErrReset)
	}
}

// RFC 9293 §3.8.4, MUST-25: "it MUST default to off"; MUST-28: "the keep-alive
// interval ... MUST default to no less than two hours".
func TestKeepAliveDefaults(t *testing.T) {
	cfg := plain()
	p := connected(t, cfg, plain())
	at := p.watch(nil)
	p.run(4 * 3600 * second)
	if len(*at) != 0 {
		t.Errorf("by default A sends at %v", *at)
	}
	on := *cfg
	on.KeepAlive = true
	if err := p.ends[0].conn.Configure(p.now, &on); err != nil {
		t.Fatal(err)
	}
	if deadline, live := p.ends[0].conn.NextDeadline(); live || deadline.Sub(p.now) > 2*time.Hour {
		t.Errorf("next deadline %v, live %v", deadline, live)
	}
	p.run(8 * 3600 * second)
	if len(*at) != 2 && len(*at) != 3 {
		t.Errorf("A asks at %v in four hours", *at)
	}
	off := *cfg
	if err := p.ends[0].conn.Configure(p.now, &off); err != nil {
		t.Fatal(err)
	}
	if deadline, _ := p.ends[0].conn.NextDeadline(); deadline != sim.Never {
		t.Errorf("turned off, its next deadline is %v", deadline)
	}
}

// MUST-26 again: while data is outstanding the retransmission timer asks.
func TestKeepAliveLeavesOutstandingDataToTheTimer(t *testing.T) {
	p := connected(t, keeping(), plain())
	p.drop(func(from int, s *Segment) bool {
		if from == 0 && s.Cause == CauseKeepAlive {
			t.Errorf("a keep-alive probe with %d octets outstanding", p.ends[0].conn.flight())
		}
		return true
	})
	p.write(0, 10)
	p.run(200 * second)
}

// RFC 9293 §3.8.3: "the user timeout ... If data is not successfully delivered
// to the destination within the timeout period, the TCP endpoint will abort the
// connection"; §3.10.8: "For any state if the user timeout expires, flush all
// queues, signal the user".
func TestUserTimeout(t *testing.T) {
	cfg := plain()
	cfg.UserTimeout = 20 * time.Second
	p := connected(t, cfg, plain())
	p.run(100 * second) // idle time does not count
	at := p.watch(func(int, *Segment) bool { return true })
	p.write(0, 10)
	p.run(119 * second)
	if a := p.ends[0].conn; a.Err() != nil {
		t.Errorf("given up at %v: %v", p.now, a.Err())
	}
	p.run(121 * second)
	if a := p.ends[0].conn; !errors.Is(a.Err(), ErrTimeout) || a.State() != Closed {
		t.Errorf("after 20 s: %v, %v", a.State(), a.Err())
	}
	if want := []int{100, 101, 103, 107, 115}; !slices.Equal(*at, want) {
		t.Errorf("sent at %v, want %v", *at, want)
	}
}

// The user timeout is longer than the number of retransmissions allows, and
// holds for a window that stays closed, too (RFC 5482 §1).
func TestUserTimeoutOutlastsRetries(t *testing.T) {
	cfg := plain()
	cfg.UserTimeout, cfg.Retries = 10*time.Minute, 2
	p := connected(t, cfg, plain())
	p.drop(func(int, *Segment) bool { return true })
	p.write(0, 10)
	p.run(500 * second)
	if err := p.ends[0].conn.Err(); err != nil {
		t.Errorf("given up after two retransmissions: %v", err)
	}
	small := plain()
	small.ReceiveBuffer = 2000
	q := connected(t, cfg, small)
	q.ends[1].stalled = true
	q.write(0, 5000)
	q.run(500 * second)
	if err := q.ends[0].conn.Err(); err != nil {
		t.Errorf("given up before the time: %v", err)
	}
	q.run(700 * second)
	if err := q.ends[0].conn.Err(); !errors.Is(err, ErrTimeout) {
		t.Errorf("a window closed for 10 minutes: %v", err)
	}
}
