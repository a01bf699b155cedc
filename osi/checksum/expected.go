package checksum

import "encoding/binary"

// Expected says which checksum a message that was received should carry in its
// two bytes at index at, an even number, and whether the one it carries is
// right. initial is the sum of a pseudo-header, 0 if there is none. 0x0000 and
// 0xffff are the same number in ones' complement (RFC 1624 §3), and a receiver
// that sums everything up cannot tell them apart: either is right for the
// other.
func Expected(b []byte, at int, initial uint32) (want uint16, right bool) {
	want = Finish(Sum(b[at+2:], Sum(b[:at], initial)))
	have := binary.BigEndian.Uint16(b[at:])
	return want, have == want || have == ^want && (have == 0 || want == 0)
}
