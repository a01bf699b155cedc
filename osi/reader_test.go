package osi_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/osi"
)

func wantFields(t *testing.T, r *osi.Reader, want ...osi.Field) {
	t.Helper()
	if d := cmp.Diff(want, r.Fields); d != "" {
		t.Errorf("fields (-want +got):\n%s", d)
	}
}

func TestReaderNamesBytes(t *testing.T) {
	r := &osi.Reader{Data: []byte{0x12, 0x34, 0xde, 0xad, 'h', 'i', '\n'}, Base: 100}
	r.Uint(2, "n", "Number")
	r.Take(2, "raw", "Raw")
	r.Text(3, "txt", "Text")
	r.Worked("len", "Length", "7")
	wantFields(t, r,
		osi.Field{Key: "n", Name: "Number", Span: osi.Span{Offset: 100, Length: 2}, Value: "4660", Number: 0x1234},
		osi.Field{Key: "raw", Name: "Raw", Span: osi.Span{Offset: 102, Length: 2}, Value: "dead"},
		osi.Field{Key: "txt", Name: "Text", Span: osi.Span{Offset: 104, Length: 3}, Value: `hi\n`},
		osi.Field{Key: "len", Name: "Length", Span: osi.Span{Offset: 107}, Value: "7"},
	)
	if r.Left() != 0 || r.Cut {
		t.Errorf("%d bytes are left, cut is %v; want all named", r.Left(), r.Cut)
	}
}

// The first byte of an IPv4 header holds two numbers of 4 bits; flags are
// single bits.
func TestReaderNamesBits(t *testing.T) {
	r := &osi.Reader{Data: []byte{0x45, 0x40, 0x00}}
	first := r.Bitfield(1, "byte", "Byte")
	r.Bits(first, 0, 3, "version", "Version")
	r.Bits(first, 4, 7, "ihl", "IHL")
	flags := r.Bitfield(2, "flags", "Flags")
	r.Bit(flags, 1, "df", "Don't fragment")
	r.Bit(flags, 2, "mf", "More fragments")
	r.Bits(flags, 3, 16, "no", "No such bit")
	both := osi.Span{Offset: 1, Length: 2}
	wantFields(t, r,
		osi.Field{Key: "version", Name: "Version", Span: osi.Span{Length: 1}, Bits: "0-3", Value: "4", Number: 4},
		osi.Field{Key: "ihl", Name: "IHL", Span: osi.Span{Length: 1}, Bits: "4-7", Value: "5", Number: 5},
		osi.Field{Key: "df", Name: "Don't fragment", Span: both, Bits: "1", Value: "set", Number: 1},
		osi.Field{Key: "mf", Name: "More fragments", Span: both, Bits: "2", Value: "not set"},
	)
}

func TestReaderAtTheEnd(t *testing.T) {
	r := &osi.Reader{Data: []byte{0xab}}
	cut := r.Bitfield(2, "flags", "Flags")
	r.Bit(cut, 0, "df", "Don't fragment") // of bytes that are not there: no field
	if !r.Cut {
		t.Error("two bytes were asked for, one was there, and Cut is not set")
	}
	r.Take(1, "gone", "Gone").Note = "nobody sees this"
	r.Text(4, "gone", "Gone")
	r.Uint(4, "gone", "Gone")
	wantFields(t, r, osi.Field{Key: "flags", Name: "Flags", Span: osi.Span{Length: 1}, Value: "ab", Problem: "cut off: 1 of 2 bytes"})
}

// Whatever is asked for, the fields name each byte at most once, in order, and
// never one that is not there.
func TestReaderNamesEachByteOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &osi.Reader{Data: rapid.SliceOfN(rapid.Byte(), 0, 24).Draw(t, "data"), Base: rapid.IntRange(0, 100).Draw(t, "base")}
		asked := 0
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 8), 0, 8).Draw(t, "sizes") {
			asked += n
			switch rapid.IntRange(0, 2).Draw(t, "how") {
			case 0:
				r.Take(n, "f", "F")
			case 1:
				r.Uint(n, "f", "F")
			case 2:
				r.Text(n, "f", "F")
			}
		}
		next := r.Base
		for _, f := range r.Fields {
			if f.Span.Offset != next {
				t.Fatalf("a field begins at %d, want %d", f.Span.Offset, next)
			}
			next = f.Span.End()
		}
		if named := next - r.Base; named != min(asked, len(r.Data)) {
			t.Fatalf("%d bytes are named of %d, %d were asked for", named, len(r.Data), asked)
		}
		if r.Cut != (asked > len(r.Data)) {
			t.Fatalf("cut is %v, though %d of %d bytes were asked for", r.Cut, asked, len(r.Data))
		}
	})
}

func TestNotations(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{osi.Hex([]byte{1, 0xff}, 2), "01ff"},
		{osi.Hex([]byte{1, 0xff}, 1), "01…"},
		{osi.Hex(nil, 4), ""},
		{osi.Quote([]byte("a\"b\x00\xff"), 16), `a\"b\x00\xff`},
		{osi.Quote([]byte("longer"), 4), "long…"},
		{osi.Quote([]byte("long"), 4), "long"},
		{osi.Quote([]byte("ab世界"), 5), "ab世…"},
		{osi.Quote([]byte("ab世界"), 7), "ab世…"},
		{osi.Quote([]byte("\x80\x80\x80"), 1), `\x80…`},
		{osi.Quote([]byte("a世b"), 4), "a世…"},
		{osi.Quote([]byte("a\xe4b"), 2), `a\xe4…`},
		{osi.Hexadecimal(0x1234, 4), "0x1234"},
		{osi.Hexadecimal(0x800, 4), "0x0800"},
		{osi.Hexadecimal(0x12345, 4), "0x12345"},
		{osi.Hexadecimal(0, 16), "0x" + strings.Repeat("0", 16)},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
