package host

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// NAT translates the addresses and ports of a private network to the one
// address of a router's outside interface (RFC 3022 §2.2), and forgets a
// translation that has not been used for a while: what an idle connection
// then meets is a router that knows nothing of it.
//
// Simplified: mapping depends on the private address and port only and
// filtering on nothing (RFC 4787 §4.1, §5: endpoint-independent); ICMP errors
// about translated packets are not translated back (RFC 5508); fragments after
// the first are dropped.
type NAT struct {
	lab     *Lab
	node    string
	outside *NIC
	// Idle is how long a translation lives unused: UDP, and TCP. RFC 4787
	// REQ-5 wants 2 minutes at least for UDP, RFC 5382 REQ-5 124 minutes for
	// established TCP; many real boxes forget far sooner.
	IdleUDP, IdleTCP time.Duration

	byPrivate map[natKey]*translation
	byPublic  map[natKey]*translation
	nextPort  uint16
}

type natKey struct {
	protocol byte
	at       netip.AddrPort
}

type translation struct {
	private, public netip.AddrPort
	protocol        byte
	used            sim.Time
}

// Defaults of NAT's idle times.
const (
	DefaultIdleUDP = 2 * time.Minute
	DefaultIdleTCP = 124 * time.Minute
)

// What a NAT decides.
var (
	EventNATMapped = trace.Define(trace.Kind{
		ID: "nat.mapped", Layer: osi.Network, Ref: "RFC 3022 §2.2",
		Sentence: "{node} translates {private} to {public} from now on",
		Fields:   []string{"private", "public"},
	})
	EventNATForgot = trace.Define(trace.Kind{
		ID: "nat.forgot", Layer: osi.Network, Ref: "RFC 4787 §4.3",
		Sentence: "{node} forgets the translation of {private} to {public}: unused for {idle}",
		Fields:   []string{"private", "public", "idle"},
	})
	EventNATRefused = trace.Define(trace.Kind{
		ID: "nat.refused", Layer: osi.Network, Ref: "RFC 3022 §2.2",
		Sentence: "{node} discards a packet from {src} to {dst}: {why}",
		Fields:   []string{"src", "dst", "why"},
	})
	EventNATUnknown = trace.Define(trace.Kind{
		ID: "nat.unknown", Layer: osi.Network, Ref: "RFC 4787 §5",
		Sentence: "{node} discards a packet for {public}: it has no translation for it",
		Fields:   []string{"public"},
	})
)

// NAT makes the router translate what leaves by the outside interface.
func (r *Router) NAT(outside *NIC) *NAT {
	n := &NAT{
		lab: r.lab, node: r.name, outside: outside, IdleUDP: DefaultIdleUDP, IdleTCP: DefaultIdleTCP,
		byPrivate: map[natKey]*translation{}, byPublic: map[natKey]*translation{}, nextPort: firstDynamicPort,
	}
	r.Use(n)
	return n
}

// BeforeRouting translates back what comes in from outside.
func (n *NAT) BeforeRouting(t *Transit) bool {
	p, ok := readTransit(t.Packet)
	if t.In != n.outside || !ok || p.dst.Addr() != n.outside.Addr() || p.request {
		return true // an echo request is the router's own affair
	}
	known := n.lookup(n.byPublic, natKey{p.protocol, p.dst}, t)
	if known == nil {
		n.note(t, EventNATUnknown, trace.String("public", p.dst.String()))
		return false
	}
	known.used = t.Now
	p.setDst(known.private)
	return true
}

// AfterRouting translates what leaves by the outside interface.
func (n *NAT) AfterRouting(t *Transit) bool {
	if t.Out != n.outside || t.In == nil {
		return true
	}
	p, ok := readTransit(t.Packet)
	if !ok {
		n.refuse(t, "it has no port that could be translated")
		return false
	}
	known := n.lookup(n.byPrivate, natKey{p.protocol, p.src}, t)
	if known == nil {
		if known = n.add(p, t); known == nil {
			n.refuse(t, "all ports are in use")
			return false
		}
	}
	known.used = t.Now
	p.setSrc(known.public)
	return true
}

// lookup finds a translation that is not too old; one that is, is forgotten.
func (n *NAT) lookup(table map[natKey]*translation, key natKey, t *Transit) *translation {
	known := table[key]
	if known == nil {
		return nil
	}
	idle := t.Now.Sub(known.used)
	if idle <= n.idleLimit(known.protocol) {
		return known
	}
	delete(n.byPrivate, natKey{known.protocol, known.private})
	delete(n.byPublic, natKey{known.protocol, known.public})
	n.note(t, EventNATForgot, trace.String("private", known.private.String()),
		trace.String("public", known.public.String()), trace.Duration("idle", idle))
	return nil
}

func (n *NAT) idleLimit(protocol byte) time.Duration {
	if protocol == protocolTCP {
		return n.IdleTCP
	}
	return n.IdleUDP
}

// add makes a translation; nil if no port is left for it.
func (n *NAT) add(p transitPorts, t *Transit) *translation {
	known := &translation{private: p.src, protocol: p.protocol}
	for range lastDynamicPort - firstDynamicPort + 1 {
		known.public = netip.AddrPortFrom(n.outside.Addr(), n.nextPort)
		if n.nextPort++; n.nextPort < firstDynamicPort {
			n.nextPort = firstDynamicPort
		}
		if n.lookup(n.byPublic, natKey{p.protocol, known.public}, t) != nil {
			continue
		}
		n.byPrivate[natKey{p.protocol, known.private}] = known
		n.byPublic[natKey{p.protocol, known.public}] = known
		n.note(t, EventNATMapped, trace.String("private", known.private.String()), trace.String("public", known.public.String()))
		return known
	}
	return nil
}

// refuse records that a packet from inside cannot go on.
func (n *NAT) refuse(t *Transit, why string) {
	src, dst := addrsOf(t.Packet)
	n.note(t, EventNATRefused, trace.String("src", src.String()), trace.String("dst", dst.String()), trace.String("why", why))
}

func (n *NAT) note(t *Transit, kind *trace.Kind, fields ...trace.Field) {
	if n.lab.log.On() {
		n.lab.log.Emit(n.node, kind, t.Frame, fields...)
	}
}

// transitPorts is a packet with ports, on its way through a router.
type transitPorts struct {
	packet   []byte
	header   int
	protocol byte
	request  bool // an echo request
	src, dst netip.AddrPort
}

// readTransit finds the ports of TCP and UDP, and of ICMP echo the identifier,
// which RFC 3022 §2.2 treats as one.
func readTransit(packet []byte) (p transitPorts, ok bool) {
	h, body, err := network.ParseIPv4(packet)
	if err != nil || h.FragmentOffset > 0 || len(body) < 8 {
		return p, false
	}
	p = transitPorts{packet: packet, header: h.Len(), protocol: byte(h.Protocol)}
	var src, dst uint16
	switch h.Protocol {
	case network.ProtocolTCP, network.ProtocolUDP:
		src, dst = binary.BigEndian.Uint16(body), binary.BigEndian.Uint16(body[2:])
	case network.ProtocolICMP:
		if body[0] != icmpEchoRequest && body[0] != icmpEchoReply {
			return p, false
		}
		src = binary.BigEndian.Uint16(body[4:])
		dst, p.request = src, body[0] == icmpEchoRequest
	default:
		return p, false
	}
	p.src, p.dst = netip.AddrPortFrom(h.Src, src), netip.AddrPortFrom(h.Dst, dst)
	return p, true
}

const (
	icmpEchoReply   = 0
	icmpEchoRequest = 8
)

func (p *transitPorts) setSrc(to netip.AddrPort) { p.rewrite(12, 0, to) }
func (p *transitPorts) setDst(to netip.AddrPort) { p.rewrite(16, 2, to) }

// rewrite puts an address and a port in place and every checksum right that
// covers them (RFC 3022 §4.1, RFC 1624).
func (p *transitPorts) rewrite(addrAt, portAt int, to netip.AddrPort) {
	body := p.packet[p.header:]
	sumAt := -1
	switch p.protocol {
	case protocolTCP:
		sumAt = 16
	case protocolUDP:
		if binary.BigEndian.Uint16(body[6:]) != 0 { // RFC 768: no checksum stays none
			sumAt = 6
		}
	case protocolICMP:
		sumAt, portAt = 2, 4
	}
	addr := to.Addr().As4()
	for i := range 2 {
		before, after := binary.BigEndian.Uint16(p.packet[addrAt+2*i:]), binary.BigEndian.Uint16(addr[2*i:])
		updateSum(p.packet, 10, before, after)
		if p.protocol != protocolICMP { // whose checksum covers no addresses
			updateSum(body, sumAt, before, after)
		}
	}
	copy(p.packet[addrAt:], addr[:])
	updateSum(body, sumAt, binary.BigEndian.Uint16(body[portAt:]), to.Port())
	binary.BigEndian.PutUint16(body[portAt:], to.Port())
	if p.protocol == protocolUDP && sumAt > 0 && binary.BigEndian.Uint16(body[6:]) == 0 {
		binary.BigEndian.PutUint16(body[6:], 0xffff) // RFC 768
	}
}

func updateSum(b []byte, at int, before, after uint16) {
	if at < 0 || at+2 > len(b) {
		return
	}
	binary.BigEndian.PutUint16(b[at:], network.UpdateChecksum(binary.BigEndian.Uint16(b[at:]), before, after))
}
