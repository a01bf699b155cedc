package host

import (
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/packetwalk/packetwalk/tcp"
)

// Dialer connects over TCP as Host.Dial does, with what a program would set on
// the socket first: bind, and options that must be there before the SYN. It is
// to a host what net.Dialer is to a machine.
type Dialer struct {
	Host *Host
	// LocalAddr is what the socket is bound to; the host picks an address that
	// is unspecified or missing, and a port that is 0.
	LocalAddr netip.AddrPort
	// TCP is the connection's configuration, Host.TCP if nil. Its MSS is made
	// to fit the interface.
	TCP *tcp.Config
	// Timeout is how long Dial waits; 0 is no limit but TCP's own.
	Timeout time.Duration
}

// Dial connects to "host:port", network "tcp" or "tcp4". It waits: only
// programs can call it.
func (d *Dialer) Dial(network, address string) (*TCPConn, error) {
	return d.dial(network, address, true)
}

// Start begins to connect and does not wait: connect on a non-blocking socket,
// which gives EINPROGRESS. The address is of numbers. Connected tells how far
// it has come.
func (d *Dialer) Start(network, address string) (*TCPConn, error) {
	if _, err := netip.ParseAddrPort(address); err != nil {
		return nil, opError("dial", network, nil, nil, err)
	}
	return d.dial(network, address, false)
}

func (d *Dialer) dial(network, address string, wait bool) (*TCPConn, error) {
	h := d.Host
	cause, err := h.lab.enter()
	if err != nil {
		return nil, opError("dial", network, nil, nil, err)
	}
	defer h.lab.leave(cause)
	if err := checkNetwork(network, "tcp"); err != nil {
		return nil, opError("dial", network, nil, nil, err)
	}
	until := deadline(0)
	if d.Timeout != 0 {
		until = deadlineAt(h.lab.sim.Now().Add(d.Timeout))
	}
	remote, err := h.peer(address, until)
	if err != nil {
		return nil, opError("dial", network, nil, nil, err)
	}
	id, err := h.boundFlow(d.LocalAddr, remote)
	if err == nil && d.TCP != nil {
		err = d.TCP.Check()
	}
	if err != nil {
		return nil, opError("dial", network, nil, tcpAddr(remote), systemError("connect", err))
	}
	cfg := &h.TCP
	if d.TCP != nil {
		cfg = d.TCP
	}
	c := h.open(id, h.fitted(*cfg, id))
	if wait {
		if err := c.established(until); err != nil {
			return nil, opError("dial", network, nil, tcpAddr(remote), systemError("connect", err))
		}
	}
	return c, nil
}

// boundFlow is newFlow for a socket that may have been bound: an address that
// is not the host's is EADDRNOTAVAIL, as is a pair of sockets that is in use,
// and a port on which somebody listens EADDRINUSE.
func (h *Host) boundFlow(local, remote netip.AddrPort) (tcp.ID, error) {
	id, err := h.newFlow(remote)
	if err != nil || !local.IsValid() {
		return id, err
	}
	addr, port := local.Addr(), local.Port()
	if addr.IsUnspecified() {
		addr = id.Local.Addr()
	}
	switch at := netip.AddrPortFrom(addr, port); {
	case !h.isLocal(addr):
		return tcp.ID{}, syscall.EADDRNOTAVAIL
	case port == 0:
		port, err = h.freePort(addr, remote)
	case h.tcp.listener(at) != nil:
		return tcp.ID{}, syscall.EADDRINUSE
	case h.tcp.conns[keyOf(at, remote)] != nil:
		return tcp.ID{}, syscall.EADDRNOTAVAIL
	}
	return tcp.ID{Local: netip.AddrPortFrom(addr, port), Remote: remote}, err
}

// ListenConfig listens as Host.Listen does, with what a program would set on
// the socket first. Its connections inherit it.
type ListenConfig struct {
	Host    *Host
	TCP     *tcp.Config // Host.TCP if nil
	Backlog int         // Host.Backlog if 0
}

// Listen opens a passive socket, as Host.Listen.
func (lc *ListenConfig) Listen(network, address string) (*Listener, error) {
	if lc.TCP != nil {
		if err := lc.TCP.Check(); err != nil {
			return nil, opError("listen", network, nil, nil, err)
		}
	}
	made, err := lc.Host.Listen(network, address)
	if err != nil {
		return nil, err
	}
	l := made.(*Listener)
	if lc.TCP != nil {
		own := *lc.TCP
		l.tcp = &own
	}
	if lc.Backlog > 0 {
		l.backlog = lc.Backlog
	}
	return l, nil
}

// config is the configuration of a connection that the listener takes.
func (l *Listener) config(id tcp.ID) *tcp.Config {
	if l.tcp != nil {
		return l.host.fitted(*l.tcp, id)
	}
	return l.host.config(id)
}

var _ net.Listener = (*Listener)(nil)
