package physical

import (
	"fmt"

	"github.com/packetwalk/packetwalk/trace"
)

// corrupt flips bits or swaps words, and says whether the frame changed.
func (d *direction) corrupt(p *Passage, s struck) bool {
	if s.Op == OpSwap {
		return d.swap(p, s)
	}
	return d.flip(p, s)
}

func (d *direction) flip(p *Passage, s struck) bool {
	at, ok := offset(s.At, 1, len(p.Frame.Data))
	if !ok || s.Mask == 0 {
		return d.miss(p, s, "the frame has no such byte")
	}
	data := p.Frame.harm()
	before := data[at]
	data[at] ^= s.Mask
	if d.log.On() {
		d.note(p, Corrupted, s.why, trace.String("where", bitsInWords(s.Mask)+" of byte "+fmt.Sprint(at)),
			trace.Int("byte", at), trace.String("bits", fmt.Sprintf("0x%02x", s.Mask)),
			trace.String("before", fmt.Sprintf("0x%02x", before)), trace.String("after", fmt.Sprintf("0x%02x", data[at])))
	}
	return true
}

// swap exchanges two 16-bit words. The sum that TCP, UDP and IP check is the
// same in any order (RFC 1071 §2), so it stays right if both words lie at even
// offsets from its start; a CRC notices.
func (d *direction) swap(p *Passage, s struck) bool {
	size := len(p.Frame.Data)
	a, okA := offset(s.At, 2, size)
	b, okB := offset(s.To, 2, size)
	switch {
	case !okA || !okB:
		return d.miss(p, s, "the frame has no such word")
	case a-b < 2 && b-a < 2:
		return d.miss(p, s, "the words overlap")
	}
	now := p.Frame.Bytes()
	x, y := [2]byte(now[a:]), [2]byte(now[b:])
	if x == y {
		return d.miss(p, s, "the words are equal")
	}
	data := p.Frame.harm()
	copy(data[a:], y[:])
	copy(data[b:], x[:])
	if d.log.On() {
		d.note(p, Corrupted, s.why, trace.String("where", fmt.Sprintf("the words at bytes %d and %d", a, b)),
			trace.Int("byte", a), trace.String("bits", "0xffff"),
			trace.String("before", fmt.Sprintf("0x%x 0x%x", x, y)), trace.String("after", fmt.Sprintf("0x%x 0x%x", y, x)))
	}
	return true
}

// miss records that a fate found nothing to change.
func (d *direction) miss(p *Passage, s struck, reason string) bool {
	if d.log.On() {
		d.note(p, Missed, s.why, trace.String("fate", s.String()), trace.String("reason", reason))
	}
	return false
}

// offset resolves an offset that may count from the end, and says whether
// width bytes fit there.
func offset(at, width, size int) (int, bool) {
	if at < 0 {
		at += size
	}
	return at, at >= 0 && at+width <= size
}

// bitsInWords names the bits of a mask, counted from the most significant as
// the figures of the RFCs do: "bit 1", "bits 0, 7".
func bitsInWords(mask byte) string {
	text, n := "", 0
	for i := range 8 {
		if mask>>(7-i)&1 == 0 {
			continue
		}
		if n++; n > 1 {
			text += ", "
		}
		text += fmt.Sprint(i)
	}
	if n == 1 {
		return "bit " + text
	}
	return "bits " + text
}
