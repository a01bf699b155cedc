package sim

import (
	"encoding/binary"
	"io"
	"time"
)

// Runtime is the simulation as a driver sees it. The name is that of the
// driver or its host: its helpers are called name/..., and its randomness is
// the stream name/rand, begun anew with every call.
//
// A read of one byte from Rand gives the next byte but does not take it.
// Package crypto/tls reads one byte, or does not, by the toss of a coin of its
// own, precisely so that nobody relies on its bytes; this way they are the
// same in every run all the same.
func (s *Sim) Runtime(name string) Runtime { return &simulated{sim: s, name: name} }

type simulated struct {
	sim  *Sim
	name string
	rand *steady
}

func (r *simulated) Now() time.Time { return r.sim.now.Calendar() }

func (r *simulated) Go(name string, fn func()) { r.sim.GoBackground(r.name+"/"+name, fn) }

// AfterFunc runs fn as a program, not as an event, so that it may wait for a
// Monitor whose holder is parked.
func (r *simulated) AfterFunc(d time.Duration, fn func()) (stop func() bool) {
	var t *Timer
	waits := true
	t = r.sim.NewIdleTimer(func() {
		waits = false
		t.Release()
		r.Go("after "+d.String(), fn)
	})
	t.Arm(r.sim.now.Add(d))
	return func() bool {
		stopped := waits
		if waits {
			waits = false
			t.Release()
		}
		return stopped
	}
}

func (r *simulated) NewMonitor(name string) Monitor {
	m := new(monitor)
	m.entry.Init(r.sim, func() string { return "waiting to enter " + name })
	m.changed.Init(r.sim, func() string { return "waiting for a change of " + name })
	return m
}

func (r *simulated) Rand() io.Reader {
	if r.rand == nil {
		r.rand = &steady{stream: r.sim.Stream(r.name + "/rand")}
		r.rand.draw()
	}
	return r.rand
}

// steady is a stream of bytes that a read of one byte does not advance.
type steady struct {
	stream *Stream
	word   [8]byte
	used   int
}

func (r *steady) draw() {
	binary.LittleEndian.PutUint64(r.word[:], r.stream.Uint64())
	r.used = 0
}

func (r *steady) Read(p []byte) (int, error) {
	if len(p) == 1 {
		p[0] = r.word[r.used]
		return 1, nil
	}
	for rest := p; len(rest) > 0; {
		n := copy(rest, r.word[r.used:])
		rest = rest[n:]
		if r.used += n; r.used == len(r.word) {
			r.draw()
		}
	}
	return len(p), nil
}

// monitor is a lock between programs. It is needed although one runs at a
// time, because a program may park while it holds it.
type monitor struct {
	held           bool
	entry, changed Cond
}

func (m *monitor) Lock() {
	if !m.held {
		m.held = true
		return
	}
	m.entry.Wait() // Unlock hands the lock over
}

func (m *monitor) Unlock() {
	if m.entry.wake() {
		return // it is the other's now
	}
	if !m.held && !m.entry.sim.Ended() {
		// When a simulation ends, Wait does not come back to take the lock,
		// and deferred calls of Unlock find it free.
		panic("sim: Unlock of a monitor that is not locked")
	}
	m.held = false
}

func (m *monitor) Wait() {
	m.Unlock()
	m.changed.Wait()
	m.Lock()
}

func (m *monitor) WaitUntil(t time.Time) bool {
	at, err := FromCalendar(t)
	if err != nil {
		panic(err) // a driver's own mistake: it must ask its Runtime for the time
	}
	m.Unlock()
	woken := m.changed.WaitUntil(at)
	m.Lock()
	return woken
}

func (m *monitor) Signal()    { m.changed.Signal() }
func (m *monitor) Broadcast() { m.changed.Broadcast() }
