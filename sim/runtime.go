package sim

import (
	"io"
	"time"
)

// Runtime is what a driver needs besides its connection: time, helpers that
// run beside it, a lock to share state with them, and randomness. A driver
// (the blocking shell round a protocol's machine) that is written against it
// runs in a simulation and on a real network alike: Sim.Runtime gives it
// coroutines and simulated time, package realtime goroutines and the wall
// clock.
//
// A driver must not use the go statement, channels, package sync or package
// time's timers and clocks: each of them would freeze a simulation.
type Runtime interface {
	// Now is the present moment.
	Now() time.Time

	// AfterFunc calls fn once when d has passed. fn runs beside the driver's
	// other functions, so it takes a Monitor for what it shares with them. It
	// should be short: it may take a Monitor, but whatever waits for long
	// belongs into Go. Such a call does not keep a simulated run alive. stop
	// prevents the call and says whether it did: false means that fn has
	// begun, or that stop was called before.
	AfterFunc(d time.Duration, fn func()) (stop func() bool)

	// Go runs fn beside the driver: a writer, a heartbeat. A simulated run
	// does not wait for it to return. When the simulation ends, a call in
	// which fn waits does not return.
	Go(name string, fn func())

	// NewMonitor makes a lock with one condition. The name says what is
	// waited for, for a report of who waits for what.
	NewMonitor(name string) Monitor

	// Rand is a source of randomness for keys, masks and names. In a simulation
	// it is a stream of its own, the same in every run; outside it cannot be
	// predicted. Read at least two bytes at a time: see Sim.Runtime.
	Rand() io.Reader
}

// Monitor is a lock with one condition: Wait and WaitUntil give the lock back
// while they wait, and have it again when they return. As always with
// conditions, who is woken looks again whether what it waits for is so. It may
// be held while a call on a connection waits.
type Monitor interface {
	Lock()
	Unlock()
	// Wait parks the caller, who holds the lock, until it is woken.
	Wait()
	// WaitUntil does so until t at the latest: then it returns false.
	WaitUntil(t time.Time) bool
	// Signal wakes the one that has waited longest.
	Signal()
	// Broadcast wakes all that wait.
	Broadcast()
}
