package sim

// Timer calls a function once at a moment that can be moved at will. It is
// made once and re-armed without allocating: arming it later than its event
// already in the queue only stores the time, and the event, when it comes up
// too early, queues itself again. A protocol machine that pushes its deadline
// back with every packet therefore costs the queue almost nothing.
//
// Timers that are due at the same moment fire in the order in which they were
// armed for it, however often they were moved before.
type Timer struct {
	sim       *Sim
	fn        func()
	at        Time // when to fire; Never when off
	queued    Time // the time of its event in the queue; Never when it has none
	seq       uint32
	queuedSeq uint32
	id        int32
	idle      bool
}

// NewTimer makes a timer that is off. While it is armed it keeps the run
// alive: something is still going to happen on the network.
func (s *Sim) NewTimer(fn func()) *Timer {
	t := new(Timer)
	s.initTimer(t, fn, false)
	return t
}

// NewIdleTimer makes a timer that does not keep a run alive once all
// foreground programs have returned: a deadline, a keep-alive, TIME-WAIT.
func (s *Sim) NewIdleTimer(fn func()) *Timer {
	t := new(Timer)
	s.initTimer(t, fn, true)
	return t
}

func (s *Sim) initTimer(t *Timer, fn func(), idle bool) {
	*t = Timer{sim: s, fn: fn, at: Never, queued: Never, idle: idle}
	if n := len(s.freeIDs); n > 0 {
		t.id, s.freeIDs = s.freeIDs[n-1], s.freeIDs[:n-1]
		s.timers[t.id] = t
		return
	}
	t.id = int32(len(s.timers))
	s.timers = append(s.timers, t)
}

// Arm sets the moment at which the timer fires, replacing any earlier
// setting. A moment in the past fires now, after what is already due; Never
// turns it off. Arming it for the moment it is armed for changes nothing.
func (t *Timer) Arm(at Time) {
	at = max(at, t.sim.now)
	if at == t.at {
		return
	}
	if at == Never {
		t.Stop()
		return
	}
	if t.at == Never && !t.idle {
		t.sim.live++
	}
	t.at = at
	t.seq = t.sim.queue.number()
	if at < t.queued {
		t.enqueue()
	}
}

func (t *Timer) enqueue() {
	t.queued, t.queuedSeq = t.at, t.seq
	t.sim.queue.push(event{t.at, t.seq, t.id})
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
	if t.fn == nil {
		return
	}
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

// due is the timer that fires with the event e, which has left the queue; nil
// if e was overtaken (the timer was moved, stopped, released) and only had to
// tidy up.
func (s *Sim) due(e event) *Timer {
	t := s.timers[e.id]
	if t == nil || t.queued == Never || e.seq != t.queuedSeq {
		return nil // replaced by an earlier event
	}
	t.queued = Never
	switch {
	case t.fn == nil:
		s.forget(t)
	case t.at == Never:
		// stopped
	case e.seq != t.seq: // moved
		t.enqueue()
	default:
		return t
	}
	return nil
}

// fire lets a timer that is due call its function. The clock moves only here.
func (s *Sim) fire(t *Timer) {
	s.now = t.at
	t.at = Never
	if !t.idle {
		s.live--
	}
	t.fn()
}

// Next is the moment of the next thing to happen: now if a program is ready to
// go on, otherwise that of the first event, and Never if there is none.
func (s *Sim) Next() Time {
	if !s.ready.empty() {
		return s.now
	}
	for len(s.queue.heap) > 0 {
		e := s.queue.heap[0]
		if t := s.timers[e.id]; t != nil && t.at != Never && t.queued != Never && e.seq == t.seq && e.seq == t.queuedSeq {
			return e.at
		}
		s.due(s.queue.pop()) // overtaken: it tidies up
	}
	return Never
}
