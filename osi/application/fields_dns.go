package application

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/osi"
)

const dnsFieldsHeader = 12

// LooksLikeDNS says whether b is, in full, a DNS message that makes sense (RFC
// 1035 §4.1): everything that its counts announce is there, and nothing else.
func LooksLikeDNS(b []byte) bool {
	if len(b) < dnsFieldsHeader || len(b) > 65535 {
		return false
	}
	var counts [4]int
	for i := range counts {
		counts[i] = int(binary.BigEndian.Uint16(b[4+2*i:]))
	}
	flags := binary.BigEndian.Uint16(b[2:])
	if flags>>11&15 > 5 || flags&0x40 != 0 || counts[0] > 4 || counts[0]+counts[1]+counts[2]+counts[3] == 0 || counts[1]+counts[2]+counts[3] > len(b)/11 {
		return false
	}
	at := dnsFieldsHeader
	for range counts[0] {
		if at = skipName(b, at) + 4; at > len(b) || at < dnsFieldsHeader+4 {
			return false
		}
	}
	for range counts[1] + counts[2] + counts[3] {
		at = skipName(b, at)
		if at < dnsFieldsHeader || at+10 > len(b) {
			return false
		}
		at += 10 + int(binary.BigEndian.Uint16(b[at+8:]))
	}
	return at == len(b)
}

// LooksLikeDNSOverTCP says whether b begins with a DNS message behind its
// length of two bytes (RFC 1035 §4.2.2).
func LooksLikeDNSOverTCP(b []byte) bool {
	if len(b) < 2 {
		return false
	}
	n := 2 + int(binary.BigEndian.Uint16(b))
	return n <= len(b) && LooksLikeDNS(b[2:n])
}

// skipName is the index behind the name that begins at index at of a message,
// negative when it does not end.
func skipName(b []byte, at int) int {
	for at >= 0 && at < len(b) {
		switch n := int(b[at]); {
		case n == 0:
			return at + 1
		case n >= 0xc0:
			return at + 2
		case n >= 0x40:
			return -1 << 20
		default:
			at += 1 + n
		}
	}
	return -1 << 20
}

// readName reads a name, following pointers backwards only, so that it ends
// (RFC 1035 §4.1.4).
func readName(b []byte, at int) string {
	var labels []string
	for hops := 0; at >= 0 && at < len(b) && hops < 128; hops++ {
		n := int(b[at])
		switch {
		case n == 0:
			if len(labels) == 0 {
				return "<Root>"
			}
			return strings.Join(labels, ".")
		case n >= 0xc0 && at+1 < len(b):
			to := int(binary.BigEndian.Uint16(b[at:]) & 0x3fff)
			if to >= at {
				return strings.Join(append(labels, "<pointer forwards>"), ".")
			}
			at = to
		case n < 0x40 && at+1+n <= len(b):
			labels = append(labels, osi.Quote(b[at+1:at+1+n], 63))
			at += 1 + n
		default:
			return strings.Join(append(labels, "<cut off>"), ".")
		}
	}
	return strings.Join(append(labels, "<cut off>"), ".")
}

// DNSDatagram names the fields of a DNS message in a datagram.
func DNSDatagram(b []byte, at int, whole bool) osi.Message {
	r := osi.Reader{Data: b, Base: at, Fields: make([]osi.Field, 0, 24)}
	part := dnsMessage(&r, 0)
	part.Spans = []osi.Span{{Offset: at, Length: len(b)}}
	if whole && r.Cut {
		part.Problem = fmt.Sprintf("the message ends after %d bytes, in the middle of what it announces", len(b))
	}
	return osi.Message{Parts: []osi.Part{part}, Dialogue: "one question, one answer with the same ID; nothing else ties them together"}
}

// DNSReader reads a TCP connection that carries DNS messages.
type DNSReader struct{}

// Length is the length of a message, as capture.MessageReader has it.
func (*DNSReader) Length(_ int, b []byte, _ bool) int {
	if len(b) < 2 {
		return 0
	}
	return 2 + int(binary.BigEndian.Uint16(b))
}

// Read: see capture.MessageReader.
func (*DNSReader) Read(_ int, b []byte, at, total int, complete bool) osi.Message {
	r := osi.Reader{Data: b, Base: at, Fields: make([]osi.Field, 0, 24)}
	r.Uint(2, "dns.length", "Length")
	part := dnsMessage(&r, min(2, len(b)))
	part.Spans = []osi.Span{{Offset: at, Length: max(total, len(b))}}
	if complete && r.Cut && len(b) == total {
		part.Problem = fmt.Sprintf("the message ends after %d bytes, in the middle of what it announces", total)
	}
	return osi.Message{Parts: []osi.Part{part}, Dialogue: "answers name the ID of their question, and may come in any order"}
}

// dnsMessage names the fields of the message that begins at index start of
// r.Data.
func dnsMessage(r *osi.Reader, start int) osi.Part {
	part := osi.Part{Layer: osi.Application, Protocol: "DNS", PDU: "message"}
	d := dnsFields{Reader: r, message: r.Data[start:], start: start}
	id := r.Uint(2, "dns.id", "Transaction ID")
	id.Value = osi.Hexadecimal(id.Number, 4)
	number := id.Value
	response := d.flags()
	counts := [4]int{}
	for i, c := range [...][2]string{{"queries", "Questions"}, {"answers", "Answer RRs"}, {"auth_rr", "Authority RRs"}, {"add_rr", "Additional RRs"}} {
		counts[i] = int(r.Uint(2, "dns.count."+c[0], c[1]).Number)
	}
	for i := 0; i < counts[0] && r.Left() > 0; i++ {
		d.question()
	}
	for section := 1; section < 4; section++ {
		for i := 0; i < counts[section] && r.Left() > 0; i++ {
			d.record(section == 1)
		}
	}
	if len(d.said) < counts[0] || r.Left() == 0 && d.records < counts[1]+counts[2]+counts[3] {
		r.Cut = true
	}
	if n := r.Left(); n > 0 {
		r.Take(n, "dns.trailing", "Trailing bytes").Problem = "bytes behind the message's end"
	}
	part.Fields = r.Fields
	part.Summary = "Standard query"
	if response {
		part.Summary += " response"
	}
	part.Summary += " " + number
	if d.rcode != "" {
		part.Summary += " " + d.rcode
	}
	for _, s := range d.said[:min(len(d.said), 8)] {
		part.Summary += " " + s
	}
	return part
}

type dnsFields struct {
	*osi.Reader
	message []byte // what pointers count from
	start   int
	said    []string
	records int
	rcode   string
}

// flags names the second row of the header (RFC 1035 §4.1.1; RFC 4035 §3.2 for
// AD and CD).
func (d *dnsFields) flags() (response bool) {
	f := d.Bitfield(2, "dns.flags", "Flags")
	qr := d.Bit(f, 0, "dns.flags.response", "Response")
	response = qr.Number == 1
	qr.Value = "query"
	if response {
		qr.Value = "response"
	}
	d.Bits(f, 1, 4, "dns.flags.opcode", "Opcode")
	for _, b := range [...]struct {
		bit       int
		key, name string
	}{{5, "authoritative", "Authoritative"}, {6, "truncated", "Truncated"}, {7, "recdesired", "Recursion desired"},
		{8, "recavail", "Recursion available"}, {9, "z", "Reserved"}, {10, "authenticated", "Answer authenticated"}, {11, "checkdisable", "Checking disabled"}} {
		d.Bit(f, b.bit, "dns.flags."+b.key, b.name)
	}
	code := d.Bits(f, 12, 15, "dns.flags.rcode", "Reply code")
	names := [...]string{"No error", "Format error", "Server failure", "No such name", "Not implemented", "Refused"}
	if int(code.Number) < len(names) {
		code.Value = names[code.Number]
	}
	if response && code.Number != 0 {
		d.rcode = code.Value
	}
	return response
}

// name names the domain name that comes next.
func (d *dnsFields) name(key, label string) string {
	at := d.Pos - d.start
	end := skipName(d.message, at)
	if end < 0 || end > len(d.message) {
		f := d.Take(d.Left(), key, label)
		f.Problem = "the name does not end"
		d.Cut = true
		return "?"
	}
	f := d.Take(end-at, key, label)
	f.Value = readName(d.message, at)
	return f.Value
}

func (d *dnsFields) question() {
	name := d.name("dns.qry.name", "Name")
	t := d.Uint(2, "dns.qry.type", "Type")
	t.Value = dnsTypeName(int(t.Number))
	d.said = append(d.said, t.Value+" "+name)
	d.class("dns.qry.class")
}

func (d *dnsFields) class(key string) {
	if f := d.Uint(2, key, "Class"); f.Number == 1 {
		f.Value = "IN (1)"
	}
}
