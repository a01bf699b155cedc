package presentation

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func TestEncode(t *testing.T) {
	for _, c := range []struct {
		e     Encoding
		text  string
		bytes string
		err   string
	}{
		// RFC 3629 §7: examples.
		{UTF8, "A≢Α.", "41 e2 89 a2 ce 91 2e", ""},
		{UTF8, "한국어", "ed 95 9c ea b5 ad ec 96 b4", ""},
		{UTF8, "\ufeff𣎴", "ef bb bf f0 a3 8e b4", ""},
		// RFC 2781 §5: U+12345 followed by "=Ra".
		{UTF16BE, "\U00012345=Ra", "d8 08 df 45 00 3d 00 52 00 61", ""},
		{UTF16LE, "\U00012345=Ra", "08 d8 45 df 3d 00 52 00 61 00", ""},
		{Latin1, "é\u00ff", "e9 ff", ""},
		{ASCII, "Hello", "48 65 6c 6c 6f", ""},
		{Latin1, "5 €", "", "presentation: ISO-8859-1, byte 2: U+20AC (€) cannot be expressed; its last character is U+00FF"},
		{ASCII, "né", "", "presentation: US-ASCII, byte 1: U+00E9 (é) cannot be expressed; its last character is U+007F"},
		{UTF16LE, "a\xff", "", "presentation: UTF-8, byte 1: 0xff never occurs in UTF-8"},
	} {
		got, err := c.e.Encode(c.text)
		if c.err != "" {
			if err == nil || err.Error() != c.err {
				t.Errorf("%s of %q: %v, want %s", c.e, c.text, err, c.err)
			}
			continue
		}
		if err != nil || !bytes.Equal(got, unhex(c.bytes)) {
			t.Errorf("%s of %q: % x (%v), want %s", c.e, c.text, got, err, c.bytes)
		}
		if back, err := c.e.Decode(got); err != nil || back != c.text {
			t.Errorf("%s of % x: %q (%v), want %q", c.e, got, back, err, c.text)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct {
		e           Encoding
		bytes, want string
	}{
		// RFC 3629 §3: "The octet values C0, C1, F5 to FF never appear" (C0 and
		// C1 would begin characters written too long).
		{UTF8, "41 ff", "byte 1: 0xff never occurs in UTF-8"},
		{UTF8, "c0 80", "byte 0: U+0000 is written in 2 bytes, more than it needs"},
		{UTF8, "f4 90 80 80", "byte 0: U+110000 is beyond U+10FFFF, the last character"},
		// RFC 3629 §3: "prohibits encoding character numbers between U+D800 and U+DFFF".
		{UTF8, "ed a0 80", "byte 0: U+D800 is half of a UTF-16 pair, no character"},
		{UTF8, "80", "byte 0: 0x80 continues a character, and none has begun"},
		{UTF8, "e2 89", "byte 0: 0xe2 announces 3 bytes, and the text ends after 2"},
		{UTF8, "e2 41", "byte 0: 0xe2 announces 3 bytes, and the next one, 0x41, does not continue it"},
		{UTF16LE, "41 00 42", "byte 2: a single byte 0x42 is left, half of a unit"},
		{UTF16BE, "dc 00", "byte 0: dc00 is the second half of a pair, and the first is missing"},
		{UTF16BE, "d8 00", "byte 0: d800 is the first half of a pair, and the text ends"},
		{UTF16BE, "d8 00 00 41", "byte 0: d800 is the first half of a pair, and 0041 is no second"},
		{ASCII, "41 e9", "byte 1: 0xe9 is above 0x7f, the last of ASCII's seven bits"},
	} {
		_, err := c.e.Decode(unhex(c.bytes))
		var where *TextError
		if !errors.As(err, &where) || err.Error() != "presentation: "+c.e.String()+", "+c.want {
			t.Errorf("%s of %s: %v, want %s", c.e, c.bytes, err, c.want)
		}
	}
}

func TestExplain(t *testing.T) {
	for _, c := range []struct {
		e     Encoding
		bytes string
		want  []string
	}{
		{UTF8, "48 c3 a9", []string{
			"0x48 = 0|1001000: one byte, U+0048 itself",
			"0xc3 = 110|00011: first of 2 bytes, gives the bits 00011",
			"0xa9 = 10|101001: goes on, gives the bits 101001",
			"together 00011101001 = U+00E9"}},
		{UTF16LE, "3d d8 00 de", []string{
			"3dd8 = 110110|0000111101: first half of a pair, gives the bits 0000111101",
			"00de = 110111|1000000000: second half, gives the bits 1000000000",
			"together 00001111011000000000 = 0x0f600, and 0x10000 more is U+1F600"}},
		{UTF16LE, "48 00", []string{"4800, the lower byte first, is the unit 0048 = U+0048 itself"}},
		{UTF16BE, "00 48", []string{"0048, the higher byte first, is the unit 0048 = U+0048 itself"}},
		{Latin1, "e9", []string{"0xe9 is U+00E9 itself"}},
		{UTF8, "ff 41", []string{"0xff never occurs in UTF-8", "0x41 = 0|1000001: one byte, U+0041 itself"}},
	} {
		var got []string
		for _, char := range c.e.Explain(unhex(c.bytes)) {
			got = append(got, char.Steps...)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s of %s:\n\t%s\nwant\n\t%s", c.e, c.bytes, strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"))
		}
	}
}

// The standard library is the judge; of the one-byte encodings, what they
// promise: a byte is its character's number.
func TestEncodingsAgreeWithOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		for _, e := range Encodings {
			want, fits := []byte(text), true
			switch e {
			case UTF16LE, UTF16BE:
				want = nil
				for _, unit := range utf16.Encode([]rune(text)) {
					pair := []byte{byte(unit), byte(unit >> 8)}
					if e == UTF16BE {
						slices.Reverse(pair)
					}
					want = append(want, pair...)
				}
			case Latin1, ASCII:
				want = nil
				for _, r := range text {
					fits = fits && r < map[Encoding]rune{Latin1: 256, ASCII: 128}[e]
					want = append(want, byte(r))
				}
			}
			got, err := e.Encode(text)
			if fits != (err == nil) || fits && !bytes.Equal(got, want) {
				t.Fatalf("%s of %q: % x (%v), want % x, fits: %v", e, text, got, err, want, fits)
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, e := range Encodings {
		f.Add(uint8(e), unhex("41 c3 a9 f0 9f 98 80 ff d8 3d de 00 ed a0 80 c0"))
	}
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		e := Encodings[int(which)%len(Encodings)]
		text, err := e.Decode(b)
		var all []byte
		problem := false
		for _, c := range e.Explain(b) {
			if c.Offset != len(all) || len(c.Bytes) == 0 || len(c.Steps) == 0 {
				t.Fatalf("%s of % x: %+v", e, b, c)
			}
			all = append(all, c.Bytes...)
			problem = problem || c.Problem != ""
		}
		if !bytes.Equal(all, b) || problem != (err != nil) {
			t.Fatalf("%s of % x: the characters hold % x, with a problem: %v; Decode says %v", e, b, all, problem, err)
		}
		if e == UTF8 && utf8.Valid(b) != (err == nil) {
			t.Fatalf("% x: %v, and the standard library says valid: %v", b, err, utf8.Valid(b))
		}
		if err != nil {
			return
		}
		if again, err := e.Encode(text); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%s of % x: %q, which is % x (%v)", e, b, text, again, err)
		}
		if e == UTF16BE {
			units := utf16.Encode([]rune(text))
			if 2*len(units) != len(b) {
				t.Fatalf("% x: %d units", b, len(units))
			}
		}
	})
}

func TestParseEncoding(t *testing.T) {
	for _, e := range Encodings {
		if got, err := ParseEncoding(strings.ToLower(e.String())); err != nil || got != e {
			t.Errorf("%s: %s, %v", e, got, err)
		}
	}
	if _, err := ParseEncoding("ebcdic"); err == nil || !strings.Contains(err.Error(), "expected utf-8") {
		t.Errorf("ebcdic: %v", err)
	}
}
