package tcp

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/osi/checksum"
)

// FieldsSeen is what the tolerant decoder could make out of a segment, for
// whoever goes on to the layer above or follows the connection.
type FieldsSeen struct {
	// OK says that the fixed part of the header was there and makes sense.
	OK                          bool
	SourcePort, DestinationPort uint16
	Seq, Ack                    uint32 // as they stand in the header
	Flags                       uint16 // as in the header: FIN is 1, NS (or AE) 256
	Window                      uint16 // as it stands in the header, not scaled
	HasMSS                      bool
	MSS                         uint16
	HasScale                    bool
	Scale                       uint8
	SACKPermitted               bool
	SACK                        [][2]uint32 // left and right edges, as they stand
	HasTimestamps               bool
	TSval, TSecr                uint32
	// Payload is what is there of the segment's data; it stands at PayloadAt.
	// PayloadLen is how long it is by the IP header, in bytes.
	Payload    []byte
	PayloadAt  int
	PayloadLen int
}

// The flags as they stand in FieldsSeen.Flags (RFC 9293 §3.1, RFC 3168 §6.1).
const (
	fieldFIN = 1 << iota
	fieldSYN
	fieldRST
	fieldPSH
	fieldACK
	fieldURG
	fieldECE
	fieldCWR
	fieldAE
)

const fieldsHeaderLen = 20

// FIN says whether the flag is set; so do the others for theirs.
func (s *FieldsSeen) FIN() bool { return s.Flags&fieldFIN != 0 }

// SYN says whether the flag is set.
func (s *FieldsSeen) SYN() bool { return s.Flags&fieldSYN != 0 }

// RST says whether the flag is set.
func (s *FieldsSeen) RST() bool { return s.Flags&fieldRST != 0 }

// PSH says whether the flag is set.
func (s *FieldsSeen) PSH() bool { return s.Flags&fieldPSH != 0 }

// ACK says whether the flag is set.
func (s *FieldsSeen) ACK() bool { return s.Flags&fieldACK != 0 }

// FlagNames lists the flags that are set, in the order of Wireshark's Info
// column: "SYN, ACK".
func (s *FieldsSeen) FlagNames() string {
	var set []string
	for i, name := range [...]string{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE"} {
		if s.Flags>>i&1 != 0 {
			set = append(set, name)
		}
	}
	return strings.Join(set, ", ")
}

// Fields names every byte of the TCP header (RFC 9293 §3.1) that begins at
// b[0], at offset at. b is what there is of the IP packet's payload; carried is
// how long that payload is by the IP header, more than len(b) when the capture
// cut it short. src and dst are the packet's addresses, for the pseudo-header.
func Fields(b []byte, at, carried int, src, dst netip.Addr) (osi.Part, FieldsSeen) {
	r := osi.Reader{Data: b, Base: at, Fields: make([]osi.Field, 0, 34)}
	var seen FieldsSeen
	part := osi.Part{Layer: osi.Transport, Protocol: "TCP", PDU: "segment"}
	seen.SourcePort = uint16(r.Uint(2, "tcp.srcport", "Source Port").Number)
	seen.DestinationPort = uint16(r.Uint(2, "tcp.dstport", "Destination Port").Number)
	seen.Seq = uint32(r.Uint(4, "tcp.seq_raw", "Sequence Number (raw)").Number)
	seen.Ack = uint32(r.Uint(4, "tcp.ack_raw", "Acknowledgment Number (raw)").Number)

	offset := r.Bitfield(2, "tcp.hdr_len", "Data Offset and Flags")
	header := 4 * int(offset.Number>>12)
	hl := r.Bits(offset, 0, 3, "tcp.hdr_len", "Header Length")
	hl.Number, hl.Value = uint64(header), strconv.Itoa(header)+" bytes"
	hl.Note = "data offset: " + strconv.Itoa(header/4) + " words of 4 bytes"
	if !r.Cut && (header < fieldsHeaderLen || header > carried) {
		hl.Problem = fmt.Sprintf("header length is %d bytes, should be %d to %d", header, fieldsHeaderLen, max(fieldsHeaderLen, min(60, carried)))
		part.Problem = hl.Problem
	}
	seen.Flags = uint16(offset.Number & 0x1ff)
	flagFields(&r, offset, &seen)
	window := r.Uint(2, "tcp.window_size_value", "Window")
	seen.Window = uint16(window.Number)
	checksumField(&r, b, carried, src, dst)
	urgent := r.Uint(2, "tcp.urgent_pointer", "Urgent Pointer")
	if urgent.Number != 0 && seen.Flags&fieldURG == 0 {
		urgent.Note = "means nothing: URG is not set"
	}
	seen.OK = !r.Cut && part.Problem == ""
	if seen.OK && header > fieldsHeaderLen {
		r.Data = b[:min(header, len(b))]
		optionFields(&r, &seen)
		r.Cut = r.Cut || len(b) < header
	}
	part.Spans = []osi.Span{{Offset: at, Length: r.Pos}}
	seen.Payload, seen.PayloadAt = b[r.Pos:], at+r.Pos
	seen.PayloadLen = max(0, carried-max(header, r.Pos))
	part.Fields = r.Fields
	segmentSummary(&part, &seen, len(b), max(header, fieldsHeaderLen), r.Cut)
	return part, seen
}

func flagFields(r *osi.Reader, offset osi.Field, seen *FieldsSeen) {
	if rest := r.Bits(offset, 4, 6, "tcp.flags.res", "Reserved"); rest.Number != 0 {
		rest.Note = "should be 0"
	}
	all := r.Bits(offset, 7, 15, "tcp.flags", "Control Bits")
	all.Value = seen.FlagNames()
	if all.Value == "" {
		all.Value = "none"
	}
	if seen.SYN() && (seen.FIN() || seen.RST()) || seen.RST() && seen.FIN() {
		all.Problem = "no segment has " + all.Value + " at once"
	}
	for i, f := range [...][2]string{{"tcp.flags.ae", "Accurate ECN"}, {"tcp.flags.cwr", "Congestion Window Reduced"},
		{"tcp.flags.ece", "ECN-Echo"}, {"tcp.flags.urg", "Urgent"}, {"tcp.flags.ack", "Acknowledgment"}, {"tcp.flags.push", "Push"},
		{"tcp.flags.reset", "Reset"}, {"tcp.flags.syn", "Syn"}, {"tcp.flags.fin", "Fin"}} {
		r.Bit(offset, 7+i, f[0], f[1])
	}
}

// checksumField names the checksum and says whether it is right: RFC 9293
// §3.1, over pseudo-header, header and data.
func checksumField(r *osi.Reader, b []byte, carried int, src, dst netip.Addr) {
	f := r.Uint(2, "tcp.checksum", "Checksum")
	if f.Problem != "" || r.Cut {
		return
	}
	f.Value = osi.Hexadecimal(f.Number, 4)
	switch {
	case carried > len(b):
		f.Note = "not checked: the segment is not all there"
		return
	case !src.Is4() || !dst.Is4():
		f.Note = "not checked: the addresses are not known"
		return
	}
	if want, right := checksum.Expected(b, 16, checksum.PseudoHeader(src, dst, 6, len(b))); !right {
		f.Problem = "checksum is " + f.Value + ", should be " + osi.Hexadecimal(uint64(want), 4)
		return
	}
	f.Note = "correct"
}

func segmentSummary(part *osi.Part, seen *FieldsSeen, have, header int, cut bool) {
	flags := seen.FlagNames()
	if flags == "" {
		flags = "no flags"
	}
	part.Summary = fmt.Sprintf("segment from port %d to port %d, %s, %d bytes of data", seen.SourcePort, seen.DestinationPort, flags, seen.PayloadLen)
	if cut {
		part.Summary = "the beginning of a segment"
		part.Problem = fmt.Sprintf("the header ends after %d bytes; it has %d", have, header)
		return
	}
	for _, f := range part.Fields {
		if f.Problem != "" && part.Problem == "" {
			part.Problem = f.Problem
		}
	}
}
