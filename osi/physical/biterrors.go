package physical

import (
	"fmt"
	"math/bits"
)

// BitErrors flips each bit of a frame with a probability of 1 in OneIn, each
// on its own: a bit error rate of 10^-6 is OneIn 1,000,000. Preamble and gap
// carry nothing that could be damaged. OneIn 0 flips nothing.
type BitErrors struct{ OneIn uint64 }

// Name is "bit errors".
func (BitErrors) Name() string { return "bit errors" }

func (b BitErrors) String() string { return fmt.Sprintf("bit error rate of 1 in %d", b.OneIn) }

// New prepares the powers.
func (b BitErrors) New() Striker {
	s := &bitErrors{off: b.OneIn == 0}
	if s.off {
		return s
	}
	// The share of bits that stay, (OneIn-1)/OneIn, as a fraction of 2^64.
	stay, _ := bits.Div64(b.OneIn-1, 0, b.OneIn)
	for i := range s.stay {
		s.stay[i] = stay
		stay, _ = bits.Mul64(stay, stay)
	}
	return s
}

// bitErrors draws how many bits stay until the next one flips. The chance that
// at least g stay is q^g, so with a uniform u it is the largest g for which
// q^g is above u: found by halving, with powers of q as fractions of 2^64.
// Integers only, and the work is per error, not per bit.
type bitErrors struct {
	off  bool
	stay [24]uint64 // q^(2^i)
}

// Strike flips the bits of the frame that are due.
func (b *bitErrors) Strike(p *Passage) {
	if b.off {
		return
	}
	size := uint64(len(p.Frame.Data)) * 8
	for at := b.gap(p.Uint64()); at < size; at += 1 + b.gap(p.Uint64()) {
		p.Suffer(Fate{Op: OpFlip, At: int(at / 8), Mask: 0x80 >> (at % 8)})
	}
}

func (b *bitErrors) gap(u uint64) uint64 {
	var g uint64
	left := ^uint64(0)
	for i := len(b.stay) - 1; i >= 0; i-- {
		if next, _ := bits.Mul64(left, b.stay[i]); next > u {
			left = next
			g += 1 << i
		}
	}
	return g
}
