package tcp

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// episode is what a sender keeps of a loss, from its notice until everything is
// acknowledged: how cwnd comes down (prr.go), and what it needs to take all of
// it back if nothing was lost (spurious.go). A connection that lost nothing
// lately has none.
type episode struct {
	prr      prr
	cwnd     uint32 // before the reduction
	ssthresh uint32
	flight   uint32 // FlightSize then
	from, to Seq    // what was in flight
	resent   uint32 // octets sent again that were not reported to have come twice
	stamp    uint32 // timestamp of the first retransmission, if stamped
	stamped  bool
	checked  bool // the ACK of the first retransmission was looked at
	undone   bool
	frto     frto
}

// beginEpisode is called before cwnd is reduced. A timeout in the middle of a
// fast recovery belongs to the same loss.
func (c *Conn) beginEpisode(afresh bool) {
	if c.episode == nil {
		c.episode = c.pool.getEpisode()
	} else if !afresh {
		return
	}
	*c.episode = episode{cwnd: c.cwnd.CWND, ssthresh: c.cwnd.SSThresh, flight: c.flight(), from: c.snd.UNA, to: c.snd.NXT}
}

func (c *Conn) endEpisode() {
	if c.episode != nil {
		c.pool.episodes = append(c.pool.episodes, c.episode)
		c.episode = nil
	}
}

func (p *pool) getEpisode() *episode {
	if n := len(p.episodes); n > 0 {
		e := p.episodes[n-1]
		p.episodes = p.episodes[:n-1]
		return e
	}
	return new(episode)
}

// sentAgain notes a retransmission of n octets.
func (e *episode) sentAgain(now sim.Time, n uint32) {
	e.prr.out += n
	e.resent += n
	if !e.stamped {
		e.stamp, e.stamped = clock(now), true
	}
}

// undo takes the reduction of cwnd back: the loss was none (RFC 4015 §3.2, steps
// 7 and DONE). Linux goes back to where it was; the RFC to what is in flight,
// and lets ssthresh lead back to where it was.
func (c *Conn) undo(h *heard, how string) {
	e, r, w := c.episode, &c.recovery, &c.cwnd
	e.undone = true
	if c.cfg.Profile == Linux || r.phase != timeout {
		w.CWND, w.SSThresh = max(w.CWND, e.cwnd), max(w.SSThresh, e.ssthresh)
	} else {
		w.CWND = c.flight() + min(h.advanced, c.cfg.initialWindow(w.SMSS))
		w.SSThresh = max(e.flight, e.ssthresh) // pipe_prev
	}
	if r.phase != open {
		c.queue.noneLost()
		r.phase, r.force = open, false
	}
	if c.em.Log.On() {
		c.emit(Spurious, trace.String("how", how), trace.Int("cwnd", w.CWND), trace.Int("ssthresh", w.SSThresh))
	}
}

// noneLost takes back the marks of what was not sent again yet.
func (q *retransmissionQueue) noneLost() {
	for i := range q.live() {
		s := &q.live()[i]
		q.drop(s)
		s.marks &^= lost | resent
		q.add(s)
	}
}
