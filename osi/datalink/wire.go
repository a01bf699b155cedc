package datalink

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// Operation says what an ARP message is.
type Operation uint16

// The two operations of RFC 826.
const (
	Request Operation = 1
	Reply   Operation = 2
)

// ARPLen is the length in bytes of an ARP message between Ethernet and IPv4
// addresses; a frame pads it to 46.
const ARPLen = 28

// ARP is an ARP message for Ethernet and IPv4 (RFC 826). In its words: ar$sha
// and ar$spa are the sender's addresses, ar$tha and ar$tpa the target's.
type ARP struct {
	Operation Operation
	SenderMAC MAC
	Sender    netip.Addr
	TargetMAC MAC // zero in a request: it is what the question is about
	Target    netip.Addr
}

// ErrARP is an ARP message that this station does not speak.
var ErrARP = errors.New("datalink: not an ARP message for Ethernet and IPv4")

// Append adds the message's 28 bytes to b. The addresses must be IPv4.
func (m ARP) Append(b []byte) []byte {
	spa, tpa := m.Sender.As4(), m.Target.As4()
	layer := layers.ARP{
		AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4,
		HwAddressSize: 6, ProtAddressSize: 4, Operation: uint16(m.Operation),
		SourceHwAddress: m.SenderMAC[:], SourceProtAddress: spa[:],
		DstHwAddress: m.TargetMAC[:], DstProtAddress: tpa[:],
	}
	buf := gopacket.NewSerializeBufferExpectedSize(ARPLen, 0)
	if err := layer.SerializeTo(buf, gopacket.SerializeOptions{}); err != nil {
		panic(fmt.Sprintf("datalink: gopacket cannot write %+v: %v", m, err)) // its only error is about sizes, set above
	}
	return append(b, buf.Bytes()...)
}

// ParseARP reads a message from a frame's payload; padding behind it is
// ignored.
func ParseARP(payload []byte) (ARP, error) {
	if len(payload) < ARPLen {
		return ARP{}, fmt.Errorf("%w: %d bytes (expected at least %d)", ErrARP, len(payload), ARPLen)
	}
	// RFC 826, packet reception: "?Do I have the hardware type in ar$hrd?",
	// "?Do I speak the protocol in ar$pro?" Looked at before gopacket does,
	// which keeps 8 bits of the hardware type and adds the sizes up in 8 bits.
	if [6]byte(payload) != [6]byte{0, 1, 8, 0, 6, 4} {
		return ARP{}, fmt.Errorf("%w: it begins with % x (expected 00 01 08 00 06 04)", ErrARP, payload[:6])
	}
	var layer layers.ARP
	if err := layer.DecodeFromBytes(payload, gopacket.NilDecodeFeedback); err != nil {
		return ARP{}, fmt.Errorf("%w: %w", ErrARP, err)
	}
	return ARP{
		Operation: Operation(layer.Operation),
		SenderMAC: MAC(layer.SourceHwAddress), Sender: netip.AddrFrom4([4]byte(layer.SourceProtAddress)),
		TargetMAC: MAC(layer.DstHwAddress), Target: netip.AddrFrom4([4]byte(layer.DstProtAddress)),
	}, nil
}
