package capture

import (
	"fmt"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/osi/datalink"
)

// ethernet reads a frame. What the layer above does not claim is padding, and
// so the frame's own part is finished last.
func (w *walk) ethernet() {
	w.physical()
	part, seen := datalink.Fields(w.p.Data, 0, w.p.FCS, w.snapped)
	w.source, w.destination = seen.Source, columnMAC(seen.Destination)
	w.protocol, w.info = "Ethernet", part.Summary
	own := len(w.out.Parts)
	w.add(part)
	if !seen.OK {
		w.data(osi.Network, seen.Payload, seen.PayloadAt, "")
		return
	}
	claimed := w.payload(seen)
	rest := seen.Payload[claimed:]
	datalink.PaddingFields(&w.out.Parts[own], rest, seen.PayloadAt+claimed)
}

// foreign goes on behind what a capturing machine put in a header's place.
func (w *walk) foreign(part osi.Part, seen datalink.FieldsSeen) {
	w.source = seen.Source
	w.protocol, w.info = part.Protocol, part.Summary
	w.add(part)
	if !seen.OK {
		w.data(osi.Network, seen.Payload, seen.PayloadAt, "")
		return
	}
	claimed := w.payload(seen)
	w.data(osi.DataLink, seen.Payload[claimed:], seen.PayloadAt+claimed, "behind the packet's end")
}

// maxTags is how many VLAN tags are read one behind the other; two are usual.
const maxTags = 8

// tags reads the VLAN tags at the beginning of a payload, and gives what they
// carry, as of a frame without them.
func (w *walk) tags(seen datalink.FieldsSeen) datalink.FieldsSeen {
	for n := 0; n < maxTags && datalink.IsTag(seen.EtherType); n++ {
		part, inner := datalink.TagFields(seen.Payload, seen.PayloadAt, seen.EtherType)
		w.protocol, w.info = part.Protocol, part.Summary
		w.add(part)
		seen = inner
	}
	return seen
}

// payload reads what a frame carries and returns how many bytes of it are
// claimed.
func (w *walk) payload(frame datalink.FieldsSeen) int {
	seen := w.tags(frame)
	return seen.PayloadAt - frame.PayloadAt + w.packet(seen)
}

// packet reads what stands behind a frame's header and tags, and returns how
// many bytes of it are claimed.
func (w *walk) packet(seen datalink.FieldsSeen) int {
	b, at := seen.Payload, seen.PayloadAt
	switch {
	case !seen.OK:
		w.data(osi.Network, b, at, "")
		return len(b)
	case seen.EtherType == 0x0800:
		return w.ipv4(b, at)
	case seen.EtherType == 0x0806:
		return w.arp(b, at)
	case seen.EtherType < 1536:
		n := min(int(seen.EtherType), len(b))
		w.info = fmt.Sprintf("frame with a length of %d", seen.EtherType)
		w.data(osi.Network, b[:n], at, "the frame names no protocol, only this length")
		return n
	}
	name := datalink.EtherTypeName(seen.EtherType)
	if name == "" {
		name = "EtherType " + osi.Hexadecimal(uint64(seen.EtherType), 4)
	}
	w.protocol, w.info = name, name+", "+octets(len(b))
	w.data(osi.Network, b, at, name+" is not taken apart here")
	return len(b)
}

func (w *walk) arp(b []byte, at int) int {
	part, seen := datalink.ARPFields(b, at)
	w.add(part)
	w.protocol, w.info = "ARP", seen.Sentence()
	return seen.Len
}

// physical adds the wire's part. IEEE 802.3 §3.1.1 and §4.4.2: seven bytes of
// preamble, one of start delimiter, and 96 bit times between frames.
func (w *walk) physical() {
	length := max(w.p.Length, len(w.p.Data))
	part := osi.Part{Layer: osi.Physical, Protocol: "Ethernet wire", PDU: osi.Physical.PDU(), Spans: []osi.Span{{}}}
	part.Summary = "no bytes in the capture: 8+12 bytes of time on the wire, not captured"
	part.Fields = []osi.Field{
		{Key: "frame.len", Name: "Frame length on the wire", Value: octets(length), Number: uint64(length)},
		{Key: "frame.cap_len", Name: "Frame length captured", Value: octets(len(w.p.Data)), Number: uint64(len(w.p.Data))},
		{Key: "wire.preamble", Name: "Preamble and start delimiter", Value: "8 bytes of time", Number: 8, Note: "before the frame; not captured"},
		{Key: "wire.gap", Name: "Gap between frames", Value: "12 bytes of time", Number: 12, Note: "behind the frame; not captured"},
	}
	if w.snapped {
		part.Fields[1].Note = "the capture cut the frame short"
	}
	w.add(part)
}

func columnMAC(mac string) string {
	if mac == "ff:ff:ff:ff:ff:ff" {
		return "Broadcast"
	}
	return mac
}
