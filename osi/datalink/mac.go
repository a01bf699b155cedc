package datalink

// MAC is a 48-bit address of the data link layer, in the order in which its
// bytes cross the wire.
type MAC [6]byte

// Broadcast is everybody on the link.
var Broadcast = MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// String is the address as people write it: "02:00:00:00:00:01".
func (m MAC) String() string {
	const hex = "0123456789abcdef"
	var s [17]byte
	for i := range s {
		s[i] = ':'
	}
	for i, b := range m {
		s[3*i], s[3*i+1] = hex[b>>4], hex[b&15]
	}
	return string(s[:])
}

// IsMulticast says whether the address names a group: the first bit on the
// wire, the lowest of the first byte, is set (IEEE 802-2014 §8.2). Broadcast is
// the group of all.
func (m MAC) IsMulticast() bool { return m[0]&1 != 0 }
