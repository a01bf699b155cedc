// Package sim is the ground the laboratory stands on: virtual time, the queue
// of events, programs that block while time passes, and randomness that is the
// same on every machine.
package sim

// Sim is one simulation: a clock, a queue of events ordered by (time,
// insertion), and the programs that live in it. It is not safe for use by
// several goroutines; everything simulated happens one thing at a time.
type Sim struct {
	now     Time
	seed    uint64
	queue   eventQueue
	timers  []*Timer
	freeIDs []int32
	live    int // armed timers that keep the run alive
}

// New makes an empty simulation whose randomness is derived from seed.
func New(seed uint64) *Sim { return &Sim{seed: seed} }

// Now is the present moment.
func (s *Sim) Now() Time { return s.now }

// Seed is the seed that all randomness of the simulation is derived from.
func (s *Sim) Seed() uint64 { return s.seed }
