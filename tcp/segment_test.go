package tcp

import (
	"errors"
	"io"
	"testing"
	"time"
)

// connected is an established pair without options, with A's numbers from 101
// and B's from 301 on, and the time at 1 s.
func connected(t tester, a, b *Config) *pair {
	p := newPair(t, a, b)
	p.open().run(second)
	p.spell, p.wire = true, nil
	return p
}

// RFC 9293 §3.10.7.4: what an established connection makes of a segment. B is
// the one under test: RCV.NXT is 101, RCV.WND 65535, SND.UNA = SND.NXT = 301.
func TestArrivalsInEstablished(t *testing.T) {
	const ack = "B <SEQ=301><ACK=101><CTL=ACK>"
	for _, c := range []struct {
		says  string
		seg   Segment
		state State
		wire  []string
	}{
		// First, the sequence number.
		{"If an incoming segment is not acceptable, an acknowledgment should be sent in reply", Segment{SEQ: 90, ACK: 301, Flags: ACK, Data: []byte("old")}, Established, []string{ack}},
		{"... text beyond the window", Segment{SEQ: 101 + 65535, ACK: 301, Flags: ACK, Data: []byte("x")}, Established, []string{ack}},
		{"... an empty segment beyond the window", Segment{SEQ: 101 + 65535, ACK: 301, Flags: ACK}, Established, []string{ack}},
		{"unless the RST bit is set", Segment{SEQ: 90, ACK: 301, Flags: RST | ACK}, Established, nil},
		{"only new text is taken", Segment{SEQ: 99, ACK: 301, Flags: ACK | PSH, Data: []byte("..hello")}, Established, []string{"B <SEQ=301><ACK=106><CTL=ACK>"}},
		// Second, RST.
		{"If the RST bit is set and the sequence number exactly matches RCV.NXT: reset", Segment{SEQ: 101, Flags: RST}, Closed, nil},
		{"RST in the window, but not at RCV.NXT: a challenge ACK (RFC 5961)", Segment{SEQ: 102, Flags: RST}, Established, []string{ack}},
		// Fourth, SYN.
		{"SYN in a synchronized state: a challenge ACK", Segment{SEQ: 101, Flags: SYN}, Established, []string{ack}},
		{"... irrespective of the sequence number", Segment{SEQ: 7, Flags: SYN}, Established, []string{ack}},
		// Fifth, ACK.
		{"if the ACK bit is off, drop the segment", Segment{SEQ: 101, Data: []byte("x")}, Established, nil},
		{"ACK of what was never sent: an ACK, and drop", Segment{SEQ: 101, ACK: 302, Flags: ACK, Data: []byte("x")}, Established, []string{ack}},
		{"ACK older than the largest window: the same (RFC 5961 §5)", Segment{SEQ: 101, ACK: 1<<32 - 65235, Flags: ACK, Data: []byte("x")}, Established, []string{ack}},
		{"a duplicate ACK can be ignored", Segment{SEQ: 101, ACK: 300, Flags: ACK}, Established, nil},
		// Seventh, text.
		{"text in order", Segment{SEQ: 101, ACK: 301, Flags: ACK, Data: []byte("hello")}, Established, []string{"B <SEQ=301><ACK=106><CTL=ACK>"}},
		{"text out of order: a duplicate ACK at once", Segment{SEQ: 103, ACK: 301, Flags: ACK, Data: []byte("llo")}, Established, []string{ack}},
		// Eighth, FIN.
		{"FIN: CLOSE-WAIT", Segment{SEQ: 101, ACK: 301, Flags: FIN | ACK}, CloseWait, []string{"B <SEQ=301><ACK=102><CTL=ACK>"}},
		{"FIN with text", Segment{SEQ: 101, ACK: 301, Flags: FIN | ACK, Data: []byte("bye")}, CloseWait, []string{"B <SEQ=301><ACK=105><CTL=ACK>"}},
		{"FIN ahead of missing text does not count yet", Segment{SEQ: 102, ACK: 301, Flags: FIN | ACK}, Established, []string{ack}},
	} {
		p := connected(t, plain(), plain())
		b := p.ends[1]
		p.inject(b, withWindow(c.seg))
		p.wantWire(c.says, c.wire...)
		if b.conn.State() != c.state {
			t.Errorf("%s: state is %v, want %v", c.says, b.conn.State(), c.state)
		}
	}
}

func withWindow(s Segment) Segment {
	s.WND = 65535
	return s
}

// RFC 5961 §7: challenge ACKs are limited, so that two ends that disagree do
// not answer each other for ever.
func TestChallengeACKsAreLimited(t *testing.T) {
	p := connected(t, plain(), plain())
	b := p.ends[1]
	for range 30 {
		p.inject(b, Segment{SEQ: 102, Flags: RST})
	}
	if len(p.wire) != 10 {
		t.Errorf("%d challenge ACKs in one moment, want 10", len(p.wire))
	}
	p.now += 5 * second
	p.inject(b, Segment{SEQ: 102, Flags: RST})
	if len(p.wire) != 11 {
		t.Error("no challenge ACK five seconds later")
	}
}

func TestOutOfOrderTextIsKept(t *testing.T) {
	p := connected(t, plain(), plain())
	b := p.ends[1]
	for _, s := range []struct {
		seq  Seq
		text string
		end  bool
	}{{111, "!", true}, {104, "lo w", false}, {106, " worl", false}, {103, "l", false}} {
		seg := Segment{SEQ: s.seq, ACK: 301, Flags: ACK, WND: 65535, Data: []byte(s.text)}
		if s.end {
			seg.Flags |= FIN
		}
		p.inject(b, seg)
		if b.conn.State() != Established || len(b.got) > 0 {
			t.Fatalf("after %q: state %v, read %q", s.text, b.conn.State(), b.got)
		}
	}
	p.wire = nil
	p.inject(b, Segment{SEQ: 101, ACK: 301, Flags: ACK, WND: 65535, Data: []byte("he")})
	p.wantWire("the gap is filled", "B <SEQ=301><ACK=113><CTL=ACK>")
	p.wantAll(b, []byte("hello worl!"))
	if b.conn.State() != CloseWait {
		t.Errorf("state is %v, want CLOSE-WAIT", b.conn.State())
	}
}

// RFC 9293 §3.10.7.4, second: what a RST does in each state, and what the
// program sees.
func TestResetInEveryState(t *testing.T) {
	for _, c := range []struct {
		state   State
		prepare func(p *pair)
		want    error
	}{
		{Established, func(p *pair) {}, ErrReset},
		{FinWait1, func(p *pair) { p.loseAll(); p.close(1) }, ErrReset},
		{FinWait2, func(p *pair) { p.close(1) }, ErrReset},
		{CloseWait, func(p *pair) { p.close(0) }, ErrReset},
		{Closing, func(p *pair) { p.bothClose() }, nil},
		{LastAck, func(p *pair) { p.close(0); p.loseAll(); p.close(1) }, nil},
		{TimeWait, func(p *pair) { p.close(1); p.close(0) }, nil},
	} {
		p := connected(t, plain(), plain())
		c.prepare(p)
		b := p.ends[1].conn
		if b.State() != c.state {
			t.Fatalf("B is in %v, want it in %v", b.State(), c.state)
		}
		p.inject(p.ends[1], Segment{SEQ: b.rcv.NXT, Flags: RST})
		if b.State() != Closed || !errors.Is(b.Err(), c.want) {
			t.Errorf("RST in %v: state %v, error %v; want CLOSED, %v", c.state, b.State(), b.Err(), c.want)
		}
	}
}

func (p *pair) loseAll() { p.drop(func(int, *Segment) bool { return true }) }

// close has an end close its half and gives it a moment.
func (p *pair) close(i int) {
	p.ends[i].closeAt = 0
	p.settle(p.ends[i])
	p.run(p.now + 100e6)
}

// bothClose leaves B in CLOSING: its FIN is lost, A's arrives.
func (p *pair) bothClose() {
	p.drop(func(from int, s *Segment) bool { return from == 1 })
	p.ends[0].closeAt, p.ends[1].closeAt = 0, 0
	p.settle(p.ends[0])
	p.settle(p.ends[1])
	p.run(p.now + 100e6)
}

// Every state that owes a FIN sends it again when it is lost.
func TestFINIsSentAgain(t *testing.T) {
	for _, c := range []struct {
		name    string
		prepare func(p *pair)
		a, b    string
	}{
		{"FIN-WAIT-1", func(p *pair) { p.loseAll(); p.close(0); p.fate = nil; p.close(1) },
			"SYN-SENT ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT CLOSED", "SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED"},
		{"LAST-ACK", func(p *pair) { p.close(0); p.loseAll(); p.close(1); p.fate = nil },
			"SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED", "SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED"},
		{"CLOSING", func(p *pair) { p.bothClose(); p.fate = nil },
			"SYN-SENT ESTABLISHED FIN-WAIT-1 TIME-WAIT CLOSED", "SYN-RECEIVED ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT CLOSED"},
	} {
		p := connected(t, plain(), plain())
		c.prepare(p)
		p.run()
		p.wantStates("FIN lost in "+c.name, c.a, c.b)
		for _, e := range p.ends {
			if !e.conn.Released() || e.conn.Err() != nil || !errors.Is(e.readErr, io.EOF) {
				t.Errorf("%s lost: %s rests in %v with error %v", c.name, e.name, e.conn.State(), e.conn.Err())
			}
		}
	}
}

// "Acknowledge it, and restart the 2 MSL timeout" (RFC 9293 §3.10.7.4, fifth
// and eighth, TIME-WAIT).
func TestTimeWaitStartsAnewWithEachFIN(t *testing.T) {
	p := connected(t, plain(), plain())
	p.close(0)
	p.close(1) // A is in TIME-WAIT
	a := p.ends[0]
	at, live := a.conn.NextDeadline()
	if a.conn.State() != TimeWait || live {
		t.Fatalf("A is in %v; its deadline keeps the run alive: %v", a.conn.State(), live)
	}
	p.now += 60 * second
	p.wire = nil
	p.inject(a, Segment{SEQ: 301, ACK: 102, Flags: FIN | ACK, WND: 65535})
	p.wantWire("the FIN again", "A <SEQ=102><ACK=302><CTL=ACK>")
	if again, _ := a.conn.NextDeadline(); again != p.now.Add(4*time.Minute) || again <= at {
		t.Errorf("TIME-WAIT ends at %v, want 2 MSL after %v", again, p.now)
	}
	p.run()
	if !a.conn.Released() {
		t.Errorf("A rests in %v", a.conn.State())
	}
}

// The calls of RFC 9293 §3.10 in the states in which they fail or are special.
func TestUserCalls(t *testing.T) {
	p := connected(t, plain(), plain())
	a, b := p.ends[0].conn, p.ends[1].conn
	if n, err := a.Read(p.now, make([]byte, 9)); n != 0 || err != nil || a.Readable() {
		t.Errorf("RECEIVE with nothing there: %d, %v", n, err)
	}
	p.close(0)
	if _, err := a.Write(p.now, []byte("x")); !errors.Is(err, ErrClosing) || !a.Writable() {
		t.Errorf("SEND after CLOSE: %v, want %v", err, ErrClosing)
	}
	if _, err := b.Read(p.now, make([]byte, 9)); !errors.Is(err, io.EOF) || !b.Readable() {
		t.Errorf("RECEIVE in CLOSE-WAIT with all text read: %v, want EOF", err)
	}
	p.wire = nil
	b.Abort(p.now)
	p.settle(p.ends[1])
	p.run(p.now + second)
	p.wantWire("ABORT in CLOSE-WAIT", "B <SEQ=301><ACK=102><CTL=RST,ACK>")
	if a.State() != Closed || !errors.Is(a.Err(), ErrReset) || !errors.Is(b.Err(), ErrAborted) {
		t.Errorf("A is in %v with %v, B has %v", a.State(), a.Err(), b.Err())
	}
}

func TestCloseInSynSentDeletesTheConnection(t *testing.T) {
	p := newPair(t, plain(), plain())
	p.loseAll()
	p.open()
	a := p.ends[0].conn
	a.Close(p.now)
	if at, live := a.NextDeadline(); !a.Released() || live {
		t.Errorf("A is in %v and waits until %v", a.State(), at)
	}
}

// RFC 9293 §3.10.4, CLOSE in SYN-RECEIVED: FIN-WAIT-1 at once if nothing was
// sent.
func TestCloseInSynReceived(t *testing.T) {
	for _, text := range []string{"", "hello"} {
		p := newPair(t, plain(), plain())
		p.drop(func(from int, s *Segment) bool { return from == 0 && !isSYN(s) })
		p.open().run(20e6)
		b := p.ends[1]
		if _, err := b.conn.Write(p.now, []byte(text)); err != nil {
			t.Fatal(err)
		}
		b.conn.CloseWrite(p.now)
		p.settle(b)
		p.fate = nil
		p.run(10 * second)
		if a := p.ends[0]; string(a.got) != text || !errors.Is(a.readErr, io.EOF) || b.conn.State() != FinWait2 {
			t.Errorf("A read %q, then %v; B is in %v", a.got, a.readErr, b.conn.State())
		}
	}
}

// RFC 9293 §3.6.1: "If such a host issues a CLOSE call while received data is
// still pending in the TCP connection, or if new data is received after CLOSE
// is called, its TCP implementation SHOULD send a RST to show that data was
// lost" (SHLD-3).
func TestCloseWithUnreadText(t *testing.T) {
	for _, early := range []bool{true, false} {
		p := connected(t, plain(), plain())
		a, b := p.ends[0], p.ends[1]
		b.stalled = true
		b.close = (*Conn).Close
		send := func() {
			a.toWrite = []byte("hello")
			p.settle(a)
			p.run(p.now + 100e6)
		}
		if early {
			send()
		}
		p.close(1)
		if !early {
			send()
		}
		if !errors.Is(a.conn.Err(), ErrReset) || !b.conn.Released() {
			t.Errorf("text before CLOSE: %v: A has error %v, B is in %v", early, a.conn.Err(), b.conn.State())
		}
	}
}

// By the letter a reset flushes what was not read; Linux lets it be read.
func TestUnreadTextBeforeAReset(t *testing.T) {
	for _, profile := range []Profile{RFC, Linux} {
		cfg := plain()
		cfg.Profile = profile
		p := connected(t, plain(), cfg)
		a, b := p.ends[0], p.ends[1]
		b.stalled = true
		a.toWrite = []byte("hello")
		p.settle(a)
		p.run(p.now + second)
		a.conn.Abort(p.now)
		p.settle(a)
		p.run(p.now + second)
		var buf [9]byte
		n, err := b.conn.Read(p.now, buf[:])
		if profile == RFC && (n != 0 || !errors.Is(err, ErrReset)) || profile == Linux && (n != 5 || err != nil) {
			t.Errorf("profile %v: RECEIVE after a reset gives %d, %v", profile, n, err)
		}
		if _, err := b.conn.Read(p.now, buf[:]); !errors.Is(err, ErrReset) {
			t.Errorf("profile %v: then %v, want %v", profile, err, ErrReset)
		}
	}
}

// An end that has closed without waiting does not wait for ever in FIN-WAIT-2
// under Linux.
func TestFinWait2EndsUnderLinux(t *testing.T) {
	p := connected(t, &Config{Profile: Linux}, nil)
	a := p.ends[0]
	a.close = (*Conn).Close
	p.close(0)
	if a.conn.State() != FinWait2 {
		t.Fatalf("A is in %v, want FIN-WAIT-2", a.conn.State())
	}
	p.run()
	if !a.conn.Released() || p.now < 60*second {
		t.Errorf("A rests in %v at %v", a.conn.State(), p.now)
	}
}

func TestTransitionsAreThoseOfTheTable(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("ESTABLISHED to SYN-SENT was let pass")
		}
	}()
	p := connected(t, nil, nil)
	p.ends[0].conn.setState(p.now, SynSent)
}
