package sim

import (
	"sync/atomic"
	"time"
)

// Sim is one simulation: a clock, a queue of events ordered by (time,
// insertion), and the programs that live in it. It is not safe for use by
// several goroutines: everything simulated happens one thing at a time, and
// Check refuses who comes from elsewhere.
type Sim struct {
	// Patience is how long, on the wall clock, one program may run without
	// coming back before Run gives up with a *StuckError; 0 means 30 s, and a
	// negative value means for ever.
	Patience time.Duration

	now     Time
	seed    uint64
	until   Time
	queue   eventQueue
	timers  []*Timer
	freeIDs []int32
	live    int // armed timers that keep the run alive

	ready      ring     // programs that go on before the next event
	current    *Program // the one that runs now
	programs   []*Program
	done       int // how many of programs have returned
	foreground int // foreground programs that have not returned
	waiting    []Waiting

	// What other goroutines may look at: see Check and the watchdog.
	running atomic.Pointer[Program] // the last one resumed; nil once it is over
	loop    atomic.Uintptr          // goroutine of the event loop; 0 when it is not running
	turn    atomic.Uint64           // odd while a program runs
	trouble atomic.Pointer[error]   // what ends the run before its time; the first wins
	ended   atomic.Bool
}

// New makes an empty simulation whose randomness is derived from seed.
func New(seed uint64) *Sim { return &Sim{seed: seed, until: Never} }

// Now is the present moment.
func (s *Sim) Now() Time { return s.now }

// Seed is the seed that all randomness of the simulation is derived from.
func (s *Sim) Seed() uint64 { return s.seed }

// Until sets the moment at which Run ends at the latest; Never, the default,
// for no such limit. What is due at that very moment still happens.
func (s *Sim) Until(t Time) { s.until = t }
