package tcp_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/tcp"
	"github.com/packetwalk/packetwalk/trace"
)

var (
	here  = netip.MustParseAddrPort("10.0.0.1:50000")
	there = netip.MustParseAddrPort("10.0.0.2:80")
)

// run is a story that is being told: one port of one host, in virtual time. It
// does with the connection what a host does, and sees nothing but its exported
// methods and the bytes that it sends.
type run struct {
	story    *story
	settings settings
	step     *step

	now   sim.Time
	zero  sim.Time // where the story's absolute times begin
	last  sim.Time // when the line before this one happened
	conn  *tcp.Conn
	in    tcp.Segment
	out   tcp.Segment
	sent  []sent // and not yet expected
	port  port
	clock *sim.Sim
	log   *trace.Log
	rec   trace.Recording
	seen  int // events from before the last thing that happened to the connection

	wrote, peerText streamOf // what the program wrote; what the peer has sent
	read            int      // octets that the program has read
	scale           scales
	told            []string
	toldAt          sim.Time
}

// port is what the host knows of the port beside its connection.
type port struct {
	listening bool
	accepted  bool // the program has the connection
	attached  bool // segments reach the connection
}

// sent is a segment that the connection sent.
type sent struct {
	at    sim.Time
	seg   tcp.Segment
	cause tcp.Cause
	ecn   bool
}

// scales follow the options of the SYNs, to scale windows as both ends do.
type scales struct {
	ours, theirs           uint8
	oursGiven, theirsGiven bool
	stamped                bool // our SYN had timestamps
	lastVal                uint32
}

func newRun(s *story) *run {
	r := &run{story: s, settings: s.settings, clock: sim.New(1)}
	r.log = trace.NewLog(r.clock)
	r.log.Subscribe(&r.rec)
	return r
}

// all tells the story to its end, at which nothing unexpected may be left.
func (r *run) all() error {
	for i := range r.story.steps {
		r.step = &r.story.steps[i]
		if err := r.happen(); err != nil {
			return err
		}
		if !r.step.check {
			r.last = r.now
		}
	}
	return r.quiet()
}

func (r *run) happen() error {
	s := r.step
	if s.check {
		return s.do(r)
	}
	if s.expect == nil || len(r.sent) == 0 {
		r.seen = len(r.rec.Events)
	}
	at := r.last.Add(s.when.at)
	if s.when.absolute {
		at = r.zero.Add(s.when.at)
	}
	if at < r.now {
		return s.errorf("the line is to happen at %s, but it is %s already", r.clockText(at), r.clockText(r.now))
	}
	if s.expect != nil {
		within := s.when.within
		if within < 0 {
			within = r.settings.tolerance
		}
		return r.expectAll(at, within)
	}
	if err := r.advance(at); err != nil {
		return err
	}
	return s.do(r)
}

// begins marks the end of a prologue.
func (r *run) begins() error {
	r.zero = r.now
	return r.quiet()
}

// advance lets time pass, in which nothing may be sent.
func (r *run) advance(to sim.Time) error {
	for {
		if err := r.quiet(); err != nil {
			return err
		}
		if !r.timer(to) {
			r.now = to
			return nil
		}
		if err := r.drain(); err != nil {
			return err
		}
	}
}

// timer lets the next timer expire, if that is at the latest at until.
func (r *run) timer(until sim.Time) bool {
	if r.conn == nil {
		return false
	}
	at, _ := r.conn.NextDeadline()
	if at > until || at == sim.Never {
		return false
	}
	r.now = max(r.now, at)
	r.conn.TimerExpired(r.now)
	return true
}

// quiet fails if something was sent that no line has asked for.
func (r *run) quiet() error {
	if len(r.sent) == 0 {
		return nil
	}
	return r.step.errorf("a segment is sent that no line expects\n  expected  nothing before  %s\n  came      %s",
		r.step.text, r.sentText(&r.sent[0]))
}

// drain takes from the connection what it wants to send.
func (r *run) drain() error {
	c := r.conn
	for n := 0; c.NextSegment(r.now, &r.out); n++ {
		if n > 100_000 {
			return r.step.errorf("the connection sends without end")
		}
		h := r.out.HeaderLen()
		b := make([]byte, h+c.PayloadLen(&r.out))
		c.CopyPayload(b[h:], &r.out)
		if err := r.transmit(&r.out, b); err != nil {
			return err
		}
	}
	if c.Released() {
		r.port.attached = false
	}
	return nil
}

// transmit reads the bytes of a segment as the other end would.
func (r *run) transmit(seg *tcp.Segment, b []byte) error {
	seg.Put(b, here.Addr(), there.Addr())
	s := sent{at: r.now, cause: seg.Cause, ecn: seg.ECT}
	if err := tcp.Parse(b, here.Addr(), there.Addr(), &s.seg); err != nil {
		return r.step.errorf("what was sent cannot be read: %v", err)
	}
	s.seg.ECT = s.ecn // what the host would write into the packet's header
	if o := &s.seg.Options; s.seg.Flags&tcp.SYN != 0 {
		r.scale.ours, r.scale.oursGiven = o.WScale, o.HasWScale
		r.scale.stamped = o.HasTimestamps
	}
	if s.seg.Options.HasTimestamps {
		r.scale.lastVal = s.seg.Options.TSval
	}
	r.sent = append(r.sent, s)
	r.tell(r.now, ">", r.segmentText(&s.seg, true)+"  # "+s.cause.String())
	if at := int64(int32(s.seg.SEQ - r.settings.iss - 1)); !r.wrote.holds(at, s.seg.Data) {
		return r.step.errorf("the text of a segment is not what the program wrote at octet %d\n  came      %s", at, r.sentText(&s))
	}
	return nil
}

// inject lets a segment of the peer arrive.
func (r *run) inject(p *pattern) error {
	if p.times > 1 {
		for i := range p.times {
			q := p.nth(i)
			if err := r.inject(&q); err != nil {
				return err
			}
		}
		return nil
	}
	seg := tcp.Segment{SrcPort: there.Port(), DstPort: here.Port(), Flags: p.flags, URG: uint16(max(0, p.urg)),
		SEQ: p.seq.seq(r.settings.irs)}
	if p.flags&tcp.ACK != 0 {
		seg.ACK = p.ack.seq(r.settings.iss)
	}
	r.peerOptions(p, &seg)
	if err := r.peerWindow(p, &seg); err != nil {
		return err
	}
	from := p.seq.n - 1
	if p.flags&tcp.SYN != 0 {
		from++ // the text of a SYN stands behind it
	}
	text := r.peerText.at(from, int(p.size), p.text)
	h := seg.HeaderLen()
	b := append(make([]byte, h), text...)
	seg.Put(b, there.Addr(), here.Addr())
	if err := tcp.Parse(b, there.Addr(), here.Addr(), &r.in); err != nil {
		return r.step.errorf("what arrives cannot be read: %v", err)
	}
	r.in.CE = p.ecn
	r.tell(r.now, "<", r.segmentText(&r.in, false))
	return r.arrives(&r.in)
}

// arrives finds out whom a segment is for (RFC 9293 §3.10.7).
func (r *run) arrives(seg *tcp.Segment) error {
	if r.port.attached && (r.conn.State() != tcp.TimeWait || !r.port.listening || !r.conn.MayBeReplacedBy(seg)) {
		r.conn.SegmentArrives(r.now, seg)
		return r.drain()
	}
	if r.port.listening {
		switch tcp.AtListen(seg) {
		case tcp.Begin:
			id := tcp.ID{Local: here, Remote: there}
			r.conn = tcp.Accept(r.now, id, r.settings.iss, &r.settings.cfg, r.emitter(), seg)
			r.port.attached, r.port.accepted = true, false
			return r.drain()
		case tcp.Ignore:
			return nil
		}
	}
	if rst, ok := tcp.ResetFor(seg); ok {
		return r.transmit(&rst, make([]byte, rst.HeaderLen()))
	}
	return nil
}

func (r *run) emitter() tcp.Emitter { return tcp.Emitter{Log: r.log, Node: "host"} }

// clockText is a moment as the story writes it.
func (r *run) clockText(at sim.Time) string { return seconds(at.Sub(r.zero)) }

func seconds(d time.Duration) string {
	s := fmt.Sprintf("%d.%09d", d/time.Second, d%time.Second)
	if d < 0 {
		s = "-" + fmt.Sprintf("%d.%09d", -d/time.Second, -d%time.Second)
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// tell adds a line to the trace, in the notation of the stories.
func (r *run) tell(at sim.Time, direction, what string) {
	if direction != "" {
		what = direction + " " + what
	}
	r.told = append(r.told, fmt.Sprintf("+%-8s %s", seconds(at.Sub(r.toldAt)), what))
	r.toldAt = at
}

// context is the end of the trace, for a story that fails.
func (r *run) context() string {
	const lines = 8
	told := r.told
	dots := ""
	if len(told) > lines {
		told, dots = told[len(told)-lines:], "    ...\n"
	}
	return "what has happened:\n" + dots + "    " + strings.Join(told, "\n    ")
}

var errNoConnection = errors.New("there is no connection yet: expected connect, or a SYN after listen, before this line")
