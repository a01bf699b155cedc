package network

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"github.com/packetwalk/packetwalk/osi/checksum"
)

// Sizes in bytes.
const (
	IPv4HeaderLen    = 20    // without options
	IPv4MaxHeaderLen = 60    // RFC 791 §3.1: the header length is four bits, in words of four bytes
	IPv4MaxLen       = 65535 // header and payload
)

// Protocol says what a packet carries (IANA protocol numbers).
type Protocol uint8

// The protocols that are carried here.
const (
	ProtocolICMP   Protocol = 1
	ProtocolTCP    Protocol = 6
	ProtocolUDP    Protocol = 17
	ProtocolICMPv6 Protocol = 58
)

// String is the protocol's name, or its number.
func (p Protocol) String() string {
	switch p {
	case ProtocolICMP:
		return "ICMP"
	case ProtocolTCP:
		return "TCP"
	case ProtocolUDP:
		return "UDP"
	case ProtocolICMPv6:
		return "ICMPv6"
	}
	return fmt.Sprintf("protocol %d", uint8(p))
}

// IPv4Header is the header of an IPv4 packet (RFC 791 §3.1).
type IPv4Header struct {
	// TOS is the second byte: six bits of DSCP (RFC 2474), two of ECN (RFC 3168).
	TOS uint8
	// TotalLen is the length of header and payload, in bytes.
	TotalLen int
	ID       uint16
	DF, MF   bool // don't fragment; more fragments
	// FragmentOffset is where the payload belongs in the whole one, in bytes; a
	// multiple of 8.
	FragmentOffset int
	TTL            uint8
	Protocol       Protocol
	Src, Dst       netip.Addr
	// Options are carried along, not interpreted. After ParseIPv4 they are a
	// part of the packet.
	Options []byte
}

// ECN is the explicit congestion notification codepoint (RFC 3168 §5).
type ECN uint8

// The four codepoints.
const (
	NotECT ECN = 0
	ECT1   ECN = 1
	ECT0   ECN = 2
	CE     ECN = 3
)

// ECN is the header's codepoint.
func (h *IPv4Header) ECN() ECN { return ECN(h.TOS & 3) }

// DSCP is the header's differentiated services codepoint (RFC 2474 §3).
func (h *IPv4Header) DSCP() uint8 { return h.TOS >> 2 }

// Len is the length of the header in bytes, options padded to whole words.
func (h *IPv4Header) Len() int { return IPv4HeaderLen + (len(h.Options)+3)&^3 }

// IsFragment says whether the packet is a part of a larger one.
func (h *IPv4Header) IsFragment() bool { return h.MF || h.FragmentOffset != 0 }

// The flags, as they stand in the word that they share with the offset.
const (
	flagDF     = 0x4000
	flagMF     = 0x2000
	offsetMask = 0x1fff
)

// Put writes the header with its checksum to the start of b and returns its
// length. TotalLen must have been set; the addresses must be IPv4, the options
// at most 40 bytes.
func (h *IPv4Header) Put(b []byte) int {
	n := h.Len()
	b = b[:n]
	b[0] = 4<<4 | uint8(n/4)
	b[1] = h.TOS
	binary.BigEndian.PutUint16(b[2:], uint16(h.TotalLen))
	binary.BigEndian.PutUint16(b[4:], h.ID)
	word := uint16(h.FragmentOffset / 8)
	if h.DF {
		word |= flagDF
	}
	if h.MF {
		word |= flagMF
	}
	binary.BigEndian.PutUint16(b[6:], word)
	b[8] = h.TTL
	b[9] = uint8(h.Protocol)
	b[10], b[11] = 0, 0
	src, dst := h.Src.As4(), h.Dst.As4()
	copy(b[12:16], src[:])
	copy(b[16:20], dst[:])
	clear(b[IPv4HeaderLen+copy(b[IPv4HeaderLen:], h.Options):]) // pad with "end of option list"
	binary.BigEndian.PutUint16(b[10:], checksum.Finish(checksum.Sum(b, 0)))
	return n
}

// What can be wrong with a header. RFC 1122 §3.2.1.1 and §3.2.1.2: such a packet
// is discarded in silence.
var (
	ErrTruncated    = errors.New("network: packet too short")
	ErrVersion      = errors.New("network: not IPv4")
	ErrHeaderLength = errors.New("network: wrong header length")
	ErrTotalLength  = errors.New("network: wrong total length")
	ErrChecksum     = errors.New("network: header checksum is wrong")
)

// ParseIPv4 reads and checks a packet. The payload is a part of packet and ends
// where Total Length says: the link's padding is cut off.
func ParseIPv4(packet []byte) (h IPv4Header, payload []byte, err error) {
	payload, err = h.Parse(packet)
	if err != nil {
		return IPv4Header{}, nil, err
	}
	return h, payload, nil
}

// Parse is ParseIPv4 into a header that is there already, whose contents do not
// count if there is an error.
func (h *IPv4Header) Parse(packet []byte) (payload []byte, err error) {
	n, err := checkLengths(packet)
	if err != nil {
		return nil, err
	}
	// RFC 1071 §1 (3): summed with the checksum in place, the sum is all ones.
	if checksum.Finish(checksum.Sum(packet[:n], 0)) != 0 {
		got := binary.BigEndian.Uint16(packet[10:])
		return nil, fmt.Errorf("%w: 0x%04x (expected 0x%04x)", ErrChecksum, got, soundChecksum(packet[:n]))
	}
	h.read(packet, n)
	if h.TotalLen < n || h.TotalLen > len(packet) {
		return nil, fmt.Errorf("%w: %d bytes (expected %d to %d)", ErrTotalLength, h.TotalLen, n, len(packet))
	}
	return packet[n:h.TotalLen], nil
}

// ParseIPv4Quote reads the start of a packet as an ICMP error quotes it: its
// payload may be cut short, and its checksum is not looked at, since whoever
// quotes it may have changed its TTL.
func ParseIPv4Quote(quote []byte) (h IPv4Header, payload []byte, err error) {
	n, err := checkLengths(quote)
	if err != nil {
		return IPv4Header{}, nil, err
	}
	h.read(quote, n)
	if h.TotalLen < n {
		return IPv4Header{}, nil, fmt.Errorf("%w: %d bytes (expected at least %d)", ErrTotalLength, h.TotalLen, n)
	}
	return h, quote[n:min(h.TotalLen, len(quote))], nil
}

// checkLengths finds the header's length.
func checkLengths(packet []byte) (headerLen int, err error) {
	if len(packet) < IPv4HeaderLen {
		return 0, fmt.Errorf("%w: %d bytes (expected at least %d)", ErrTruncated, len(packet), IPv4HeaderLen)
	}
	if v := packet[0] >> 4; v != 4 {
		return 0, fmt.Errorf("%w: version %d (expected 4)", ErrVersion, v)
	}
	n := int(packet[0]&15) * 4
	if n < IPv4HeaderLen || n > len(packet) {
		return 0, fmt.Errorf("%w: %d bytes (expected 20 to %d)", ErrHeaderLength, n, min(len(packet), IPv4MaxHeaderLen))
	}
	return n, nil
}

// read reads a header of n bytes that is all there.
func (h *IPv4Header) read(b []byte, n int) {
	word := binary.BigEndian.Uint16(b[6:])
	h.TOS = b[1]
	h.TotalLen = int(binary.BigEndian.Uint16(b[2:]))
	h.ID = binary.BigEndian.Uint16(b[4:])
	h.DF, h.MF = word&flagDF != 0, word&flagMF != 0
	h.FragmentOffset = int(word&offsetMask) * 8
	h.TTL = b[8]
	h.Protocol = Protocol(b[9])
	h.Src = netip.AddrFrom4([4]byte(b[12:16]))
	h.Dst = netip.AddrFrom4([4]byte(b[16:20]))
	h.Options = nil
	if n > IPv4HeaderLen {
		h.Options = b[IPv4HeaderLen:n:n]
	}
}

// soundChecksum is what the checksum of a header should have been.
func soundChecksum(header []byte) uint16 {
	var b [IPv4MaxHeaderLen]byte
	n := copy(b[:], header)
	b[10], b[11] = 0, 0
	return checksum.Finish(checksum.Sum(b[:n], 0))
}
