package network

import (
	"net/netip"

	"github.com/packetwalk/packetwalk/trace"
)

// ForwarderConfig describes a router's way of forwarding.
type ForwarderConfig struct {
	Routes *Routes
	// MTU is the largest packet, in bytes, that an interface's link carries.
	MTU func(iface int) int
	// Networks are those the router is attached to.
	Networks []netip.Prefix

	Node string
	Log  *trace.Log
}

// Forwarder decides what becomes of packets that are for somebody else.
type Forwarder struct{ cfg ForwarderConfig }

// Fate is what becomes of a packet.
type Fate uint8

// The fates.
const (
	SendOn     Fate = iota // out of Route.Interface to Gateway, TTL decremented
	CutAndSend             // the same, in fragments of at most MTU bytes
	Refuse                 // not forwarded, and Problem tells its source (if ICMP may)
	Silent                 // not forwarded, and nobody is told
)

// Decision is a router's verdict on a packet.
type Decision struct {
	Fate    Fate
	Route   Route
	Gateway netip.Addr // whom on the link to hand it to
	MTU     int        // of that link
	Problem Problem
}

// NewForwarder makes one.
func NewForwarder(cfg ForwarderConfig) *Forwarder { return &Forwarder{cfg: cfg} }

// Decide says what becomes of a packet that is not for this router. It changes
// nothing: for SendOn and CutAndSend call DecrementTTL on the packet.
//
// The steps are those of RFC 1812 §5.2.1.2: the next hop, the TTL, the length.
// Whether such a packet may be forwarded at all is asked before them, since
// about one that may not nobody is told anything.
func (f *Forwarder) Decide(id trace.FrameID, h *IPv4Header) Decision {
	if why := f.martian(h); why != "" {
		f.note(id, Martian, h, trace.String("why", why))
		return Decision{Fate: Silent}
	}
	route, found := f.cfg.Routes.Lookup(h.Dst)
	if !found {
		// RFC 1812 §4.3.3.1: "If a router cannot forward a packet because it has
		// no routes at all (including no default route) to the destination ...,
		// then the router MUST generate a Destination Unreachable, Code 0".
		f.note(id, NoRoute, h)
		return Decision{Fate: Refuse, Problem: Problem{Type: DestinationUnreachable, Code: NetUnreachable}}
	}
	d := Decision{Route: route, Gateway: route.Gateway(h.Dst), MTU: f.cfg.MTU(route.Interface)}
	if h.TTL <= 1 {
		// RFC 1812 §5.3.1: if the TTL is reduced to zero, the packet MUST be
		// discarded, and its source told.
		f.note(id, TTLExpiry, h, trace.Int("ttl", h.TTL))
		return Decision{Fate: Refuse, Problem: Problem{Type: TimeExceeded, Code: TTLExpired}}
	}
	if h.TotalLen <= d.MTU {
		return d
	}
	if h.DF {
		// RFC 1191 §4: the MTU of the next hop goes into the message.
		f.note(id, TooBig, h, trace.Int("length", h.TotalLen), trace.Int("mtu", d.MTU))
		d.Fate, d.Problem = Refuse, Problem{Type: DestinationUnreachable, Code: FragmentationNeeded, MTU: d.MTU}
		return d
	}
	d.Fate = CutAndSend
	return d
}

// Unresolved is the problem to report when the next hop did not answer ARP.
// RFC 1812 §5.2.7.1, code 1.
var Unresolved = Problem{Type: DestinationUnreachable, Code: HostUnreachable}

// martian says why a packet must not be forwarded, "" if it may.
func (f *Forwarder) martian(h *IPv4Header) string {
	switch {
	// Simplified: no multicast routing (RFC 1812 §5.2.1.3).
	case h.Dst.IsMulticast():
		return "it is for a multicast group"
	// RFC 1812 §5.3.5.1, §5.3.5.2; RFC 2644: not even broadcasts directed at a
	// network of this router's.
	case isBroadcast(h.Dst, f.cfg.Networks):
		return "it is for everybody on a network"
	// RFC 1812 §5.3.7: "SHOULD NOT forward any packet that has an invalid IP
	// source address"; §4.2.2.11 (c), (d) name the addresses that never leave
	// a host, RFC 3927 §7 those that never leave a link.
	case !isSingleHost(h.Src) || h.Src.IsLinkLocalUnicast():
		return "its source " + h.Src.String() + " cannot be one"
	case !isSingleHost(h.Dst) || h.Dst.IsLinkLocalUnicast():
		return "its destination " + h.Dst.String() + " is not beyond this link"
	}
	return ""
}

// isSingleHost says whether an address can be one host's, as seen from outside
// it: not zero, loopback, multicast, limited broadcast or class E (RFC 1122
// §3.2.1.3).
func isSingleHost(a netip.Addr) bool {
	if a.IsLoopback() || a.IsMulticast() || a.IsUnspecified() {
		return false
	}
	if !a.Is4() {
		return a.IsValid()
	}
	first := a.As4()[0]
	return first != 0 && first < 240
}

// isBroadcast says whether an address means everybody: the limited broadcast,
// or the highest address of one of the networks (RFC 1122 §3.3.6). Networks of
// 31 and 32 bits have none (RFC 3021).
func isBroadcast(a netip.Addr, networks []netip.Prefix) bool {
	if a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return true
	}
	for _, n := range networks {
		if n.Bits() < 31 && n.Contains(a) && a == Broadcast(n) {
			return true
		}
	}
	return false
}

// Broadcast is the address that means everybody on an IPv4 network: all ones
// behind its prefix. It is the zero Addr for IPv6, which has none.
func Broadcast(n netip.Prefix) netip.Addr {
	if !n.Addr().Is4() {
		return netip.Addr{}
	}
	a := n.Addr().As4()
	for i := n.Bits(); i < 32; i++ {
		a[i/8] |= 0x80 >> (i % 8)
	}
	return netip.AddrFrom4(a)
}

func (f *Forwarder) note(id trace.FrameID, kind *trace.Kind, h *IPv4Header, more ...trace.Field) {
	if f.cfg.Log.On() {
		fields := append([]trace.Field{trace.String("src", h.Src.String()), trace.String("dst", h.Dst.String())}, more...)
		f.cfg.Log.Emit(f.cfg.Node, kind, id, fields...)
	}
}
