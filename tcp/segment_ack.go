package tcp

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// checkACK is the fifth check of RFC 9293 §3.10.7.4.
func (c *Conn) checkACK(now sim.Time, seg *Segment) bool {
	if seg.Flags&ACK == 0 {
		return false
	}
	sentUpTo := c.snd.NXT
	if c.probing {
		sentUpTo++ // the octet of a window probe may have been taken
	}
	if c.state == SynReceived {
		if !c.snd.UNA.Less(seg.ACK) || sentUpTo.Less(seg.ACK) {
			c.resetSegment(seg, "an ACK of what was never sent")
			return false
		}
		c.setWindow(seg, uint32(seg.WND)<<c.snd.shift)
		c.advance(now, seg, new(heard))
		c.established(now)
	}
	// RFC 5961 §5.2: an ACK that is far too old is as suspect as one of what
	// was never sent.
	if sentUpTo.Less(seg.ACK) || seg.ACK.Less(c.snd.UNA-Seq(c.snd.maxWND)) {
		c.challenge(now, "an ACK of what was never sent, or was acknowledged long ago")
		return false
	}
	if c.state == TimeWait {
		return true // nothing is outstanding; FIN is looked at in the eighth check
	}
	if !seg.ACK.Less(c.snd.UNA) {
		c.ackInRange(now, seg)
	}
	return c.afterACK(now)
}

// ackInRange handles an ACK with SND.UNA ≤ SEG.ACK ≤ SND.NXT: what it
// acknowledges, the window, and what both mean for the network.
func (c *Conn) ackInRange(now sim.Time, seg *Segment) {
	outstanding := !c.queue.empty()
	wnd := uint32(seg.WND) << c.snd.shift
	// RFC 5681 §2: five conditions make a duplicate ACK.
	h := heard{inUse: c.queue.pipe}
	h.echoes, h.echo = c.ts.on && seg.Options.HasTimestamps && seg.Options.TSecr != 0, seg.Options.TSecr
	c.heedDSACK(seg, &h)
	h.duplicate = outstanding && len(seg.Data) == 0 && seg.Flags&(SYN|FIN) == 0 && seg.ACK == c.snd.UNA && wnd == c.snd.WND

	if c.snd.UNA.Less(seg.ACK) {
		c.advance(now, seg, &h)
	}
	if c.sackOK && seg.Options.NSACK > 0 {
		c.queue.update(seg.Options.SACK[:seg.Options.NSACK], c.snd.UNA, c.snd.NXT, &h)
	}
	// The window is taken from the newest segment only.
	if c.snd.WL1.Less(seg.SEQ) || c.snd.WL1 == seg.SEQ && c.snd.WL2.LessEq(seg.ACK) {
		c.setWindow(seg, wnd)
	}
	c.tailProbeACK(seg, &h)
	if h.dsack && c.doubt(seg.Options.SACK[0]) {
		c.undo(&h, "all that was sent again has come twice (RFC 2883)")
	}
	if outstanding {
		c.ecnEcho(seg)
		c.onACK(now, &h)
		c.armTailProbe(now)
	}
	if c.queue.empty() && c.recovery.phase == open {
		c.endEpisode()
	}
}

// setWindow takes the window, already scaled, from a segment.
func (c *Conn) setWindow(seg *Segment, wnd uint32) {
	grew := wnd > c.snd.WND
	c.snd.WND, c.snd.WL1, c.snd.WL2 = wnd, seg.SEQ, seg.ACK
	c.snd.maxWND = max(c.snd.maxWND, wnd)
	if wnd == 0 && !c.queue.empty() {
		// The window was shrunk under what is outstanding: its retransmissions
		// are probes, and as long as they are answered the connection MUST
		// stay open (RFC 9293 §3.8.6, MUST-35; §3.8.6.1, MUST-37).
		c.retries = 0
	}
	if c.timers.on(persist) || c.probeOwed {
		if grew && c.usable() > 0 {
			c.windowOpened()
		} else if c.probes > 0 {
			c.retries = 0 // the other side is alive (RFC 9293 §3.8.6.1)
		}
	}
}

// advance moves SND.UNA: it takes the acknowledged octets off the
// retransmission queue and out of the send buffer, measures the round trip and
// restarts or stops the timer.
func (c *Conn) advance(now sim.Time, seg *Segment, h *heard) {
	h.advanced = seg.ACK.Sub(c.snd.UNA)
	text := seg.ACK.Sub(c.textStart())
	c.sendBuf.discard(c.pool, min(text, c.sendBuf.span)) // not SYN, not FIN
	c.queue.acknowledge(c.pool, seg.ACK, h)
	c.snd.UNA = seg.ACK
	c.snd.NXT = later(c.snd.NXT, seg.ACK) // a probe was taken
	c.probing = false
	c.retries, c.waiting = 0, now
	c.mtuProbeArrived()
	c.measure(now, seg, h)
	if c.queue.empty() {
		c.timers.stop(retransmission) // RFC 6298 §5.2
	} else if r := &c.recovery; c.sackOK || r.phase != fast || !r.restored || r.point.LessEq(seg.ACK) {
		// RFC 6298 §5.3; of the partial ACKs of one NewReno recovery only the
		// first restarts the timer (RFC 6582 §3.2).
		r.restored = r.phase == fast
		c.armRetransmission(now)
	}
}

// measure takes a round-trip sample from an ACK: from the clock if none of
// what it acknowledges was sent twice (Karn, RFC 6298 §3), else from the
// timestamp that it echoes (RFC 7323 §4.1).
func (c *Conn) measure(now sim.Time, seg *Segment, h *heard) {
	rtt := now.Sub(h.oldestAt)
	switch o := &seg.Options; {
	case h.measures:
	case c.ts.on && o.HasTimestamps && o.TSecr != 0 && since(now, o.TSecr) >= 0:
		rtt = since(now, o.TSecr)
	default:
		if c.em.Log.On() {
			c.emit(KarnSkipped, trace.Int("seq", h.oldest.Sub(c.snd.ISS)))
		}
		return
	}
	h.rtt = rtt
	c.rto.sample(c.cfg, rtt)
	if c.em.Log.On() {
		c.emit(RTTSample, trace.Duration("rtt", rtt), trace.Duration("srtt", c.rto.SRTT),
			trace.Duration("rttvar", c.rto.RTTVAR), trace.Duration("rto", c.rto.RTO))
	}
}

// finAcked: the other side has our FIN.
func (c *Conn) finAcked() bool { return c.snd.fin && c.snd.END.Less(c.snd.UNA) }

// afterACK is the rest of the fifth check: the states in which the ACK of our
// FIN is what was waited for. It says whether the sixth check follows.
func (c *Conn) afterACK(now sim.Time) bool {
	if !c.finAcked() {
		return true
	}
	switch c.state {
	case FinWait1:
		c.setState(now, FinWait2)
		c.limitFinWait2(now)
	case Closing:
		c.setState(now, TimeWait)
	case LastAck:
		c.setState(now, Closed)
		return false
	}
	return true
}
