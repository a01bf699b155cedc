package udp

import (
	"errors"
	"net/netip"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/trace"
)

// What can happen to a datagram at its receiver.
var (
	BadChecksum = trace.Define(trace.Kind{
		ID: "udp.bad-checksum", Layer: osi.Transport, Ref: "RFC 1122 §4.1.3.4",
		Sentence: "{node} discards a datagram from {from} and tells nobody: {why}",
		Fields:   []string{"from", "why"},
	})
	BadLength = trace.Define(trace.Kind{
		ID: "udp.bad-length", Layer: osi.Transport, Ref: "RFC 768",
		Sentence: "{node} discards a datagram from {from}: {why}",
		Fields:   []string{"from", "why"},
	})
	NoPort = trace.Define(trace.Kind{
		ID: "udp.port-unreachable", Layer: osi.Transport, Ref: "RFC 1122 §4.1.3.1",
		Sentence: "{node} has no program at port {port}: the datagram from {from} is discarded",
		Fields:   []string{"from", "port", "length"},
	})
	QueueFull = trace.Define(trace.Kind{
		ID: "udp.queue-full", Layer: osi.Transport, Ref: "RFC 768",
		Sentence: "{node} discards a datagram from {from}: {waiting} are waiting for the program to read them, and no more fit",
		Fields:   []string{"from", "to", "length", "waiting"},
	})
	Delivered = trace.Define(trace.Kind{
		ID: "udp.delivered", Layer: osi.Transport, Ref: "RFC 768",
		Sentence: "{node} puts a datagram of {length byte} from {from} into the queue of {to}",
		Fields:   []string{"from", "to", "length", "waiting"},
	})
)

// Receive checks and reads a datagram as a host does. A damaged one is recorded
// and dropped (ok is false).
func Receive(log *trace.Log, node string, id trace.FrameID, b []byte, src, dst netip.Addr) (h Header, payload []byte, ok bool) {
	h, payload, err := Parse(b, src, dst)
	if err == nil {
		return h, payload, true
	}
	if log.On() {
		kind := BadLength
		if errors.Is(err, ErrChecksum) {
			kind = BadChecksum
		}
		log.Emit(node, kind, id, trace.String("from", src.String()), trace.Reason("why", err))
	}
	return Header{}, nil, false
}

// NotePortUnreachable records that nobody listens at a datagram's port. The host
// then sends ICMP port unreachable (RFC 1122 §4.1.3.1), if ICMP may.
func NotePortUnreachable(log *trace.Log, node string, id trace.FrameID, h Header, src netip.Addr, payload int) {
	if log.On() {
		log.Emit(node, NoPort, id, trace.String("from", netip.AddrPortFrom(src, h.SrcPort).String()),
			trace.Int("port", h.DstPort), trace.Int("length", payload))
	}
}
