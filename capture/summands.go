package capture

import (
	"encoding/binary"

	"github.com/packetwalk/packetwalk/osi"
)

// Summand is one of the 16-bit words that an Internet checksum is the sum of
// (RFC 1071 §1).
type Summand struct {
	Value uint16
	// Span is where in the frame it stands: two bytes; one if it is the last
	// byte of an odd number, which a zero is thought to follow; none if it
	// belongs to the pseudo-header, which is not in the frame as such.
	Span osi.Span
	// Pseudo says which part of the pseudo-header it is, "" if it is none.
	Pseudo string
}

// checksummed are the protocols whose checksum covers all that IP carries.
var checksummed = map[string]struct {
	number uint16 // IP's number of the protocol
	pseudo bool   // whether the pseudo-header is summed up too
}{"TCP": {6, true}, "UDP": {17, true}, "ICMP": {1, false}}

// Summands are the words that the checksum of TCP, UDP or ICMP is made of, in
// order, as the packet carries them: its own checksum is among them, and then
// all together add up to 0xffff when nothing is damaged. There are none when
// the packet has no such protocol, or not all of its bytes are here.
func (d *Dissection) Summands(protocol string) []Summand {
	kind, known := checksummed[protocol]
	ip := d.Part("IPv4")
	if part := d.Part(protocol); !known || ip == nil || part == nil || len(ip.Spans) != 1 {
		return nil
	}
	header := ip.Spans[0]
	length, ok := ip.Field("ip.len")
	end := header.Offset + int(length.Number)
	if !ok || end > len(d.Data) || header.Length < 20 || end < header.End() || isFragment(d.Data[header.Offset:]) {
		return nil
	}
	var all []Summand
	if kind.pseudo {
		address := d.Data[header.Offset+12:]
		for i, of := range [...]string{"source address", "source address", "destination address", "destination address"} {
			all = append(all, Summand{Value: binary.BigEndian.Uint16(address[2*i:]), Pseudo: of})
		}
		all = append(all, Summand{Value: kind.number, Pseudo: "protocol"}, Summand{Value: uint16(end - header.End()), Pseudo: protocol + " length"})
	}
	for at := header.End(); at < end; at += 2 {
		if at+1 == end {
			return append(all, Summand{Value: uint16(d.Data[at]) << 8, Span: osi.Span{Offset: at, Length: 1}})
		}
		all = append(all, Summand{Value: binary.BigEndian.Uint16(d.Data[at:]), Span: osi.Span{Offset: at, Length: 2}})
	}
	return all
}

// isFragment says whether an IPv4 header is that of a fragment: the sum is
// over all of them.
func isFragment(header []byte) bool {
	const moreFragments, offset = 0x2000, 0x1fff
	return binary.BigEndian.Uint16(header[6:])&(moreFragments|offset) != 0
}
