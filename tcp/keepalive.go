package tcp

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// Two ways of finding out that the other side is gone, when a program would
// rather know than wait: keep-alive asks over a connection on which nothing
// happens (RFC 9293 §3.8.4); the user timeout bounds how long something that
// was sent may go without an acknowledgment (§3.8.3, RFC 5482).

// keepsAlive says whether the connection may ask now: it is on ("MUST default
// to off", MUST-25), nothing is outstanding or waiting to be sent (MUST-26).
func (c *Conn) keepsAlive() bool {
	return c.cfg.KeepAlive && c.state.synchronised() && c.state != TimeWait
}

func (c *Conn) busy() bool { return !c.queue.empty() || c.snd.NXT.Less(c.snd.END) }

// startKeepAlive sets the timer for the first probe, or turns it off.
func (c *Conn) startKeepAlive(now sim.Time) {
	c.keepProbes = 0
	if c.keepsAlive() {
		c.timers.set(keepAlive, max(c.heard.Add(c.cfg.keepAliveIdle()), now))
	} else {
		c.timers.stop(keepAlive)
	}
}

// hears notes that an acceptable segment came: the other side is there.
func (c *Conn) hears(now sim.Time) { c.heard, c.keepProbes = now, 0 }

// keepAliveTimeout asks, unless something was heard since the timer was set. It
// gives up only after several probes: a probe may get lost (MUST-29).
func (c *Conn) keepAliveTimeout(now sim.Time) {
	idle := c.cfg.keepAliveIdle()
	switch silent := now.Sub(c.heard); {
	case !c.keepsAlive():
	case c.busy(): // the retransmission or the persist timer takes care
		c.timers.set(keepAlive, now.Add(idle))
	case silent < idle:
		c.timers.set(keepAlive, c.heard.Add(idle))
	case c.keepProbes > 0 && c.cfg.UserTimeout > 0 && silent >= c.cfg.UserTimeout, // as Linux
		c.cfg.UserTimeout == 0 && int(c.keepProbes) >= c.cfg.keepAliveProbes():
		if c.em.Log.On() {
			c.emit(KeepAliveFailed, trace.Int("times", c.keepProbes), trace.Duration("silent", silent))
		}
		c.abort(now, "keep-alive probes went unanswered")
		c.err = ErrTimeout
	default:
		c.keepProbes = min(c.keepProbes+1, 254)
		c.keepOwed = true
		c.timers.set(keepAlive, now.Add(c.cfg.keepAliveInterval()))
	}
}

// nextKeepAlive sends a probe: an empty segment with the last number that was
// acknowledged, outside of the window, so that it must be answered (SHLD-12:
// without data).
func (c *Conn) nextKeepAlive(now sim.Time, out *Segment) bool {
	if !c.keepOwed {
		return false
	}
	c.keepOwed = false
	c.fill(now, out, c.snd.UNA-1, ACK, CauseKeepAlive)
	if c.em.Log.On() {
		c.emit(KeepAliveProbe, trace.Int("times", c.keepProbes), trace.Duration("silent", now.Sub(c.heard)))
	}
	return true
}

// waitsSince notes, before a segment is sent or a closed window waited for,
// since when the oldest of what is to be acknowledged has been waiting.
func (c *Conn) waitsSince(now sim.Time) {
	if c.queue.empty() && !c.timers.on(persist) && !c.probeOwed {
		c.waiting = now
	}
}

// userDeadline is when the user timeout expires (RFC 9293 §3.10.8), sim.Never
// if nothing is waited for.
func (c *Conn) userDeadline() sim.Time {
	if c.cfg.UserTimeout == 0 || c.queue.empty() && !c.timers.on(persist) {
		return sim.Never
	}
	return c.waiting.Add(c.cfg.UserTimeout)
}

func (c *Conn) userTimeout(now sim.Time) {
	if c.em.Log.On() {
		c.emit(UserTimedOut, trace.Duration("waited", now.Sub(c.waiting)))
	}
	c.end(now, ErrTimeout)
}
