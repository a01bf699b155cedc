package presentation

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/packetwalk/packetwalk/osi"
)

// fieldsCharset is the character set that a media type names, in upper case,
// or that a byte order mark shows; "" when nobody says.
func fieldsCharset(mediaType string, b []byte) string {
	_, rest, _ := strings.Cut(strings.ToLower(mediaType), "charset=")
	name, _, _ := strings.Cut(rest, ";")
	name = strings.ToUpper(strings.Trim(strings.TrimSpace(name), `"`))
	if len(b) >= 2 && (name == "" || name == "UTF-16") {
		switch {
		case b[0] == 0xfe && b[1] == 0xff:
			return "UTF-16BE"
		case b[0] == 0xff && b[1] == 0xfe:
			return "UTF-16LE"
		}
	}
	if name == "UTF-16" {
		return "UTF-16BE" // RFC 2781 §4.3
	}
	return name
}

// encodingField names the character encoding, and the first characters with
// their numbers.
func encodingField(r *osi.Reader, b []byte, here osi.Span, charset string, whole bool) string {
	if len(r.Data) == len(b) {
		here.Length = len(b)
	}
	name, next := fieldsDecoder(b, charset, whole)
	r.Fields = append(r.Fields, osi.Field{Key: "text.encoding", Name: "Encoding", Span: here, Value: name})
	if next == nil {
		return name
	}
	const shown = 16
	var points, units []string
	characters := 0
	for rest := b; len(rest) > 0; characters++ {
		c, n := next(rest)
		switch {
		case characters < shown:
			points, units = append(points, fmt.Sprintf("U+%04X", c)), append(units, fmt.Sprintf("% x", rest[:n]))
		case characters == shown:
			points, units = append(points, "…"), append(units, "…")
		}
		rest = rest[n:]
	}
	if len(points) > 0 {
		r.Fields = append(r.Fields,
			osi.Field{Key: "text.codepoints", Name: "Code points", Span: here, Value: strings.Join(points, " "), Number: uint64(characters), Note: fmt.Sprintf("%d characters", characters)},
			osi.Field{Key: "text.bytes", Name: "As numbers", Span: here, Value: strings.Join(units, " | "), Number: uint64(len(b)), Note: fmt.Sprintf("%d bytes", len(b))})
	}
	return name
}

// fieldsDecoder names the encoding of b, and takes its next character off it
// with the number of bytes that it has, always at least one. There is no
// decoder for what is no text.
func fieldsDecoder(b []byte, charset string, whole bool) (name string, next func(b []byte) (rune, int)) {
	switch charset {
	case "UTF-16BE", "UTF-16LE":
		return charset, func(b []byte) (rune, int) { return fieldsUTF16(b, charset == "UTF-16LE") }
	case "ISO-8859-1", "LATIN1":
		return "ISO-8859-1", func(b []byte) (rune, int) { return rune(b[0]), 1 }
	}
	if name = fieldsUTF8Name(b, whole); name == "binary" {
		return name, nil
	}
	return name, utf8.DecodeRune
}

func fieldsUTF16(b []byte, little bool) (rune, int) {
	unit := func(b []byte) rune {
		if little {
			return rune(b[1])<<8 | rune(b[0])
		}
		return rune(b[0])<<8 | rune(b[1])
	}
	if len(b) < 2 {
		return utf8.RuneError, len(b)
	}
	first := unit(b)
	if utf16.IsSurrogate(first) && len(b) >= 4 {
		if c := utf16.DecodeRune(first, unit(b[2:])); c != utf8.RuneError {
			return c, 4
		}
	}
	return first, 2
}

// fieldsUTF8Name tells ASCII from wider UTF-8 from what is no text. A character that
// is cut off at the end of an incomplete text is no fault.
func fieldsUTF8Name(b []byte, whole bool) string {
	ascii := true
	for len(b) > 0 {
		c, n := utf8.DecodeRune(b)
		if c == utf8.RuneError && n == 1 {
			if !whole && !utf8.FullRune(b) {
				break
			}
			return "binary"
		}
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			return "binary"
		}
		ascii = ascii && c < utf8.RuneSelf
		b = b[n:]
	}
	if ascii {
		return "UTF-8 (ASCII)"
	}
	return "UTF-8"
}
