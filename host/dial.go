package host

import (
	"context"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/tcp"
)

// Dial connects to an address "host:port", network "tcp" or "udp". For TCP it
// returns when the connection is established: syscall.ECONNREFUSED if a RST
// answered, syscall.ETIMEDOUT if nothing did.
func (h *Host) Dial(network, address string) (net.Conn, error) {
	return h.dial(network, address, deadline{})
}

// DialTimeout is Dial that gives up after a while with os.ErrDeadlineExceeded.
func (h *Host) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	return h.dial(network, address, deadline{at: h.lab.sim.Now().Add(timeout), set: true})
}

// DialContext is Dial that observes the context's deadline, which must be one
// of the host's clock, and refuses a context that is done.
func (h *Host) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, opError("dial", network, nil, nil, err)
	}
	var d deadline
	if at, ok := ctx.Deadline(); ok {
		if err := d.from(at); err != nil {
			return nil, opError("dial", network, nil, nil, err)
		}
	}
	return h.dial(network, address, d)
}

func (h *Host) dial(network, address string, until deadline) (net.Conn, error) {
	cause, err := h.lab.enter()
	if err != nil {
		return nil, opError("dial", network, nil, nil, err)
	}
	defer h.lab.leave(cause)
	if network == "udp" || network == "udp4" {
		c, err := h.dialUDP(address)
		if err != nil {
			return nil, opError("dial", network, nil, nil, err)
		}
		return c, nil
	}
	c, err := h.dialTCP(network, address, until)
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (h *Host) dialTCP(network, address string, until deadline) (*TCPConn, error) {
	if err := checkNetwork(network, "tcp"); err != nil {
		return nil, opError("dial", network, nil, nil, err)
	}
	remote, err := h.endpoint(address)
	if err != nil {
		return nil, opError("dial", network, nil, nil, err)
	}
	id, err := h.newFlow(remote)
	if err != nil {
		return nil, opError("dial", network, nil, tcpAddr(remote), systemError("connect", err))
	}
	h.noteConnect(id)
	c := newTCPConn(h, id, tcp.Open(h.lab.sim.Now(), id, h.tcp.iss(id), h.config(id), h.emitter()))
	h.tcp.add(c)
	c.act()
	if err := c.established(until); err != nil {
		return nil, opError("dial", network, c.LocalAddr(), c.RemoteAddr(), systemError("connect", err))
	}
	return c, nil
}

// newFlow picks the local end of a connection to remote.
func (h *Host) newFlow(remote netip.AddrPort) (tcp.ID, error) {
	local, err := h.sourceFor(remote.Addr())
	if err != nil {
		return tcp.ID{}, err
	}
	port, err := h.tcp.pickPort(func(port uint16) bool {
		_, taken := h.tcp.conns[tcp.ID{Local: netip.AddrPortFrom(local, port), Remote: remote}]
		return !taken && h.tcp.listener(netip.AddrPortFrom(local, port)) == nil
	})
	return tcp.ID{Local: netip.AddrPortFrom(local, port), Remote: remote}, err
}

// established waits for the handshake to end, one way or another.
func (c *TCPConn) established(until deadline) error {
	for {
		state := c.machine.State()
		if err := c.cause(c.machine.Err()); err != nil {
			return err
		}
		if state != tcp.SynSent && state != tcp.SynReceived {
			c.host.lab.woken(c.arrival)
			return nil
		}
		if err := c.host.lab.wait(&c.writable, &until); err != nil {
			c.giveUp()
			return err
		}
	}
}

func (c *TCPConn) giveUp() {
	c.closed = true
	c.machine.Abort(c.host.lab.sim.Now())
	c.act()
}

// Timeout says whether an error of a socket is a deadline that passed.
func Timeout(err error) bool { return os.IsTimeout(err) }

// Sim is the simulation that the host lives in.
func (h *Host) Sim() *sim.Sim { return h.lab.sim }
