package tcp

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// TimerExpired is the RFC's event of a time-out (RFC 9293 §3.10.8). The host
// calls it when the moment that NextDeadline named has come.
func (c *Conn) TimerExpired(now sim.Time) {
	t := &c.timers
	if t.due(delayedACK, now) {
		c.ackExpired()
	}
	if c.userDeadline() <= now {
		c.userTimeout(now)
		return
	}
	if t.due(persist, now) {
		c.persistTimeout(now)
	}
	if t.due(reordering, now) {
		c.reorderingTimeout(now)
	}
	if t.due(tailLoss, now) {
		c.tailProbeTimeout(now)
	}
	if c.state != Closed && t.due(retransmission, now) {
		c.retransmissionTimeout(now)
	}
	if c.state != Closed && t.due(keepAlive, now) {
		c.keepAliveTimeout(now)
	}
	if c.state != Closed && t.due(timeWait, now) {
		c.setState(now, Closed) // the TIME-WAIT time-out, or Linux's of FIN-WAIT-2
	}
}

// retransmissionTimeout is RFC 6298 §5.4 to §5.7, and RFC 9293 §3.8.3: after
// too many of them in a row the connection is given up.
func (c *Conn) retransmissionTimeout(now sim.Time) {
	if c.queue.empty() {
		return
	}
	limit := c.patience()
	if c.queue.live()[0].marks&withSYN != 0 {
		limit = c.cfg.synRetries()
		c.resent = true
	}
	if int(c.retries) >= limit {
		c.giveUp(now)
		return
	}
	c.timedOut(now)
	expired := c.rto.RTO
	c.rto.backOff(c.cfg)
	c.retries = min(c.retries+1, 254)
	c.suspectBlackHole()
	c.armRetransmission(now)
	if c.em.Log.On() {
		c.emit(RTOExpired, trace.Duration("rto", expired), trace.Duration("next", c.rto.RTO), trace.Int("retries", c.retries))
	}
}

// persistTimeout sends a probe, unless very many went without any answer.
func (c *Conn) persistTimeout(now sim.Time) {
	if int(c.retries) >= c.patience() {
		c.giveUp(now)
		return
	}
	if c.usable() == 0 && c.retries < 255 {
		c.retries++ // an ACK takes it back
	}
	c.persistExpired()
}

// patience is how many timeouts in a row are borne. The user timeout, where
// the program has set one, takes the place of counting, as on Linux.
func (c *Conn) patience() int {
	if c.cfg.UserTimeout > 0 {
		return 255
	}
	return c.cfg.retries()
}

func (c *Conn) giveUp(now sim.Time) {
	if c.em.Log.On() {
		c.emit(TimedOut, trace.Int("retries", c.retries))
	}
	c.end(now, ErrTimeout)
}

// startTimeWait starts the 2 MSL timer, or starts it anew; all others are off
// (RFC 9293 §3.10.7.4).
func (c *Conn) startTimeWait(now sim.Time) {
	c.timers.stopAll()
	c.timers.set(timeWait, now.Add(c.cfg.timeWait()))
}

// limitFinWait2: when the program will not read, Linux waits only so long for
// the other side to close too. The RFC waits for ever.
func (c *Conn) limitFinWait2(now sim.Time) {
	if d := c.cfg.finWait2(); d > 0 && c.shut && c.state == FinWait2 {
		c.timers.set(timeWait, now.Add(d))
	}
}
