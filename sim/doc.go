// Package sim is the ground that the laboratory stands on. It answers the
// question: how can ordinary Go code that blocks, conn.Read, wait for an answer
// that takes 80 ms, in a simulation that takes no time at all and comes out the
// same in every run?
//
// There is no time but that of events. The loop takes the earliest event from
// the queue, sets the clock to it, and lets it happen; what happens arms
// timers, and these are the next events. Between two events no time passes,
// and nothing waits for the wall clock:
//
//	       arm(at)                       programs: coroutines
//	   +-------------+                  +---------------------+
//	   v             |                  | conn.Read  ... parks|
//	+--------------+ |   Signal         +---------------------+
//	| event queue  | |  +----------> ready --- resume ---> runs
//	| (time, order)| |  |               ^                    |
//	+--------------+ |  |               +----- Sleep, Wait --+
//	   | earliest    |  |                    back to the loop
//	   v             |  |
//	 clock = at;  timer's function (an event: it never waits)
//
// A program that has to wait parks: its coroutine stops in the middle of the
// call, and the loop goes on. Something happens, a segment arrives, and an
// event signals the condition on which the program waits; then it goes on where
// it was, before the next event. One program runs at a time and is never
// interrupted between two calls that wait, so programs share data without
// locks, and the order of everything is decided by (time, order of arming)
// alone. That, and randomness from named streams (Stream) instead of a common
// one, is why the same seed gives the same run on every machine.
//
// # What a program may not do
//
// It must not wait for what is not simulated: a channel, a sync.Mutex, a
// time.Sleep would freeze the one goroutine on which all time depends. Sleep,
// Cond and Queue are what it waits with; the watchdog names the line of one
// that did otherwise (StuckError). It must not call from a goroutine of its own
// or from an iterator's coroutine (ForeignGoroutineError): it starts programs
// with Go. An event must not wait at all: that panics.
//
// # How a run ends
//
// Run returns when all foreground programs have returned and no live timer is
// armed: the wires are quiet. Background programs, which accept for ever, and
// idle timers, which are only deadlines, do not hold it. A foreground program
// that waits for what can never come is a DeadlockError that names who waits
// for what; at the moment set with Until it is a TimeLimitError.
//
// Then Ended holds and the programs that are left are stopped in the order they
// were started. The call in which one is parked never returns: it is left with
// runtime.Goexit, so that there is no error to handle and deferred functions
// run. A deferred function that would wait is left at that point too, and the
// next deferred function runs.
//
// # Reading order
//
//	time.go       moments and durations; the calendar of a simulation
//	events.go     the queue: a heap of (time, order)
//	timer.go      timers that are moved by storing a time
//	sim.go        the simulation and its parts
//	run.go        Run, Advance, the loop
//	end.go        how a run ends, and the stopping of programs
//	program.go    programs: how a coroutine is resumed and parked
//	ring.go       the lines in which programs wait
//	cond.go       waiting for a change
//	queue.go      values from hand to hand
//	waiting.go    who waits for what: deadlock, time limit
//	failure.go    what else may break off a run
//	foreign.go    goroutines from elsewhere (goroutine.go: how they are told apart)
//	watchdog.go   programs that do not come back: the one look at the wall clock
//	stream.go     randomness
//	runtime.go    what a driver needs, in a simulation or on a real network
//	simulated.go  the first of these two
//
// What is left out: parallelism. A simulation uses one processor, whatever the
// number of its programs; independent simulations run side by side.
package sim
