package udp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"github.com/packetwalk/packetwalk/osi/checksum"
)

// Sizes in bytes.
const (
	HeaderLen = 8
	// MaxPayload is the longest payload: what is left of the longest IPv4
	// packet behind its header and this one.
	MaxPayload = 65535 - 20 - HeaderLen
)

// protocol is UDP's number in IP.
const protocol = 17

// Header is the header of a datagram.
type Header struct {
	SrcPort, DstPort uint16
	// NoChecksum: the datagram goes without one, which IPv4 allows (RFC 768)
	// and IPv6 does not (RFC 8200 §8.1).
	NoChecksum bool
}

// Put completes a datagram between two hosts: it writes the header to the first
// 8 bytes, with the length and checksum of all of datagram, whose payload must
// be in place behind them.
func (h Header) Put(datagram []byte, src, dst netip.Addr) {
	binary.BigEndian.PutUint16(datagram[0:], h.SrcPort)
	binary.BigEndian.PutUint16(datagram[2:], h.DstPort)
	binary.BigEndian.PutUint16(datagram[4:], uint16(len(datagram)))
	datagram[6], datagram[7] = 0, 0
	if h.NoChecksum {
		return
	}
	sum := sumOf(datagram, src, dst)
	// RFC 768: "If the computed checksum is zero, it is transmitted as all ones
	// (the equivalent in one's complement arithmetic). An all zero transmitted
	// checksum value means that the transmitter generated no checksum".
	if sum == 0 {
		sum = 0xffff
	}
	binary.BigEndian.PutUint16(datagram[6:], sum)
}

func sumOf(datagram []byte, src, dst netip.Addr) uint16 {
	return checksum.Finish(checksum.Sum(datagram, checksum.PseudoHeader(src, dst, protocol, len(datagram))))
}

// What can be wrong with a datagram.
var (
	ErrTruncated = errors.New("udp: datagram too short")
	ErrLength    = errors.New("udp: wrong length")
	ErrChecksum  = errors.New("udp: checksum is wrong")
)

// Parse reads and checks a datagram: the payload of a packet between two hosts.
// Its own payload is a part of b, and ends where Length says: bytes behind that
// belong to nobody.
func Parse(b []byte, src, dst netip.Addr) (h Header, payload []byte, err error) {
	if len(b) < HeaderLen {
		return Header{}, nil, fmt.Errorf("%w: %d bytes (expected at least %d)", ErrTruncated, len(b), HeaderLen)
	}
	n := int(binary.BigEndian.Uint16(b[4:]))
	if n < HeaderLen || n > len(b) {
		return Header{}, nil, fmt.Errorf("%w: %d bytes (expected %d to %d)", ErrLength, n, HeaderLen, len(b))
	}
	b = b[:n]
	h.SrcPort, h.DstPort = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	got := binary.BigEndian.Uint16(b[6:])
	// RFC 1122 §4.1.3.4: "If a UDP datagram is received with a checksum that is
	// non-zero and invalid, UDP MUST silently discard the datagram."
	switch {
	case got == 0 && !dst.Is4():
		return Header{}, nil, fmt.Errorf("%w: none (RFC 8200 §8.1 demands one)", ErrChecksum)
	case got == 0:
		h.NoChecksum = true
	case sumOf(b, src, dst) != 0:
		return Header{}, nil, fmt.Errorf("%w: 0x%04x (expected 0x%04x)", ErrChecksum, got, soundChecksum(b, got, src, dst))
	}
	return h, b[HeaderLen:], nil
}

// soundChecksum is what the checksum should have been: the sum over everything
// without the one that is there, which in ones' complement is adding its
// complement.
func soundChecksum(b []byte, got uint16, src, dst netip.Addr) uint16 {
	sum := checksum.Sum(b, checksum.PseudoHeader(src, dst, protocol, len(b)))
	want := checksum.Finish(checksum.Fold(sum) + uint32(^got))
	if want == 0 {
		return 0xffff
	}
	return want
}
