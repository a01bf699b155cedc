package capture

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/netip"
	"strconv"
	"time"

	"github.com/packetwalk/packetwalk/trace"
)

// Link types that the laboratory and its reader name; a file may carry any
// other. Source: the LINKTYPE registry, tcpdump.org/linktypes.html.
const (
	LinkEthernet uint16 = 1
	LinkRaw      uint16 = 101 // an IPv4 or IPv6 packet without a frame
	LinkNull     uint16 = 0   // the loopback of BSD and macOS
	LinkLoop     uint16 = 108 // that of OpenBSD
	LinkCooked   uint16 = 113 // Linux, all interfaces at once
	LinkCooked2  uint16 = 276 // the same, second version
)

// Limits on what a file may make us keep. A length field of a file is a claim
// by a stranger: none of them is believed beyond these.
const (
	maxPacket     = 16 << 20 // bytes of one packet
	maxBlock      = maxPacket + 1<<20
	maxInterfaces = 1 << 16
	maxNames      = 1 << 16
	maxSecrets    = 16 << 20 // bytes of key log lines
)

// Name gives an address the name that Wireshark is to show for it.
type Name struct {
	Addr netip.Addr
	Name string
}

// About is what a capture file has said of itself so far.
type About struct {
	Format      string // "pcapng" or "pcap"
	Application string // the program that wrote it, "" if it does not say
	Comments    []string
	// Interfaces are the vantage points in the order of the file.
	Interfaces []*trace.Interface
	Names      []Name
	// Secrets are lines of TLS key material in the NSS key log format.
	Secrets []string
}

// FormatError says where a capture file stops making sense, and how.
type FormatError struct {
	Format string // "pcapng", "pcap"; "capture" when it is neither
	Unit   string // what Number counts: "block" or "record"
	Number int    // from 1; 0 is the header of the file
	Offset int64  // of the bytes that do not fit, from the start of the file
	Want   string
	Got    string
	// Err is io.ErrUnexpectedEOF when the file ends too early.
	Err error
}

func (e *FormatError) Error() string {
	where := "header"
	if e.Number > 0 {
		where = e.Unit + " " + strconv.Itoa(e.Number)
	}
	return fmt.Sprintf("%s: %s, byte %d: expected %s, found %s", e.Format, where, e.Offset, e.Want, e.Got)
}

func (e *FormatError) Unwrap() error { return e.Err }

// source is a file read forward, that knows where it is.
type source struct {
	r      io.Reader
	format string
	unit   string
	number int   // of the block or record being read
	offset int64 // of the next byte
	buf    []byte
}

// fail is the error for bytes at offset that are not as expected.
func (s *source) fail(offset int64, want, got string, args ...any) error {
	return &FormatError{Format: s.format, Unit: s.unit, Number: s.number, Offset: offset,
		Want: want, Got: fmt.Sprintf(got, args...)}
}

// step is how much is read before more memory is believed to be needed.
const step = 64 << 10

// read returns the next n bytes, valid until the next call. Memory grows with
// the bytes that are really there, not with n. io.EOF means that there was not
// one byte left.
func (s *source) read(n int, what string) ([]byte, error) {
	s.buf = s.buf[:0]
	for len(s.buf) < n {
		have := len(s.buf)
		more := min(n-have, step)
		s.buf = append(s.buf, make([]byte, more)...)
		got, err := io.ReadFull(s.r, s.buf[have:])
		s.offset += int64(got)
		if err != nil {
			return nil, s.ended(err, have+got, n, what)
		}
	}
	return s.buf, nil
}

func (s *source) ended(err error, got, n int, what string) error {
	if errors.Is(err, io.EOF) && got == 0 {
		return io.EOF
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s: reading byte %d: %w", s.format, s.offset, err)
	}
	return &FormatError{Format: s.format, Unit: s.unit, Number: s.number, Offset: s.offset,
		Want: fmt.Sprintf("%d bytes of %s", n, what), Got: fmt.Sprintf("the end of the file after %d", got),
		Err: io.ErrUnexpectedEOF}
}

// must is read where the file may not end.
func (s *source) must(n int, what string) ([]byte, error) {
	b, err := s.read(n, what)
	if errors.Is(err, io.EOF) {
		err = s.ended(io.ErrUnexpectedEOF, 0, n, what)
	}
	return b, err
}

// skip passes over n bytes without keeping them.
func (s *source) skip(n int64, what string) error {
	got, err := io.CopyN(io.Discard, s.r, n)
	s.offset += got
	switch {
	case errors.Is(err, io.EOF):
		return s.ended(io.ErrUnexpectedEOF, int(got), int(min(n, math.MaxInt32)), what)
	case err != nil:
		return s.ended(err, int(got), int(n), what)
	}
	return nil
}

// nanoseconds is a packet's time as files store it. A packet without a time
// (pcapng's Simple Packet Block has none) is written with 0.
func nanoseconds(t time.Time) (uint64, error) {
	if t.IsZero() {
		return 0, nil
	}
	s := t.Unix()
	if s < 0 || s >= math.MaxInt64/int64(time.Second) {
		return 0, fmt.Errorf("capture: a packet's time is %s: expected 1970 to 2262, which nanoseconds of a capture file can express", t.Format(time.RFC3339))
	}
	return uint64(t.UnixNano()), nil
}
