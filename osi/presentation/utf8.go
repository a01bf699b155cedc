package presentation

import "fmt"

// UTF-8, RFC 3629 §3: the first byte tells how many follow, and every other
// byte begins with 10, so that a reader who starts in the middle finds the
// next character by itself.
//
//	U+0000  – U+007F     0xxxxxxx
//	U+0080  – U+07FF     110xxxxx 10xxxxxx
//	U+0800  – U+FFFF     1110xxxx 10xxxxxx 10xxxxxx
//	U+10000 – U+10FFFF   11110xxx 10xxxxxx 10xxxxxx 10xxxxxx

// utf8Length is the number of bytes that a first byte announces, 0 if it
// cannot be a first byte.
func utf8Length(first byte) int {
	switch {
	case first < 0x80:
		return 1
	case first>>5 == 0b110:
		return 2
	case first>>4 == 0b1110:
		return 3
	case first>>3 == 0b11110:
		return 4
	}
	return 0
}

// leastOf is the first character that needs so many bytes.
var leastOf = [...]rune{1: 0, 2: 0x80, 3: 0x800, 4: 0x10000}

func nextUTF8(b []byte) Character {
	n := utf8Length(b[0])
	if n == 0 {
		c := Character{Bytes: b[:1]}
		if b[0]>>6 == 0b10 {
			return c.not("0x%02x continues a character, and none has begun", b[0])
		}
		return c.not("0x%02x never occurs in UTF-8", b[0])
	}
	if n == 1 {
		return Character{Bytes: b[:1], Rune: rune(b[0])}
	}
	r := rune(b[0]) & (0x7f >> n)
	for i := 1; i < n; i++ {
		switch {
		case i == len(b):
			return Character{Bytes: b[:i]}.not("0x%02x announces %d bytes, and the text ends after %d", b[0], n, i)
		case b[i]>>6 != 0b10:
			return Character{Bytes: b[:i]}.not("0x%02x announces %d bytes, and the next one, 0x%02x, does not continue it", b[0], n, b[i])
		}
		r = r<<6 | rune(b[i]&0x3f)
	}
	c := Character{Bytes: b[:n], Rune: r}
	switch {
	case r < leastOf[n]:
		return c.not("U+%04X is written in %d bytes, more than it needs", r, n)
	case r >= 0xd800 && r <= 0xdfff:
		return c.not("U+%04X is half of a UTF-16 pair, no character", r)
	case r > 0x10ffff:
		return c.not("U+%04X is beyond U+10FFFF, the last character", r)
	}
	return c
}

func stepsUTF8(c Character) []string {
	n := len(c.Bytes)
	if n == 1 {
		return []string{fmt.Sprintf("0x%02x = 0|%07b: one byte, U+%04X itself", c.Bytes[0], c.Bytes[0], c.Rune)}
	}
	free := 7 - n // bits of the first byte that belong to the character
	bits := fmt.Sprintf("%0*b", free, c.Bytes[0]&(1<<free-1))
	steps := []string{fmt.Sprintf("0x%02x = %b|%s: first of %d bytes, gives the bits %s", c.Bytes[0], c.Bytes[0]>>free, bits, n, bits)}
	for _, b := range c.Bytes[1:] {
		bits := fmt.Sprintf("%06b", b&0x3f)
		steps = append(steps, fmt.Sprintf("0x%02x = 10|%s: goes on, gives the bits %s", b, bits, bits))
	}
	return append(steps, fmt.Sprintf("together %0*b = U+%04X", free+6*(n-1), c.Rune, c.Rune))
}
