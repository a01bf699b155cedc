package sim

// Timer calls a function once at a moment that can be moved at will. It is
// made once and re-armed without allocating: arming it later than its event
// already in the queue only stores the time, and the event, when it comes up
// too early, queues itself again. A protocol machine that pushes its deadline
// back with every packet therefore costs the queue almost nothing.
type Timer struct {
	sim    *Sim
	fn     func()
	at     Time // when to fire; Never when off
	queued Time // the time of its event in the queue; Never when it has none
	id     int32
	idle   bool
}

// NewTimer makes a timer that is off. While it is armed it keeps the run
// alive: something is still going to happen on the network.
func (s *Sim) NewTimer(fn func()) *Timer { return s.newTimer(fn, false) }

// NewIdleTimer makes a timer that does not keep a run alive once all
// foreground programs have returned: a deadline, a keep-alive, TIME-WAIT.
func (s *Sim) NewIdleTimer(fn func()) *Timer { return s.newTimer(fn, true) }

func (s *Sim) newTimer(fn func(), idle bool) *Timer {
	t := &Timer{sim: s, fn: fn, at: Never, queued: Never, idle: idle}
	if n := len(s.freeIDs); n > 0 {
		t.id, s.freeIDs = s.freeIDs[n-1], s.freeIDs[:n-1]
		s.timers[t.id] = t
		return t
	}
	t.id = int32(len(s.timers))
	s.timers = append(s.timers, t)
	return t
}

// Arm sets the moment at which the timer fires, replacing any earlier
// setting. A moment in the past fires now, after what is already due.
func (t *Timer) Arm(at Time) {
	at = max(at, t.sim.now)
	if t.at == Never && !t.idle {
		t.sim.live++
	}
	t.at = at
	if at < t.queued {
		t.queued = at
		t.sim.queue.push(at, t.id)
	}
}

// Stop turns the timer off.
func (t *Timer) Stop() {
	if t.at != Never && !t.idle {
		t.sim.live--
	}
	t.at = Never
}

// Deadline is the moment at which the timer fires, Never when it is off.
func (t *Timer) Deadline() Time { return t.at }

// Release turns the timer off for good and lets its place be used again.
// A released timer must not be armed.
func (t *Timer) Release() {
	t.Stop()
	t.fn = nil
	if t.queued == Never {
		t.sim.forget(t)
	}
	// Otherwise its event is still queued and forgets it when it comes up.
}

func (s *Sim) forget(t *Timer) {
	s.timers[t.id] = nil
	s.freeIDs = append(s.freeIDs, t.id)
}

// fire handles one event of the queue and says whether a timer's function
// ran. Events that were overtaken (the timer was moved, stopped, released)
// only tidy up; the clock moves for those that fire.
func (s *Sim) fire(e event) bool {
	t := s.timers[e.id]
	if t == nil || e.at != t.queued {
		return false // replaced by an earlier event
	}
	t.queued = Never
	switch {
	case t.fn == nil:
		s.forget(t)
		return false
	case t.at == Never:
		return false
	case t.at > e.at:
		t.queued = t.at
		s.queue.push(t.at, t.id)
		return false
	}
	t.at = Never
	if !t.idle {
		s.live--
	}
	s.now = e.at
	t.fn()
	return true
}
