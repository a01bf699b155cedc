package network

import (
	"encoding/binary"
	"fmt"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/osi/checksum"
)

// ICMPFieldsSeen is what the tolerant decoder could make out of an ICMP
// message.
type ICMPFieldsSeen struct {
	OK         bool // type, code and checksum were there
	Type, Code uint8
	// ID and Sequence are those of an echo.
	ID, Sequence uint16
	// Quoted is the packet that an error speaks of, as far as it is there.
	Quoted FieldsSeen
	// QuotedPorts are its ports, when it is of UDP or TCP.
	QuotedSource, QuotedDestination uint16
	// Sentence is the message in words.
	Sentence string
}

// Types of ICMP message (RFC 792), as the tolerant decoder knows them.
const (
	fieldsEchoReply    = 0
	fieldsUnreachable  = 3
	fieldsQuench       = 4
	fieldsRedirect     = 5
	fieldsEcho         = 8
	fieldsTimeExceeded = 11
	fieldsParameter    = 12
)

// ICMPFields names every byte of the ICMP message b (RFC 792), which stands at
// offset at. whole is false when b is not all of the message, so that its
// checksum cannot be checked.
func ICMPFields(b []byte, at int, whole bool) (osi.Part, ICMPFieldsSeen) {
	r := osi.Reader{Data: b, Base: at, Fields: make([]osi.Field, 0, 8)}
	var seen ICMPFieldsSeen
	t := r.Uint(1, "icmp.type", "Type")
	seen.Type = uint8(t.Number)
	typeIsThere := !r.Cut
	if typeIsThere {
		t.Value = fmt.Sprintf("%s (%d)", icmpTypeName(seen.Type), seen.Type)
	}
	c := r.Uint(1, "icmp.code", "Code")
	seen.Code = uint8(c.Number)
	if name := icmpCodeName(seen.Type, seen.Code); name != "" && !r.Cut {
		c.Value = fmt.Sprintf("%s (%d)", name, seen.Code)
	}
	icmpChecksum(&r, b, whole)
	seen.OK = !r.Cut
	if seen.OK {
		icmpRest(&r, &seen)
	}
	part := osi.Part{Layer: osi.Network, Protocol: "ICMP", PDU: "message"}
	part.Spans = []osi.Span{{Offset: at, Length: len(b)}}
	seen.Sentence = icmpSentence(&seen, typeIsThere)
	part.Summary = seen.Sentence
	part.Fields = r.Fields
	switch {
	case !whole && r.Cut:
		part.Problem = fmt.Sprintf("the message ends after %d bytes", len(b))
	case r.Cut:
		part.Problem = fmt.Sprintf("the message ends after %d bytes; it has at least 8", len(b))
	default:
		// What is wrong with the quoted packet is not this message's fault:
		// only the fields before it count.
		part.Problem = osi.FirstProblem(part.Fields[:min(3, len(part.Fields))])
	}
	return part, seen
}

func icmpChecksum(r *osi.Reader, b []byte, whole bool) {
	f := r.Uint(2, "icmp.checksum", "Checksum")
	if r.Cut {
		return
	}
	f.Value = osi.Hexadecimal(f.Number, 4)
	if !whole {
		f.Note = "not checked: the message is not all there"
		return
	}
	if want, right := checksum.Expected(b, 2, 0); !right {
		f.Problem = "checksum is " + f.Value + ", should be " + osi.Hexadecimal(uint64(want), 4)
		return
	}
	f.Note = "correct"
}

// icmpRest names what follows the first four bytes, which depends on the type.
func icmpRest(r *osi.Reader, seen *ICMPFieldsSeen) {
	switch seen.Type {
	case fieldsEcho, fieldsEchoReply:
		seen.ID = uint16(r.Uint(2, "icmp.ident", "Identifier").Number)
		seen.Sequence = uint16(r.Uint(2, "icmp.seq", "Sequence Number").Number)
		if n := r.Left(); n > 0 {
			r.Take(n, "data.data", "Data").Note = fmt.Sprintf("%d bytes that come back as they went", n)
		}
		return
	case fieldsUnreachable:
		if seen.Code == 4 { // RFC 1191 §4: the next hop's MTU
			r.Uint(2, "icmp.unused", "Unused")
			r.Uint(2, "icmp.mtu", "MTU of Next Hop").Note = "bytes of IP packet that fit"
		} else {
			r.Take(4, "icmp.unused", "Unused")
		}
	case fieldsRedirect:
		namedAddress(r, "icmp.redir_gw", "Gateway Address")
	case fieldsParameter:
		r.Uint(1, "icmp.pointer", "Pointer")
		r.Take(3, "icmp.unused", "Unused")
	case fieldsTimeExceeded, fieldsQuench:
		r.Take(4, "icmp.unused", "Unused")
	default:
		if n := r.Left(); n > 0 {
			r.Take(n, "data.data", "Data")
		}
		return
	}
	quotedFields(r, seen)
}

// quotedFields names the packet that an error message carries back: RFC 792,
// "Internet Header + 64 bits of Original Data Datagram". It is cut off by
// design, so missing bytes are no problem here.
func quotedFields(r *osi.Reader, seen *ICMPFieldsSeen) {
	if r.Left() == 0 {
		return
	}
	quoted, ip := Fields(r.Data[r.Pos:], r.Base+r.Pos, true)
	seen.Quoted = ip
	r.Fields = append(r.Fields, quoted.Fields...)
	r.Pos += quoted.Len()
	if ip.OK && ip.FragmentOffset == 0 && (ip.Protocol == 6 || ip.Protocol == 17) && r.Left() >= 4 {
		seen.QuotedSource = binary.BigEndian.Uint16(r.Data[r.Pos:])
		seen.QuotedDestination = binary.BigEndian.Uint16(r.Data[r.Pos+2:])
		proto := "tcp"
		if ip.Protocol == 17 {
			proto = "udp"
		}
		r.Uint(2, proto+".srcport", "Source Port").Note = "of the packet that this message speaks of"
		r.Uint(2, proto+".dstport", "Destination Port").Note = "of the packet that this message speaks of"
	}
	if n := r.Left(); n > 0 {
		r.Take(n, "data.data", "Data").Note = "the first bytes that the quoted packet carried"
	}
}

func icmpSentence(s *ICMPFieldsSeen, typed bool) string {
	if !typed {
		return "an empty ICMP message"
	}
	line := icmpTypeName(s.Type)
	switch s.Type {
	case fieldsEcho, fieldsEchoReply:
		return fmt.Sprintf("%s id=%s, seq=%d", line, osi.Hexadecimal(uint64(s.ID), 4), s.Sequence)
	}
	if code := icmpCodeName(s.Type, s.Code); code != "" {
		line += " (" + code + ")"
	}
	return line
}

func icmpTypeName(t uint8) string {
	switch t {
	case fieldsEchoReply:
		return "Echo (ping) reply"
	case fieldsUnreachable:
		return "Destination unreachable"
	case fieldsQuench:
		return "Source quench"
	case fieldsRedirect:
		return "Redirect"
	case fieldsEcho:
		return "Echo (ping) request"
	case 9:
		return "Router advertisement"
	case 10:
		return "Router solicitation"
	case fieldsTimeExceeded:
		return "Time-to-live exceeded"
	case fieldsParameter:
		return "Parameter problem"
	case 13:
		return "Timestamp request"
	case 14:
		return "Timestamp reply"
	}
	return fmt.Sprintf("ICMP type %d", t)
}

// icmpCodeName: RFC 792; codes 6 to 12 RFC 1122 §3.2.2.1; 13 to 15 RFC 1812
// §5.2.7.1.
func icmpCodeName(t, c uint8) string {
	unreachable := [...]string{"Network unreachable", "Host unreachable", "Protocol unreachable", "Port unreachable",
		"Fragmentation needed", "Source route failed", "Network unknown", "Host unknown", "Source host isolated",
		"Network administratively prohibited", "Host administratively prohibited",
		"Network unreachable for type of service", "Host unreachable for type of service",
		"Communication administratively filtered", "Host precedence violation", "Precedence cutoff in effect"}
	switch {
	case t == fieldsUnreachable && int(c) < len(unreachable):
		return unreachable[c]
	case t == fieldsTimeExceeded && c == 0:
		return "Time to live exceeded in transit"
	case t == fieldsTimeExceeded && c == 1:
		return "Fragment reassembly time exceeded"
	case t == fieldsRedirect && c < 4:
		return [...]string{"for network", "for host", "for type of service and network", "for type of service and host"}[c]
	}
	return ""
}
