package presentation

import (
	"fmt"
	"strings"
)

// Encoding is a way to write characters as bytes.
type Encoding uint8

// The encodings.
const (
	UTF8    Encoding = iota // RFC 3629: 1 to 4 bytes a character
	UTF16LE                 // RFC 2781: 2 or 4 bytes, the lower byte first
	UTF16BE                 // RFC 2781: 2 or 4 bytes, the higher byte first
	Latin1                  // ISO/IEC 8859-1: 1 byte, U+0000 to U+00FF
	ASCII                   // RFC 20: 1 byte, U+0000 to U+007F
)

// Encodings lists them all.
var Encodings = [...]Encoding{UTF8, UTF16LE, UTF16BE, Latin1, ASCII}

// String is the encoding's name in the IANA registry of character sets.
func (e Encoding) String() string {
	switch e {
	case UTF8:
		return "UTF-8"
	case UTF16LE:
		return "UTF-16LE"
	case UTF16BE:
		return "UTF-16BE"
	case Latin1:
		return "ISO-8859-1"
	case ASCII:
		return "US-ASCII"
	}
	return "?"
}

// ParseEncoding finds an encoding by its name, in any case; "latin1", "ascii"
// and "utf8" are understood too.
func ParseEncoding(name string) (Encoding, error) {
	switch strings.ToUpper(name) {
	case "UTF-8", "UTF8":
		return UTF8, nil
	case "UTF-16LE", "UTF16LE":
		return UTF16LE, nil
	case "UTF-16BE", "UTF16BE":
		return UTF16BE, nil
	case "ISO-8859-1", "LATIN1", "LATIN-1":
		return Latin1, nil
	case "US-ASCII", "ASCII":
		return ASCII, nil
	}
	return 0, fmt.Errorf("presentation: %q is no encoding we know: expected utf-8, utf-16le, utf-16be, latin1 or ascii", name)
}

// TextError says which character cannot be written, or which bytes are none.
type TextError struct {
	Encoding Encoding
	Offset   int // in bytes, of the text (Encode) or of the bytes (Decode)
	Problem  string
}

func (e *TextError) Error() string {
	return fmt.Sprintf("presentation: %s, byte %d: %s", e.Encoding, e.Offset, e.Problem)
}

// Encode writes text as bytes. A character that the encoding does not have is
// a *TextError: nothing is ever replaced by a question mark. No byte order
// mark is written (RFC 2781 §3.3: the names UTF-16LE and UTF-16BE say the
// order already).
func (e Encoding) Encode(text string) ([]byte, error) {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		c := nextUTF8([]byte(text[i:min(i+4, len(text))]))
		if c.Problem != "" {
			return nil, &TextError{UTF8, i, c.Problem}
		}
		var ok bool
		if out, ok = e.append(out, c.Rune); !ok {
			return nil, &TextError{e, i, fmt.Sprintf("U+%04X (%c) cannot be expressed; its last character is U+%04X", c.Rune, c.Rune, e.last())}
		}
		i += len(c.Bytes)
	}
	return out, nil
}

// last is the last character that the encoding can express.
func (e Encoding) last() rune {
	switch e {
	case Latin1:
		return 0xff
	case ASCII:
		return 0x7f
	}
	return 0x10ffff
}

func (e Encoding) append(b []byte, r rune) ([]byte, bool) {
	if r > e.last() {
		return b, false
	}
	switch e {
	case UTF8:
		return append(b, string(r)...), true
	case UTF16LE, UTF16BE:
		return appendUTF16(b, r, e == UTF16BE), true
	}
	return append(b, byte(r)), true
}

// Decode reads bytes as text. Bytes that are no character are a *TextError.
// A byte order mark is a character like any other, U+FEFF.
func (e Encoding) Decode(b []byte) (string, error) {
	var text strings.Builder
	text.Grow(len(b))
	for i := 0; i < len(b); {
		c := e.next(b[i:])
		if c.Problem != "" {
			return "", &TextError{e, i, c.Problem}
		}
		text.WriteRune(c.Rune)
		i += len(c.Bytes)
	}
	return text.String(), nil
}

// Character is one character as its bytes spell it.
type Character struct {
	Offset int    // of its first byte
	Bytes  []byte // never empty
	Rune   rune   // U+FFFD when there is a Problem
	// Steps say what each byte (in UTF-16 each pair) contributes.
	Steps []string
	// Problem says why these bytes are no character, "" if they are one.
	Problem string
}

// Explain spells bytes out, character by character. Unlike Decode it goes on
// behind bytes that are no character. Every byte belongs to one Character.
func (e Encoding) Explain(b []byte) []Character {
	var all []Character
	for i := 0; i < len(b); {
		c := e.next(b[i:])
		c.Offset = i
		c.Steps = e.steps(c)
		all = append(all, c)
		i += len(c.Bytes)
	}
	return all
}

// next reads the character at the start of b, which is not empty.
func (e Encoding) next(b []byte) Character {
	switch e {
	case UTF8:
		return nextUTF8(b)
	case UTF16LE, UTF16BE:
		return nextUTF16(b, e == UTF16BE)
	}
	c := Character{Bytes: b[:1], Rune: rune(b[0])}
	if c.Rune > e.last() {
		return c.not("0x%02x is above 0x7f, the last of ASCII's seven bits", b[0])
	}
	return c
}

// not makes the character a damaged one.
func (c Character) not(problem string, args ...any) Character {
	c.Rune, c.Problem = '\ufffd', fmt.Sprintf(problem, args...)
	return c
}

func (e Encoding) steps(c Character) []string {
	switch {
	case c.Problem != "":
		return []string{c.Problem}
	case e == UTF8:
		return stepsUTF8(c)
	case e == UTF16LE || e == UTF16BE:
		return stepsUTF16(c, e == UTF16BE)
	}
	return []string{fmt.Sprintf("0x%02x is U+%04X itself", c.Bytes[0], c.Rune)}
}
