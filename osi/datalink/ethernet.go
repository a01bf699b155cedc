package datalink

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Sizes in bytes (IEEE 802.3 §3.2, §4A.4.2).
const (
	HeaderLen = 14 // destination, source, type
	FCSLen    = 4
	MinFrame  = 64 // from destination to FCS
	// MinPayload is what a payload is padded to.
	MinPayload = MinFrame - HeaderLen - FCSLen
)

// EtherType says which protocol the payload belongs to. Values below 0x0600
// would be IEEE 802.3's length field.
type EtherType uint16

// The protocols that Ethernet carries here (IEEE 802 Numbers, IANA).
const (
	TypeIPv4 EtherType = 0x0800
	TypeARP  EtherType = 0x0806
	TypeVLAN EtherType = 0x8100 // an 802.1Q tag; the real type stands behind it
	TypeIPv6 EtherType = 0x86dd
)

// String is the protocol's name, or the number as 0x1234.
func (t EtherType) String() string {
	switch t {
	case TypeIPv4:
		return "IPv4"
	case TypeARP:
		return "ARP"
	case TypeVLAN:
		return "802.1Q"
	case TypeIPv6:
		return "IPv6"
	}
	return fmt.Sprintf("0x%04x", uint16(t))
}

// Header is the header of an Ethernet II frame.
type Header struct {
	Dst, Src MAC
	Type     EtherType
}

// Put writes the header's 14 bytes to the start of b.
func (h Header) Put(b []byte) {
	_ = b[HeaderLen-1]
	copy(b[0:6], h.Dst[:])
	copy(b[6:12], h.Src[:])
	binary.BigEndian.PutUint16(b[12:14], uint16(h.Type))
}

// ErrRunt is a frame too short to be one.
var ErrRunt = errors.New("datalink: frame too short")

// Parse reads a frame that includes its FCS. The payload is a part of frame and
// still has its padding: only the protocol inside knows its own length. It
// does not look at the FCS (see CheckFCS).
//
// IEEE 802.3 §4A.2.9: a frame shorter than the minimum is discarded.
func Parse(frame []byte) (h Header, payload []byte, err error) {
	if len(frame) < MinFrame {
		return Header{}, nil, fmt.Errorf("%w: %d bytes (expected at least %d, with the FCS)", ErrRunt, len(frame), MinFrame)
	}
	h = ParseHeader(frame)
	return h, frame[HeaderLen : len(frame)-FCSLen], nil
}

// ParseHeader reads the header only: what a switch looks at. The frame must
// have at least 14 bytes.
func ParseHeader(frame []byte) (h Header) {
	_ = frame[HeaderLen-1]
	h.Dst = MAC(frame[0:6])
	h.Src = MAC(frame[6:12])
	h.Type = EtherType(binary.BigEndian.Uint16(frame[12:14]))
	return h
}

// FrameLen is the length of the frame that carries so many bytes of payload:
// with header, padding and FCS, hence at least 64.
func FrameLen(payload int) int {
	return HeaderLen + max(payload, MinPayload) + FCSLen
}

// Seal completes a frame whose header and payload are in place: it zeroes the
// padding behind the payload and writes the FCS. The frame must be
// FrameLen(payload) bytes long.
func Seal(frame []byte, payload int) {
	clear(frame[HeaderLen+payload : len(frame)-FCSLen])
	PutFCS(frame)
}
