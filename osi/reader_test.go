package osi

import "testing"

func TestReaderNamesWhatIsThere(t *testing.T) {
	r := Reader{Data: []byte{0x12, 0x34, 0xab, 0xff}, Base: 10}
	if f := r.Uint(2, "a", "A"); f.Number != 0x1234 || f.Value != "4660" || f.Span != (Span{10, 2}) {
		t.Errorf("a number of two bytes: %+v", f)
	}
	bits := r.Bitfield(1, "b", "B")
	if f := r.Bits(bits, 0, 3, "b.high", "High"); f.Number != 0xa || f.Bits != "0-3" || f.Span != (Span{12, 1}) {
		t.Errorf("the high half of a byte: %+v", f)
	}
	if f := r.Bit(bits, 7, "b.low", "Low"); f.Value != "set" || f.Bits != "7" {
		t.Errorf("the lowest bit: %+v", f)
	}
	if f := r.Uint(4, "c", "C"); f.Problem != "cut off: 1 of 4 bytes" || f.Number != 0 || f.Value != "ff" || !r.Cut {
		t.Errorf("a number that is cut off: %+v, cut %v", f, r.Cut)
	}
	before := len(r.Fields)
	r.Uint(2, "d", "D").Note = "nobody sees this"
	r.Bits(r.Bitfield(1, "e", "E"), 0, 3, "e.high", "High")
	if len(r.Fields) != before || r.Left() != 0 {
		t.Errorf("a field without a byte appeared: %+v", r.Fields[before:])
	}
}

func TestReaderNamesACutBitfield(t *testing.T) {
	r := Reader{Data: []byte{1}}
	f := r.Bitfield(2, "a", "A")
	if r.Bits(f, 0, 3, "a.b", "B"); len(r.Fields) != 1 || r.Fields[0].Problem == "" || r.Fields[0].Span.Length != 1 {
		t.Errorf("the byte that is there has no field of its own: %+v", r.Fields)
	}
}

func TestWriting(t *testing.T) {
	for _, c := range [...][2]string{
		{Hex([]byte{1, 0xab}, 2), "01ab"}, {Hex([]byte{1, 2, 3}, 2), "0102…"},
		{Quote([]byte("a\"b\r\n"), 9), `a\"b\r\n`}, {Quote([]byte("abc"), 2), "ab…"},
		{Hexadecimal(0x800, 4), "0x0800"}, {Hexadecimal(0x12345, 4), "0x12345"},
	} {
		if c[0] != c[1] {
			t.Errorf("%q, should be %q", c[0], c[1])
		}
	}
}
