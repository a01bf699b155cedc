package capture

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
)

// Reader reads a capture file forward, packet by packet, in bounded memory.
type Reader interface {
	// Next is the next packet, which belongs to the caller; io.EOF after the
	// last one. A file that ends early or makes no sense gives a *FormatError.
	Next() (*Packet, error)
	// About is what the file has said of itself so far. It grows with Next.
	About() *About
}

// NewReader recognises pcapng and classic pcap by their first bytes, in
// either byte order, also when the file is compressed with gzip (offsets in
// errors then count unpacked bytes).
func NewReader(r io.Reader) (Reader, error) { return newReader(r, true) }

func newReader(r io.Reader, unzip bool) (Reader, error) {
	in := bufio.NewReaderSize(r, step)
	head, err := in.Peek(4)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("capture: reading the first bytes: %w", err)
	}
	src := source{r: in, format: "capture"}
	if unzip && len(head) >= 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("capture: unpacking gzip: %w", err)
		}
		return newReader(z, false)
	}
	const want = "a pcapng or pcap file (0a0d0d0a, d4c3b2a1, 4d3cb2a1 at its start)"
	if len(head) < 4 {
		return nil, &FormatError{Format: "capture", Want: want, Got: fmt.Sprintf("a file of %d bytes", len(head)), Err: io.ErrUnexpectedEOF}
	}
	for _, magic := range []uint32{binary.LittleEndian.Uint32(head), binary.BigEndian.Uint32(head)} {
		switch magic {
		case blockSection:
			return newPcapngReader(src), nil
		case magicMicro, magicNano, magicModified:
			return newPcapReader(src)
		}
	}
	return nil, src.fail(0, want, "%x", head)
}
