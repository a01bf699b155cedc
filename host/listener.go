package host

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/tcp"
)

// defaultBacklog is how many connections wait for Accept, as Linux's SOMAXCONN.
const defaultBacklog = 4096

// Listener is a passive socket: a net.Listener for TCP.
type Listener struct {
	host     *Host
	local    netip.AddrPort
	backlog  int
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
	l, err := h.listen(network, address)
	if err != nil {
		return nil, opError("listen", network, nil, nil, systemError("bind", err))
	}
	return l, nil
}

func (h *Host) listen(network, address string) (*Listener, error) {
	if err := checkNetwork(network, "tcp"); err != nil {
		return nil, err
	}
	local, err := h.endpoint(address)
	if err != nil {
		return nil, err
	}
	if local, err = h.tcp.bind(local); err != nil {
		return nil, err
	}
	l := &Listener{host: h, local: local, backlog: defaultBacklog}
	l.ready.Init(h.lab.sim, func() string { return fmt.Sprintf("accepting on %v (TCP)", l.local) })
	h.tcp.listeners[local] = l
	return l, nil
}

// Accept waits for the next connection.
func (l *Listener) Accept() (net.Conn, error) {
	lab := l.host.lab
	cause, err := lab.enter()
	if err != nil {
		return nil, l.opError(err)
	}
	defer lab.leave(cause)
	for len(l.queue) == 0 {
		switch {
		case l.closed:
			return nil, l.opError(net.ErrClosed)
		default:
			if err := lab.wait(&l.ready, &l.deadline); err != nil {
				return nil, l.opError(err)
			}
		}
	}
	if l.closed {
		return nil, l.opError(net.ErrClosed)
	}
	c := l.queue[0]
	l.queue = l.queue[1:]
	lab.woken(c.arrival)
	return c, nil
}

// Close stops listening. Connections that were not accepted are reset.
func (l *Listener) Close() error {
	cause, err := l.host.lab.enter()
	if err != nil {
		return l.opError(err)
	}
	defer l.host.lab.leave(cause)
	if l.closed {
		return l.opError(net.ErrClosed)
	}
	l.closed = true
	delete(l.host.tcp.listeners, l.local)
	for _, c := range l.queue {
		c.machine.Abort(l.host.lab.sim.Now())
		c.act()
	}
	l.queue = nil
	l.ready.Broadcast()
	return nil
}

// SetDeadline sets the moment after which Accept fails with
// os.ErrDeadlineExceeded.
func (l *Listener) SetDeadline(t time.Time) error {
	cause, err := l.host.lab.enter()
	if err != nil {
		return l.opError(err)
	}
	defer l.host.lab.leave(cause)
	if err := l.deadline.from(t); err != nil {
		return l.opError(err)
	}
	l.ready.Broadcast()
	return nil
}

// Addr is the *net.TCPAddr that is listened on.
func (l *Listener) Addr() net.Addr { return tcpAddr(l.local) }

func (l *Listener) opError(err error) error {
	return opError("accept", "tcp", nil, l.Addr(), err)
}

// synArrives begins a connection in SYN-RECEIVED (RFC 9293 §3.10.7.2), unless
// the backlog is full: then the SYN is dropped, as Linux does, and the client
// will send it again.
func (l *Listener) synArrives(id tcp.ID, syn *tcp.Segment) {
	h := l.host
	if l.embryos+len(l.queue) >= l.backlog {
		h.note(EventBacklogFull, id.Local.Port())
		return
	}
	c := newTCPConn(h, id, tcp.Accept(h.lab.sim.Now(), id, h.tcp.iss(id), h.config(id), h.emitter(), syn))
	c.listener = l
	l.embryos++
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
