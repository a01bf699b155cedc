package udp

import (
	"fmt"
	"net/netip"
	"strconv"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/osi/checksum"
)

// FieldsSeen is what the tolerant decoder could make out of a datagram, for
// whoever goes on to the layer above.
type FieldsSeen struct {
	// OK says that the header was there in full.
	OK                          bool
	SourcePort, DestinationPort uint16
	// Payload is what is there of the datagram's data; it stands at PayloadAt.
	// PayloadLen is how long the header says it is, in bytes.
	Payload    []byte
	PayloadAt  int
	PayloadLen int
}

const fieldsHeaderLen = 8

// Fields names every byte of the UDP header (RFC 768) that begins at b[0], at
// offset at. b is what there is of the IP packet's payload; carried is how long
// that payload is by the IP header, more than len(b) when the capture cut it
// short. src and dst are the packet's addresses, for the pseudo-header.
func Fields(b []byte, at, carried int, src, dst netip.Addr) (osi.Part, FieldsSeen) {
	r := osi.Reader{Data: b, Base: at, Fields: make([]osi.Field, 0, 5)}
	var seen FieldsSeen
	seen.SourcePort = uint16(r.Uint(2, "udp.srcport", "Source Port").Number)
	seen.DestinationPort = uint16(r.Uint(2, "udp.dstport", "Destination Port").Number)
	length := r.Uint(2, "udp.length", "Length")
	n := int(length.Number)
	believed := describeLength(length, n, carried, r.Cut)
	sum := r.Uint(2, "udp.checksum", "Checksum")
	seen.OK = !r.Cut
	if seen.OK {
		describeChecksum(sum, b, n, believed, src, dst)
	}

	part := osi.Part{Layer: osi.Transport, Protocol: "UDP", PDU: "datagram"}
	part.Spans = []osi.Span{{Offset: at, Length: r.Pos}}
	end := len(b)
	seen.PayloadLen = carried - fieldsHeaderLen
	if believed {
		end, seen.PayloadLen = min(n, len(b)), n-fieldsHeaderLen
	}
	seen.PayloadLen = max(0, seen.PayloadLen)
	seen.Payload, seen.PayloadAt = b[r.Pos:max(end, r.Pos)], at+r.Pos
	part.Summary = fmt.Sprintf("datagram from port %d to port %d, %s", seen.SourcePort, seen.DestinationPort, bytesOf(seen.PayloadLen))
	part.Problem = osi.FirstProblem(r.Fields)
	if r.Cut {
		part.Summary = "the beginning of a datagram"
		part.Problem = fmt.Sprintf("the header ends after %d bytes; it has %d", len(b), fieldsHeaderLen)
	}
	r.Worked("udp.payload_length", "Payload Length", bytesOf(seen.PayloadLen)).Number = uint64(seen.PayloadLen)
	part.Fields = r.Fields
	return part, seen
}

// describeLength says what is wrong with the length field, and whether it can
// be believed all the same.
func describeLength(f *osi.Field, n, carried int, cut bool) bool {
	switch {
	case cut:
		return false
	case n < fieldsHeaderLen:
		f.Problem = fmt.Sprintf("length is %d bytes, less than the header's %d", n, fieldsHeaderLen)
		return false
	case n > carried:
		f.Problem = fmt.Sprintf("length is %d bytes, but the packet carries %d", n, carried)
		return false
	}
	return true
}

// describeChecksum compares the checksum with what it should be: RFC 768,
// over pseudo-header, header and data. Zero means that the sender made none; a
// sum that comes out as zero is sent as 0xffff.
func describeChecksum(f *osi.Field, b []byte, n int, believed bool, src, dst netip.Addr) {
	f.Value = osi.Hexadecimal(f.Number, 4)
	switch {
	case f.Number == 0:
		f.Note = "none: the sender did not make one"
		return
	case !believed || n > len(b):
		f.Note = "not checked: the datagram is not all there"
		return
	case !src.Is4() || !dst.Is4():
		f.Note = "not checked: the addresses are not known"
		return
	}
	want, right := checksum.Expected(b[:n], 6, checksum.PseudoHeader(src, dst, 17, n))
	if want == 0 {
		want = 0xffff
	}
	if !right {
		f.Problem = "checksum is " + f.Value + ", should be " + osi.Hexadecimal(uint64(want), 4)
		return
	}
	f.Note = "correct"
}

func bytesOf(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return strconv.Itoa(n) + " bytes"
}
