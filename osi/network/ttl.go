package network

import "encoding/binary"

// DecrementTTL takes one off the packet's TTL, in place, and puts its header
// checksum right without adding the header up again. It is false, and nothing
// is changed, when that would leave 0: the packet must not be forwarded
// (RFC 1812 §5.3.1).
func DecrementTTL(packet []byte) bool {
	if packet[8] <= 1 {
		return false
	}
	before := binary.BigEndian.Uint16(packet[8:])
	packet[8]--
	after := binary.BigEndian.Uint16(packet[8:])
	sum := binary.BigEndian.Uint16(packet[10:])
	binary.BigEndian.PutUint16(packet[10:], UpdateChecksum(sum, before, after))
	return true
}

// UpdateChecksum is the checksum after one of the 16-bit words it covers has
// changed: what a router does for the TTL and a NAT for addresses and ports.
//
// RFC 1624 §3, equation 3: HC' = ~(~HC + ~m + m').
func UpdateChecksum(sum, before, after uint16) uint16 {
	s := uint32(^sum) + uint32(^before) + uint32(after)
	s = s&0xffff + s>>16
	s = s&0xffff + s>>16
	return ^uint16(s)
}
