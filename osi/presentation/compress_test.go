package presentation

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var compressions = []Compression{Gzip, Deflate, Bare}

func TestCompressProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(compressions).Draw(t, "compression")
		p := bytes.Repeat(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"), rapid.IntRange(0, 9).Draw(t, "times"))
		z := c.Compress(p)
		if again := c.Compress(p); !bytes.Equal(z, again) {
			t.Fatalf("%s gives % x, then % x", c, z, again)
		}
		back, err := c.Expand(z, len(p))
		if err != nil || !bytes.Equal(back, p) {
			t.Fatalf("%s: % x came back as % x (%v)", c, p, back, err)
		}
	})
}

// RFC 1952 §2.3: a header of 10 bytes. MTIME 0 "means no time stamp is
// available", OS 255 is "unknown".
func TestGzipHeaderIsFixed(t *testing.T) {
	if z := Gzip.Compress([]byte("x")); !bytes.Equal(z[:10], unhex("1f 8b 08 00 00 00 00 00 00 ff")) {
		t.Errorf("header % x", z[:10])
	}
}

func TestExpandRefuses(t *testing.T) {
	for _, c := range compressions {
		z := c.Compress(bytes.Repeat([]byte("a"), 100_000))
		var long *TooLongError
		if _, err := c.Expand(z, 99_999); !errors.As(err, &long) || long.Limit != 99_999 {
			t.Errorf("%s: one byte over the limit: %v", c, err)
		}
		if _, err := c.Expand(append(bytes.Clone(z), 'x'), 100_000); err == nil || !strings.Contains(err.Error(), "found 1 more bytes") {
			t.Errorf("%s: a byte behind the end: %v", c, err)
		}
		if _, err := c.Expand(z[:len(z)-1], 100_000); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: cut short: %v", c, err)
		}
	}
	z := Gzip.Compress([]byte("Hello"))
	z[len(z)-5] ^= 1
	if _, err := Gzip.Expand(z, 100); err == nil {
		t.Error("a wrong CRC-32 was not noticed")
	}
}

func FuzzExpand(f *testing.F) {
	for i, c := range compressions {
		f.Add(uint8(i), c.Compress([]byte("Hello, Hello")))
	}
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		c := compressions[int(which)%len(compressions)]
		out, err := c.Expand(b, 1000)
		if len(out) > 1000 {
			t.Fatalf("%d bytes, beyond the limit", len(out))
		}
		if err != nil {
			return
		}
		if back, err := c.Expand(c.Compress(out), 1000); err != nil || !bytes.Equal(back, out) {
			t.Fatalf("%s: %q became %q (%v)", c, out, back, err)
		}
	})
}
