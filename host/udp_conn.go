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
	deadline deadline
	failure  error // what ICMP said, told once
	arrival  trace.ID
	closed   bool
}

// ListenPacket opens a UDP socket: network "udp" or "udp4", address ":port" or
// "host:port"; port 0 picks one.
func (h *Host) ListenPacket(network, address string) (net.PacketConn, error) {
	cause, err := h.lab.enter()
	if err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	defer h.lab.leave(cause)
	c, err := h.listenUDP(network, address)
	if err != nil {
		return nil, opError("listen", network, nil, nil, systemError("bind", err))
	}
	return c, nil
}

func (h *Host) listenUDP(network, address string) (*UDPConn, error) {
	if err := checkNetwork(network, "udp"); err != nil {
		return nil, err
	}
	local, err := h.endpoint(address)
	if err != nil {
		return nil, err
	}
	return h.udp.open(local, netip.AddrPort{})
}

// dialUDP opens a socket that is connected: it sends to and hears from one
// peer only, and is told of ICMP errors (RFC 1122 §4.1.3.3).
func (h *Host) dialUDP(address string) (*UDPConn, error) {
	remote, err := h.endpoint(address)
	if err != nil {
		return nil, err
	}
	source, err := h.sourceFor(remote.Addr())
	if err != nil {
		return nil, systemError("connect", err)
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
		return 0, netip.AddrPort{}, c.opError("read", err)
	}
	defer lab.leave(cause)
	for {
		switch {
		case c.closed:
			return 0, netip.AddrPort{}, c.opError("read", net.ErrClosed)
		case c.deadline.passed(lab.sim.Now()):
			return 0, netip.AddrPort{}, c.opError("read", os.ErrDeadlineExceeded)
		case c.failure != nil:
			err := c.failure
			c.failure = nil
			lab.woken(c.arrival)
			return 0, netip.AddrPort{}, c.opError("read", err)
		}
		if n, _, from, _, ok := c.queue.Pop(p); ok {
			lab.woken(c.arrival)
			c.host.noteData(EventRead, "UDP", c.local, from, n)
			return n, from, nil
		}
		if err := lab.wait(&c.readable, &c.deadline); err != nil {
			return 0, netip.AddrPort{}, c.opError("read", err)
		}
	}
}

// WriteTo sends p as one datagram.
func (c *UDPConn) WriteTo(p []byte, to net.Addr) (int, error) {
	a, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, c.opError("write", &net.AddrError{Err: "expected a *net.UDPAddr", Addr: to.String()})
	}
	dst := a.AddrPort()
	return c.WriteToAddrPort(p, netip.AddrPortFrom(dst.Addr().Unmap(), dst.Port()))
}

// WriteToAddrPort is WriteTo for an address of package netip.
func (c *UDPConn) WriteToAddrPort(p []byte, to netip.AddrPort) (int, error) {
	cause, err := c.host.lab.enter()
	if err != nil {
		return 0, c.opError("write", err)
	}
	defer c.host.lab.leave(cause)
	switch {
	case c.closed:
		return 0, c.opError("write", net.ErrClosed)
	case c.failure != nil:
		err := c.failure
		c.failure = nil
		return 0, c.opError("write", err)
	}
	if err := c.host.sendDatagram(c, p, to); err != nil {
		return 0, c.opError("write", systemError("sendto", err))
	}
	return len(p), nil
}

func (h *Host) sendDatagram(c *UDPConn, p []byte, to netip.AddrPort) error {
	if len(p) > udp.MaxPayload {
		return syscall.EMSGSIZE
	}
	source := c.local.Addr()
	if source.IsUnspecified() {
		var err error
		if source, err = h.sourceFor(to.Addr()); err != nil {
			return err
		}
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
	h.send(network.IPv4Header{Protocol: network.ProtocolUDP, Src: source, Dst: to.Addr()}, f, n)
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
		return 0, c.opError("write", syscall.EDESTADDRREQ)
	}
	return c.WriteToAddrPort(p, c.remote)
}

// Close closes the socket; datagrams that were not read are lost.
func (c *UDPConn) Close() error {
	return c.user("close", func() error {
		c.closed = true
		c.host.udp.close(c)
		return nil
	})
}

// SetDeadline sets the deadline of reads; writes never wait.
func (c *UDPConn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// SetReadDeadline sets the moment after which reads fail with
// os.ErrDeadlineExceeded.
func (c *UDPConn) SetReadDeadline(t time.Time) error {
	return c.user("set", func() error { return c.deadline.from(t) })
}

// SetWriteDeadline has nothing to do: writes never wait.
func (c *UDPConn) SetWriteDeadline(t time.Time) error {
	return c.user("set", func() error { return new(deadline).from(t) })
}

func (c *UDPConn) user(op string, call func() error) error {
	cause, err := c.host.lab.enter()
	if err != nil {
		return c.opError(op, err)
	}
	defer c.host.lab.leave(cause)
	if c.closed {
		return c.opError(op, net.ErrClosed)
	}
	if err := call(); err != nil {
		return c.opError(op, err)
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

func (c *UDPConn) describe() string { return fmt.Sprintf("reading from %v (UDP)", c.local) }

func (c *UDPConn) opError(op string, err error) error {
	return opError(op, "udp", c.LocalAddr(), c.RemoteAddr(), err)
}
