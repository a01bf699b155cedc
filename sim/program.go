package sim

import (
	"fmt"
	"iter"
	"runtime"
	"runtime/debug"
	"time"
)

// Program is ordinary Go code that lives in simulated time: a coroutine. One
// runs at a time; a call that has to wait parks it, and the event loop goes on.
type Program struct {
	sim  *Sim
	name string
	fn   func()

	// The coroutine: step enters it until it parks, yield parks it, cancel
	// makes a parked call exit.
	step   func() (struct{}, bool)
	yield  func(struct{}) bool
	cancel func()

	next, prev *Program // its neighbours in the one ring that it waits in
	waits      *Cond    // what it is parked on; nil when it sleeps or runs
	timer      Timer    // for Sleep and WaitUntil; made at the first use
	failure    error    // a panic or Goexit

	goroutine  uintptr
	id         int // the runtime's number of that goroutine, to find its stack
	background bool
	parked     bool
	timedOut   bool
	returned   bool // fn came to its end by itself
	done       bool
}

// Go starts a foreground program: the run lasts until it has returned. It
// begins at the present moment, after those that are ready already. Programs
// start programs as they like; a child of a background program is foreground
// all the same. Once the simulation has ended, nothing starts any more.
func (s *Sim) Go(name string, fn func()) *Program { return s.start(name, fn, false) }

// GoBackground starts a program that a run does not wait for: a server that
// accepts for ever, a heartbeat.
func (s *Sim) GoBackground(name string, fn func()) *Program { return s.start(name, fn, true) }

func (s *Sim) start(name string, fn func(), background bool) *Program {
	p := &Program{sim: s, name: name, fn: fn, background: background}
	if s.Check() != nil || s.Ended() {
		p.done = true
		return p
	}
	if !background {
		s.foreground++
	}
	s.programs = append(s.programs, p)
	s.ready.push(p)
	return p
}

// Current is the program that is running; nil in an event and outside a run.
func (s *Sim) Current() *Program { return s.current }

// Name is the name that the program was started with.
func (p *Program) Name() string { return p.name }

// Done says whether the program is over: returned, failed or stopped.
func (p *Program) Done() bool { return p.done }

// Sleep lets d of simulated time pass. A sleep of nothing lets everything
// happen that is due already.
func (s *Sim) Sleep(d time.Duration) {
	p := s.enter("Sleep")
	p.wakeAt(s.now.Add(max(d, 0)))
	p.park()
}

// enter is the program that makes a call that may wait. There is none in an
// event: waiting there would stop time itself. A goroutine from outside the
// simulation never returns from such a call; Run names it.
func (s *Sim) enter(call string) *Program {
	if s.Check() != nil {
		runtime.Goexit()
	}
	if s.current == nil {
		panic(fmt.Sprintf("sim: %s was called where nothing can wait: in an event, or outside a run; start a program with Go", call))
	}
	if s.Ended() {
		runtime.Goexit() // a deferred function of a program that is being stopped
	}
	return s.current
}

// park leaves the program until the loop resumes it. If the simulation ends
// first, the call never returns: deferred functions run, and what they may
// want to wait for does not return either.
func (p *Program) park() {
	p.parked = true
	resumed := p.yield(struct{}{})
	p.parked = false
	if !resumed {
		runtime.Goexit()
	}
}

// wakeAt arms the program's own timer. It is idle: the program itself keeps
// the run alive if it is a foreground one.
func (p *Program) wakeAt(at Time) {
	if p.timer.sim == nil {
		p.sim.initTimer(&p.timer, p.timeUp, true)
	}
	p.timer.Arm(at)
}

func (p *Program) timeUp() {
	if p.waits != nil {
		p.waits.waiters.remove(p)
		p.waits = nil
		p.timedOut = true
	}
	p.sim.ready.push(p)
}

// resume runs a program until it parks or is over. Only the loop calls it.
func (s *Sim) resume(p *Program) {
	s.current = p
	s.turn.Add(1)
	if p.step == nil {
		// Made here, not in Go: a coroutine is bound to an operating system
		// thread if the goroutine that makes it is, and a caller from C is.
		p.step, p.cancel = iter.Pull(p.coroutine)
	} else {
		s.running.Store(p)
	}
	_, parked := p.step()
	s.turn.Add(1)
	s.current = nil
	if !parked {
		s.finish(p)
	}
}

// coroutine is the program's whole life.
func (p *Program) coroutine(yield func(struct{}) bool) {
	p.yield = yield
	p.goroutine, p.id = goroutine(), goroutineID()
	p.sim.running.Store(p)
	defer p.over()
	p.fn()
	p.returned = true
}

// over tells the ways to end apart: by itself, with a panic, or with
// runtime.Goexit, which is what t.Fatal does and also what a stopped program
// does.
func (p *Program) over() {
	if v := recover(); v != nil {
		p.failure = &PanicError{Program: p.name, At: p.sim.now, Value: v, Stack: debug.Stack()}
	} else if !p.returned && !p.sim.Ended() {
		p.failure = &GoexitError{Program: p.name, At: p.sim.now}
	}
}

// finish takes a program that is over out of the simulation.
func (s *Sim) finish(p *Program) {
	s.running.Store(nil)
	p.done = true
	p.fn, p.step, p.yield, p.cancel = nil, nil, nil, nil
	p.timer.Release()
	if p.failure != nil {
		s.fail(p.failure)
	}
	if !p.background {
		s.foreground--
	}
	if s.done++; !s.Ended() && s.done > 64 && s.done > len(s.programs)/2 {
		s.sweep()
	}
}

// sweep forgets the programs that are over, so that a server of short-lived
// programs does not grow for ever.
func (s *Sim) sweep() {
	left := s.programs[:0]
	for _, p := range s.programs {
		if !p.done {
			left = append(left, p)
		}
	}
	clear(s.programs[len(left):])
	s.programs, s.done = left, 0
}
