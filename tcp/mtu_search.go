package tcp

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// Packetization Layer Path MTU Discovery (RFC 4821): the size of segments is
// found without ICMP's help. It sets in when large segments get no answer at
// all, as with Linux's tcp_mtu_probing = 1.
//
// Simplified: the search is made once. RFC 4821 §7.3 would look again after
// some minutes whether the path takes more by then.

// blackHoleAfter is how many timeouts in a row make one suspect that it is the
// size (RFC 4821 §7.7); Linux waits for as many (tcp_retries1).
const blackHoleAfter = 3

// suspectBlackHole is called at each retransmission timeout.
func (c *Conn) suspectBlackHole() {
	p := &c.path
	if p.size > 0 {
		c.mtuProbeFailed()
		c.cutAgain(CauseTimeout)
	}
	if !c.cfg.MTUProbing || c.retries < blackHoleAfter || c.queue.live()[0].octets() < uint32(c.snd.MSS)/2 {
		return // a small segment that is lost says nothing about large ones
	}
	size := c.snd.MSS / 2
	if p.low == 0 && c.snd.MSS > mtuSearchBase+mtuSearchEnd {
		size = mtuSearchBase
	}
	p.high = c.snd.MSS - 1
	c.setSegmentSize(size)
	p.low = c.snd.MSS
	c.cutAgain(CauseTimeout)
	if c.em.Log.On() {
		c.emit(MTUBlackHole, trace.Int("timeouts", c.retries), trace.Int("mss", c.snd.MSS))
	}
}

// nextMTUProbe sends new text in a segment that is larger than those that have
// arrived so far, if there is enough behind it for its loss to be noticed
// (RFC 4821 §7.4). While cwnd has room for a usual segment only, it has the
// sender wait for the next ACK.
func (c *Conn) nextMTUProbe(now sim.Time, out *Segment, unsent uint32) (sent, wait bool) {
	p := &c.path
	if p.low == 0 || p.size > 0 || c.recovery.phase != open || c.recovery.dupACKs > 0 || !c.reassembly.empty() {
		return false, false
	}
	if p.high <= p.low+mtuSearchEnd {
		p.low = 0
		return false, false
	}
	size := uint32(p.low+p.high+1) / 2
	needed := size + (dupThresh+1)*uint32(c.snd.MSS)
	if unsent < needed || c.usable() < size || c.cwnd.CWND < needed {
		return false, false
	}
	if c.queue.pipe+size > c.cwnd.CWND {
		return false, true
	}
	p.size, p.seq = uint16(size), c.snd.NXT
	c.sendText(now, out, size, false, CauseMTUProbe)
	if c.em.Log.On() {
		c.emit(MTUProbe, trace.Int("bytes", size), trace.Int("most", p.high))
	}
	return true, false
}

// mtuProbeArrived is told when SND.UNA has moved: if it has passed the probe,
// segments may be so large from now on.
func (c *Conn) mtuProbeArrived() {
	p := &c.path
	if r := &c.recovery; !c.sackOK && r.phase == timeout && c.queue.lostCount > 0 {
		r.force = true // the next piece, though cwnd seems to be used up by what has arrived
	}
	if p.size == 0 || c.snd.UNA.Less(p.seq.Add(uint32(p.size))) {
		return
	}
	p.low, p.size = p.size, 0
	c.setSegmentSize(p.low)
	if c.em.Log.On() {
		c.emit(MTUFound, trace.Int("mss", c.snd.MSS))
	}
}

// mtuProbeLost says whether the loss that is about to be repaired is that of a
// probe alone. Then only its size is to blame: it is no sign of congestion, and
// cwnd stays as it is (RFC 4821 §7.5, §7.6.2).
func (c *Conn) mtuProbeLost() bool {
	p := &c.path
	if p.size == 0 || c.snd.UNA != p.seq {
		return false
	}
	for _, s := range c.queue.live()[1:] {
		if s.marks&lost != 0 {
			return false
		}
	}
	c.mtuProbeFailed()
	c.cutAgain(CauseMTUProbe)
	return true
}

func (c *Conn) mtuProbeFailed() {
	p := &c.path
	if c.em.Log.On() {
		c.emit(MTUProbeLost, trace.Int("bytes", p.size))
	}
	p.high, p.size = p.size-1, 0
}
