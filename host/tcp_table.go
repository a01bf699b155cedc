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
	conns     map[connKey]*TCPConn
	last      *TCPConn // segments come in trains: most are for the connection of the one before
	lastID    tcp.ID
	listeners map[netip.AddrPort]*Listener
	nextPort  uint16
	alarms    alarms
	secret    [16]byte    // RFC 6528 §3: known to this host alone
	in, out   tcp.Segment // reused for every segment
}

// connKey is a connection's pair of sockets in few bytes and without pointers:
// tables of very many connections are made of these.
type connKey struct {
	local, remote         [16]byte
	localPort, remotePort uint16
}

func keyOf(local, remote netip.AddrPort) connKey {
	return connKey{local.Addr().As16(), remote.Addr().As16(), local.Port(), remote.Port()}
}

func newTCPTable(h *Host) tcpTable {
	t := tcpTable{
		host: h, conns: map[connKey]*TCPConn{}, listeners: map[netip.AddrPort]*Listener{}, nextPort: firstDynamicPort,
	}
	_, _ = h.lab.sim.Stream("iss " + h.name).Read(t.secret[:]) // never fails
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

func (t *tcpTable) add(c *TCPConn) {
	id := c.machine.ID()
	t.conns[keyOf(id.Local, id.Remote)] = c
}

func (t *tcpTable) forget(c *TCPConn) {
	id := c.machine.ID()
	delete(t.conns, keyOf(id.Local, id.Remote))
	if t.last == c {
		t.last = nil
	}
}

// find is the connection between two sockets, nil if there is none.
func (t *tcpTable) find(local, remote netip.AddrPort) *TCPConn {
	if t.last != nil && t.lastID.Remote == remote && t.lastID.Local == local {
		return t.last
	}
	c := t.conns[keyOf(local, remote)]
	if c != nil {
		t.last, t.lastID = c, tcp.ID{Local: local, Remote: remote}
	}
	return c
}

// listener is who listens at a local address, or at any.
func (t *tcpTable) listener(local netip.AddrPort) *Listener {
	if len(t.listeners) == 0 {
		return nil
	}
	if l := t.listeners[local]; l != nil {
		return l
	}
	return t.listeners[netip.AddrPortFrom(netip.IPv4Unspecified(), local.Port())]
}

// bind checks that a local address is the host's and its port free, and picks
// a port when none is named. As on Linux a socket for any address and one for a
// certain one cannot share a port.
func (t *tcpTable) bind(local netip.AddrPort) (netip.AddrPort, error) {
	if !t.host.isLocal(local.Addr()) && !local.Addr().IsUnspecified() {
		return local, syscall.EADDRNOTAVAIL
	}
	free := func(port uint16) bool { return !t.listens(netip.AddrPortFrom(local.Addr(), port)) }
	if local.Port() != 0 {
		if !free(local.Port()) {
			return local, syscall.EADDRINUSE
		}
		return local, nil
	}
	port, err := t.pickPort(free)
	return netip.AddrPortFrom(local.Addr(), port), err
}

// listens says whether somebody listens where local would.
func (t *tcpTable) listens(local netip.AddrPort) bool {
	if !local.Addr().IsUnspecified() {
		return t.listener(local) != nil
	}
	for at := range t.listeners {
		if at.Port() == local.Port() {
			return true
		}
	}
	return false
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
	seg.CE = p.ECN() == network.CE
	local, remote := netip.AddrPortFrom(p.Dst, seg.DstPort), netip.AddrPortFrom(p.Src, seg.SrcPort)
	c := h.tcp.find(local, remote)
	if c != nil && !c.machine.MayBeReplacedBy(seg) {
		c.segmentArrives(seg)
		return
	}
	id := tcp.ID{Local: local, Remote: remote}
	l := h.tcp.listener(local)
	switch {
	case h.isBroadcast(p.Dst):
		// RFC 1122 §4.2.3.10: silently, whatever it is.
	case l == nil && c != nil:
		c.segmentArrives(seg)
	case l == nil:
		h.refuse(id, seg)
	default:
		h.arrivesAtListener(l, c, id, seg)
	}
}

// arrivesAtListener is RFC 9293 §3.10.7.2. old is a connection in TIME-WAIT
// whose place a new one may take, nil if there is none.
func (h *Host) arrivesAtListener(l *Listener, old *TCPConn, id tcp.ID, seg *tcp.Segment) {
	switch tcp.AtListen(seg) {
	case tcp.Refuse:
		if old != nil || !l.cookieArrives(id, seg) {
			h.refuse(id, seg)
		}
	case tcp.Begin:
		if l.full() {
			if old != nil || !l.cookieFor(id, seg) {
				h.note(EventBacklogFull, l.local.Port())
			}
			return
		}
		iss := h.tcp.iss(id)
		if old != nil {
			iss = h.replace(old, iss)
		}
		l.synArrives(id, iss, seg)
	}
}

// replace ends a connection in TIME-WAIT for the sake of a new one. The initial
// sequence number of that must lie behind all that the old one used (RFC 9293
// §3.6.1, MAY-2); a fast connection has outrun the clock that iss is made from,
// and then Linux's margin is added.
func (h *Host) replace(old *TCPConn, iss tcp.Seq) tcp.Seq {
	h.note(EventReplaced, old.machine.ID().Local.Port())
	used := old.machine.Snapshot().SndNXT
	old.release()
	if iss.LessEq(used) {
		iss = used.Add(65535 + 2)
	}
	return iss
}

// refuse answers a segment for which there is no connection.
func (h *Host) refuse(id tcp.ID, seg *tcp.Segment) {
	if rst, ok := tcp.ResetFor(seg); ok {
		h.noteNoConnection(id)
		h.tcp.out = rst
		h.sendHeaderOnly(id, &h.tcp.out)
	}
}

// sendSegment builds the segment in a frame and sends it on its way.
func (h *Host) sendSegment(c *TCPConn, seg *tcp.Segment) {
	id := c.machine.ID()
	header, payload := seg.HeaderLen(), c.machine.PayloadLen(seg)
	f := h.newFrame(header + payload)
	b := transportBytes(f, header+payload)
	if payload > 0 {
		c.machine.CopyPayload(b[header:], seg)
	}
	seg.Put(b, id.Local.Addr(), id.Remote.Addr())
	if c.way == nil || c.way.outdated(h.stack) {
		c.way = h.wayTo(id.Remote.Addr())
	}
	h.sendTCP(c.way, &id, f, len(b), seg.ECT)
}

func (h *Host) sendHeaderOnly(id tcp.ID, seg *tcp.Segment) {
	before := h.noteStray(id, seg)
	f := h.newFrame(seg.HeaderLen())
	b := transportBytes(f, seg.HeaderLen())
	seg.Put(b, id.Local.Addr(), id.Remote.Addr())
	h.sendTCP(h.wayTo(id.Remote.Addr()), &id, f, len(b), false)
	h.lab.log.Because(before)
}

func (h *Host) sendTCP(w *way, id *tcp.ID, f *physical.Frame, n int, mayMark bool) {
	out := &h.out // field by field: this is done for every segment
	out.Protocol, out.TTL, out.TOS = network.ProtocolTCP, DefaultTTL, 0
	out.Src, out.Dst = id.Local.Addr(), id.Remote.Addr()
	// RFC 1191 §6.5: TCP does not want its segments fragmented; it sends
	// smaller ones.
	out.DF = true
	if mayMark {
		out.TOS = byte(network.ECT0) // RFC 3168 §5: ECT(0) when there is no reason for the other
	}
	h.sendBy(w, out, f, n)
}
