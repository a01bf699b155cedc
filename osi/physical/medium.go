package physical

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// medium is what carries bits: one direction of a full-duplex link has its
// own, both directions of a half-duplex link share one. Its timer runs only
// while a frame waits.
//
// Simplified: CSMA/CD (IEEE 802.3 §4) lets both ends start at once, collide,
// and try again after random times. Here an end always knows that the other
// speaks, waits until the last bit and the gap have passed both ends, and the
// two take turns when both have frames: collisions are avoided, and what a
// learner sees of half duplex, that one waits while the other speaks, stays.
type medium struct {
	sim     *sim.Sim
	timer   *sim.Timer
	free    sim.Time // when the next frame may begin
	users   []*direction
	speaker *direction // who sent last
}

func newMedium(s *sim.Sim, users ...*direction) {
	m := &medium{sim: s, users: users, speaker: users[0]}
	m.timer = s.NewTimer(m.becomesFree)
	for _, d := range users {
		d.medium = m
	}
}

// idle says whether a frame can be sent at once: nobody speaks, nobody waits.
func (m *medium) idle() bool { return m.free <= m.sim.Now() && m.timer.Deadline() == sim.Never }

func (m *medium) shared() bool { return len(m.users) > 1 }

// occupy reserves the medium for a frame of d until its gap has passed.
func (m *medium) occupy(d *direction, until sim.Time) {
	if !m.shared() {
		m.free = until
		return
	}
	m.free, m.speaker, d.deferring = until.Add(d.cfg.Delay), d, false
	for _, other := range m.users {
		if other != d && other.queue.len() > 0 {
			m.deferTo(other)
		}
	}
}

// wait has d, which now has a frame waiting, called when the medium is free.
func (m *medium) wait(d *direction) {
	if m.timer.Deadline() == sim.Never {
		m.timer.Arm(m.free)
	}
	if m.speaker != d {
		m.deferTo(d)
	}
}

// deferTo records once that d waits for the other end.
func (m *medium) deferTo(d *direction) {
	if d.deferring || !m.shared() {
		return
	}
	d.deferring = true
	d.count.Deferred++
	if d.log.On() {
		w := d.queue.at(0)
		before := d.log.Because(w.cause)
		d.log.Emit(d.link.Name, Deferred, w.frame.ID, trace.String("from", d.from), trace.String("to", d.toNode),
			trace.Duration("for", max(0, m.free.Sub(m.sim.Now()))))
		d.log.Because(before)
	}
}

// becomesFree gives the medium to the next user that has a frame, beginning
// with the one that did not speak last.
func (m *medium) becomesFree() {
	if m.shared() && m.users[0] == m.speaker {
		m.users[0], m.users[1] = m.users[1], m.users[0]
	}
	for _, d := range m.users {
		if w, ok := d.dequeue(); ok {
			before := d.log.Because(w.cause)
			d.transmit(w.frame)
			d.log.Because(before)
			break
		}
	}
	for _, d := range m.users {
		if d.queue.len() > 0 {
			m.timer.Arm(m.free)
			return
		}
	}
}
