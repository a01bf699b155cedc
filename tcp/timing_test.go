package tcp

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// The retransmission timer and the timestamps of a whole connection.

// RFC 6298 §5.5: the timer backs off; RFC 9293 §3.8.3: at last the connection
// is given up.
func TestRetransmissionBacksOffAndGivesUp(t *testing.T) {
	p := connected(t, plain(), plain())
	start := p.now
	var at []sim.Time
	p.drop(func(from int, s *Segment) bool {
		if from == 0 {
			at = append(at, p.now.Add(-start.Sub(0))/second)
		}
		return true
	})
	p.write(0, 5)
	p.run()
	if want := []sim.Time{0, 1, 3, 7, 15, 31, 63, 127, 247, 367}; !slices.Equal(at[:len(want)], want) || len(at) != 16 {
		t.Errorf("sent at %v s (%d times), want %v ... 16 times", at, len(at), want)
	}
	if err := p.ends[0].readErr; !errors.Is(err, ErrTimeout) {
		t.Errorf("the program sees %v, want %v", err, ErrTimeout)
	}
}

// RFC 6298 §3, Karn: the ACK of a segment that was sent twice measures
// nothing, and the back-off stays until one does (§5, last paragraph).
// Timestamps lift that (RFC 7323 §4.1).
func TestKarn(t *testing.T) {
	for _, timestamps := range []bool{false, true} {
		cfg := &Config{NoTimestamps: !timestamps}
		p := connected(t, cfg, cfg)
		a := p.ends[0]
		lost := false
		p.drop(func(from int, s *Segment) bool {
			drop := from == 0 && !lost
			lost = true
			return drop
		})
		before := a.conn.Snapshot()
		p.write(0, 5)
		p.run(p.now + 3*second)
		after := a.conn.Snapshot()
		if !timestamps && (after.SRTT != before.SRTT || after.RTO != 2*before.RTO) {
			t.Errorf("without timestamps: SRTT %v, RTO %v; want %v, %v", after.SRTT, after.RTO, before.SRTT, 2*before.RTO)
		}
		if timestamps && (after.SRTT == before.SRTT || after.RTO != time.Second) {
			t.Errorf("with timestamps: SRTT %v, RTO %v; want a new sample and 1 s", after.SRTT, after.RTO)
		}
	}
}

// RFC 6298 §5.1: "Every time a packet containing data is sent (including a
// retransmission), if the timer is not running, start it": it is not put off
// by what is sent later.
func TestTimerIsNotPutOff(t *testing.T) {
	cfg := &Config{NoDelay: true}
	p := connected(t, cfg, cfg)
	start := p.now
	var resent sim.Time
	p.drop(func(from int, s *Segment) bool {
		if s.Cause == CauseTimeout && resent == 0 {
			resent = p.now
		}
		return from == 0 && p.now < start+9*second/10
	})
	p.write(0, 5)
	p.run(p.now + second/2)
	p.write(0, 5)
	p.run(p.now + 5*second)
	if resent != start+second {
		t.Errorf("sent again at %v, want one RTO after %v", resent, start)
	}
}

// RFC 7323 §5: a segment from before, whose number fits again, is dropped for
// its timestamp.
func TestPAWS(t *testing.T) {
	p := connected(t, nil, nil)
	b := p.ends[1]
	old := Segment{SEQ: 101, ACK: 301, Flags: ACK, WND: 1000, Data: []byte("old"),
		Options: Options{HasTimestamps: true, TSval: b.conn.ts.recent - 1}}
	p.inject(b, old)
	p.wantWire("an old segment", "B <SEQ=301><ACK=101><CTL=ACK>")
	without := old
	without.Options = Options{}
	p.inject(b, without)
	p.wantWire("a segment without timestamps")
	if len(b.got) > 0 {
		t.Errorf("B read %q", b.got)
	}
	old.Options.TSval += 2
	p.inject(b, old)
	if string(b.got) != "old" {
		t.Errorf("B read %q, want the text of a newer segment", b.got)
	}
}

// RFC 7323 §4.3: the timestamp of a segment that came out of order is not
// echoed; the one of the segment before the gap is.
func TestEchoedTimestamp(t *testing.T) {
	p := connected(t, nil, nil)
	b := p.ends[1]
	stamped := func(seq Seq, tsval uint32, text string) Segment {
		return Segment{SEQ: seq, ACK: 301, Flags: ACK, WND: 1000, Data: []byte(text), Options: Options{HasTimestamps: true, TSval: tsval}}
	}
	before := b.conn.ts.recent
	for _, s := range []struct {
		seg  Segment
		want uint32
	}{
		{stamped(105, before+20, "late"), before},
		{stamped(101, before+30, "gap"), before + 30},
		{stamped(104, before+40, "."), before + 40},
	} {
		p.inject(b, s.seg)
		if got := b.conn.ts.recent; got != s.want {
			t.Errorf("after SEQ %v: TS.Recent is %d, want %d", s.seg.SEQ, got, s.want)
		}
	}
}
