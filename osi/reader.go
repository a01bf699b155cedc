package osi

import (
	"encoding/hex"
	"strconv"
	"unicode/utf8"
)

// Reader names bytes one after another. It is how a tolerant decoder describes
// a header that may be damaged or cut short: what is there becomes a Field,
// what is missing sets Cut, and nothing panics.
//
//	r := osi.Reader{Data: b, Base: at}
//	r.Uint(2, "udp.srcport", "Source Port")
//	r.Uint(2, "udp.dstport", "Destination Port")
//
// A method's *Field points into Fields: it is good until the next call.
type Reader struct {
	Data []byte
	// Base is where Data[0] stands in whatever is described.
	Base int
	// Pos is the index in Data of the next byte to name.
	Pos    int
	Fields []Field
	// Cut says that a field was asked for whose bytes are not all there.
	Cut bool

	missing Field // what a method returns when there is nothing to point at
}

// Left is the number of bytes not yet named.
func (r *Reader) Left() int { return max(0, len(r.Data)-r.Pos) }

// Take names the next n bytes as one field, its value in hexadecimal. When
// fewer are left the field has those and a Problem; when none is left there is
// no field, and the Field returned is a blank that nobody sees.
func (r *Reader) Take(n int, key, name string) *Field {
	from := r.Pos
	f := r.take(n, key, name)
	f.Value = Hex(r.since(from), 16)
	return f
}

// since is what was named from index from on.
func (r *Reader) since(from int) []byte {
	if from == r.Pos {
		return nil
	}
	return r.Data[from:r.Pos]
}

// take does so without a value.
func (r *Reader) take(n int, key, name string) *Field {
	have := min(n, r.Left())
	if have < n {
		r.Cut = true
		if have == 0 {
			r.missing = Field{}
			return &r.missing
		}
	}
	f := Field{Key: key, Name: name, Span: Span{r.Base + r.Pos, have}}
	if have < n {
		f.Problem = "cut off: " + strconv.Itoa(have) + " of " + strconv.Itoa(n) + " bytes"
	}
	r.Pos += have
	r.Fields = append(r.Fields, f)
	return &r.Fields[len(r.Fields)-1]
}

// Uint names the next n bytes (at most 8) as a number in network byte order.
// When they are not all there its Number is 0.
func (r *Reader) Uint(n int, key, name string) *Field {
	whole := r.Left() >= n
	from := r.Pos
	f := r.take(n, key, name)
	if !whole {
		f.Value = Hex(r.since(from), 16)
	} else {
		for _, c := range r.Data[from : from+n] {
			f.Number = f.Number<<8 | uint64(c)
		}
		f.Value = strconv.FormatUint(f.Number, 10)
	}
	return f
}

// Bitfield reads the next n bytes (at most 8) as a number whose bits are to be
// named one by one with Bits. The bytes get a field of their own only when they
// are not all there.
func (r *Reader) Bitfield(n int, key, name string) Field {
	whole := r.Left() >= n
	f := *r.Uint(n, key, name)
	if whole {
		r.Fields = r.Fields[:len(r.Fields)-1]
	}
	return f
}

// Text names the next n bytes as text, quoted where they are not printable.
func (r *Reader) Text(n int, key, name string) *Field {
	from := r.Pos
	f := r.take(n, key, name)
	f.Value = Quote(r.since(from), 256)
	return f
}

// Bits names bits first to last (0 is the most significant) of a number that
// was read before: of is that field.
func (r *Reader) Bits(of Field, first, last int, key, name string) *Field {
	width := 8 * of.Span.Length
	if last >= width || of.Problem != "" {
		r.missing = Field{}
		return &r.missing
	}
	f := Field{Key: key, Name: name, Span: of.Span, Bits: strconv.Itoa(first)}
	if last != first {
		f.Bits += "-" + strconv.Itoa(last)
	}
	f.Number = of.Number >> (width - 1 - last) & (1<<(last-first+1) - 1)
	f.Value = strconv.FormatUint(f.Number, 10)
	r.Fields = append(r.Fields, f)
	return &r.Fields[len(r.Fields)-1]
}

// Bit names one bit as a flag that is "set" or "not set".
func (r *Reader) Bit(of Field, bit int, key, name string) *Field {
	f := r.Bits(of, bit, bit, key, name)
	if f.Value = "not set"; f.Number == 1 {
		f.Value = "set"
	}
	return f
}

// Worked adds a field that was worked out and has no bytes of its own; it
// stands where the next byte would be named.
func (r *Reader) Worked(key, name, value string) *Field {
	r.Fields = append(r.Fields, Field{Key: key, Name: name, Value: value, Span: Span{Offset: r.Base + r.Pos}})
	return &r.Fields[len(r.Fields)-1]
}

// Hex writes at most limit bytes as hexadecimal, with an ellipsis for more.
func Hex(b []byte, limit int) string {
	if len(b) <= limit {
		return hex.EncodeToString(b)
	}
	return hex.EncodeToString(b[:limit]) + "…"
}

// Quote writes bytes as text for people: at most limit bytes, with an ellipsis
// for more, and with escapes for what cannot be printed. It cuts no character
// in two.
func Quote(b []byte, limit int) string {
	more := len(b) > limit
	if more {
		b = b[:limit-begun(b, limit)]
	}
	q := strconv.Quote(string(b))
	q = q[1 : len(q)-1]
	if more {
		q += "…"
	}
	return q
}

// begun is how many bytes of a character lie before index at, when that is in
// the middle of one.
func begun(b []byte, at int) int {
	for n := 1; n < utf8.UTFMax && n <= at; n++ {
		if _, size := utf8.DecodeRune(b[at-n:]); size > n {
			return n
		}
	}
	return 0
}

// Hexadecimal writes a number with all of its digits: 0x0800 for 4.
func Hexadecimal(n uint64, digits int) string {
	const zeros = "0000000000000000"
	s := strconv.FormatUint(n, 16)
	if len(s) < digits {
		s = zeros[:digits-len(s)] + s
	}
	return "0x" + s
}
