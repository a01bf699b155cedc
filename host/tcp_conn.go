package host

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/tcp"
	"github.com/packetwalk/packetwalk/trace"
)

// TCPConn is a program's end of a TCP connection: the blocking shell, a
// net.Conn, around the machine of package tcp. Its methods behave as those of
// *net.TCPConn, with deadlines in simulated time.
type TCPConn struct {
	host     *Host
	machine  *tcp.Conn
	id       tcp.ID
	listener *Listener // that it will be accepted from; nil once accepted

	timer *sim.Timer // the machine's next deadline, when it keeps the run alive
	idle  *sim.Timer // the same, when it does not

	readable, writable           sim.Cond
	readDeadline, writeDeadline  deadline
	arrival                      trace.ID // what last made it readable
	closed, readClosed, released bool
	failure                      error // what ICMP said, in place of the machine's error
}

func newTCPConn(h *Host, id tcp.ID, m *tcp.Conn) *TCPConn {
	c := &TCPConn{host: h, id: id, machine: m}
	c.timer = h.lab.sim.NewTimer(c.timerExpired)
	c.readable.Init(h.lab.sim, func() string { return "reading from " + c.name() })
	c.writable.Init(h.lab.sim, func() string { return "writing to " + c.name() })
	return c
}

func (c *TCPConn) name() string {
	return fmt.Sprintf("%v (TCP, %v)", c.id.Remote, c.machine.State())
}

// segmentArrives hands a segment to the machine and then lets it act.
func (c *TCPConn) segmentArrives(seg *tcp.Segment) {
	c.machine.SegmentArrives(c.host.lab.sim.Now(), seg)
	c.act()
}

func (c *TCPConn) timerExpired() {
	log := c.host.lab.log
	defer log.Because(log.Because(0))
	c.machine.TimerExpired(c.host.lab.sim.Now())
	c.act()
}

// act carries out what the machine wants after any input: segments out, the
// next deadline armed, waiting programs woken, and in the end the connection
// forgotten.
func (c *TCPConn) act() {
	h := c.host
	now := h.lab.sim.Now()
	for c.machine.NextSegment(now, &h.tcp.out) {
		h.sendSegment(c, &h.tcp.out)
	}
	if c.machine.Released() {
		c.release()
	} else {
		c.arm()
	}
	if c.listener != nil {
		c.listener.progress(c)
	}
	c.wake()
}

func (c *TCPConn) arm() {
	at, live := c.machine.NextDeadline()
	if live {
		c.timer.Arm(at)
		if c.idle != nil {
			c.idle.Stop()
		}
		return
	}
	c.timer.Stop()
	if at == sim.Never {
		if c.idle != nil {
			c.idle.Stop()
		}
		return
	}
	if c.idle == nil {
		c.idle = c.host.lab.sim.NewIdleTimer(c.timerExpired)
	}
	c.idle.Arm(at)
}

func (c *TCPConn) wake() {
	if c.machine.Readable() {
		c.arrival = c.host.lab.log.Cause()
		c.readable.Broadcast()
	}
	if c.machine.Writable() || c.machine.Err() != nil {
		c.writable.Broadcast()
	}
}

// release takes the connection out of the host's table: it is CLOSED.
func (c *TCPConn) release() {
	if c.released {
		return
	}
	c.released = true
	c.host.tcp.forget(c)
	c.timer.Release()
	if c.idle != nil {
		c.idle.Release()
	}
}

// Read reads what has arrived, at least one byte; it waits while there is
// none. io.EOF says that the peer has closed its direction.
func (c *TCPConn) Read(p []byte) (int, error) {
	cause, err := c.host.lab.enter()
	if err != nil {
		return 0, c.opError("read", err)
	}
	defer c.host.lab.leave(cause)
	for {
		n, err := c.tryRead(p)
		if n > 0 || err != nil || len(p) == 0 {
			c.host.lab.woken(c.arrival)
			c.host.noteRead(c, n)
			return n, c.opError("read", err)
		}
		if err := c.host.lab.wait(&c.readable, &c.readDeadline); err != nil {
			return 0, c.opError("read", err)
		}
	}
}

func (c *TCPConn) tryRead(p []byte) (int, error) {
	now := c.host.lab.sim.Now()
	switch {
	case c.closed:
		return 0, net.ErrClosed
	case c.readDeadline.passed(now):
		return 0, os.ErrDeadlineExceeded
	case c.readClosed:
		return 0, io.EOF
	}
	n, err := c.machine.Read(now, p)
	if n > 0 {
		c.act() // reading opens the window: the peer may have to be told
	}
	return n, c.cause(err)
}

// Write hands all of p to TCP; it waits while the send buffer is full. That
// it returns does not mean that anything has arrived.
func (c *TCPConn) Write(p []byte) (int, error) {
	cause, err := c.host.lab.enter()
	if err != nil {
		return 0, c.opError("write", err)
	}
	defer c.host.lab.leave(cause)
	c.host.noteWrite(c, len(p))
	written := 0
	for {
		n, err := c.tryWrite(p[written:])
		written += n
		if err != nil {
			return written, c.opError("write", err)
		}
		if written == len(p) {
			return written, nil
		}
		if err := c.host.lab.wait(&c.writable, &c.writeDeadline); err != nil {
			return written, c.opError("write", err)
		}
	}
}

func (c *TCPConn) tryWrite(p []byte) (int, error) {
	now := c.host.lab.sim.Now()
	switch {
	case c.closed:
		return 0, net.ErrClosed
	case c.writeDeadline.passed(now):
		return 0, os.ErrDeadlineExceeded
	}
	n, err := c.machine.Write(now, p)
	if n > 0 {
		c.act()
	}
	return n, c.cause(err)
}

// cause prefers what ICMP said of the path to the machine's own error.
func (c *TCPConn) cause(err error) error {
	if err != nil && c.failure != nil {
		return c.failure
	}
	return err
}

// Close closes both directions: what was written is still delivered, what
// has arrived unread is thrown away. Calls that wait return net.ErrClosed.
func (c *TCPConn) Close() error {
	return c.user("close", func(now sim.Time) error {
		c.closed = true
		c.machine.Close(now)
		return nil
	})
}

// CloseWrite closes the direction to the peer: it reads io.EOF after what was
// written (RFC 9293 §3.6, half-close).
func (c *TCPConn) CloseWrite() error {
	return c.user("close", func(now sim.Time) error {
		c.machine.CloseWrite(now)
		return nil
	})
}

// CloseRead says that nothing more will be read here.
func (c *TCPConn) CloseRead() error {
	return c.user("close", func(sim.Time) error {
		c.readClosed = true
		return nil
	})
}

// Abort resets the connection (RFC 9293 §3.10.5, ABORT): what is in flight
// in either direction is lost.
func (c *TCPConn) Abort() error {
	return c.user("abort", func(now sim.Time) error {
		c.closed = true
		c.machine.Abort(now)
		return nil
	})
}

// SetNoDelay turns Nagle's algorithm off (true) or on (RFC 9293 §3.7.4).
func (c *TCPConn) SetNoDelay(noDelay bool) error {
	return c.user("setsockopt", func(now sim.Time) error {
		c.machine.SetNoDelay(noDelay)
		return nil
	})
}

// SetDeadline sets both deadlines, from Host.Now.
func (c *TCPConn) SetDeadline(t time.Time) error { return c.setDeadlines(t, true, true) }

// SetReadDeadline sets the moment after which reads fail with
// os.ErrDeadlineExceeded; the zero time means none.
func (c *TCPConn) SetReadDeadline(t time.Time) error { return c.setDeadlines(t, true, false) }

// SetWriteDeadline is SetReadDeadline for writes.
func (c *TCPConn) SetWriteDeadline(t time.Time) error { return c.setDeadlines(t, false, true) }

func (c *TCPConn) setDeadlines(t time.Time, read, write bool) error {
	return c.user("set", func(sim.Time) error {
		var d deadline
		if err := d.from(t); err != nil {
			return err
		}
		if read {
			c.readDeadline = d
		}
		if write {
			c.writeDeadline = d
		}
		return nil
	})
}

// user is a call of the program that does not wait. Calls that do wait look
// again at what has changed.
func (c *TCPConn) user(op string, call func(now sim.Time) error) error {
	cause, err := c.host.lab.enter()
	if err != nil {
		return c.opError(op, err)
	}
	defer c.host.lab.leave(cause)
	if c.closed {
		return c.opError(op, net.ErrClosed)
	}
	if err := call(c.host.lab.sim.Now()); err != nil {
		return c.opError(op, err)
	}
	if !c.released {
		c.act()
	}
	c.readable.Broadcast()
	c.writable.Broadcast()
	return nil
}

// LocalAddr is the *net.TCPAddr of this end.
func (c *TCPConn) LocalAddr() net.Addr { return tcpAddr(c.id.Local) }

// RemoteAddr is the *net.TCPAddr of the peer.
func (c *TCPConn) RemoteAddr() net.Addr { return tcpAddr(c.id.Remote) }

// Machine shows the machine behind the connection, for those who want to see
// its variables; it is not to be driven from outside.
func (c *TCPConn) Machine() *tcp.Conn { return c.machine }

func tcpAddr(a netip.AddrPort) net.Addr { return net.TCPAddrFromAddrPort(a) }

// opError dresses an error; io.EOF stays bare, as in the standard library.
func (c *TCPConn) opError(op string, err error) error {
	if err == nil || err == io.EOF { //nolint:errorlint // exactly io.EOF, as net does
		return err
	}
	return opError(op, "tcp", c.LocalAddr(), c.RemoteAddr(), systemError(op, err))
}
