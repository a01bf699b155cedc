package datalink

import (
	"errors"
	"fmt"
	"net/netip"
)

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

// ErrMAC is what ParseMAC says of a text that is no address.
var ErrMAC = errors.New("datalink: not a MAC address")

// ParseMAC reads six pairs of hexadecimal digits, "02:00:00:00:00:01".
func ParseMAC(s string) (MAC, error) {
	var m MAC
	if len(s) != 17 {
		return m, fmt.Errorf("%w: %q (expected six pairs of hexadecimal digits, as 02:00:00:00:00:01)", ErrMAC, s)
	}
	for i := range m {
		hi, lo := nibble(s[3*i]), nibble(s[3*i+1])
		if hi < 0 || lo < 0 || i < 5 && s[3*i+2] != ':' {
			return MAC{}, fmt.Errorf("%w: %q (expected six pairs of hexadecimal digits, as 02:00:00:00:00:01)", ErrMAC, s)
		}
		m[i] = byte(hi<<4 | lo)
	}
	return m, nil
}

func nibble(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// MulticastMAC is the group address that carries an IP multicast group; no
// question has to be asked to know it. It is false for an address that is no
// multicast group.
//
// RFC 1112 §6.4 for IPv4 (01:00:5e and the low 23 bits, so 32 groups share an
// address), RFC 2464 §7 for IPv6 (33:33 and the last four bytes).
func MulticastMAC(group netip.Addr) (MAC, bool) {
	switch {
	case !group.IsMulticast():
		return MAC{}, false
	case group.Is4():
		a := group.As4()
		return MAC{0x01, 0x00, 0x5e, a[1] & 0x7f, a[2], a[3]}, true
	}
	a := group.As16()
	return MAC{0x33, 0x33, a[12], a[13], a[14], a[15]}, true
}
