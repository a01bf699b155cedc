package sim

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// ErrEnded is the answer of Run and Advance once the simulation has ended.
var ErrEnded = errors.New("sim: the simulation has ended")

var errRunning = errors.New("sim: Run or Advance was called while the simulation runs")

// Run lets time pass until all foreground programs have returned and no live
// timer is armed (the wires are quiet), or until the moment set with Until.
// Then the simulation has ended: programs that are left are stopped in the
// order they were started, their deferred functions run, and sockets refuse.
//
// The error is nil, a *DeadlockError, a *TimeLimitError, or what broke off the
// run: a *PanicError, a *GoexitError, a *ForeignGoroutineError, a *StuckError.
func (s *Sim) Run() error {
	switch {
	case s.Ended():
		return ErrEnded
	case s.loop.Load() != 0:
		return errRunning
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
	case s.Ended():
		return ErrEnded
	case s.loop.Load() != 0:
		return errRunning
	case to == Never:
		return errors.New("sim: Advance to never: the clock must be set to a moment")
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
	atWork := true
	defer func() {
		if atWork {
			s.brokenOff(recover())
		}
	}()
	for s.trouble.Load() == nil {
		if !s.ready.empty() {
			s.resume(s.ready.pop())
			continue
		}
		if untilQuiet && s.foreground == 0 && s.live == 0 {
			break
		}
		if len(s.queue.heap) == 0 || s.queue.heap[0].at > to {
			break
		}
		if t := s.due(s.queue.pop()); t != nil {
			s.fire(t)
		}
	}
	atWork = false
}

// brokenOff says why the loop ended in the middle of its work: a panic or
// Goexit in an event, or the Goexit of a program coming through.
func (s *Sim) brokenOff(panicked any) {
	switch p := s.current; {
	case panicked != nil:
		s.fail(&PanicError{At: s.now, Value: panicked, Stack: debug.Stack()})
	case p != nil:
		s.turn.Add(1)
		s.current = nil
		s.finish(p)
	default:
		s.fail(&GoexitError{At: s.now})
	}
}
