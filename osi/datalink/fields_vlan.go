package datalink

import (
	"fmt"

	"github.com/packetwalk/packetwalk/osi"
)

// IsTag says whether an EtherType announces a VLAN tag: 802.1Q's own, or the
// outer one of two (802.1ad).
func IsTag(etherType uint16) bool { return etherType == fieldsTag || etherType == fieldsServiceTag }

// TagFields names the four bytes of the VLAN tag that begins at b[0], at offset
// at (IEEE 802.1Q §9.6). announced is the EtherType that stood before it. What
// the tag says comes back as of a frame, except the addresses.
func TagFields(b []byte, at int, announced uint16) (osi.Part, FieldsSeen) {
	r := osi.Reader{Data: b, Base: at, Fields: make([]osi.Field, 0, 4)}
	var seen FieldsSeen
	protocol, key := "802.1Q", "vlan"
	if announced == fieldsServiceTag {
		protocol, key = "802.1ad", "ieee8021ad"
	}
	control := r.Bitfield(2, key, "Tag Control Information")
	r.Bits(control, 0, 2, key+".priority", "Priority")
	r.Bits(control, 3, 3, key+".dei", "Drop Eligible")
	id := r.Bits(control, 4, 15, key+".id", "VLAN ID").Number
	kind := r.Uint(2, "vlan.etype", "EtherType")
	if seen.OK = !r.Cut; seen.OK {
		seen.EtherType = uint16(kind.Number)
		describeEtherType(kind)
	}
	seen.Payload, seen.PayloadAt = b[r.Pos:], at+r.Pos
	part := osi.Part{Layer: osi.DataLink, Protocol: protocol, PDU: "frame", Fields: r.Fields}
	part.Spans = []osi.Span{{Offset: at, Length: r.Pos}}
	part.Summary = fmt.Sprintf("tag: the frame belongs to VLAN %d", id)
	if r.Cut {
		part.Summary = "the beginning of a tag"
		part.Problem = fmt.Sprintf("the tag ends after %d bytes; it has 4", len(b))
	}
	return part, seen
}
