package tcp

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// pair is two ends of a connection and the path between them, in virtual time.
// Segments travel as bytes, through Put and Parse.
type pair struct {
	t     tester
	sim   *sim.Sim
	log   *trace.Log
	rec   *trace.Recording
	now   sim.Time
	ends  [2]*end // 0 is A, which opens; 1 is B, which listens
	delay time.Duration
	// fate decides about each segment on its way: the delays after which
	// copies of it arrive; none means that it is lost. nil: one, after delay.
	fate func(from int, seg *Segment) []time.Duration
	// marks says whether a router marks the segment, should its sender permit.
	marks  func(from int, seg *Segment) bool
	delays [1]time.Duration
	out    Segment
	fly    [2]flights
	free   [][]byte
	wire   []string // what was sent, in words, if spelled
	spell  bool
	steps  int
}

// tester is what testing.TB and *rapid.T share.
type tester interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

type flight struct {
	at sim.Time
	b  []byte
	ce bool // a router has marked it
}

// flights are segments on their way in one direction, by time of arrival.
type flights struct {
	q    []flight
	head int
}

type end struct {
	p        *pair
	i        int
	name     string
	id       ID
	cfg      *Config
	conn     *Conn // nil while listening
	toWrite  []byte
	closeAt  int // close once that much is written; -1 never
	close    func(*Conn, sim.Time)
	stalled  bool // the program does not read
	got      []byte
	sink     func([]byte) // instead of got
	readErr  error
	edge     Seq // highest right edge offered to us, to see that it never moves back
	edgeSeen bool
	buf      [4096]byte
	states   []State
	// A program with a pace reads and writes only so much until it wakes again.
	pace              func() (mayRead, mayWrite int, sleep time.Duration)
	mayRead, mayWrite int
	wake              sim.Time
}

var (
	addrA = netip.MustParseAddrPort("10.0.0.1:50000")
	addrB = netip.MustParseAddrPort("10.0.0.2:80")
)

func newPair(t tester, a, b *Config) *pair {
	p := &pair{t: t, delay: 10 * time.Millisecond}
	a, b = or(a, new(Config)), or(b, new(Config))
	p.ends[0] = &end{p: p, i: 0, name: "A", id: ID{addrA, addrB}, cfg: a, closeAt: -1, close: (*Conn).CloseWrite}
	p.ends[1] = &end{p: p, i: 1, name: "B", id: ID{addrB, addrA}, cfg: b, closeAt: -1, close: (*Conn).CloseWrite}
	return p
}

// traced makes the pair record events.
func (p *pair) traced() *pair {
	p.sim = sim.New(1)
	p.log, p.rec = trace.NewLog(p.sim), new(trace.Recording)
	p.log.Subscribe(p.rec)
	return p
}

func (p *pair) emitter(e *end) Emitter { return Emitter{Log: p.log, Node: e.name} }

// open has A open the connection actively.
func (p *pair) open() *pair {
	a := p.ends[0]
	a.conn = Open(p.now, a.id, 100, a.cfg, p.emitter(a))
	p.settle(a)
	return p
}

// openBoth has both ends open at once.
func (p *pair) openBoth() {
	b := p.ends[1]
	b.conn = Open(p.now, b.id, 300, b.cfg, p.emitter(b))
	p.open()
	p.settle(b)
}

// settle lets the program of an end do what it can, then sends what the
// connection wants to send.
func (p *pair) settle(e *end) {
	c := e.conn
	e.program()
	for c.NextSegment(p.now, &p.out) {
		p.send(e, &p.out)
	}
	if n := len(e.states); n == 0 || e.states[n-1] != c.State() {
		e.states = append(e.states, c.State())
	}
	if c.snd.NXT.Less(c.snd.UNA) {
		p.t.Fatalf("%s: SND.UNA %d is beyond SND.NXT %d", e.name, c.snd.UNA, c.snd.NXT)
	}
}

func (e *end) program() {
	c, now := e.conn, e.p.now
	for !e.stalled && e.readErr == nil {
		most := e.buf[:]
		if e.pace != nil {
			most = most[:min(len(most), e.mayRead)]
		}
		n, err := c.Read(now, most)
		e.mayRead -= n
		if e.sink != nil {
			e.sink(e.buf[:n])
		} else {
			e.got = append(e.got, e.buf[:n]...)
		}
		e.readErr = err
		if n == 0 {
			break
		}
	}
	for len(e.toWrite) > 0 && c.Writable() {
		some := e.toWrite
		if e.pace != nil {
			some = some[:min(len(some), e.mayWrite)]
		}
		n, err := c.Write(now, some)
		e.mayWrite -= n
		e.toWrite = e.toWrite[n:]
		if e.closeAt >= 0 {
			e.closeAt -= n
		}
		if err != nil || n == 0 {
			break
		}
	}
	if e.closeAt == 0 && c.State() != SynSent && c.State() != SynReceived {
		e.closeAt = -1
		e.close(c, now)
	}
}

func (p *pair) buffer(n int) []byte {
	if k := len(p.free); k > 0 {
		b := p.free[k-1]
		p.free = p.free[:k-1]
		return b[:n]
	}
	return make([]byte, n, 9216)
}

func (p *pair) send(e *end, out *Segment) {
	h, n := out.HeaderLen(), e.conn.PayloadLen(out)
	if most := int(e.cfg.mss()) + headerLen; out.Flags&SYN == 0 && h+n > most {
		p.t.Fatalf("%s sends %d bytes, the path takes %d", e.name, h+n, most)
	}
	b := p.buffer(h + n)
	e.conn.CopyPayload(b[h:], out)
	out.Put(b, e.id.Local.Addr(), e.id.Remote.Addr())
	if p.spell {
		p.wire = append(p.wire, fmt.Sprintf("%s %s", e.name, spell(out)))
	}
	e.checkEdge(out)
	p.transmit(e.i, out, b)
}

// transmit puts bytes on the path.
func (p *pair) transmit(from int, seg *Segment, b []byte) {
	p.delays[0] = p.delay
	delays := p.delays[:]
	if p.fate != nil {
		delays = p.fate(from, seg)
	}
	for i, d := range delays {
		f := b
		if i < len(delays)-1 {
			f = append(p.buffer(0), b...)
		}
		p.fly[from].insert(flight{p.now.Add(d), f, seg.ECT && p.marks != nil && p.marks(from, seg)})
	}
	if len(delays) == 0 {
		p.free = append(p.free, b)
	}
}

// checkEdge: "a TCP receiver SHOULD NOT shrink the window, i.e., move the right
// window edge to the left" (RFC 9293 §3.8.6, SHLD-14). Less than one unit of a
// scaled window does not count once the buffer is full to the last byte (RFC
// 7323 §2.4).
func (e *end) checkEdge(out *Segment) {
	if out.Flags&ACK == 0 || out.Flags&(SYN|RST) != 0 || e.conn.rcv.finSeen {
		return
	}
	edge := out.ACK.Add(uint32(out.WND) << e.conn.rcv.shift)
	c, unit := e.conn, uint32(1)<<e.conn.rcv.shift
	full := c.rcv.unread+c.rcv.WND+unit > e.cfg.receiveBuffer()
	if e.edgeSeen && edge.Less(e.edge) && (!full || e.edge.Sub(edge) >= unit) {
		e.p.t.Fatalf("%s moved the right edge of its window back from %d to %d", e.name, e.edge, edge)
	}
	e.edge, e.edgeSeen = edge, true
}

func (f *flights) insert(x flight) {
	if f.head > 0 && len(f.q) == cap(f.q) {
		n := copy(f.q, f.q[f.head:])
		f.q, f.head = f.q[:n], 0
	}
	f.q = append(f.q, x)
	for i := len(f.q) - 1; i > f.head && f.q[i].at < f.q[i-1].at; i-- {
		f.q[i], f.q[i-1] = f.q[i-1], f.q[i]
	}
}

func (f *flights) next() sim.Time {
	if f.head == len(f.q) {
		return sim.Never
	}
	return f.q[f.head].at
}

// step lets the next thing happen and says whether there was one before until.
func (p *pair) step(until sim.Time) bool {
	at, what := sim.Never, -1
	for i := range 2 {
		if t := p.fly[i].next(); t < at {
			at, what = t, i
		}
		if c := p.ends[i].conn; c != nil {
			if t, _ := c.NextDeadline(); t < at {
				at, what = t, 2+i
			}
			if e := p.ends[i]; e.pace != nil && (e.readErr == nil || len(e.toWrite) > 0) && max(e.wake, p.now) < at {
				at, what = max(e.wake, p.now), 4+i
			}
		}
	}
	if what < 0 || at > until {
		return false
	}
	if at < p.now {
		p.t.Fatalf("%v is in the past at %v", at, p.now)
	}
	if p.steps++; p.steps > 20_000_000 {
		p.t.Fatal("it does not end")
	}
	p.now = at
	if what >= 4 {
		e := p.ends[what-4]
		var sleep time.Duration
		e.mayRead, e.mayWrite, sleep = e.pace()
		e.wake = p.now.Add(sleep)
		p.settle(e)
		return true
	}
	if what >= 2 {
		e := p.ends[what-2]
		e.conn.TimerExpired(p.now)
		p.settle(e)
		return true
	}
	f := &p.fly[what]
	b, ce := f.q[f.head].b, f.q[f.head].ce
	f.head++
	p.arrive(p.ends[1-what], b, ce)
	p.free = append(p.free, b[:0])
	return true
}

func (p *pair) arrive(e *end, b []byte, ce bool) {
	var seg Segment
	if err := Parse(b, e.id.Remote.Addr(), e.id.Local.Addr(), &seg); err != nil {
		if errors.Is(err, ErrChecksum) {
			return
		}
		p.t.Fatal(err)
	}
	seg.CE = ce
	switch {
	case e.conn == nil:
		switch AtListen(&seg) {
		case Begin:
			e.conn = Accept(p.now, e.id, 300, e.cfg, p.emitter(e), &seg)
		case Refuse:
			p.refuse(e, &seg)
			return
		default:
			return
		}
	case e.conn.Released():
		p.refuse(e, &seg)
		return
	default:
		e.conn.SegmentArrives(p.now, &seg)
	}
	p.settle(e)
}

func (p *pair) refuse(e *end, seg *Segment) {
	if rst, ok := ResetFor(seg); ok {
		b := p.buffer(rst.HeaderLen())
		rst.Put(b, e.id.Local.Addr(), e.id.Remote.Addr())
		if p.spell {
			p.wire = append(p.wire, fmt.Sprintf("%s %s", e.name, spell(&rst)))
		}
		p.transmit(e.i, &rst, b)
	}
}

// run lets everything happen, up to a moment if one is given.
func (p *pair) run(until ...sim.Time) {
	end := sim.Never
	if len(until) > 0 {
		end = until[0]
	}
	for p.step(end) {
	}
	if len(until) > 0 {
		p.now = max(p.now, end)
	}
}

// inject puts a segment of our own making on the path towards an end, at once.
func (p *pair) inject(to *end, seg Segment) {
	seg.SrcPort, seg.DstPort = to.id.Remote.Port(), to.id.Local.Port()
	b := make([]byte, seg.HeaderLen()+len(seg.Data), 9216)
	copy(b[seg.HeaderLen():], seg.Data)
	seg.Put(b, to.id.Remote.Addr(), to.id.Local.Addr())
	p.arrive(to, b, false)
}
