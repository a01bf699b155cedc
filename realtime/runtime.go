package realtime

import (
	"crypto/rand"
	"io"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// New is the real world for a driver: goroutines, the wall clock, crypto/rand.
func New() sim.Runtime { return runtime{} }

type runtime struct{}

func (runtime) Now() time.Time { return time.Now() }

func (runtime) AfterFunc(d time.Duration, fn func()) (stop func() bool) {
	return time.AfterFunc(d, fn).Stop
}

// Go runs fn on a goroutine. The name serves only the simulation.
func (runtime) Go(_ string, fn func()) { go fn() }

func (runtime) NewMonitor(string) sim.Monitor { return new(monitor) }

func (runtime) Rand() io.Reader { return rand.Reader }
