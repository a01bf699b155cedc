package host

import (
	"net/netip"
	"syscall"

	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/udp"
)

// udpTable is the host's UDP: which socket a datagram belongs to.
type udpTable struct {
	host     *Host
	sockets  map[udpKey]*UDPConn
	nextPort uint16
}

// udpKey is a socket's local address and, when connected, its peer.
type udpKey struct{ local, remote netip.AddrPort }

func newUDPTable(h *Host) udpTable {
	return udpTable{host: h, sockets: map[udpKey]*UDPConn{}, nextPort: firstDynamicPort}
}

// open makes a socket. Port 0 picks one of the dynamic range.
func (t *udpTable) open(local, remote netip.AddrPort) (*UDPConn, error) {
	if !t.host.isLocal(local.Addr()) && !local.Addr().IsUnspecified() {
		return nil, syscall.EADDRNOTAVAIL
	}
	if local.Port() == 0 {
		port, err := t.pickPort(local.Addr(), remote)
		if err != nil {
			return nil, err
		}
		local = netip.AddrPortFrom(local.Addr(), port)
	}
	if !remote.IsValid() && t.taken(local) || t.sockets[udpKey{local, remote}] != nil {
		return nil, syscall.EADDRINUSE
	}
	c := &UDPConn{host: t.host, local: local, remote: remote}
	c.queue = udp.NewQueue(udp.QueueConfig{Node: t.host.name, Log: t.host.lab.log})
	c.readable.Init(t.host.lab.sim, c.describe)
	t.sockets[udpKey{local, remote}] = c
	return c, nil
}

func (t *udpTable) pickPort(local netip.Addr, remote netip.AddrPort) (uint16, error) {
	for range lastDynamicPort - firstDynamicPort + 1 {
		port := t.nextPort
		if t.nextPort++; t.nextPort < firstDynamicPort {
			t.nextPort = firstDynamicPort
		}
		at := netip.AddrPortFrom(local, port)
		if t.find(at, remote) == nil && (remote.IsValid() || !t.taken(at)) {
			return port, nil
		}
	}
	return 0, syscall.EADDRNOTAVAIL
}

// taken says whether there is a socket without peer where another would be: as
// on Linux one for any address and one for a certain one cannot share a port.
func (t *udpTable) taken(local netip.AddrPort) bool {
	if !local.Addr().IsUnspecified() {
		return t.find(local, netip.AddrPort{}) != nil
	}
	for key := range t.sockets {
		if !key.remote.IsValid() && key.local.Port() == local.Port() {
			return true
		}
	}
	return false
}

// find prefers the socket that names more: connected before unconnected, its
// address before any address.
func (t *udpTable) find(local, remote netip.AddrPort) *UDPConn {
	anywhere := netip.AddrPortFrom(netip.IPv4Unspecified(), local.Port())
	for _, key := range [...]udpKey{{local, remote}, {anywhere, remote}, {local, netip.AddrPort{}}, {anywhere, netip.AddrPort{}}} {
		if c := t.sockets[key]; c != nil {
			return c
		}
	}
	return nil
}

func (t *udpTable) close(c *UDPConn) { delete(t.sockets, udpKey{c.local, c.remote}) }

var portUnreachable = network.Problem{Type: network.DestinationUnreachable, Code: network.PortUnreachable}

// udpArrives hands a datagram to its socket. For a port that nobody has open,
// RFC 1122 §4.1.3.1: port unreachable.
func (h *Host) udpArrives(p *network.IPv4Header, body []byte) (problem network.Problem, taken bool) {
	datagram, payload, ok := udp.Receive(h.lab.log, h.name, h.arriving, body, p.Src, p.Dst)
	if !ok {
		return problem, true
	}
	local := netip.AddrPortFrom(p.Dst, datagram.DstPort)
	remote := netip.AddrPortFrom(p.Src, datagram.SrcPort)
	c := h.udp.find(local, remote)
	if c == nil {
		udp.NotePortUnreachable(h.lab.log, h.name, h.arriving, datagram, p.Src, len(payload))
		return portUnreachable, false
	}
	if c.queue.Push(h.arriving, remote, local, payload) {
		c.arrival = h.lab.log.Cause()
		c.readable.Signal()
	}
	return problem, true
}

// udpError passes an ICMP error on to a connected socket (RFC 1122 §4.1.3.3).
//
// Simplified: the RFC wants every error passed on; as on Linux time exceeded is
// not, since a datagram that went in circles says nothing of the port.
func (h *Host) udpError(e *ICMPError) {
	c := h.udp.sockets[udpKey{e.Local, e.Remote}]
	if c == nil || e.Message.Type != network.DestinationUnreachable {
		return
	}
	c.failure = e
	c.arrival = h.lab.log.Cause()
	c.readable.Broadcast()
}
