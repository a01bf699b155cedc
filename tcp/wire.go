package tcp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"github.com/packetwalk/packetwalk/osi/checksum"
)

// Protocol is TCP's number in the IP header.
const Protocol = 6

const (
	headerLen       = 20
	timestampsLen   = 12         // with two NOPs in front (RFC 7323, appendix A)
	timestampsWords = 0x0101080a // NOP, NOP, kind 8, length 10
)

// Kinds of options (IANA, TCP Parameters).
const (
	optEnd, optNOP, optMSS, optWScale, optSACKPermitted, optSACK, optTimestamps = 0, 1, 2, 3, 4, 5, 8
)

// What Parse finds wrong. They are wrapped with what was expected and what
// came.
var (
	ErrTruncated  = errors.New("tcp: segment is truncated")
	ErrDataOffset = errors.New("tcp: impossible data offset")
	ErrOption     = errors.New("tcp: impossible option length")
	ErrChecksum   = errors.New("tcp: checksum is wrong")
)

// HeaderLen is the number of bytes of the header with its options, a multiple
// of four.
func (s *Segment) HeaderLen() int {
	o := &s.Options
	n := headerLen
	if s.Flags&SYN != 0 {
		n += synOptionsLen(o)
	} else if o.HasTimestamps {
		n += timestampsLen
	}
	return n + sackLen(int(o.NSACK))
}

// sackLen is the length of a SACK option of n blocks, with two NOPs in front.
func sackLen(n int) int {
	if n == 0 {
		return 0
	}
	return 4 + 8*n
}

func synOptionsLen(o *Options) int {
	n := 0
	if o.MSS != 0 {
		n += 4
	}
	if o.SACKPermitted {
		n += 4 // two NOPs, or in front of the timestamps
	}
	if o.HasTimestamps {
		n += timestampsLen
		if o.SACKPermitted {
			n -= 4 // SACK-permitted takes the place of the NOPs
		}
	}
	if o.HasWScale {
		n += 4
	}
	return n
}

// Put writes the header and its checksum to the front of b, which is as long
// as the whole segment and already holds the text behind the header.
func (s *Segment) Put(b []byte, src, dst netip.Addr) {
	be := binary.BigEndian
	h := s.HeaderLen()
	_ = b[h-1]
	be.PutUint16(b[0:], s.SrcPort)
	be.PutUint16(b[2:], s.DstPort)
	be.PutUint32(b[4:], uint32(s.SEQ))
	be.PutUint32(b[8:], uint32(s.ACK))
	be.PutUint16(b[12:], uint16(h/4)<<12|uint16(s.Flags))
	be.PutUint16(b[14:], s.WND)
	be.PutUint32(b[16:], uint32(s.URG)) // the checksum counts as zero
	o := b[headerLen:h]
	if s.Flags&SYN != 0 {
		o = s.Options.putSYN(o)
	} else if s.Options.HasTimestamps {
		be.PutUint32(o, timestampsWords)
		o = s.Options.putTimestamps(o[4:])
	}
	s.Options.putSACK(o)
	sum := checksum.PseudoHeader(src, dst, Protocol, len(b))
	be.PutUint16(b[16:], checksum.Finish(checksum.Sum(b, sum)))
}

func (o *Options) putTimestamps(b []byte) []byte {
	binary.BigEndian.PutUint32(b, o.TSval)
	binary.BigEndian.PutUint32(b[4:], o.TSecr)
	return b[8:]
}

// putSYN writes the options that only a SYN carries, and its timestamps, in the
// order that Linux uses: captures then look familiar.
func (o *Options) putSYN(b []byte) []byte {
	be := binary.BigEndian
	if o.MSS != 0 {
		be.PutUint32(b, optMSS<<24|4<<16|uint32(o.MSS))
		b = b[4:]
	}
	switch {
	case o.SACKPermitted && o.HasTimestamps:
		be.PutUint32(b, optSACKPermitted<<24|2<<16|optTimestamps<<8|10)
		b = o.putTimestamps(b[4:])
	case o.SACKPermitted:
		be.PutUint32(b, optNOP<<24|optNOP<<16|optSACKPermitted<<8|2)
		b = b[4:]
	case o.HasTimestamps:
		be.PutUint32(b, timestampsWords)
		b = o.putTimestamps(b[4:])
	}
	if o.HasWScale {
		be.PutUint32(b, optNOP<<24|optWScale<<16|3<<8|uint32(o.WScale))
		b = b[4:]
	}
	return b
}

func (o *Options) putSACK(b []byte) {
	if o.NSACK == 0 {
		return
	}
	be := binary.BigEndian
	be.PutUint32(b, optNOP<<24|optNOP<<16|optSACK<<8|uint32(2+8*int(o.NSACK)))
	for i, k := range o.SACK[:o.NSACK] {
		be.PutUint32(b[4+8*i:], uint32(k.Start))
		be.PutUint32(b[8+8*i:], uint32(k.End))
	}
}

// Parse reads the segment that b holds from first to last byte, checks its
// lengths and its checksum, and fills s. Data then aliases b. Options that are
// not known are skipped.
func Parse(b []byte, src, dst netip.Addr, s *Segment) error {
	if len(b) < headerLen {
		return fmt.Errorf("%w: %d bytes came, a header has at least %d", ErrTruncated, len(b), headerLen)
	}
	be := binary.BigEndian
	off := int(b[12]>>4) * 4
	if off < headerLen || off > len(b) {
		return fmt.Errorf("%w: header of %d bytes in a segment of %d", ErrDataOffset, off, len(b))
	}
	sum := checksum.PseudoHeader(src, dst, Protocol, len(b))
	if checksum.Finish(checksum.Sum(b, sum)) != 0 {
		return checksumError(b, sum)
	}
	s.SrcPort, s.DstPort = be.Uint16(b[0:]), be.Uint16(b[2:])
	s.SEQ, s.ACK = Seq(be.Uint32(b[4:])), Seq(be.Uint32(b[8:]))
	s.Flags, s.WND, s.URG = Flags(b[13]), be.Uint16(b[14:]), be.Uint16(b[18:])
	s.Cause, s.text, s.ECT, s.CE = CauseNone, 0, false, false // the IP header says the last
	s.Data = b[off:]
	s.Options = Options{}
	return s.Options.parse(b[headerLen:off])
}

func checksumError(b []byte, sum uint32) error {
	came := binary.BigEndian.Uint16(b[16:])
	// Taking the field out of the sum again is adding its complement (RFC 1624).
	want := checksum.Finish(checksum.Sum(b, sum) + uint32(^came))
	return fmt.Errorf("%w: %#04x came, should be %#04x", ErrChecksum, came, want)
}

func (o *Options) parse(b []byte) error {
	be := binary.BigEndian
	if len(b) == timestampsLen && be.Uint32(b) == timestampsWords { // nearly all segments
		o.HasTimestamps, o.TSval, o.TSecr = true, be.Uint32(b[4:]), be.Uint32(b[8:])
		return nil
	}
	for len(b) > 0 {
		switch b[0] {
		case optEnd:
			return nil
		case optNOP:
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			// RFC 9293 §3.1, MUST-7: an illegal option length must not crash.
			return fmt.Errorf("%w: option %d, %d bytes before the header's end", ErrOption, b[0], len(b))
		}
		o.take(b[0], b[2:b[1]])
		b = b[b[1]:]
	}
	return nil
}

// take stores an option whose length is the right one for its kind.
func (o *Options) take(kind byte, v []byte) {
	be := binary.BigEndian
	switch {
	case kind == optMSS && len(v) == 2:
		o.MSS = be.Uint16(v)
	case kind == optWScale && len(v) == 1:
		o.WScale, o.HasWScale = v[0], true
	case kind == optSACKPermitted && len(v) == 0:
		o.SACKPermitted = true
	case kind == optTimestamps && len(v) == 8:
		o.HasTimestamps, o.TSval, o.TSecr = true, be.Uint32(v), be.Uint32(v[4:])
	case kind == optSACK && len(v)%8 == 0 && len(v) <= 32:
		o.NSACK = uint8(len(v) / 8)
		for i := range o.SACK[:o.NSACK] {
			o.SACK[i] = Block{Seq(be.Uint32(v[8*i:])), Seq(be.Uint32(v[8*i+4:]))}
		}
	}
}
