package presentation

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
)

// Compression is a way to write bytes in fewer bytes. All three carry the same
// compressed data, DEFLATE (RFC 1951); they differ in what they put around it.
type Compression uint8

// The compressions, by their names in HTTP (RFC 9110 §8.4.1).
const (
	// Gzip: a header of 10 bytes, at the end a CRC-32 and the length (RFC 1952).
	Gzip Compression = iota
	// Deflate: a header of 2 bytes, at the end an Adler-32 (RFC 1950, zlib).
	// HTTP calls this "deflate", which many took for the bare data.
	Deflate
	// Bare DEFLATE data, with nothing around it.
	Bare
)

func (c Compression) String() string {
	return [...]string{"gzip", "deflate", "bare DEFLATE"}[c]
}

// Compress writes p in (one hopes) fewer bytes. Equal input gives equal bytes
// in every run: the header has no time, no name, and an unknown system.
func (c Compression) Compress(p []byte) []byte {
	var out bytes.Buffer
	var w io.WriteCloser
	switch c {
	case Gzip:
		w = gzip.NewWriter(&out)
	case Deflate:
		w = zlib.NewWriter(&out)
	default:
		w, _ = flate.NewWriter(&out, flate.DefaultCompression) // fails for an unknown level only
	}
	// Neither can fail: a bytes.Buffer takes everything.
	_, _ = w.Write(p)
	_ = w.Close()
	return out.Bytes()
}

// TooLongError refuses to expand a few bytes into very many.
type TooLongError struct{ Limit int }

func (e *TooLongError) Error() string {
	return fmt.Sprintf("presentation: expands to more than %d bytes, the limit here", e.Limit)
}

// Expand is the inverse of Compress. It stops with a *TooLongError at more
// than limit bytes, and refuses bytes behind the end of the compressed data.
func (c Compression) Expand(p []byte, limit int) ([]byte, error) {
	in := bytes.NewReader(p)
	r, err := c.reader(in)
	if err != nil {
		return nil, fmt.Errorf("presentation: %s: %w", c, err)
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	switch {
	case len(out) > limit:
		return nil, &TooLongError{limit}
	case err != nil:
		return nil, fmt.Errorf("presentation: %s: after %d bytes: %w", c, len(out), err)
	case in.Len() > 0:
		return nil, fmt.Errorf("presentation: %s: expected the end, found %d more bytes", c, in.Len())
	}
	return out, nil
}

func (c Compression) reader(in *bytes.Reader) (io.Reader, error) {
	switch c {
	case Gzip:
		r, err := gzip.NewReader(in)
		if err == nil {
			r.Multistream(false)
		}
		return r, err
	case Deflate:
		return zlib.NewReader(in)
	}
	return flate.NewReader(in), nil
}
