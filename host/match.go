package host

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/physical"
)

// The wire reads no headers; what it needs to know of a frame is told to it
// here, where the layers meet. These readers look at frames of any kind,
// damaged ones too, and never fail: they only say no.

// glance is the little that matching needs of a frame.
type glance struct {
	etherType        datalink.EtherType
	protocol         byte // of IPv4; 0 otherwise
	fragment         bool
	offset           int // of a fragment
	flags            byte
	payload          int // bytes above TCP or UDP
	payloadAt        int // where they begin, from the start of the IP header
	arpOperation     uint16
	icmpType         byte
	srcPort, dstPort uint16
}

const (
	protocolICMP = 1
	protocolTCP  = 6
	protocolUDP  = 17

	flagFIN, flagSYN, flagRST, flagACK = 0x01, 0x02, 0x04, 0x10
)

func look(frame []byte) (g glance) {
	if len(frame) < datalink.HeaderLen+datalink.FCSLen {
		return g
	}
	g.etherType = datalink.EtherType(binary.BigEndian.Uint16(frame[12:]))
	body := frame[datalink.HeaderLen : len(frame)-datalink.FCSLen]
	switch {
	case g.etherType == datalink.TypeARP && len(body) >= 8:
		g.arpOperation = binary.BigEndian.Uint16(body[6:])
	case g.etherType == datalink.TypeIPv4 && len(body) >= 20:
		g.lookIPv4(body)
	}
	return g
}

func (g *glance) lookIPv4(packet []byte) {
	header, total := int(packet[0]&0x0f)*4, int(binary.BigEndian.Uint16(packet[2:]))
	if header < 20 || total < header || total > len(packet) {
		return
	}
	fragment := binary.BigEndian.Uint16(packet[6:])
	g.offset = int(fragment&0x1fff) * 8
	g.fragment = g.offset > 0 || fragment&0x2000 != 0
	g.protocol = packet[9]
	body := packet[header:total]
	if g.offset > 0 {
		g.payload, g.payloadAt = len(body), header // the transport header is in the first fragment
		return
	}
	switch {
	case g.protocol == protocolTCP && len(body) >= 20:
		g.flags = body[13]
		g.payload = max(0, len(body)-int(body[12]>>4)*4)
		g.payloadAt = total - g.payload
	case g.protocol == protocolUDP && len(body) >= 8:
		g.payload, g.payloadAt = len(body)-8, header+8
	case g.protocol == protocolICMP && len(body) >= 1:
		g.icmpType = body[0]
		return
	default:
		return
	}
	g.srcPort, g.dstPort = binary.BigEndian.Uint16(body), binary.BigEndian.Uint16(body[2:])
}

// CarriesData says whether a frame carries application data: a TCP segment
// with payload, or (a fragment of) a UDP datagram with payload. These are the
// frames that a storm's fates are counted by.
func CarriesData(f *physical.Frame) bool {
	g := look(f.Data)
	return g.payload > 0 && (g.protocol == protocolTCP || g.protocol == protocolUDP)
}

// PayloadOffset is where application data begins in a frame, counted from its
// destination address; false when it carries none.
func PayloadOffset(frame []byte) (int, bool) {
	g := look(frame)
	return datalink.HeaderLen + g.payloadAt, g.payload > 0
}

// FrameClass is a class of frames that a fate can be aimed at, by name.
type FrameClass struct {
	Name    string // "tcp.data"
	Meaning string // "a TCP segment with application data"
	matches func(*glance) bool
}

// Matches says whether the frame, from destination address to FCS, is of the
// class.
func (c *FrameClass) Matches(frame []byte) bool {
	g := look(frame)
	return c.matches(&g)
}

// FrameClasses lists the classes that fates can be aimed at.
var FrameClasses = []FrameClass{
	{"any", "every frame", func(*glance) bool { return true }},
	{"data", "a frame with application data", func(g *glance) bool { return g.payload > 0 }},
	{"arp", "an ARP message", func(g *glance) bool { return g.etherType == datalink.TypeARP }},
	{"arp.request", "an ARP request", func(g *glance) bool { return g.arpOperation == 1 }},
	{"arp.reply", "an ARP reply", func(g *glance) bool { return g.arpOperation == 2 }},
	{"ip", "an IPv4 packet", func(g *glance) bool { return g.etherType == datalink.TypeIPv4 }},
	{"ip.fragment", "a fragment of an IPv4 packet", func(g *glance) bool { return g.fragment }},
	{"icmp", "an ICMP message", func(g *glance) bool { return g.protocol == protocolICMP }},
	{"udp", "a UDP datagram or a fragment of one", func(g *glance) bool { return g.protocol == protocolUDP }},
	{"tcp", "a TCP segment", func(g *glance) bool { return g.protocol == protocolTCP }},
	{"tcp.data", "a TCP segment with application data", func(g *glance) bool { return g.protocol == protocolTCP && g.payload > 0 }},
	{"tcp.syn", "a TCP segment with SYN and without ACK", tcpFlags(flagSYN|flagACK, flagSYN)},
	{"tcp.syn-ack", "a TCP segment with SYN and ACK", tcpFlags(flagSYN|flagACK, flagSYN|flagACK)},
	{"tcp.fin", "a TCP segment with FIN", tcpFlags(flagFIN, flagFIN)},
	{"tcp.rst", "a TCP segment with RST", tcpFlags(flagRST, flagRST)},
	{"tcp.ack", "a TCP segment that is nothing but an ACK", func(g *glance) bool {
		return g.payload == 0 && tcpFlags(flagACK|flagSYN|flagFIN|flagRST, flagACK)(g)
	}},
}

func tcpFlags(mask, want byte) func(*glance) bool {
	return func(g *glance) bool { return g.protocol == protocolTCP && g.flags&mask == want }
}

// Class finds a class of frames by its name.
func Class(name string) (*FrameClass, error) {
	names := make([]string, len(FrameClasses))
	for i := range FrameClasses {
		if FrameClasses[i].Name == name {
			return &FrameClasses[i], nil
		}
		names[i] = FrameClasses[i].Name
	}
	return nil, fmt.Errorf("no class of frames is called %q; there are: %s", name, strings.Join(names, ", "))
}

// PacketPayloadOffset is PayloadOffset for an IPv4 packet without its frame,
// counted from its IP header.
func PacketPayloadOffset(packet []byte) (int, bool) {
	g := glance{}
	if len(packet) >= 20 {
		g.lookIPv4(packet)
	}
	return g.payloadAt, g.payload > 0
}
