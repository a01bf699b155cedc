package host

import (
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"syscall"
	"time"

	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/tcp"
)

// Ports that the host picks itself come from the dynamic range (RFC 6335 §6).
const (
	firstDynamicPort = 49152
	lastDynamicPort  = 65535
)

// tcpTable is the host's TCP: who listens, which connections there are, and
// where an arriving segment belongs.
type tcpTable struct {
	host      *Host
	conns     map[tcp.ID]*TCPConn
	last      *TCPConn // segments come in trains: most are for the connection of the one before
	listeners map[netip.AddrPort]*Listener
	nextPort  uint16
	secret    [16]byte    // RFC 6528 §3: known to this host alone
	in, out   tcp.Segment // reused for every segment
}

func newTCPTable(h *Host) tcpTable {
	t := tcpTable{
		host: h, conns: map[tcp.ID]*TCPConn{}, listeners: map[netip.AddrPort]*Listener{}, nextPort: firstDynamicPort,
	}
	h.lab.sim.Stream("iss " + h.name).Read(t.secret[:]) // never fails
	return t
}

// issClock is how fast initial sequence numbers grow (RFC 9293 §3.4.1).
const issClock = 4 * time.Microsecond

// iss is the initial sequence number of a connection: a clock that advances
// every 4 microseconds, plus a keyed hash of the connection's two ends, so that
// nobody can guess one connection's numbers from another's (RFC 9293 §3.4.1,
// MUST-8 and SHLD-1; RFC 6528 §3).
func (t *tcpTable) iss(id tcp.ID) tcp.Seq {
	var b [64]byte
	key := append(b[:0], t.secret[:]...)
	for _, end := range []netip.AddrPort{id.Local, id.Remote} {
		addr := end.Addr().As16()
		key = append(key, addr[:]...)
		key = binary.BigEndian.AppendUint16(key, end.Port())
	}
	hash := sha256.Sum256(key)
	clock := uint32(t.host.lab.sim.Now() / sim.Time(issClock))
	return tcp.Seq(clock + binary.BigEndian.Uint32(hash[:]))
}

func (t *tcpTable) add(c *TCPConn) { t.conns[c.id] = c }

func (t *tcpTable) forget(c *TCPConn) {
	delete(t.conns, c.id)
	if t.last == c {
		t.last = nil
	}
}

func (t *tcpTable) find(id tcp.ID) *TCPConn {
	if t.last != nil && t.last.id == id {
		return t.last
	}
	c := t.conns[id]
	if c != nil {
		t.last = c
	}
	return c
}

func (t *tcpTable) listener(local netip.AddrPort) *Listener {
	if l := t.listeners[local]; l != nil {
		return l
	}
	return t.listeners[netip.AddrPortFrom(netip.IPv4Unspecified(), local.Port())]
}

// bind checks that a local address is the host's and its port free, and picks
// a port when none is named.
func (t *tcpTable) bind(local netip.AddrPort) (netip.AddrPort, error) {
	if !t.host.isLocal(local.Addr()) && !local.Addr().IsUnspecified() {
		return local, syscall.EADDRNOTAVAIL
	}
	if local.Port() != 0 {
		if t.listeners[local] != nil {
			return local, syscall.EADDRINUSE
		}
		return local, nil
	}
	port, err := t.pickPort(func(port uint16) bool { return t.listener(netip.AddrPortFrom(local.Addr(), port)) == nil })
	return netip.AddrPortFrom(local.Addr(), port), err
}

// pickPort takes the next free port of the dynamic range, in order: the same
// run has the same ports.
func (t *tcpTable) pickPort(free func(uint16) bool) (uint16, error) {
	for range lastDynamicPort - firstDynamicPort + 1 {
		port := t.nextPort
		if t.nextPort++; t.nextPort < firstDynamicPort {
			t.nextPort = firstDynamicPort
		}
		if free(port) {
			return port, nil
		}
	}
	return 0, syscall.EADDRNOTAVAIL
}

// tcpArrives finds the connection or the listener that a segment is for
// (RFC 9293 §3.10.7). A segment for nobody is answered with RST.
func (h *Host) tcpArrives(p *network.IPv4Header, body []byte) {
	seg := &h.tcp.in
	if err := tcp.Parse(body, p.Src, p.Dst, seg); err != nil {
		h.noteBadSegment(err)
		return
	}
	id := tcp.ID{
		Local:  netip.AddrPortFrom(p.Dst, seg.DstPort),
		Remote: netip.AddrPortFrom(p.Src, seg.SrcPort),
	}
	if c := h.tcp.find(id); c != nil && !h.replaces(c, seg) {
		c.segmentArrives(seg)
		return
	}
	if l := h.tcp.listener(id.Local); l != nil {
		switch tcp.AtListen(seg) {
		case tcp.Begin:
			l.synArrives(id, seg)
			return
		case tcp.Ignore:
			return
		}
	}
	if rst, ok := tcp.ResetFor(seg); ok {
		h.noteNoConnection(id)
		h.tcp.out = rst
		h.sendHeaderOnly(id, &h.tcp.out)
	}
}

// replaces says whether a SYN may begin a new connection in place of one in
// TIME-WAIT (RFC 9293 §3.10.7.4, RFC 6191), and then lets the old one go.
func (h *Host) replaces(c *TCPConn, seg *tcp.Segment) bool {
	if c.machine.State() != tcp.TimeWait || !c.machine.MayBeReplacedBy(seg) || h.tcp.listener(c.id.Local) == nil {
		return false
	}
	c.release()
	return true
}

// sendSegment builds the segment in a frame and sends it on its way.
func (h *Host) sendSegment(c *TCPConn, seg *tcp.Segment) {
	header, payload := seg.HeaderLen(), c.machine.PayloadLen(seg)
	f := h.newFrame(header + payload)
	b := transportBytes(f, header+payload)
	if payload > 0 {
		c.machine.CopyPayload(b[header:], seg)
	}
	seg.Put(b, c.id.Local.Addr(), c.id.Remote.Addr())
	h.sendTCP(c.id, f, len(b))
}

func (h *Host) sendHeaderOnly(id tcp.ID, seg *tcp.Segment) {
	f := h.newFrame(seg.HeaderLen())
	b := transportBytes(f, seg.HeaderLen())
	seg.Put(b, id.Local.Addr(), id.Remote.Addr())
	h.sendTCP(id, f, len(b))
}

func (h *Host) sendTCP(id tcp.ID, f *physical.Frame, n int) {
	// RFC 1191 §6.5: TCP does not want its segments fragmented; it sends
	// smaller ones.
	h.send(network.IPv4Header{Protocol: protocolTCP, Src: id.Local.Addr(), Dst: id.Remote.Addr(), DF: true}, f, n)
}
