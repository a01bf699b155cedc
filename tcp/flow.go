package tcp

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// Flow control, the sender's half: how much of what the program wrote may go
// out now (RFC 9293 §3.8.6), and whether it is worth a segment (§3.7.4, Nagle;
// §3.8.6.2.1, the silly window syndrome).

// usable is U of RFC 9293 §3.8.6.2.1: SND.UNA + SND.WND - SND.NXT. A window
// that the other side has shrunk counts as closed.
func (c *Conn) usable() uint32 {
	if edge := c.snd.UNA.Add(c.snd.WND); c.snd.NXT.Less(edge) {
		return edge.Sub(c.snd.NXT)
	}
	return 0
}

// mayText decides about the next new segment: how many octets of text, whether
// FIN goes with them, and why. CauseNone means that nothing may be sent.
func (c *Conn) mayText(now sim.Time, unsent uint32) (n uint32, fin bool, why Cause) {
	mss := uint32(c.snd.MSS) - c.sackRoom()
	usable := c.usable()
	n = min(unsent, mss, usable)
	all := n == unsent
	fin = all && c.snd.fin && n < usable
	why = CauseNewData
	if fin {
		why = CauseClose
	}
	switch {
	case n == mss: // (1) a full segment
	case fin: // nothing will follow that it could wait for
	case n == 0:
		why = CauseNone
	case all && (c.noDelay || c.queue.empty()): // (2) with Nagle's condition
	case c.queue.empty() && n >= c.snd.maxWND/2: // (3) half of the largest window
	case c.override: // (4)
		why = CauseOverride
	default:
		why = CauseNone
	}
	if why == CauseNone {
		c.waitForWindow(now, usable)
		return 0, false, CauseNone
	}
	return c.withinCWND(n, fin, why)
}

// withinCWND holds the segment back if the network has no room for it. On the
// first two duplicate ACKs limited transmit lets one segment each go beyond
// cwnd (RFC 3042); with SACK the pipe has already shrunk by what arrived.
func (c *Conn) withinCWND(n uint32, fin bool, why Cause) (uint32, bool, Cause) {
	pipe := c.queue.pipe + n
	if pipe <= c.cwnd.CWND || c.queue.empty() {
		if c.recovery.dupACKs > 0 && c.recovery.phase == open && c.sackOK && !fin {
			why = CauseLimited
		}
		return n, fin, why
	}
	if r := &c.recovery; !c.sackOK && r.phase == open && r.dupACKs > 0 && r.dupACKs < dupThresh {
		if pipe <= c.cwnd.CWND+uint32(r.dupACKs)*c.cwnd.SMSS {
			return n, fin, CauseLimited
		}
	}
	return 0, false, CauseNone
}

// waitForWindow starts the persist timer when nothing is outstanding whose ACK
// could bring news of the window (RFC 9293 §3.8.6.1).
func (c *Conn) waitForWindow(now sim.Time, usable uint32) {
	if !c.queue.empty() || c.timers.on(persist) {
		return
	}
	c.waitsSince(now)
	if usable > 0 {
		c.timers.set(persist, now.Add(c.overrideTimeout()))
		return
	}
	c.timers.set(persist, now.Add(c.rto.RTO))
	if !c.closed {
		c.closed = true
		if c.em.Log.On() {
			c.emit(ZeroWindow, trace.Int("waiting", c.snd.END.Sub(c.snd.NXT)))
		}
	}
}

// persistExpired: send what little fits, or ask.
func (c *Conn) persistExpired() {
	if c.usable() > 0 {
		c.override = true
	} else {
		c.probeOwed = true
	}
}

// nextProbe sends a zero-window probe. The letter is one octet of new text,
// which the other side refuses or takes; Linux sends an empty segment with an
// old number, which it must answer. SND.NXT does not move: if the octet was
// taken, the ACK says so (see checkACK).
func (c *Conn) nextProbe(now sim.Time, out *Segment) bool {
	if !c.probeOwed {
		return false
	}
	c.probeOwed = false
	if c.probes < 255 {
		c.probes++
	}
	if c.cfg.Profile == RFC && c.snd.NXT.Less(c.snd.END) {
		c.probing = true
		c.fill(now, out, c.snd.NXT, ACK, CauseProbe)
		out.text = 1
	} else {
		c.fill(now, out, c.snd.UNA-1, ACK, CauseProbe)
	}
	wait := c.rto.RTO << min(c.probes, 16)
	c.timers.set(persist, now.Add(min(wait, c.cfg.maxRTO()))) // SHLD-30: exponentially
	if c.em.Log.On() {
		c.emit(Probe, trace.Int("times", c.probes))
	}
	return true
}

// windowOpened stops the probing.
func (c *Conn) windowOpened() {
	c.timers.stop(persist)
	c.probes, c.probeOwed, c.override = 0, false, false
	if c.closed {
		c.closed = false
		if c.em.Log.On() {
			c.emit(WindowOpen, trace.Int("window", c.snd.WND))
		}
	}
}
