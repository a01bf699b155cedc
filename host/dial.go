package host

import (
	"context"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/tcp"
)

// Dial connects to an address "host:port", network "tcp" or "udp". For TCP it
// returns when the connection is established: syscall.ECONNREFUSED if a RST
// answered, syscall.ETIMEDOUT if nothing did, what ICMP said if it did. An
// empty or unspecified host is this one, as in the standard library.
func (h *Host) Dial(network, address string) (net.Conn, error) {
	return h.DialTimeout(network, address, 0)
}

// DialTimeout is Dial that gives up after a while with os.ErrDeadlineExceeded;
// 0 is no limit.
func (h *Host) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	return h.dial(network, address, func() (deadline, error) {
		if timeout == 0 {
			return 0, nil
		}
		return deadlineAt(h.lab.sim.Now().Add(timeout)), nil
	})
}

// DialContext is Dial that observes the context's deadline, which must be one
// of the host's clock, and refuses a context that is done.
func (h *Host) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return h.dial(network, address, func() (deadline, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		at, _ := ctx.Deadline()
		return deadlineFrom(at)
	})
}

func (h *Host) dial(network, address string, limit func() (deadline, error)) (net.Conn, error) {
	cause, err := h.lab.enter()
	if err != nil {
		return nil, opError("dial", network, nil, nil, err)
	}
	defer h.lab.leave(cause)
	until, err := limit()
	if err != nil {
		return nil, opError("dial", network, nil, nil, err)
	}
	protocol := "tcp"
	if network == "udp" || network == "udp4" {
		protocol = "udp"
	}
	if err := checkNetwork(network, protocol); err != nil {
		return nil, opError("dial", network, nil, nil, err)
	}
	remote, err := h.peer(address, until)
	if err != nil {
		return nil, opError("dial", network, nil, nil, err)
	}
	if protocol == "udp" {
		c, err := h.dialUDP(remote)
		if err != nil {
			return nil, opError("dial", network, nil, net.UDPAddrFromAddrPort(remote), systemError("connect", err))
		}
		return c, nil
	}
	c, err := h.dialTCP(remote, until)
	if err != nil {
		return nil, opError("dial", network, nil, tcpAddr(remote), systemError("connect", err))
	}
	return c, nil
}

func (h *Host) dialTCP(remote netip.AddrPort, until deadline) (*TCPConn, error) {
	if until.passed(h.lab.sim.Now()) {
		return nil, os.ErrDeadlineExceeded
	}
	id, err := h.newFlow(remote)
	if err != nil {
		return nil, err
	}
	c := h.open(id, h.config(id))
	return c, c.established(until)
}

// open sends the SYN.
func (h *Host) open(id tcp.ID, cfg *tcp.Config) *TCPConn {
	h.noteConnect(id)
	c := newTCPConn(h, tcp.Open(h.lab.sim.Now(), id, h.tcp.iss(id), cfg, h.emitter()))
	c.knowPath()
	h.tcp.add(c)
	c.act()
	return c
}

// newFlow picks the local end of a connection to remote.
func (h *Host) newFlow(remote netip.AddrPort) (tcp.ID, error) {
	if h.isBroadcast(remote.Addr()) || remote.Addr().IsMulticast() {
		return tcp.ID{}, syscall.ENETUNREACH // RFC 1122 §4.2.3.10
	}
	local, err := h.sourceFor(remote.Addr())
	if err != nil {
		return tcp.ID{}, err
	}
	port, err := h.freePort(local, remote)
	return tcp.ID{Local: netip.AddrPortFrom(local, port), Remote: remote}, err
}

// freePort picks a port for a connection from local to remote.
func (h *Host) freePort(local netip.Addr, remote netip.AddrPort) (uint16, error) {
	return h.tcp.pickPort(func(port uint16) bool {
		at := netip.AddrPortFrom(local, port)
		// To oneself from the very port that is called, TCP would connect: both
		// ends would open at once. Nobody means that.
		return at != remote && h.tcp.conns[keyOf(at, remote)] == nil && h.tcp.listener(at) == nil
	})
}

// established waits for the handshake to end, one way or another.
func (c *TCPConn) established(until deadline) error {
	lab := c.host.lab
	for {
		state := c.machine.State()
		switch {
		case c.machine.Err() != nil:
			return c.cause(c.machine.Err())
		case state != tcp.SynSent && state != tcp.SynReceived:
			lab.woken(c.arrival)
			return nil
		case until.passed(lab.sim.Now()):
			c.closed = true
			c.machine.Abort(lab.sim.Now())
			c.act()
			return os.ErrDeadlineExceeded
		}
		lab.wait(&c.writable, until)
	}
}

// Timeout says whether an error of a socket is a deadline that passed.
func Timeout(err error) bool { return os.IsTimeout(err) }

// Sim is the simulation that the host lives in.
func (h *Host) Sim() *sim.Sim { return h.lab.sim }
