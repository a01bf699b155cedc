package sim

import (
	"hash/fnv"
	"math/bits"
	"math/rand/v2"
)

// Stream is a source of randomness that belongs to one named thing: one
// direction of one link, the initial sequence numbers of one host. Because
// each has its own, what one of them draws never shifts the draws of another.
type Stream struct{ pcg *rand.PCG }

// NewStream derives the stream of a name from a seed. Equal seed and name give
// equal draws on every machine.
func NewStream(seed uint64, name string) *Stream {
	h := fnv.New64a()
	h.Write([]byte(name)) // never fails: hash.Hash
	return &Stream{pcg: rand.NewPCG(seed, h.Sum64())}
}

// Stream is the simulation's stream of that name. Ask once and keep it: a
// second call begins the stream anew.
func (s *Sim) Stream(name string) *Stream { return NewStream(s.seed, name) }

// Uint64 draws 64 random bits.
func (r *Stream) Uint64() uint64 { return r.pcg.Uint64() }

// Below draws a number from 0 to n-1 with exactly one draw, so that the number
// of draws never depends on what was drawn. n must not be 0. (Multiplying
// instead of rejecting leaves a bias of at most n/2^64, which no run notices.)
func (r *Stream) Below(n uint64) uint64 {
	hi, _ := bits.Mul64(r.pcg.Uint64(), n)
	return hi
}

// Read fills p with random bytes; it never fails.
func (r *Stream) Read(p []byte) (int, error) {
	for i := 0; i < len(p); {
		v := r.pcg.Uint64()
		for j := 0; j < 8 && i < len(p); j++ {
			p[i] = byte(v >> (8 * j))
			i++
		}
	}
	return len(p), nil
}

// Probability is a chance in millionths: integers, so that the same chance is
// the same decision on every machine.
type Probability uint32

// Certain is the probability of what always happens.
const Certain Probability = 1_000_000

// Chance says yes with probability p. It always makes exactly one draw.
func (r *Stream) Chance(p Probability) bool { return r.Below(uint64(Certain)) < uint64(p) }
