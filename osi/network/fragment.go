package network

import (
	"errors"
	"fmt"
	"iter"
)

// ErrMTU is a link whose MTU carries no fragment at all. RFC 791 §3.2: every
// link must carry 68 bytes, the longest header and 8 bytes of payload.
var ErrMTU = errors.New("network: MTU too small")

// FragmentationNeededError is a packet that is too long for the next link and
// must not be cut. ICMP tells its source the MTU (RFC 1191 §4).
type FragmentationNeededError struct {
	Size, MTU int // in bytes
}

func (e *FragmentationNeededError) Error() string {
	return fmt.Sprintf("network: packet of %d bytes does not fit (expected at most %d) and must not be fragmented", e.Size, e.MTU)
}

// FragmentIPv4 cuts a packet for a link that carries mtu bytes. What it gives
// are headers, TotalLen set, and the part of payload that belongs to each; no
// payload is copied. A packet that fits comes out whole. A fragment can be cut
// again.
//
//	                 MTU 1500, payload 4008
//	+------+----------------------------------------------------+
//	|header|                       4008                         |
//	+------+----------------------------------------------------+
//	+------+-----------------+  offset 0     MF
//	|header|      1480       |
//	+------+-----------------+
//	       +------+-----------------+  offset 1480  MF
//	       |header|      1480       |
//	       +------+-----------------+
//	                         +------+------------+  offset 2960
//	                         |header|    1048    |
//	                         +------+------------+
//
// RFC 791 §3.2, "An Example Fragmentation Procedure". The error is a
// *FragmentationNeededError when the packet must not be cut, ErrMTU when the
// link is too narrow for any fragment, ErrTotalLength when the packet is longer
// than a packet can be.
func FragmentIPv4(h IPv4Header, payload []byte, mtu int) (iter.Seq2[IPv4Header, []byte], error) {
	size := h.Len() + len(payload)
	if end := size + h.FragmentOffset; end > IPv4MaxLen {
		return nil, fmt.Errorf("%w: %d bytes (expected at most %d)", ErrTotalLength, end, IPv4MaxLen)
	}
	if size <= mtu {
		return func(yield func(IPv4Header, []byte) bool) {
			whole := h
			whole.TotalLen = size
			yield(whole, payload)
		}, nil
	}
	if h.DF {
		return nil, &FragmentationNeededError{Size: size, MTU: mtu}
	}
	if mtu < h.Len()+8 {
		return nil, fmt.Errorf("%w: %d bytes (expected at least %d, the header and 8)", ErrMTU, mtu, h.Len()+8)
	}
	return func(yield func(IPv4Header, []byte) bool) { cut(h, payload, mtu, yield) }, nil
}

func cut(h IPv4Header, payload []byte, mtu int, yield func(IPv4Header, []byte) bool) {
	copied := copiedOptions(h.Options)
	for at := 0; at < len(payload); {
		f := h
		f.FragmentOffset = h.FragmentOffset + at
		if at > 0 {
			f.Options = copied
		}
		// Every fragment but the last is a multiple of 8 bytes long: offsets
		// are counted in such blocks.
		n := (mtu - f.Len()) &^ 7
		if rest := len(payload) - at; rest <= mtu-f.Len() {
			n = rest
		} else {
			f.MF = true
		}
		f.TotalLen = f.Len() + n
		if !yield(f, payload[at:at+n]) {
			return
		}
		at += n
	}
}

// copiedOptions are the options that every fragment carries; the others stand
// in the first one only. RFC 791 §3.1: the highest bit of an option's type says
// which kind it is; types 0 and 1 are a single byte.
func copiedOptions(options []byte) []byte {
	var copied []byte
	for len(options) > 0 && options[0] != 0 {
		n := 1
		if options[0] != 1 {
			if len(options) < 2 || options[1] < 2 || int(options[1]) > len(options) {
				break // damaged: what cannot be read is not copied
			}
			n = int(options[1])
		}
		if options[0]&0x80 != 0 {
			copied = append(copied, options[:n]...)
		}
		options = options[n:]
	}
	return copied
}
