package host

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
	"github.com/packetwalk/packetwalk/udp"
)

// UDPConn is a program's UDP socket: a net.PacketConn, and, when it was made by
// Dial, a net.Conn to one peer. Writes never wait: what the network cannot
// take is lost, and nobody is told.
type UDPConn struct {
	host     *Host
	local    netip.AddrPort
	remote   netip.AddrPort // not valid unless connected
	queue    *udp.Queue
	readable sim.Cond

	readDeadline, writeDeadline deadline

	failure *ICMPError // told once
	arrival trace.ID
	closed  bool
}

// ListenPacket opens a UDP socket: network "udp" or "udp4", address ":port" or
// "host:port"; port 0 picks one.
func (h *Host) ListenPacket(network, address string) (net.PacketConn, error) {
	cause, err := h.lab.enter()
	if err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	defer h.lab.leave(cause)
	if err := checkNetwork(network, "udp"); err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	local, err := h.endpoint(address, 0)
	if err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	c, err := h.udp.open(local, netip.AddrPort{})
	if err != nil {
		return nil, opError("listen", network, nil, net.UDPAddrFromAddrPort(local), systemError("bind", err))
	}
	return c, nil
}

// dialUDP opens a socket that is connected: it sends to and hears from one
// peer only, and is told of ICMP errors (RFC 1122 §4.1.3.3).
func (h *Host) dialUDP(remote netip.AddrPort) (*UDPConn, error) {
	source, err := h.sourceFor(remote.Addr())
	if err != nil {
		return nil, err
	}
	return h.udp.open(netip.AddrPortFrom(source, 0), remote)
}

// ReadFrom waits for the next datagram and says whom it is from. What does
// not fit into p is lost. Errors of the network meant for a connected socket
// (syscall.ECONNREFUSED) are returned once.
func (c *UDPConn) ReadFrom(p []byte) (int, net.Addr, error) {
	n, from, err := c.ReadFromAddrPort(p)
	if err != nil {
		return 0, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), nil
}

// ReadFromAddrPort is ReadFrom without allocating an address.
func (c *UDPConn) ReadFromAddrPort(p []byte) (int, netip.AddrPort, error) {
	lab := c.host.lab
	cause, err := lab.enter()
	if err != nil {
		return 0, netip.AddrPort{}, c.opError("read", c.RemoteAddr(), err)
	}
	defer lab.leave(cause)
	for {
		if err := c.problem("recvfrom", c.readDeadline); err != nil {
			return 0, netip.AddrPort{}, c.opError("read", c.RemoteAddr(), err)
		}
		if n, _, from, _, ok := c.queue.Pop(p); ok {
			lab.woken(c.arrival)
			c.host.noteData(EventRead, "UDP", c.local, from, n)
			return n, from, nil
		}
		lab.wait(&c.readable, c.readDeadline)
	}
}

// problem is why a call cannot succeed now. What ICMP said is told once.
func (c *UDPConn) problem(call string, d deadline) error {
	switch {
	case c.closed:
		return net.ErrClosed
	case d.passed(c.host.lab.sim.Now()):
		return os.ErrDeadlineExceeded
	case c.failure != nil:
		said := c.failure
		c.failure = nil
		c.host.lab.woken(c.arrival)
		return systemError(call, said)
	}
	return nil
}

// WriteTo sends p as one datagram. A connected socket has Write for that:
// net.ErrWriteToConnected.
func (c *UDPConn) WriteTo(p []byte, to net.Addr) (int, error) {
	a, ok := to.(*net.UDPAddr)
	if !ok || a == nil {
		return 0, c.opError("write", to, syscall.EINVAL)
	}
	dst := a.AddrPort()
	return c.WriteToAddrPort(p, netip.AddrPortFrom(dst.Addr().Unmap(), dst.Port()))
}

// WriteToAddrPort is WriteTo for an address of package netip.
func (c *UDPConn) WriteToAddrPort(p []byte, to netip.AddrPort) (int, error) {
	if c.remote.IsValid() {
		return 0, c.opError("write", net.UDPAddrFromAddrPort(to), net.ErrWriteToConnected)
	}
	return c.write("sendto", p, to)
}

func (c *UDPConn) write(call string, p []byte, to netip.AddrPort) (int, error) {
	cause, err := c.host.lab.enter()
	if err == nil {
		defer c.host.lab.leave(cause)
		if err = c.problem(call, c.writeDeadline); err == nil {
			err = systemError(call, c.host.sendDatagram(c, p, to))
		}
	}
	if err != nil {
		return 0, c.opError("write", net.UDPAddrFromAddrPort(to), err)
	}
	return len(p), nil
}

func (h *Host) sendDatagram(c *UDPConn, p []byte, to netip.AddrPort) error {
	if to.Addr().IsUnspecified() {
		to = netip.AddrPortFrom(loopbackAddr, to.Port()) // as Linux: oneself
	}
	source, err := h.sourceFor(to.Addr())
	switch {
	case len(p) > udp.MaxPayload:
		return syscall.EMSGSIZE
	case err != nil:
		return err
	case !c.local.Addr().IsUnspecified():
		source = c.local.Addr()
	}
	w := h.wayTo(to.Addr())
	if to.Port() == 0 || source.IsLoopback() && !w.self {
		return syscall.EINVAL // 127.0.0.1 stays at home (RFC 1122 §3.2.1.3 (g))
	}
	from := netip.AddrPortFrom(source, c.local.Port())
	h.noteData(EventWrite, "UDP", from, to, len(p))
	n := udp.HeaderLen + len(p)
	f := h.newFrame(n)
	b := transportBytes(f, n)
	copy(b[udp.HeaderLen:], p)
	udp.Header{SrcPort: from.Port(), DstPort: to.Port(), NoChecksum: h.NoUDPChecksum}.Put(b, source, to.Addr())
	// Simplified: DF is not set, so that routers may fragment; Linux sets it on
	// datagrams that fit and learns the path's MTU (ip(7), IP_PMTUDISC_WANT).
	h.out = network.IPv4Header{Protocol: network.ProtocolUDP, TTL: DefaultTTL, Src: source, Dst: to.Addr()}
	h.sendBy(w, &h.out, f, n)
	return nil
}

// Read is ReadFrom of a connected socket.
func (c *UDPConn) Read(p []byte) (int, error) {
	n, _, err := c.ReadFromAddrPort(p)
	return n, err
}

// Write sends p as one datagram to the peer of a connected socket.
func (c *UDPConn) Write(p []byte) (int, error) {
	if !c.remote.IsValid() {
		return 0, c.opError("write", nil, os.NewSyscallError("write", syscall.EDESTADDRREQ))
	}
	return c.write("write", p, c.remote)
}

// Close closes the socket; datagrams that were not read are lost.
func (c *UDPConn) Close() error {
	return c.user("close", func() error {
		c.closed = true
		c.host.udp.close(c)
		return nil
	})
}

// SetDeadline sets both deadlines, from Host.Now.
func (c *UDPConn) SetDeadline(t time.Time) error {
	return c.setDeadlines(t, &c.readDeadline, &c.writeDeadline)
}

// SetReadDeadline sets the moment after which reads fail with
// os.ErrDeadlineExceeded.
func (c *UDPConn) SetReadDeadline(t time.Time) error { return c.setDeadlines(t, &c.readDeadline) }

// SetWriteDeadline sets the moment after which writes fail; they never wait.
func (c *UDPConn) SetWriteDeadline(t time.Time) error { return c.setDeadlines(t, &c.writeDeadline) }

func (c *UDPConn) setDeadlines(t time.Time, which ...*deadline) error {
	return c.user("set", func() error {
		d, err := deadlineFrom(t)
		for _, one := range which {
			if err == nil {
				*one = d
			}
		}
		return err
	})
}

func (c *UDPConn) user(op string, call func() error) error {
	cause, err := c.host.lab.enter()
	if err == nil {
		defer c.host.lab.leave(cause)
		if err = net.ErrClosed; !c.closed {
			err = call()
		}
	}
	if err != nil {
		return c.opError(op, c.RemoteAddr(), err)
	}
	c.readable.Broadcast()
	return nil
}

// LocalAddr is the *net.UDPAddr of this end.
func (c *UDPConn) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(c.local) }

// RemoteAddr is the *net.UDPAddr of the peer, nil unless connected.
func (c *UDPConn) RemoteAddr() net.Addr {
	if !c.remote.IsValid() {
		return nil
	}
	return net.UDPAddrFromAddrPort(c.remote)
}

func (c *UDPConn) describe() string { return fmt.Sprintf("a datagram for %v (UDP)", c.local) }

func (c *UDPConn) opError(op string, remote net.Addr, err error) error {
	return opError(op, "udp", c.LocalAddr(), remote, err)
}
