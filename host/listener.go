package host

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/tcp"
)

const defaultBacklog = 4096

// Listener is a passive socket: a net.Listener for TCP.
type Listener struct {
	host     *Host
	local    netip.AddrPort
	tcp      *tcp.Config // of its connections; nil if it is the host's
	backlog  int
	cookies  cookies
	embryos  int        // in SYN-RECEIVED
	queue    []*TCPConn // established, not accepted yet
	ready    sim.Cond
	deadline deadline
	closed   bool
}

// Listen opens a passive socket: network "tcp" or "tcp4", address ":port" or
// "host:port"; port 0 picks one. A port in use is syscall.EADDRINUSE.
func (h *Host) Listen(network, address string) (net.Listener, error) {
	cause, err := h.lab.enter()
	if err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	defer h.lab.leave(cause)
	if err := checkNetwork(network, "tcp"); err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	local, err := h.endpoint(address, 0)
	if err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	bound, err := h.tcp.bind(local)
	if err != nil {
		return nil, opError("listen", network, nil, tcpAddr(local), systemError("bind", err))
	}
	return h.tcp.listen(bound), nil
}

func (t *tcpTable) listen(local netip.AddrPort) *Listener {
	l := &Listener{host: t.host, local: local, backlog: t.host.Backlog}
	if l.backlog == 0 {
		l.backlog = defaultBacklog
	}
	l.ready.Init(t.host.lab.sim, func() string { return fmt.Sprintf("a connection to %v (TCP)", l.local) })
	t.listeners[local] = l
	return l
}

// Accept waits for the next connection.
func (l *Listener) Accept() (net.Conn, error) {
	lab := l.host.lab
	cause, err := lab.enter()
	if err != nil {
		return nil, l.opError("accept", err)
	}
	defer lab.leave(cause)
	for {
		switch {
		case l.closed:
			return nil, l.opError("accept", net.ErrClosed)
		case l.deadline.passed(lab.sim.Now()):
			return nil, l.opError("accept", os.ErrDeadlineExceeded)
		case len(l.queue) > 0:
			return l.next(), nil
		}
		lab.wait(&l.ready, l.deadline)
	}
}

// next takes the connection that has waited longest.
func (l *Listener) next() *TCPConn {
	c := l.queue[0]
	l.queue[0], l.queue = nil, l.queue[1:]
	l.host.lab.woken(c.arrival)
	return c
}

// Close stops listening. Connections that were not accepted are reset, those
// in SYN-RECEIVED as soon as they are established.
func (l *Listener) Close() error {
	return l.user("close", func() error {
		l.closed = true
		delete(l.host.tcp.listeners, l.local)
		for _, c := range l.queue {
			c.machine.Abort(l.host.lab.sim.Now())
			c.act()
		}
		l.queue = nil
		return nil
	})
}

// SetDeadline sets the moment after which Accept fails with
// os.ErrDeadlineExceeded.
func (l *Listener) SetDeadline(t time.Time) error {
	return l.user("set", func() (err error) {
		l.deadline, err = deadlineFrom(t)
		return err
	})
}

// user is a call of the program that does not wait; who waits looks again.
func (l *Listener) user(op string, call func() error) error {
	cause, err := l.host.lab.enter()
	if err != nil {
		return l.opError(op, err)
	}
	defer l.host.lab.leave(cause)
	if l.closed {
		return l.opError(op, net.ErrClosed)
	}
	if err := call(); err != nil {
		return l.opError(op, err)
	}
	l.ready.Broadcast()
	return nil
}

// Addr is the *net.TCPAddr that is listened on.
func (l *Listener) Addr() net.Addr { return tcpAddr(l.local) }

func (l *Listener) opError(op string, err error) error {
	return opError(op, "tcp", nil, l.Addr(), err)
}

// full says whether there is no room to remember one more connection. Its SYN is
// then dropped, as Linux does (the client will send it again), or answered with
// a cookie.
func (l *Listener) full() bool { return l.embryos+len(l.queue) >= l.backlog }

// synArrives begins a connection in SYN-RECEIVED (RFC 9293 §3.10.7.2).
func (l *Listener) synArrives(id tcp.ID, iss tcp.Seq, syn *tcp.Segment) {
	h := l.host
	l.begin(tcp.Accept(h.lab.sim.Now(), id, iss, l.config(id), h.emitter(), syn))
}

func (l *Listener) begin(m *tcp.Conn) {
	h := l.host
	c := newTCPConn(h, m)
	c.listener = l
	c.arrival = h.lab.log.Cause()
	l.embryos++
	c.knowPath()
	h.tcp.add(c)
	c.act()
}

// progress follows a connection of the listener from SYN-RECEIVED on: into
// the queue when it is established, out of the count when it is gone.
func (l *Listener) progress(c *TCPConn) {
	state := c.machine.State()
	if state == tcp.SynReceived && !c.released {
		return
	}
	c.listener = nil
	l.embryos--
	switch {
	case c.released || state == tcp.Closed:
	case l.closed:
		c.machine.Abort(l.host.lab.sim.Now())
		c.act()
	default:
		c.arrival = l.host.lab.log.Cause()
		l.queue = append(l.queue, c)
		l.ready.Signal()
	}
}
