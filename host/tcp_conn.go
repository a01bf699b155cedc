package host

import (
	"errors"
	"fmt"

	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/tcp"
	"github.com/packetwalk/packetwalk/trace"
)

// TCPConn is a program's end of a TCP connection: the blocking shell, a
// net.Conn, around the machine of package tcp. Its methods behave as those of
// *net.TCPConn, with deadlines in simulated time. A laboratory may hold very
// many that are idle: what a connection has while nothing happens is this
// struct, its machine and its place in the table.
type TCPConn struct {
	host     *Host
	machine  *tcp.Conn
	listener *Listener // that it will be accepted from; nil once accepted
	way      *way      // to the peer, as last looked up
	alarm    *alarm    // for the machine's next deadline; nil if there is none

	readable, writable          sim.Cond
	readDeadline, writeDeadline deadline
	arrival                     trace.ID // the segment that last brought something to read
	acked                       trace.ID // the segment that came last
	said                        *ICMPError
	watched                     *variables // that the log knows of; nil if nobody reads it

	closed   bool // by the program
	released bool // not in the table any more
	told     bool // the program knows why the connection broke
	abortive bool // Close resets (SetLinger(0))
}

func newTCPConn(h *Host, m *tcp.Conn) *TCPConn {
	c := &TCPConn{host: h, machine: m}
	describe := c.describe
	c.readable.Init(h.lab.sim, describe)
	c.writable.Init(h.lab.sim, describe)
	return c
}

// describe says what a program waits for that waits here.
func (c *TCPConn) describe() string {
	return fmt.Sprintf("the connection to %v (TCP, %v)", c.machine.ID().Remote, c.machine.State())
}

// segmentArrives hands a segment to the machine and then lets it act.
func (c *TCPConn) segmentArrives(seg *tcp.Segment) {
	if log := c.host.lab.log; log.Tapped() {
		c.acked = log.Cause()
		if seg.Len() > 0 || seg.Flags&tcp.RST != 0 {
			c.arrival = c.acked
		}
	}
	c.said = nil // the peer can be reached after all
	c.machine.SegmentArrives(c.host.lab.sim.Now(), seg)
	c.act()
}

func (c *TCPConn) timerExpired() {
	log := c.host.lab.log
	before := log.Because(0)
	c.machine.TimerExpired(c.host.lab.sim.Now())
	c.act()
	log.Because(before)
}

// act carries out what the machine wants after any input: segments out, the
// next deadline armed, waiting programs woken, and in the end the connection
// forgotten.
func (c *TCPConn) act() {
	h := c.host
	now := h.lab.sim.Now()
	c.watch()
	for c.machine.NextSegment(now, &h.tcp.out) {
		before := c.noteSent(&h.tcp.out)
		h.sendSegment(c, &h.tcp.out)
		c.watch()
		h.lab.log.Because(before)
	}
	if c.machine.Released() {
		c.release()
	} else {
		c.setAlarm()
	}
	if c.listener != nil {
		c.listener.progress(c)
	}
	c.wake()
}

func (c *TCPConn) wake() {
	if c.machine.Readable() {
		c.readable.Broadcast()
	}
	if c.machine.Inviting() {
		c.writable.Broadcast()
	}
}

// release takes the connection out of the host's table: it is CLOSED, or a new
// one takes its place.
func (c *TCPConn) release() {
	if c.released {
		return
	}
	c.released = true
	c.host.tcp.forget(c)
	c.stopAlarm()
}

// icmpError is what ICMP says of a segment of this connection. RFC 1122
// §4.2.3.9 makes most of it soft: a connection survives it, and learns from it
// why it failed if it fails. While it is being opened, the attempt fails at
// once, as on Linux (tcp_v4_err); of a synchronised connection that is not
// believed even of the codes that RFC 1122 calls hard (RFC 5461 §4.1).
func (c *TCPConn) icmpError(e *ICMPError) {
	if e.Message.Type == network.DestinationUnreachable && e.Message.Code == network.FragmentationNeeded {
		c.pathTooNarrow(e)
		return
	}
	s := c.machine.Snapshot()
	inFlight := s.SndUNA.LessEq(e.seq) && e.seq.Less(s.SndNXT)
	if e.Errno() == 0 || !inFlight {
		return // RFC 5927 §4.1: it must be about something that is on its way
	}
	c.said = e
	if s.State == tcp.SynSent {
		c.machine.Abort(c.host.lab.sim.Now())
		c.act()
	}
}

// cause prefers what ICMP said of the path to the machine's own error.
func (c *TCPConn) cause(err error) error {
	if c.said != nil && !c.closed && (errors.Is(err, tcp.ErrTimeout) || errors.Is(err, tcp.ErrAborted)) {
		return c.said
	}
	return err
}
