package tcp

import "strconv"

// Seq is a sequence number: a position in a stream of octets, modulo 2^32.
//
// RFC 9293 §3.4: the space is a circle, so "less" has a meaning only between
// numbers that are less than half the circle apart. Windows are kept below
// that (RFC 7323 §2.3), which is why the sign of a 32-bit difference decides.
type Seq uint32

// Less says whether s comes before t.
func (s Seq) Less(t Seq) bool { return int32(s-t) < 0 }

// LessEq says whether s comes before t or is t.
func (s Seq) LessEq(t Seq) bool { return int32(s-t) <= 0 }

// Add is the number n octets further on.
func (s Seq) Add(n uint32) Seq { return s + Seq(n) }

// Sub is how many octets s is past t; s must not come before t.
func (s Seq) Sub(t Seq) uint32 { return uint32(s - t) }

// In says whether s lies in the window of size octets that starts at start.
func (s Seq) In(start Seq, size uint32) bool { return uint32(s-start) < size }

// String is the number in decimal.
func (s Seq) String() string { return strconv.FormatUint(uint64(s), 10) }

// later is the one of two numbers that comes last.
func later(s, t Seq) Seq {
	if s.Less(t) {
		return t
	}
	return s
}

// Block is a stretch of sequence space, from Start up to but without End: the
// two edges of a SACK block (RFC 2018 §3).
type Block struct{ Start, End Seq }

// Len is the number of octets in the block.
func (b Block) Len() uint32 { return b.End.Sub(b.Start) }
