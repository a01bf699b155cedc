package tcp

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// drop makes the path lose the segments that are meant.
func (p *pair) drop(meant func(from int, seg *Segment) bool) {
	p.fate = func(from int, seg *Segment) []time.Duration {
		if meant(from, seg) {
			return nil
		}
		return []time.Duration{p.delay}
	}
}

func isSYN(s *Segment) bool { return s.Flags&SYN != 0 }

const second = sim.Time(time.Second)

// RFC 6298 §2.1: the initial RTO is 1 second; §5.5: back off. RFC 9293 §3.8.3:
// "R2 for a SYN segment MUST be set large enough to provide retransmission of
// the segment for at least 3 minutes" (MUST-23).
func TestSYNIsSentAgainAndGivenUp(t *testing.T) {
	p := newPair(t, nil, nil)
	var at []sim.Time
	p.drop(func(from int, s *Segment) bool {
		at = append(at, p.now/second)
		return true
	})
	p.open().run()
	if want := []sim.Time{0, 1, 3, 7, 15, 31, 63, 127}; !slices.Equal(at, want) {
		t.Errorf("SYN was sent at %v s, want %v", at, want)
	}
	if err := p.ends[0].readErr; !errors.Is(err, ErrTimeout) {
		t.Errorf("the program sees %v, want %v", err, ErrTimeout)
	}
	if p.now < 180*second {
		t.Errorf("given up at %v, want after 3 minutes", p.now)
	}
	p.wantStatesOf(0, "SYN-SENT CLOSED")
}

func (p *pair) wantStatesOf(i int, want string) {
	p.t.Helper()
	got := ""
	for _, s := range p.ends[i].states {
		got += " " + s.String()
	}
	if got != " "+want {
		p.t.Errorf("%s went through%s, want %s", p.ends[i].name, got, want)
	}
}

func TestSYNACKLost(t *testing.T) {
	p := newPair(t, plain(), plain())
	p.spell = true
	lost := false
	p.drop(func(from int, s *Segment) bool {
		drop := from == 1 && !lost
		lost = lost || from == 1
		return drop
	})
	p.open().run(20 * second)
	p.wantWire("SYN,ACK lost",
		"A <SEQ=100><CTL=SYN>",
		"B <SEQ=300><ACK=101><CTL=SYN,ACK>", // lost
		"A <SEQ=100><CTL=SYN>",              // after A's 1 s; B's own timer is 10 ms behind
		"B <SEQ=300><ACK=101><CTL=SYN,ACK>", // B's timer
		"B <SEQ=300><ACK=101><CTL=SYN,ACK>", // the answer to the second SYN
		"A <SEQ=101><ACK=301><CTL=ACK>",
		"A <SEQ=101><ACK=301><CTL=ACK>")
	p.wantStates("SYN,ACK lost", "SYN-SENT ESTABLISHED", "SYN-RECEIVED ESTABLISHED")
}

// RFC 6298 §5.7: "the RTO MUST be re-initialized to 3 seconds when data
// transmission begins". RFC 5681 §3.1: "the initial window used by a sender
// after a correctly transmitted SYN MUST be one segment".
func TestAfterALostSYNTheSenderIsCautious(t *testing.T) {
	p := newPair(t, plain(), plain())
	syns := 0
	p.drop(func(from int, s *Segment) bool {
		if isSYN(s) && from == 0 {
			syns++
		}
		return from == 0 && syns == 1
	})
	p.open().run(5 * second)
	s := p.ends[0].conn.Snapshot()
	if s.State != Established || s.RTO != 3*time.Second || s.CWND != 1460 {
		t.Errorf("%v, RTO %v, cwnd %d; want ESTABLISHED, 3 s, one segment", s.State, s.RTO, s.CWND)
	}
}

func TestRefused(t *testing.T) {
	p := newPair(t, plain(), plain())
	p.ends[1].conn = newConn(p.ends[1].id, 1, p.ends[1].cfg, Emitter{}) // CLOSED: nobody listens
	p.spell = true
	p.open().run()
	p.wantWire("refused", "A <SEQ=100><CTL=SYN>", "B <SEQ=0><ACK=101><CTL=RST,ACK>")
	if err := p.ends[0].readErr; !errors.Is(err, ErrRefused) {
		t.Errorf("the program sees %v, want %v", err, ErrRefused)
	}
}

// RFC 9293 §3.10.7.3: what a connection in SYN-SENT makes of a segment.
func TestArrivalsInSynSent(t *testing.T) {
	for _, c := range []struct {
		says  string
		seg   Segment
		state State
		wire  []string
	}{
		{"If SEG.ACK =< ISS or SEG.ACK > SND.NXT, send a reset", Segment{SEQ: 7, ACK: 100, Flags: ACK}, SynSent, []string{"A <SEQ=100><CTL=RST>"}},
		{"... also when SYN is set", Segment{SEQ: 7, ACK: 102, Flags: SYN | ACK}, SynSent, []string{"A <SEQ=102><CTL=RST>"}},
		{"unless the RST bit is set, if so drop the segment", Segment{ACK: 100, Flags: RST | ACK}, SynSent, nil},
		{"If the ACK was acceptable, signal \"connection reset\"", Segment{ACK: 101, Flags: RST | ACK}, Closed, nil},
		{"Otherwise (no ACK), drop the segment", Segment{Flags: RST}, SynSent, nil},
		{"if neither of the SYN or RST bits is set, then drop", Segment{ACK: 101, Flags: ACK}, SynSent, nil},
		{"SYN and an acceptable ACK: ESTABLISHED", Segment{SEQ: 7, ACK: 101, Flags: SYN | ACK}, Established, []string{"A <SEQ=101><ACK=8><CTL=ACK>"}},
		{"SYN alone: SYN-RECEIVED", Segment{SEQ: 7, Flags: SYN}, SynReceived, []string{"A <SEQ=100><ACK=8><CTL=SYN,ACK>"}},
		{"text of the SYN is not lost", Segment{SEQ: 7, ACK: 101, Flags: SYN | ACK, WND: 9, Data: []byte("hi")}, Established, []string{"A <SEQ=101><ACK=10><CTL=ACK>"}},
		{"nor is its FIN", Segment{SEQ: 7, ACK: 101, Flags: SYN | ACK | FIN}, CloseWait, []string{"A <SEQ=101><ACK=9><CTL=ACK>"}},
	} {
		p := newPair(t, plain(), plain())
		p.open()
		p.spell = true
		a := p.ends[0]
		p.inject(a, c.seg)
		p.wantWire(c.says, c.wire...)
		if a.conn.State() != c.state {
			t.Errorf("%s: state is %v, want %v", c.says, a.conn.State(), c.state)
		}
	}
}

// RFC 9293 §3.10.7.2, LISTEN, and §3.10.7.1, CLOSED.
func TestListenAndClosed(t *testing.T) {
	for _, c := range []struct {
		flags Flags
		want  Verdict
		rst   string
	}{
		{RST, Ignore, ""}, {RST | ACK, Ignore, ""}, {RST | SYN, Ignore, ""},
		{ACK, Refuse, "<SEQ=9><CTL=RST>"}, {SYN | ACK, Refuse, "<SEQ=9><CTL=RST>"},
		{SYN, Begin, "<SEQ=0><ACK=8><CTL=RST,ACK>"},
		{FIN, Ignore, "<SEQ=0><ACK=8><CTL=RST,ACK>"}, {0, Ignore, "<SEQ=0><ACK=7><CTL=RST,ACK>"},
	} {
		seg := Segment{SEQ: 7, ACK: 9, Flags: c.flags, SrcPort: 1, DstPort: 2}
		if got := AtListen(&seg); got != c.want {
			t.Errorf("%v at LISTEN: verdict %v, want %v", c.flags, got, c.want)
		}
		rst, ok := ResetFor(&seg)
		if got := spell(&rst); ok && (got != c.rst || rst.SrcPort != 2 || rst.DstPort != 1) || ok != (c.rst != "") {
			t.Errorf("%v at CLOSED: answered with %s (%v), want %q", c.flags, got, ok, c.rst)
		}
	}
}

// Options count only if both sides have offered them.
func TestOptionsMustBeOfferedByBoth(t *testing.T) {
	for i := range 16 {
		a := &Config{NoSACK: i&1 != 0, NoTimestamps: i&2 != 0, NoWindowScale: i&4 != 0}
		b := &Config{NoSACK: i&8 != 0, NoTimestamps: i&8 != 0, NoWindowScale: i&8 != 0}
		if i&8 != 0 && i&7 == 0 {
			a, b = b, a
		}
		p := newPair(t, a, b)
		p.open().run(second)
		for _, e := range p.ends {
			c := e.conn
			if got, want := c.sackOK, !a.NoSACK && !b.NoSACK; got != want {
				t.Errorf("%+v and %+v: %s has SACK %v, want %v", a, b, e.name, got, want)
			}
			if got, want := c.ts.on, !a.NoTimestamps && !b.NoTimestamps; got != want {
				t.Errorf("%+v and %+v: %s has timestamps %v, want %v", a, b, e.name, got, want)
			}
			if got, want := c.rcv.shift == 3 && c.snd.shift == 3, !a.NoWindowScale && !b.NoWindowScale; got != want {
				t.Errorf("%+v and %+v: %s has shifts %d and %d, scaled should be %v", a, b, e.name, c.rcv.shift, c.snd.shift, want)
			}
		}
	}
}

// RFC 9293 §3.7.1: Eff.snd.MSS is the smaller of what the other side takes and
// what the network takes, less the options; 536 if the other side is silent
// (MUST-15).
func TestMSS(t *testing.T) {
	for _, c := range []struct {
		ours, theirs uint16
		timestamps   bool
		want         uint16
	}{
		{1460, 1460, false, 1460}, {1460, 1460, true, 1448}, {1460, 536, false, 536}, {500, 1460, true, 488},
		{1460, 0, false, 536}, {1460, 1, false, 64},
	} {
		cfg := &Config{MSS: c.ours, NoTimestamps: !c.timestamps}
		id := ID{addrB, addrA}
		syn := &Segment{Flags: SYN, Options: Options{MSS: c.theirs, HasTimestamps: c.timestamps}}
		if got := Accept(0, id, 1, cfg, Emitter{}, syn).Snapshot().SndMSS; got != c.want {
			t.Errorf("%+v: Eff.snd.MSS is %d", c, got)
		}
	}
}

func TestConfigCheck(t *testing.T) {
	if err := new(Config).Check(); err != nil {
		t.Errorf("the zero Config: %v", err)
	}
	for _, c := range []Config{{MSS: 20}, {SendBuffer: 2 << 30}, {Congestion: "vegas"}} {
		if c.Check() == nil {
			t.Errorf("%s passes", fmt.Sprintf("%+v", c))
		}
	}
}
