package network

import (
	"net/netip"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// Arrival says how the packet that an error is about came in, as far as its own
// bytes do not tell.
type Arrival struct {
	// LinkBroadcast: its frame was for a group or for everybody.
	LinkBroadcast bool
	// Networks are the IPv4 networks this node is attached to, by whose
	// lengths it knows their broadcast addresses.
	Networks []netip.Prefix
}

// ICMPConfig describes the ICMP of one node. A field that is zero has the
// value that its comment names.
type ICMPConfig struct {
	// ErrorsPerSecond limits how many errors are sent, in bursts of at most
	// Burst (10) at once. 0 is no limit. RFC 1812 §4.3.2.8: a router "SHOULD be
	// able to limit the rate at which it sends".
	ErrorsPerSecond int
	Burst           int

	Node string
	Log  *trace.Log
}

// ICMP decides whether a node may speak, and records what is said.
type ICMP struct {
	cfg   ICMPConfig
	limit bucket
}

// NewICMP makes the ICMP of a node.
func NewICMP(cfg ICMPConfig) *ICMP {
	if cfg.Burst <= 0 {
		cfg.Burst = 10
	}
	return &ICMP{cfg: cfg, limit: newBucket(cfg.ErrorsPerSecond, cfg.Burst)}
}

// Problem is what an error reports: its type, code and, when fragmentation
// would be needed, the next link's MTU.
type Problem struct {
	Type ICMPType
	Code uint8
	MTU  int
}

// Error makes the error about a packet, to be sent to its source; ok is false
// when none may be sent. The packet is quoted as it is given: from a router
// with the TTL with which it came. The message holds a part of packet.
func (c *ICMP) Error(now sim.Time, id trace.FrameID, packet []byte, from Arrival, p Problem) (m ICMPMessage, to netip.Addr, ok bool) {
	m = ICMPMessage{Type: p.Type, Code: p.Code, MTU: p.MTU}
	h, payload, err := ParseIPv4Quote(packet)
	why := ""
	switch {
	case err != nil:
		why = trace.Reason("why", err).String()
	default:
		why = Unanswerable(&h, payload, from)
	}
	if why == "" && !c.limit.take(now) {
		why = "enough were sent of late"
	}
	if why != "" {
		if c.cfg.Log.On() {
			c.cfg.Log.Emit(c.cfg.Node, ICMPWithheld, id, trace.String("message", m.String()), trace.String("why", why))
		}
		return ICMPMessage{}, netip.Addr{}, false
	}
	m.Data = quote(packet[:min(len(packet), h.TotalLen)])
	c.Sent(id, m, h.Src)
	return m, h.Src, true
}

// maxQuote: RFC 1812 §4.3.2.3: an error "SHOULD contain as much of the original
// datagram as possible without the length of the ICMP datagram exceeding 576
// bytes". RFC 1122 §3.2.2 has at least the header and 8 bytes.
const maxQuote = 576 - IPv4HeaderLen - ICMPHeaderLen

func quote(packet []byte) []byte { return packet[:min(len(packet), maxQuote)] }

// Unanswerable says why no ICMP error may be sent about a packet; "" when one
// may. The rules are those of RFC 1122 §3.2.2 and RFC 1812 §4.3.2.7; without
// them errors would answer errors for ever, and one packet to everybody would
// be answered by everybody.
func Unanswerable(h *IPv4Header, payload []byte, from Arrival) string {
	switch {
	// "a non-initial fragment, or"
	case h.FragmentOffset != 0:
		return "the packet is not the first fragment"
	// "an ICMP error message, or"
	case h.Protocol == ProtocolICMP && (len(payload) == 0 || ICMPType(payload[0]).IsError()):
		return "the packet is an ICMP error itself"
	// "a datagram destined to an IP broadcast or IP multicast address, or"
	case h.Dst.IsMulticast() || isBroadcast(h.Dst, from.Networks):
		return "the packet was for many"
	// "a datagram sent as a link-layer broadcast, or"
	case from.LinkBroadcast:
		return "the packet's frame was for many"
	// "a datagram whose source address does not define a single host -- e.g., a
	// zero address, a loopback address, a broadcast address, a multicast
	// address, or a Class E address."
	case !isSingleHost(h.Src) || isBroadcast(h.Src, from.Networks):
		return "the packet's source is no single host"
	}
	return ""
}

// Sent records a message that goes out.
func (c *ICMP) Sent(id trace.FrameID, m ICMPMessage, to netip.Addr) {
	if c.cfg.Log.On() {
		c.cfg.Log.Emit(c.cfg.Node, ICMPSent, id, c.fields(m, "to", to)...)
	}
}

// Receive reads a message and records it; ok is false for a damaged one.
func (c *ICMP) Receive(id trace.FrameID, h *IPv4Header, payload []byte) (m ICMPMessage, ok bool) {
	m, err := ParseICMP(payload)
	if err != nil {
		if c.cfg.Log.On() {
			c.cfg.Log.Emit(c.cfg.Node, ICMPInvalid, id, trace.String("from", h.Src.String()), trace.Reason("why", err))
		}
		return ICMPMessage{}, false
	}
	if c.cfg.Log.On() {
		c.cfg.Log.Emit(c.cfg.Node, ICMPReceived, id, c.fields(m, "from", h.Src)...)
	}
	return m, true
}

func (c *ICMP) fields(m ICMPMessage, key string, peer netip.Addr) []trace.Field {
	return []trace.Field{
		trace.String("message", m.String()), trace.String(key, peer.String()),
		trace.Int("type", m.Type), trace.Int("code", m.Code), trace.Int("mtu", m.MTU), trace.Int("sequence", m.Seq),
	}
}
