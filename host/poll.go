package host

import (
	"net"
	"os"
	"syscall"

	"github.com/packetwalk/packetwalk/tcp"
)

// Readiness is what poll tells of a socket.
type Readiness uint8

// The bits of Readiness, as Linux sets them for TCP (tcp_poll).
const (
	PollIn    Readiness = 1 << iota // a read, or an accept, would not wait
	PollOut                         // a write would not wait
	PollError                       // there is an error to be told
	PollHup                         // both directions are closed
	PollRdHup                       // the peer has closed its direction, or this end stopped reading
)

// Poll says what the connection is ready for. Nothing is asked of the network:
// the answer changes only with a call, a packet or the time.
func (c *TCPConn) Poll() Readiness {
	var r Readiness
	m := c.machine
	state := m.State()
	opening := state == tcp.SynSent || state == tcp.SynReceived
	if m.Readable() && !opening {
		r |= PollIn
	}
	if m.Inviting() {
		r |= PollOut
	}
	if m.Err() != nil && !c.told && !c.closed {
		r |= PollError
	}
	ended := state == tcp.Closed || state == tcp.TimeWait || state == tcp.LastAck || state == tcp.Closing
	if ended {
		r |= PollHup
	}
	if ended || state == tcp.CloseWait || m.ReadEnds() {
		r |= PollRdHup
	}
	return r
}

// Connected says whether an attempt to connect that Dialer.Start began is over,
// and the error that it ended with: what poll for writing and then SO_ERROR
// tell.
func (c *TCPConn) Connected() (over bool, err error) {
	switch state := c.machine.State(); {
	case c.machine.Err() != nil:
		c.told = true
		return true, c.opError("dial", systemError("connect", c.cause(c.machine.Err())))
	default:
		return state != tcp.SynSent && state != tcp.SynReceived, nil
	}
}

// TryRead is Read that does not wait: syscall.EAGAIN says that it would.
// Unlike Read it can be called from outside of programs while no time passes.
func (c *TCPConn) TryRead(p []byte) (int, error) {
	lab := c.host.lab
	cause, err := lab.enter()
	if err != nil {
		return 0, c.opError("read", err)
	}
	defer lab.leave(cause)
	n, err := c.tryRead(p)
	if n == 0 && err == nil && len(p) > 0 {
		err = os.NewSyscallError("read", syscall.EAGAIN)
	}
	c.host.noteRead(c, n)
	return n, c.opError("read", err)
}

// TryWrite is Write that does not wait: it hands over what there is room for,
// and syscall.EAGAIN says that there is none.
func (c *TCPConn) TryWrite(p []byte) (int, error) {
	lab := c.host.lab
	cause, err := lab.enter()
	if err != nil {
		return 0, c.opError("write", err)
	}
	defer lab.leave(cause)
	n := 0
	if c.machine.Writable() || c.closed {
		c.host.noteWrite(c, len(p))
		n, err = c.tryWrite(p)
	}
	if n == 0 && err == nil && len(p) > 0 {
		err = os.NewSyscallError("write", syscall.EAGAIN)
	}
	return n, c.opError("write", err)
}

// TryAccept is Accept that does not wait: syscall.EAGAIN says that it would.
func (l *Listener) TryAccept() (*TCPConn, error) {
	lab := l.host.lab
	cause, err := lab.enter()
	if err != nil {
		return nil, l.opError("accept", err)
	}
	defer lab.leave(cause)
	if l.closed {
		return nil, l.opError("accept", net.ErrClosed)
	}
	if len(l.queue) == 0 {
		return nil, l.opError("accept", os.NewSyscallError("accept", syscall.EAGAIN))
	}
	return l.next(), nil
}

// Poll is PollIn when a connection waits for Accept.
func (l *Listener) Poll() Readiness {
	if len(l.queue) > 0 {
		return PollIn
	}
	return 0
}
