package datalink

import (
	"encoding/binary"
	"fmt"
	"net"

	"github.com/packetwalk/packetwalk/osi"
)

// What stands where a frame's header would, in captures that were not taken
// from one Ethernet card: on the loopback of BSD and macOS, and on all
// interfaces of Linux at once (tcpdump -i any). None of these bytes was ever
// on a wire: the capturing machine made them up.

// LoopbackFields names the four bytes that BSD and macOS put before a packet of
// the loopback (LINKTYPE_NULL, in the order of the capturing machine's bytes,
// and LINKTYPE_LOOP, in the network's): the address family.
func LoopbackFields(b []byte) (osi.Part, FieldsSeen) {
	r := osi.Reader{Data: b, Fields: make([]osi.Field, 0, 1)}
	var seen FieldsSeen
	f := r.Uint(4, "null.family", "Address Family")
	if seen.OK = !r.Cut; seen.OK {
		family := uint32(f.Number)
		if family > 0xffff { // a small number, seen from the wrong end
			family = binary.LittleEndian.Uint32(b)
		}
		f.Number, f.Value = uint64(family), fmt.Sprint(family)
		switch family {
		case 2: // AF_INET everywhere
			seen.EtherType, f.Value = fieldsIPv4, "IPv4 (2)"
		case 10, 24, 28, 30: // AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, macOS
			seen.EtherType, f.Value = fieldsIPv6, fmt.Sprintf("IPv6 (%d)", family)
		}
	}
	return foreign(&r, "Loopback", "no frame: a packet from this machine to itself", seen)
}

// CookedFields names the header that Linux puts before a packet when it
// captures on every interface: 16 bytes (LINKTYPE_LINUX_SLL) or, in the second
// version, 20.
func CookedFields(b []byte, version int) (osi.Part, FieldsSeen) {
	r := osi.Reader{Data: b, Fields: make([]osi.Field, 0, 8)}
	var seen FieldsSeen
	var kind osi.Field
	if version == 2 {
		kind = *r.Uint(2, "sll.etype", "Protocol")
		kindAt := len(r.Fields) - 1
		r.Take(2, "sll.unused", "Unused")
		r.Uint(4, "sll.ifindex", "Interface Index")
		r.Uint(2, "sll.hatype", "Address Type")
		cookedWay(&r, 1)
		seen.Source = cookedSource(&r, 1)
		if kindAt >= 0 && kind.Problem == "" {
			describeEtherType(&r.Fields[kindAt])
		}
	} else {
		cookedWay(&r, 2)
		r.Uint(2, "sll.hatype", "Address Type")
		seen.Source = cookedSource(&r, 2)
		if f := r.Uint(2, "sll.etype", "Protocol"); !r.Cut {
			kind = *f
			describeEtherType(f)
		}
	}
	seen.OK, seen.EtherType = !r.Cut, uint16(kind.Number)
	return foreign(&r, "Linux cooked", "no frame: what Linux notes of a packet on any of its interfaces", seen)
}

// cookedWay names the field that says which way the packet went.
func cookedWay(r *osi.Reader, size int) {
	f := r.Uint(size, "sll.pkttype", "Packet Type")
	if ways := [...]string{"to us", "to everybody", "to a group", "to somebody else", "from us"}; !r.Cut && f.Number < uint64(len(ways)) {
		f.Value = fmt.Sprintf("%s (%d)", ways[f.Number], f.Number)
	}
}

// cookedSource names the sender's address, for which there are always eight
// bytes; its length stands before it.
func cookedSource(r *osi.Reader, size int) string {
	n := int(min(r.Uint(size, "sll.halen", "Address Length").Number, 8))
	from := r.Pos
	address := ""
	if f := r.Take(n, "sll.src", "Source Address"); n == 6 && !r.Cut {
		address = net.HardwareAddr(r.Data[from:r.Pos]).String()
		f.Key, f.Value = "sll.src.eth", address
	}
	r.Take(8-n, "sll.unused", "Unused")
	return address
}

func foreign(r *osi.Reader, protocol, summary string, seen FieldsSeen) (osi.Part, FieldsSeen) {
	seen.Payload, seen.PayloadAt = r.Data[r.Pos:], r.Pos
	part := osi.Part{Layer: osi.DataLink, Protocol: protocol, PDU: "frame", Fields: r.Fields, Summary: summary}
	part.Spans = []osi.Span{{Length: r.Pos}}
	if r.Cut {
		part.Problem = fmt.Sprintf("the header ends after %d bytes", r.Pos)
	}
	return part, seen
}
