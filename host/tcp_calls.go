package host

import (
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/tcp"
)

// Read reads what has arrived, at least one byte; it waits while there is
// none. io.EOF says that the peer has closed its direction.
func (c *TCPConn) Read(p []byte) (int, error) {
	lab := c.host.lab
	cause, err := lab.enter()
	if err != nil {
		return 0, c.opError("read", err)
	}
	for {
		n, err := c.tryRead(p)
		if n > 0 || err != nil || len(p) == 0 {
			lab.woken(c.arrival)
			c.host.noteRead(c, n)
			lab.leave(cause)
			return n, c.opError("read", err)
		}
		lab.wait(&c.readable, c.readDeadline)
		lab.log.Because(c.arrival) // should reading open the window
	}
}

func (c *TCPConn) tryRead(p []byte) (int, error) {
	now := c.host.lab.sim.Now()
	switch {
	case c.closed:
		return 0, net.ErrClosed
	case len(p) == 0:
		return 0, nil // as the standard library: nothing is asked, nothing is wrong
	case c.readDeadline.passed(now):
		return 0, os.ErrDeadlineExceeded
	}
	n, err := c.machine.Read(now, p)
	if n > 0 {
		c.act() // reading opens the window: the peer may have to be told
	}
	if err == nil || err == io.EOF { //nolint:errorlint // the machine wraps nothing
		return n, err
	}
	// Simplified: Linux tells why a connection broke once and then pretends that
	// it ended in order (io.EOF); here reads go on saying why.
	c.told = true
	return n, c.cause(err)
}

// Write hands all of p to TCP; it waits while the send buffer is full. That
// it returns does not mean that anything has arrived.
func (c *TCPConn) Write(p []byte) (int, error) {
	lab := c.host.lab
	cause, err := lab.enter()
	if err != nil {
		return 0, c.opError("write", err)
	}
	c.host.noteWrite(c, len(p))
	written := 0
	for {
		n, err := c.tryWrite(p[written:])
		written += n
		if err != nil || written == len(p) {
			lab.leave(cause)
			return written, c.opError("write", err)
		}
		lab.wait(&c.writable, c.writeDeadline)
		lab.log.Because(c.acked) // what made room is why the rest goes out
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
	if c.machine.Err() == nil {
		return n, err
	}
	// As on Linux: the first call learns why, the next ones that nobody reads.
	if c.told {
		return n, syscall.EPIPE
	}
	c.told = true
	return n, c.cause(err)
}

// Close closes both directions: what was written is still delivered, what
// has arrived unread is thrown away. Calls that wait return net.ErrClosed.
func (c *TCPConn) Close() error {
	return c.user("close", func(now sim.Time) error {
		c.closed = true
		if c.abortive {
			c.machine.Abort(now)
		} else {
			c.machine.Close(now)
		}
		return nil
	})
}

// SetLinger sets what Close does with what is still to be sent. With 0 it is
// thrown away and the connection is reset; otherwise it is sent after Close
// has returned.
func (c *TCPConn) SetLinger(seconds int) error {
	return c.user("set", func(sim.Time) error {
		c.abortive = seconds == 0
		return nil
	})
}

// CloseWrite closes the direction to the peer: it reads io.EOF after what was
// written (RFC 9293 §3.6, half-close).
func (c *TCPConn) CloseWrite() error {
	return c.user("close", func(now sim.Time) error {
		if c.machine.State() == tcp.Closed {
			return os.NewSyscallError("shutdown", syscall.ENOTCONN)
		}
		c.machine.CloseWrite(now)
		return nil
	})
}

// CloseRead says that nothing more will be read here: reads give io.EOF, and
// what still comes is acknowledged and thrown away.
func (c *TCPConn) CloseRead() error {
	return c.user("close", func(now sim.Time) error {
		if c.machine.State() == tcp.Closed {
			return os.NewSyscallError("shutdown", syscall.ENOTCONN)
		}
		c.machine.CloseRead(now)
		return nil
	})
}

// Abort resets the connection (RFC 9293 §3.10.5, ABORT): what is in flight
// in either direction is lost.
func (c *TCPConn) Abort() error {
	return c.user("close", func(now sim.Time) error {
		c.closed = true
		c.machine.Abort(now)
		return nil
	})
}

// SetNoDelay turns Nagle's algorithm off (true) or on (RFC 9293 §3.7.4).
func (c *TCPConn) SetNoDelay(noDelay bool) error {
	return c.user("set", func(sim.Time) error {
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
		d, err := deadlineFrom(t)
		if err != nil {
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
func (c *TCPConn) LocalAddr() net.Addr { return tcpAddr(c.machine.ID().Local) }

// RemoteAddr is the *net.TCPAddr of the peer.
func (c *TCPConn) RemoteAddr() net.Addr { return tcpAddr(c.machine.ID().Remote) }

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
