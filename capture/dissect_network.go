package capture

import (
	"fmt"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/osi/network"
)

// rawIP reads a packet that was captured without a frame.
func (w *walk) rawIP() {
	b := w.p.Data
	if len(b) > 0 && b[0]>>4 == 6 {
		w.protocol, w.info = "IPv6", "IPv6, "+octets(len(b))
		w.data(osi.Network, b, 0, "IPv6 is not taken apart here")
		return
	}
	claimed := w.ipv4(b, 0)
	w.data(osi.DataLink, b[claimed:], claimed, "behind the packet's end")
}

// ipv4 reads a packet and returns how many bytes of b it claims.
func (w *walk) ipv4(b []byte, at int) int {
	part, seen := network.Fields(b, at, w.snapped)
	w.add(part)
	w.protocol, w.info = "IPv4", part.Summary
	claimed := seen.PayloadAt - at + len(seen.Payload)
	if seen.Source.IsValid() && seen.Destination.IsValid() {
		w.source, w.destination = seen.Source.String(), seen.Destination.String()
	}
	switch {
	case !seen.OK:
		w.data(osi.Transport, seen.Payload, seen.PayloadAt, "behind a damaged header")
	case seen.Fragment():
		w.fragment(seen)
	default:
		w.transport(seen)
	}
	return claimed
}

// transport reads what a whole packet carries.
func (w *walk) transport(ip network.FieldsSeen) {
	switch ip.Protocol {
	case 1:
		part, seen := network.ICMPFields(ip.Payload, ip.PayloadAt, len(ip.Payload) >= ip.PayloadLen)
		w.protocol, w.info = "ICMP", seen.Sentence
		if seen.Type == 8 || seen.Type == 0 {
			w.info += fmt.Sprintf(", ttl=%d", ip.TTL)
		}
		w.add(part)
	case 6:
		w.segment(ip)
	case 17:
		w.datagram(ip)
	default:
		name := network.ProtocolName(ip.Protocol)
		if name == "" {
			name = fmt.Sprintf("IP protocol %d", ip.Protocol)
		}
		w.protocol, w.info = name, name+", "+octets(ip.PayloadLen)
		w.data(osi.Transport, ip.Payload, ip.PayloadAt, name+" is not taken apart here")
	}
}
