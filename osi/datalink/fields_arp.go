package datalink

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/packetwalk/packetwalk/osi"
)

// ARPFieldsSeen is what the tolerant decoder could make out of an ARP packet.
type ARPFieldsSeen struct {
	// OK says that the packet is whole and speaks of Ethernet and IPv4.
	OK        bool
	Operation uint16
	SenderMAC string
	SenderIP  netip.Addr
	TargetIP  netip.Addr
	// Gratuitous: the sender speaks of its own address.
	Gratuitous bool
	// Len is how many bytes the packet has; what follows is padding.
	Len int
}

// ARPFields names every byte of an ARP packet (RFC 826, "Packet format") that
// begins at b[0], at offset at. Bytes behind the packet are left alone.
func ARPFields(b []byte, at int) (osi.Part, ARPFieldsSeen) {
	r := osi.Reader{Data: b, Base: at, Fields: make([]osi.Field, 0, 9)}
	part := osi.Part{Layer: osi.DataLink, Protocol: "ARP", PDU: "packet"}
	var seen ARPFieldsSeen

	hw := r.Uint(2, "arp.hw.type", "Hardware Type")
	if hw.Number == 1 {
		hw.Value = "Ethernet (1)"
	}
	ethernet := hw.Number == 1
	proto := r.Uint(2, "arp.proto.type", "Protocol Type")
	ipv4 := proto.Number == fieldsIPv4
	if proto.Problem == "" {
		describeEtherType(proto)
	}
	hwLen := r.Uint(1, "arp.hw.size", "Hardware Address Length")
	hlen := int(hwLen.Number)
	if ethernet && hlen != 6 && !r.Cut {
		hwLen.Problem = fmt.Sprintf("%d bytes; an Ethernet address has 6", hlen)
	}
	protoLen := r.Uint(1, "arp.proto.size", "Protocol Address Length")
	plen := int(protoLen.Number)
	if ipv4 && plen != 4 && !r.Cut {
		protoLen.Problem = fmt.Sprintf("%d bytes; an IPv4 address has 4", plen)
	}
	op := r.Uint(2, "arp.opcode", "Operation")
	seen.Operation = uint16(op.Number)
	if op.Problem == "" {
		op.Value = fmt.Sprintf("%s (%d)", operationName(seen.Operation), op.Number)
	}
	known := !r.Cut && ethernet && ipv4 && hlen == 6 && plen == 4

	if !r.Cut {
		sender := [2][]byte{arpAddress(&r, hlen, known, "arp.src.hw", "Sender Hardware Address")}
		sender[1] = arpAddress(&r, plen, known, "arp.src.proto", "Sender Protocol Address")
		targetMAC := arpAddress(&r, hlen, known, "arp.dst.hw", "Target Hardware Address")
		if f := len(r.Fields) - 1; known && seen.Operation == 1 && fieldsAllZero(targetMAC) {
			r.Fields[f].Note = "unknown: this is the question"
		}
		target := arpAddress(&r, plen, known, "arp.dst.proto", "Target Protocol Address")
		if seen.OK = known && !r.Cut; seen.OK {
			seen.SenderMAC = net.HardwareAddr(sender[0]).String()
			seen.SenderIP, _ = netip.AddrFromSlice(sender[1])
			seen.TargetIP, _ = netip.AddrFromSlice(target)
			seen.Gratuitous = seen.SenderIP == seen.TargetIP
		}
	}
	seen.Len = r.Pos
	part.Spans = []osi.Span{{Offset: at, Length: r.Pos}}
	part.Fields = r.Fields
	part.Summary = seen.Sentence()
	if r.Cut {
		part.Problem = fmt.Sprintf("the packet ends after %d bytes; for Ethernet and IPv4 it has %d", r.Pos, fieldsARPLen)
	}
	return part, seen
}

// Sentence is the packet in words: "Who has 10.0.0.2? Tell 10.0.0.1".
func (s ARPFieldsSeen) Sentence() string {
	switch {
	case !s.OK:
		return "an ARP packet that is not about IPv4 on Ethernet, or not whole"
	case s.Operation == 1 && s.Gratuitous:
		return fmt.Sprintf("ARP Announcement for %s", s.SenderIP)
	case s.Operation == 2 && s.Gratuitous:
		return fmt.Sprintf("Gratuitous ARP for %s (Reply)", s.SenderIP)
	case s.Operation == 1:
		return fmt.Sprintf("Who has %s? Tell %s", s.TargetIP, s.SenderIP)
	case s.Operation == 2:
		return fmt.Sprintf("%s is at %s", s.SenderIP, s.SenderMAC)
	}
	return fmt.Sprintf("operation %d for %s", s.Operation, s.TargetIP)
}

// arpAddress names an address of n bytes. The key gains Wireshark's ending
// when the kind of address is known.
func arpAddress(r *osi.Reader, n int, known bool, key, name string) []byte {
	if n == 0 {
		return nil
	}
	from := r.Pos
	switch {
	case known && n == 6:
		key += "_mac"
	case known:
		key += "_ipv4"
	}
	f := r.Take(n, key, name)
	b := r.Data[from:r.Pos]
	if known && len(b) == n {
		if n == 6 {
			f.Value = net.HardwareAddr(b).String()
		} else if a, ok := netip.AddrFromSlice(b); ok {
			f.Value = a.String()
		}
	}
	return b
}

func operationName(op uint16) string {
	switch op {
	case 1:
		return "request"
	case 2:
		return "reply"
	}
	return "unknown"
}

func fieldsAllZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
