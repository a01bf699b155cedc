package presentation

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"
)

// UTF-16, RFC 2781 §2: a character up to U+FFFF is one unit of 16 bits. Any
// other has 0x10000 taken away, which leaves 20 bits, written as a pair:
//
//	110110 xxxxxxxxxx   110111 xxxxxxxxxx
//
// The values of such halves, U+D800 to U+DFFF, are no characters.

func unitOrder(bigEndian bool) binary.ByteOrder {
	if bigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func appendUTF16(b []byte, r rune, bigEndian bool) []byte {
	for _, unit := range utf16.AppendRune(nil, r) {
		if bigEndian {
			b = binary.BigEndian.AppendUint16(b, unit)
		} else {
			b = binary.LittleEndian.AppendUint16(b, unit)
		}
	}
	return b
}

func nextUTF16(b []byte, bigEndian bool) Character {
	if len(b) < 2 {
		return Character{Bytes: b}.not("a single byte 0x%02x is left, half of a unit", b[0])
	}
	order := unitOrder(bigEndian)
	r := rune(order.Uint16(b))
	c := Character{Bytes: b[:2], Rune: r}
	switch {
	case !utf16.IsSurrogate(r):
		return c
	case r >= 0xdc00:
		return c.not("%04x is the second half of a pair, and the first is missing", r)
	case len(b) < 4:
		return c.not("%04x is the first half of a pair, and the text ends", r)
	}
	second := rune(order.Uint16(b[2:]))
	if second < 0xdc00 || second > 0xdfff {
		return c.not("%04x is the first half of a pair, and %04x is no second", r, second)
	}
	return Character{Bytes: b[:4], Rune: utf16.DecodeRune(r, second)}
}

func stepsUTF16(c Character, bigEndian bool) []string {
	order, way := unitOrder(bigEndian), "lower"
	if bigEndian {
		way = "higher"
	}
	first := order.Uint16(c.Bytes)
	if len(c.Bytes) == 2 {
		return []string{fmt.Sprintf("%x, the %s byte first, is the unit %04x = U+%04X itself", c.Bytes, way, first, c.Rune)}
	}
	high, low := fmt.Sprintf("%010b", first&0x3ff), fmt.Sprintf("%010b", order.Uint16(c.Bytes[2:])&0x3ff)
	return []string{
		fmt.Sprintf("%x = 110110|%s: first half of a pair, gives the bits %s", c.Bytes[:2], high, high),
		fmt.Sprintf("%x = 110111|%s: second half, gives the bits %s", c.Bytes[2:], low, low),
		fmt.Sprintf("together %020b = 0x%05x, and 0x10000 more is U+%04X", c.Rune-0x10000, c.Rune-0x10000, c.Rune),
	}
}
