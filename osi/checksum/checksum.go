// Package checksum is the Internet checksum of RFC 1071, the one that IPv4,
// ICMP, UDP and TCP share: the ones' complement of the ones' complement sum of
// the data taken as 16-bit big-endian words.
//
//	 45 00 | 00 3c | 1c 46 | ...      words of the data
//	0x4500 + 0x003c + 0x1c46 + ...    added; what overflows 16 bits comes
//	                                  back in at the bottom
//	      ^ (sum)                     and every bit is turned over
//
// A receiver that adds everything up again, the checksum included, gets
// 0xffff, so Finish of that is 0.
//
// The sum is built in parts: a pseudo-header, a header, a payload. A partial
// sum is a uint32 that is handed from one part to the next:
//
//	sum := checksum.PseudoHeader(src, dst, 6, len(segment))
//	sum = checksum.Sum(segment, sum)
//	field := checksum.Finish(sum)
//
// What the sum cannot see: two words swapped, a word of 0x0000 that became
// 0xffff. RFC 1071 §1 shows why that makes it fast, and Stone and Partridge
// (2000) show what slips through.
package checksum

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// Sum adds b to a partial sum. Only the last part of a message may have an odd
// length: it counts as if a zero byte followed it (RFC 1071 §1), and a part
// behind it would be added with its bytes in the wrong halves of the words.
//
// The order of bytes does not matter to ones' complement addition as long as
// the result is turned round at the end (RFC 1071 §2(B)), and neither does the
// width of the words (§2(C)): so eight bytes are added at a time, with the
// carries of one addition going into the next.
func Sum(b []byte, initial uint32) uint32 {
	var s, c uint64
	le := binary.LittleEndian
	for len(b) >= 64 {
		w := b[:64]
		s, c = bits.Add64(s, le.Uint64(w[0:8]), 0)
		s, c = bits.Add64(s, le.Uint64(w[8:16]), c)
		s, c = bits.Add64(s, le.Uint64(w[16:24]), c)
		s, c = bits.Add64(s, le.Uint64(w[24:32]), c)
		s, c = bits.Add64(s, le.Uint64(w[32:40]), c)
		s, c = bits.Add64(s, le.Uint64(w[40:48]), c)
		s, c = bits.Add64(s, le.Uint64(w[48:56]), c)
		s, c = bits.Add64(s, le.Uint64(w[56:64]), c)
		s += c // cannot overflow: a sum that carried is not all ones
		b = b[64:]
	}
	for len(b) >= 8 {
		s, c = bits.Add64(s, le.Uint64(b), 0)
		s += c
		b = b[8:]
	}
	if len(b) >= 4 { // an IPv4 header ends with these
		s, c = bits.Add64(s, uint64(le.Uint32(b)), 0)
		s += c
		b = b[4:]
	}
	if len(b) > 0 {
		s, c = bits.Add64(s, tail(b), 0)
		s += c
	}
	s = s>>32 + s&0xffffffff
	s = s>>32 + s&0xffffffff
	return Fold(initial) + uint32(bits.ReverseBytes16(uint16(Fold(Fold(uint32(s))))))
}

// tail is the last one to three bytes as a little-endian number.
func tail(b []byte) uint64 {
	var v uint64
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v
}

// Fold brings what lies above the low 16 bits of a partial sum back in at the
// bottom, once: the result is at most 0x1fffe, and at most 0xffff when the
// argument was at most 0x1fffe.
func Fold(sum uint32) uint32 { return sum>>16 + sum&0xffff }

// Finish turns a sum into the checksum: what a sender writes into the field.
// For a receiver who summed everything, the field included, 0 means correct.
func Finish(sum uint32) uint16 { return ^uint16(Fold(Fold(sum))) }

// PseudoHeader is the partial sum of the addresses, the protocol number and
// the length in bytes of the segment or datagram, which TCP and UDP cover with
// their checksums so that a packet that was delivered to the wrong host shows
// (RFC 9293 §3.1, RFC 768; for IPv6 RFC 8200 §8.1). Both addresses must be of
// one family; an IPv4 address mapped into IPv6 counts as IPv6.
func PseudoHeader(src, dst netip.Addr, proto uint8, length int) uint32 {
	sum := uint32(proto) + uint32(length)>>16 + uint32(length)&0xffff
	if src.Is4() && dst.Is4() {
		s, d := src.As4(), dst.As4()
		a, b := binary.BigEndian.Uint32(s[:]), binary.BigEndian.Uint32(d[:])
		return sum + a>>16 + a&0xffff + b>>16 + b&0xffff
	}
	s, d := src.As16(), dst.As16()
	return Sum(d[:], Sum(s[:], sum))
}
