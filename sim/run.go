package sim

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// ErrEnded is the answer of Run and Advance once the simulation has ended.
var ErrEnded = errors.New("sim: the simulation has ended")

var errRunning = errors.New("sim: Run or Advance was called while the simulation runs")

// errClosed ends a run that Close was called in.
var errClosed = errors.New("sim: closed")

// Run lets time pass until all foreground programs have returned and no live
// timer is armed (the wires are quiet), or until the moment set with Until.
// Then the simulation has ended: programs that are left are stopped in the
// order they were started, their deferred functions run, and sockets refuse.
//
// The error is nil, a *DeadlockError, a *TimeLimitError, or what broke off the
// run: a *PanicError, a *GoexitError, a *ForeignGoroutineError, a *StuckError.
func (s *Sim) Run() error {
	switch {
	case s.loop.Load() != 0:
		return errRunning
	case s.Ended():
		return ErrEnded
	}
	err := s.advance(s.until, true)
	if err == nil {
		err = s.verdict()
	}
	return s.end(err)
}

// Advance lets happen all that is due up to the moment to, programs included,
// and sets the clock to it: a simulation stepped by an outside clock. It can
// be called again and again; Close ends the simulation, and so does an error,
// which is one of those that break off Run. The limit set with Until is Run's
// alone.
func (s *Sim) Advance(to Time) error {
	switch {
	case s.loop.Load() != 0:
		return errRunning
	case s.Ended():
		return ErrEnded
	case to < s.now:
		return fmt.Errorf("sim: Advance to %s, but it is %s already: time only goes forward", to, s.now)
	case s.Next() > to:
		s.now = to // nothing to do
		return nil
	}
	if err := s.advance(to, false); err != nil {
		return s.end(err)
	}
	s.now = to
	s.loop.Store(0)
	return nil
}

// Close ends the simulation: programs that are left are stopped. In a program
// or an event it ends the run as soon as that returns or waits.
func (s *Sim) Close() error {
	if s.loop.Load() != 0 {
		s.fail(errClosed)
		return nil
	}
	if s.Ended() {
		return nil
	}
	return s.end(nil)
}

// Ended says whether the simulation is over: what is simulated then refuses
// every call.
func (s *Sim) Ended() bool { return s.ended.Load() }

// advance runs the loop on a goroutine of its own, because a Goexit inside a
// program (t.Fatal) ends the goroutine that resumed it as well.
func (s *Sim) advance(to Time, untilQuiet bool) error {
	if err := s.watched(func() { s.spin(to, untilQuiet) }); err != nil {
		return err
	}
	if err := s.trouble.Load(); err != nil {
		return *err
	}
	return nil
}

// spin is the event loop: programs that are ready, then the next event.
func (s *Sim) spin(to Time, untilQuiet bool) {
	defer s.brokenOff()
	for s.trouble.Load() == nil {
		if p := s.ready.pop(); p != nil {
			s.resume(p)
			continue
		}
		if untilQuiet && s.foreground == 0 && s.live == 0 {
			return
		}
		if len(s.queue.heap) == 0 || s.queue.heap[0].at > to {
			return
		}
		if t := s.due(s.queue.pop()); t != nil {
			s.inEvent = true
			s.fire(t)
			s.inEvent = false
		}
	}
}

// brokenOff says why the loop ends, if it does not end by itself: a panic or
// Goexit in an event, or the Goexit of a program coming through.
func (s *Sim) brokenOff() {
	v := recover()
	switch p := s.current; {
	case v != nil:
		s.fail(&PanicError{At: s.now, Value: v, Stack: debug.Stack()})
	case p != nil:
		s.turn.Add(1)
		s.current = nil
		s.finish(p)
	case s.inEvent:
		s.fail(&GoexitError{At: s.now})
	}
	s.inEvent = false
}

// verdict judges a run that nothing broke off.
func (s *Sim) verdict() error {
	if s.foreground == 0 && s.live == 0 {
		return nil
	}
	if s.Next() != Never {
		s.now = max(s.now, s.until)
		if s.foreground > 0 {
			return &TimeLimitError{Limit: s.until, Waiting: s.Waiting()}
		}
		return nil
	}
	return &DeadlockError{At: s.now, Waiting: s.Waiting()}
}

// fail breaks off the run; the first reason counts. Any goroutine may call it.
func (s *Sim) fail(err error) { s.trouble.CompareAndSwap(nil, &err) }

// end stops the programs that are left, each from a goroutine of its own,
// since the Goexit of the program ends that too. err is why the simulation
// ends; if it is well, what goes wrong while stopping is the answer.
func (s *Sim) end(err error) error {
	var stuck *StuckError
	if errors.As(err, &stuck) {
		s.ended.Store(true)
		return err // its goroutine still has the simulation: nothing else may touch it
	}
	s.waiting = s.Waiting()
	s.ended.Store(true)
	s.trouble.Store(nil)
	for _, p := range s.programs {
		if p.done {
			continue
		}
		if stuck := s.watched(func() { s.stop(p) }); stuck != nil {
			s.fail(stuck)
			break
		}
	}
	s.programs = nil
	s.loop.Store(0)
	if after := s.trouble.Load(); after != nil && (err == nil || err == errClosed) {
		return *after
	}
	if err == errClosed {
		return nil
	}
	return err
}

// stop makes the parked call of a program exit.
func (s *Sim) stop(p *Program) {
	switch {
	case p.waits != nil:
		p.waits.waiters.remove(p)
		p.waits = nil
	case p.next != nil:
		s.ready.remove(p)
	}
	defer s.finish(p)
	if p.step == nil {
		return // it never began
	}
	s.current = p
	s.running.Store(p)
	s.turn.Add(1)
	defer func() {
		s.turn.Add(1)
		s.current = nil
	}()
	p.cancel()
}
