package network

import (
	"fmt"
	"net/netip"
	"strconv"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/osi/checksum"
)

// FieldsSeen is what the tolerant decoder could make out of an IPv4 packet,
// for whoever goes on to the layer above.
type FieldsSeen struct {
	// OK says that the header was there in full and makes sense.
	OK                  bool
	Source, Destination netip.Addr
	Protocol            uint8
	TTL                 uint8
	ID                  uint16
	DontFragment        bool
	// MoreFragments and FragmentOffset (bytes) place a fragment.
	MoreFragments  bool
	FragmentOffset int
	// Payload is what is there of the data behind the header, without the
	// link's padding; it stands at PayloadAt. PayloadLen is how long the
	// header says it is, in bytes.
	Payload    []byte
	PayloadAt  int
	PayloadLen int
}

// Fragment says whether the packet carries a piece of a datagram.
func (s FieldsSeen) Fragment() bool { return s.MoreFragments || s.FragmentOffset > 0 }

const fieldsHeaderLen = 20

// Fields names every byte of the IPv4 header that begins at b[0], at offset at
// (RFC 791 §3.1). snapped says that the capture cut the frame short, so that
// missing bytes are nobody's fault. Bytes behind the packet's total length are
// left alone: they are the link's padding.
func Fields(b []byte, at int, snapped bool) (osi.Part, FieldsSeen) {
	r := osi.Reader{Data: b, Base: at, Fields: make([]osi.Field, 0, 20)}
	var seen FieldsSeen
	part := osi.Part{Layer: osi.Network, Protocol: "IPv4", PDU: "packet"}

	header := namedVersion(&r, &part)
	namedService(&r)
	total := namedTotalLength(&r, header, len(b), snapped)
	id := r.Uint(2, "ip.id", "Identification")
	if seen.ID = uint16(id.Number); id.Problem == "" {
		id.Value = osi.Hexadecimal(id.Number, 4)
	}
	namedFragment(&r, &seen)
	ttl := r.Uint(1, "ip.ttl", "Time to Live")
	seen.TTL = uint8(ttl.Number)
	proto := r.Uint(1, "ip.proto", "Protocol")
	seen.Protocol = uint8(proto.Number)
	if name := ProtocolName(seen.Protocol); name != "" {
		proto.Value = name + " (" + proto.Value + ")"
	}
	namedChecksum(&r, b, header)
	seen.Source = namedAddress(&r, "ip.src", "Source Address")
	seen.Destination = namedAddress(&r, "ip.dst", "Destination Address")
	if header > fieldsHeaderLen {
		r.Data = b[:min(header, len(b))]
		optionFields(&r)
		r.Cut = r.Cut || len(b) < header
	}

	part.Spans = []osi.Span{{Offset: at, Length: r.Pos}}
	part.Fields = r.Fields
	seen.OK = !r.Cut && part.Problem == ""
	if r.Cut && part.Problem == "" {
		part.Problem = fmt.Sprintf("the header ends after %d bytes; it has %d", len(b), max(header, fieldsHeaderLen))
	}
	seen.PayloadAt, seen.PayloadLen = at+r.Pos, max(0, total-header)
	end := min(max(total, r.Pos), len(b))
	if total == 0 {
		end = len(b) // Segmentation offload: the length was left for the card to fill in.
		seen.PayloadLen = end - r.Pos
	}
	seen.Payload = b[r.Pos:end]
	part.Summary = ipSummary(seen)
	if part.Problem == "" {
		part.Problem = osi.FirstProblem(part.Fields)
	}
	return part, seen
}

// namedVersion names the first byte and returns the header's length in bytes.
// What is wrong here makes the whole packet unreadable.
func namedVersion(r *osi.Reader, part *osi.Part) (header int) {
	first := r.Bitfield(1, "ip.version", "Version and IHL")
	if v := r.Bits(first, 0, 3, "ip.version", "Version"); v.Number != 4 && !r.Cut {
		v.Problem = fmt.Sprintf("version is %d, should be 4", v.Number)
		part.Problem = v.Problem
	}
	header = 4 * int(first.Number&15)
	ihl := r.Bits(first, 4, 7, "ip.hdr_len", "Header Length")
	ihl.Value, ihl.Number = strconv.Itoa(header)+" bytes", uint64(header)
	ihl.Note = strconv.Itoa(header/4) + " words of 4 bytes"
	if header < fieldsHeaderLen && !r.Cut {
		ihl.Problem = fmt.Sprintf("header length is %d bytes, should be at least %d", header, fieldsHeaderLen)
		part.Problem = ihl.Problem
	}
	return header
}

// namedService: RFC 2474 §3 and RFC 3168 §5.
func namedService(r *osi.Reader) {
	service := r.Bitfield(1, "ip.dsfield", "Differentiated Services and ECN")
	r.Bits(service, 0, 5, "ip.dsfield.dscp", "Differentiated Services Codepoint")
	ecn := r.Bits(service, 6, 7, "ip.dsfield.ecn", "Explicit Congestion Notification")
	ecn.Value = [...]string{"Not-ECT", "ECT(1)", "ECT(0)", "CE"}[ecn.Number]
}

// namedTotalLength names the total length and returns it; 0 when it says
// nothing that can be believed.
func namedTotalLength(r *osi.Reader, header, have int, snapped bool) int {
	f := r.Uint(2, "ip.len", "Total Length")
	total := int(f.Number)
	switch {
	case r.Cut:
		return 0
	case total == 0:
		f.Note = "0: left for the network card to fill in (segmentation offload)"
	case total < header:
		f.Problem = fmt.Sprintf("total length is %d bytes, less than the header's %d", total, header)
		return header
	case total > have && snapped:
		f.Note = fmt.Sprintf("%d bytes of them were captured", have)
	case total > have:
		f.Problem = fmt.Sprintf("total length is %d bytes, but the frame carries %d", total, have)
	}
	return total
}

func namedFragment(r *osi.Reader, seen *FieldsSeen) {
	f := r.Bitfield(2, "ip.flags", "Flags and Fragment Offset")
	if rb := r.Bit(f, 0, "ip.flags.rb", "Reserved bit"); rb.Number != 0 {
		rb.Problem = "the reserved bit is set, should be 0"
	}
	seen.DontFragment = r.Bit(f, 1, "ip.flags.df", "Don't Fragment").Number == 1
	seen.MoreFragments = r.Bit(f, 2, "ip.flags.mf", "More Fragments").Number == 1
	offset := r.Bits(f, 3, 15, "ip.frag_offset", "Fragment Offset")
	seen.FragmentOffset = 8 * int(offset.Number)
	offset.Number = uint64(seen.FragmentOffset)
	offset.Value = strconv.Itoa(seen.FragmentOffset) + " bytes"
	if seen.FragmentOffset > 0 {
		offset.Note = fmt.Sprintf("%d units of 8 bytes", seen.FragmentOffset/8)
	}
}

// namedChecksum names the header checksum and says whether it is right: RFC
// 791 §3.1, the sum over the header with the checksum itself taken as zero.
func namedChecksum(r *osi.Reader, b []byte, header int) {
	f := r.Uint(2, "ip.checksum", "Header Checksum")
	if f.Problem != "" || r.Cut {
		return
	}
	f.Value = osi.Hexadecimal(f.Number, 4)
	if header < fieldsHeaderLen || len(b) < header {
		f.Note = "not checked: the header is not all there"
		return
	}
	want, right := checksum.Expected(b[:header], 10, 0)
	switch {
	case right:
		f.Note = "correct"
	case f.Number == 0:
		f.Note = "perhaps left for the network card to fill in"
		fallthrough
	default:
		f.Problem = "checksum is " + f.Value + ", should be " + osi.Hexadecimal(uint64(want), 4)
	}
}

func namedAddress(r *osi.Reader, key, name string) netip.Addr {
	from := r.Pos
	f := r.Take(4, key, name)
	a, ok := netip.AddrFromSlice(r.Data[from:min(r.Pos, len(r.Data))])
	if ok {
		f.Value = a.String()
	}
	return a
}

func ipSummary(s FieldsSeen) string {
	if !s.Source.IsValid() || !s.Destination.IsValid() {
		return "the beginning of an IPv4 packet"
	}
	line := "packet from " + s.Source.String() + " to " + s.Destination.String() + ", TTL " + strconv.Itoa(int(s.TTL))
	if s.Fragment() {
		line += fmt.Sprintf(", a fragment: bytes %d–%d of datagram %s", s.FragmentOffset,
			s.FragmentOffset+s.PayloadLen-1, osi.Hexadecimal(uint64(s.ID), 4))
	}
	return line
}

// ProtocolName is the name of an IP protocol number, "" when it is none of
// those met in practice (IANA, "Protocol Numbers").
func ProtocolName(p uint8) string {
	switch p {
	case 1:
		return "ICMP"
	case 2:
		return "IGMP"
	case 4:
		return "IP in IP"
	case 6:
		return "TCP"
	case 17:
		return "UDP"
	case 41:
		return "IPv6"
	case 47:
		return "GRE"
	case 50:
		return "ESP"
	case 51:
		return "AH"
	case 58:
		return "ICMPv6"
	case 89:
		return "OSPF"
	case 132:
		return "SCTP"
	}
	return ""
}
