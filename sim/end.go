package sim

import "errors"

// errClosed ends a run that Close was called in.
var errClosed = errors.New("sim: closed")

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
	if late := s.trouble.Swap(nil); late != nil && err == nil {
		err = *late
	}
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
	if after := s.trouble.Load(); after != nil && (err == nil || errors.Is(err, errClosed)) {
		return *after
	}
	if errors.Is(err, errClosed) {
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
