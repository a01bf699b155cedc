package datalink

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net"

	"github.com/packetwalk/packetwalk/osi"
)

// FieldsSeen is what the tolerant decoder could make out of a frame, for
// whoever goes on to the layer above.
type FieldsSeen struct {
	// OK says that the header was there in full.
	OK bool
	// Source and Destination are the MAC addresses, as text.
	Source, Destination string
	// EtherType says what the payload is; below 1536 it is the payload's
	// length in bytes instead (IEEE 802.3).
	EtherType uint16
	// Payload is everything between the header and the FCS, padding included;
	// it stands at PayloadAt.
	Payload   []byte
	PayloadAt int
}

const (
	fieldsHeaderLen      = 14
	fieldsLeastEtherType = 1536 // IEEE 802.3 §3.2.6: smaller values are lengths
	fieldsIPv4           = 0x0800
	fieldsARP            = 0x0806
	fieldsIPv6           = 0x86dd
	fieldsTag            = 0x8100
	fieldsServiceTag     = 0x88a8
	fieldsARPLen         = 28
)

// Fields names every byte of an Ethernet frame except its payload: b is the
// frame from the destination address on, at its offset. The last fcs bytes of b
// (0 to 4) are the frame check sequence; snapped says that the capture cut the
// frame short, so that the FCS cannot be checked.
//
// The part owns header and FCS. What lies between the payload's own length and
// the FCS is padding, which only the layer above can tell: see PaddingFields.
func Fields(b []byte, at, fcs int, snapped bool) (osi.Part, FieldsSeen) {
	fcs = min(max(fcs, 0), 4, len(b))
	body := b[:len(b)-fcs]
	r := osi.Reader{Data: body, Base: at, Fields: make([]osi.Field, 0, 8)}
	var seen FieldsSeen

	dst := r.Take(6, "eth.dst", "Destination Address")
	seen.Destination = describeMACField(dst, body[:min(6, len(body))])
	src := r.Take(6, "eth.src", "Source Address")
	seen.Source = describeMACField(src, body[min(6, len(body)):min(12, len(body))])
	kind := r.Uint(2, "eth.type", "EtherType")
	seen.OK = !r.Cut
	seen.EtherType = uint16(kind.Number)
	if seen.OK {
		describeEtherType(kind)
	}
	seen.Payload, seen.PayloadAt = body[r.Pos:], at+r.Pos

	part := osi.Part{Layer: osi.DataLink, Protocol: "Ethernet II", PDU: "frame"}
	if seen.OK && seen.EtherType < fieldsLeastEtherType {
		part.Protocol = "IEEE 802.3"
	}
	part.Spans = append(make([]osi.Span, 0, 3), osi.Span{Offset: at, Length: r.Pos})
	part.Summary = "frame from " + seen.Source + " to " + seen.Destination
	if r.Cut {
		part.Problem = fmt.Sprintf("the header ends after %d bytes; it has %d", r.Pos, fieldsHeaderLen)
		part.Summary = "the beginning of a frame"
	}
	if fcs > 0 {
		r.Data, r.Pos = b, len(body)
		checkFCS(&r, body, fcs, snapped)
		part.Spans = append(part.Spans, osi.Span{Offset: at + len(body), Length: fcs})
		if p := r.Fields[len(r.Fields)-1].Problem; p != "" && part.Problem == "" {
			part.Problem = p
		}
	}
	part.Fields = r.Fields
	return part, seen
}

// checkFCS compares the frame check sequence with the CRC-32 of all that
// comes before it (IEEE 802.3 §3.2.9). On the wire its first byte is the CRC's
// lowest; the value is written in the order of its bytes, as Wireshark does.
func checkFCS(r *osi.Reader, body []byte, fcs int, snapped bool) {
	if fcs < 4 {
		f := r.Take(fcs, "eth.fcs", "Frame Check Sequence")
		f.Note = "not checked: the capture ends within it"
		if !snapped {
			f.Problem = fmt.Sprintf("%d bytes of a sequence of 4", fcs)
		}
		return
	}
	f := r.Uint(4, "eth.fcs", "Frame Check Sequence")
	var right [4]byte
	binary.LittleEndian.PutUint32(right[:], crc32.ChecksumIEEE(body))
	want := uint64(binary.BigEndian.Uint32(right[:]))
	f.Value = osi.Hexadecimal(f.Number, 8)
	switch {
	case snapped:
		f.Note = "not checked: the capture has only part of the frame"
	case f.Number == want:
		f.Note = "correct"
	default:
		f.Problem = "FCS is " + f.Value + ", should be " + osi.Hexadecimal(want, 8)
	}
}

// PaddingFields gives an Ethernet part the bytes b at offset at, which lie
// between the end of the payload and the FCS: zeros that fill a frame up to
// its least size (IEEE 802.3 §3.2.8), or a trailer that somebody added.
func PaddingFields(part *osi.Part, b []byte, at int) {
	if len(b) == 0 {
		return
	}
	f := osi.Field{Key: "eth.padding", Name: "Padding", Span: osi.Span{Offset: at, Length: len(b)}, Value: osi.Hex(b, 16)}
	f.Note = "carries nothing: a frame has at least 60 bytes before its FCS"
	for _, c := range b {
		if c != 0 {
			f.Key, f.Name = "eth.trailer", "Trailer"
			f.Note = "no protocol above claims it"
			break
		}
	}
	// The padding stands before the FCS, if that is there.
	i, j := len(part.Fields), len(part.Spans)
	if i > 0 && part.Fields[i-1].Key == "eth.fcs" {
		i, j = i-1, j-1
	}
	part.Fields = append(part.Fields[:i], append([]osi.Field{f}, part.Fields[i:]...)...)
	if j > 0 && part.Spans[j-1].End() == at && j == len(part.Spans) {
		part.Spans[j-1].Length += len(b)
		return
	}
	part.Spans = append(part.Spans[:j], append([]osi.Span{f.Span}, part.Spans[j:]...)...)
}

func describeMACField(f *osi.Field, b []byte) string {
	if len(b) < 6 {
		return "?"
	}
	f.Value = net.HardwareAddr(b).String()
	switch {
	case f.Value == "ff:ff:ff:ff:ff:ff":
		f.Note = "broadcast: every station on the link"
	case b[0]&1 != 0:
		f.Note = "a group of stations (multicast)"
	case b[0]&2 != 0:
		f.Note = "locally administered"
	}
	return f.Value
}

func describeEtherType(f *osi.Field) {
	if f.Number < fieldsLeastEtherType {
		f.Key, f.Name = "eth.len", "Length"
		f.Note = "a length: the frame has no EtherType"
		return
	}
	f.Value = osi.Hexadecimal(f.Number, 4)
	if name := EtherTypeName(uint16(f.Number)); name != "" {
		f.Value = name + " (" + f.Value + ")"
	}
}

// EtherTypeName is the name of the protocol that an EtherType stands for, ""
// when it is none of those met in practice (IANA, "IEEE 802 Numbers").
func EtherTypeName(t uint16) string {
	switch t {
	case fieldsIPv4:
		return "IPv4"
	case fieldsARP:
		return "ARP"
	case fieldsIPv6:
		return "IPv6"
	case fieldsTag:
		return "802.1Q tag"
	case fieldsServiceTag:
		return "802.1ad tag"
	case 0x8847:
		return "MPLS"
	case 0x8863:
		return "PPPoE discovery"
	case 0x8864:
		return "PPPoE session"
	case 0x88cc:
		return "LLDP"
	}
	return ""
}
