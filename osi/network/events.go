package network

import (
	"errors"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/trace"
)

// What can happen to a packet.
var (
	BadChecksum = trace.Define(trace.Kind{
		ID: "ip.bad-checksum", Layer: osi.Network, Ref: "RFC 1122 §3.2.1.2",
		Sentence: "{node} discards a packet: {why}",
		Fields:   []string{"why"},
	})
	BadHeader = trace.Define(trace.Kind{
		ID: "ip.bad-header", Layer: osi.Network, Ref: "RFC 1122 §3.2.1.1",
		Sentence: "{node} discards a packet: {why}",
		Fields:   []string{"why"},
	})
	NoRoute = trace.Define(trace.Kind{
		ID: "ip.no-route", Layer: osi.Network, Ref: "RFC 1812 §4.3.3.1",
		Sentence: "{node} has no route to {dst}",
		Fields:   []string{"src", "dst"},
	})
	TTLExpiry = trace.Define(trace.Kind{
		ID: "ip.ttl-expired", Layer: osi.Network, Ref: "RFC 1812 §5.3.1",
		Sentence: "{node} discards a packet from {src} to {dst}: its TTL of {ttl} allows no further hop",
		Fields:   []string{"src", "dst", "ttl"},
	})
	TooBig = trace.Define(trace.Kind{
		ID: "ip.too-big", Layer: osi.Network, Ref: "RFC 1191 §4",
		Sentence: "{node} discards a packet of {length byte} to {dst}: the next link carries at most {mtu byte}, and DF forbids fragments",
		Fields:   []string{"src", "dst", "length", "mtu"},
	})
	Martian = trace.Define(trace.Kind{
		ID: "ip.martian", Layer: osi.Network, Ref: "RFC 1812 §5.3.7",
		Sentence: "{node} does not forward a packet from {src} to {dst}: {why}",
		Fields:   []string{"src", "dst", "why"},
	})
	Fragmented = trace.Define(trace.Kind{
		ID: "ip.fragmented", Layer: osi.Network, Ref: "RFC 791 §3.2",
		Sentence: "{node} cuts a packet of {length byte} to {dst} into {fragments fragment}: the link carries at most {mtu byte}",
		Fields:   []string{"src", "dst", "id", "length", "mtu", "fragments"},
	})
	Reassembled = trace.Define(trace.Kind{
		ID: "ip.reassembled", Layer: osi.Network, Ref: "RFC 791 §3.2",
		Sentence: "{node} puts {fragments fragment} from {src} together: a packet of {length byte}",
		Fields:   []string{"src", "dst", "id", "fragments", "length"},
	})
	ReassemblyTimeout = trace.Define(trace.Kind{
		ID: "ip.reassembly-timeout", Layer: osi.Network, Ref: "RFC 1122 §3.3.2",
		Sentence: "{node} gives up on a packet from {src}: after {after} it has only {fragments} of its fragments",
		Fields:   []string{"src", "dst", "id", "fragments", "after", "first"},
	})
	ReassemblyEvicted = trace.Define(trace.Kind{
		ID: "ip.reassembly-evicted", Layer: osi.Network, Ref: "RFC 791 §3.2",
		Sentence: "{node} gives up on a packet from {src}: waiting fragments take {bytes byte} of memory, and no more may",
		Fields:   []string{"src", "dst", "id", "bytes"},
	})
	FragmentDropped = trace.Define(trace.Kind{
		ID: "ip.fragment-dropped", Layer: osi.Network, Ref: "RFC 1858 §4",
		Sentence: "{node} discards a fragment from {src} at offset {offset}: {why}",
		Fields:   []string{"src", "dst", "id", "offset", "why"},
	})
)

// What is said about packets.
var (
	ICMPSent = trace.Define(trace.Kind{
		ID: "icmp.sent", Layer: osi.Network, Ref: "RFC 792",
		Sentence: "{node} sends an ICMP message to {to}: {message}",
		Fields:   []string{"message", "to", "type", "code", "mtu", "sequence"},
	})
	ICMPReceived = trace.Define(trace.Kind{
		ID: "icmp.received", Layer: osi.Network, Ref: "RFC 792",
		Sentence: "{node} receives an ICMP message from {from}: {message}",
		Fields:   []string{"message", "from", "type", "code", "mtu", "sequence"},
	})
	ICMPWithheld = trace.Define(trace.Kind{
		ID: "icmp.withheld", Layer: osi.Network, Ref: "RFC 1122 §3.2.2",
		Sentence: "{node} sends no ICMP message ({message}): {why}",
		Fields:   []string{"message", "why"},
	})
	ICMPInvalid = trace.Define(trace.Kind{
		ID: "icmp.invalid", Layer: osi.Network, Ref: "RFC 792",
		Sentence: "{node} discards an ICMP message from {from}: {why}",
		Fields:   []string{"from", "why"},
	})
)

// Receive checks and reads a packet as a host or router does. A damaged one is
// recorded and dropped (ok is false).
func (h *IPv4Header) Receive(log *trace.Log, node string, id trace.FrameID, packet []byte) (payload []byte, ok bool) {
	payload, err := h.Parse(packet)
	if err == nil {
		return payload, true
	}
	if log.On() {
		kind := BadHeader
		if errors.Is(err, ErrChecksum) {
			kind = BadChecksum
		}
		log.Emit(node, kind, id, trace.Reason("why", err))
	}
	return nil, false
}

// NoteFragmented records that a packet was cut in fragments for a link.
func NoteFragmented(log *trace.Log, node string, id trace.FrameID, h *IPv4Header, mtu, fragments int) {
	if log.On() {
		log.Emit(node, Fragmented, id, trace.String("src", h.Src.String()), trace.String("dst", h.Dst.String()),
			trace.Int("id", h.ID), trace.Int("length", h.TotalLen), trace.Int("mtu", mtu), trace.Int("fragments", fragments))
	}
}
