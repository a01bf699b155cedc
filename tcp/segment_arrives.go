package tcp

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// SegmentArrives is the RFC's event SEGMENT ARRIVES (RFC 9293 §3.10.7). The
// segment's text is copied, so its bytes may be reused afterwards.
func (c *Conn) SegmentArrives(now sim.Time, seg *Segment) {
	switch c.state {
	case Closed, Listen:
		// The host answers segments for nobody with ResetFor, and decides at a
		// listening port with AtListen.
	case SynSent:
		c.arrivesInSynSent(now, seg)
	default:
		c.arrivesOtherwise(now, seg)
	}
}

// arrivesOtherwise is RFC 9293 §3.10.7.4, all states but CLOSED, LISTEN and
// SYN-SENT: eight checks, in this order.
func (c *Conn) arrivesOtherwise(now sim.Time, seg *Segment) {
	if !c.checkSequence(now, seg) || // first
		!c.checkRST(now, seg) || // second
		// third: security and compartment.
		// Simplified: no network that can be built here labels its packets.
		!c.checkSYN(now, seg) || // fourth
		!c.checkACK(now, seg) { // fifth
		return
	}
	c.hears(now)
	c.checkURG(seg) // sixth
	c.ecnArrives(seg)
	c.segmentText(now, seg) // seventh
	c.checkFIN(now, seg)    // eighth
}

// arrivesInSynSent is RFC 9293 §3.10.7.3.
func (c *Conn) arrivesInSynSent(now sim.Time, seg *Segment) {
	acks := seg.Flags&ACK != 0
	// First: check the ACK bit.
	if acks && (seg.ACK.LessEq(c.snd.ISS) || c.snd.NXT.Less(seg.ACK)) {
		if seg.Flags&RST == 0 {
			c.resetSegment(seg, "an ACK of what was never sent")
		}
		return
	}
	// Second: check the RST bit. Without an acceptable ACK anybody could have
	// sent it (RFC 5961 §3.2).
	if seg.Flags&RST != 0 {
		if acks {
			c.wasReset()
			c.end(now, ErrRefused)
		}
		return
	}
	// Third: check the security (see arrivesOtherwise).
	// Fourth: check the SYN bit. Fifth: without SYN or RST, drop.
	if seg.Flags&SYN == 0 {
		return
	}
	c.synArrives(now, seg)
	if !acks { // simultaneous open
		c.setState(now, SynReceived)
		c.ackNow(CauseOpen)
	} else {
		c.advance(now, seg, new(heard))
		c.established(now)
		c.ackNow(CauseOpen)
	}
	// Continue at the sixth step with what else the segment holds.
	rest := *seg
	rest.SEQ++
	rest.Flags &^= SYN
	c.checkURG(&rest)
	c.segmentText(now, &rest)
	c.checkFIN(now, &rest)
}

// checkSequence is the first check: is any of the segment in the window? If
// so, it cuts off what was received before, so that the segment begins at
// RCV.NXT or beyond it.
func (c *Conn) checkSequence(now sim.Time, seg *Segment) bool {
	if c.ts.on && !c.timestampsAcceptable(now, seg) {
		return false
	}
	if seg.SEQ != c.rcv.NXT && c.isOurSynACK(seg) {
		seg.SEQ++ // both opened at once (RFC 9293 §3.5, Figure 8): only the ACK is news
		seg.Flags &^= SYN
	}
	if !c.acceptable(seg) {
		c.outsideWindow(now, seg)
		return false
	}
	if c.ts.on {
		c.noteTimestamp(now, seg)
	}
	if seg.SEQ.Less(c.rcv.NXT) {
		c.cutFront(seg)
	}
	return true
}

// acceptable is the table of four cases in RFC 9293 §3.10.7.4, first. While
// the window is closed, the ACK, the RST and the urgent pointer of a segment
// at RCV.NXT still count; its text does not (see segmentText).
func (c *Conn) acceptable(seg *Segment) bool {
	n := seg.Len()
	if n == 0 {
		return seg.SEQ == c.rcv.NXT || seg.SEQ.In(c.rcv.NXT, c.rcv.WND)
	}
	if c.rcv.WND == 0 {
		return seg.SEQ == c.rcv.NXT
	}
	return seg.SEQ.In(c.rcv.NXT, c.rcv.WND) || (seg.SEQ+Seq(n)-1).In(c.rcv.NXT, c.rcv.WND)
}

// isOurSynACK: the SYN,ACK of the other side, whose SYN has come before it.
func (c *Conn) isOurSynACK(seg *Segment) bool {
	return c.state == SynReceived && seg.Flags&(SYN|ACK|RST) == SYN|ACK && seg.SEQ == c.rcv.IRS
}

func (c *Conn) outsideWindow(now sim.Time, seg *Segment) {
	if c.em.Log.On() {
		seq, n := int64(int32(seg.SEQ-c.rcv.IRS)), seg.Len()
		if n > 0 && (seg.SEQ + Seq(n)).LessEq(c.rcv.NXT) {
			c.emit(Duplicate, trace.Int("seq", seq), trace.Int("bytes", len(seg.Data)))
		} else {
			c.emit(OutsideWindow, trace.Int("seq", seq), trace.Int("bytes", len(seg.Data)),
				trace.Int("from", c.rcv.NXT.Sub(c.rcv.IRS)), trace.Int("to", c.rcv.NXT.Add(c.rcv.WND).Sub(c.rcv.IRS)))
		}
	}
	if seg.SEQ.Less(c.rcv.NXT) {
		end := seg.SEQ + Seq(len(seg.Data))
		if c.rcv.NXT.Less(end) {
			end = c.rcv.NXT
		}
		c.cameTwice(Block{seg.SEQ, end})
	}
	if c.state == TimeWait && seg.Flags&FIN != 0 {
		c.startTimeWait(now) // the retransmission of the FIN restarts 2 MSL
	}
	c.ackUnacceptable(now, seg)
}

// cutFront removes octets that were received before.
func (c *Conn) cutFront(seg *Segment) {
	cut := c.rcv.NXT.Sub(seg.SEQ)
	c.cameTwice(Block{seg.SEQ, seg.SEQ.Add(min(cut, uint32(len(seg.Data))))})
	seg.SEQ = c.rcv.NXT
	if seg.Flags&SYN != 0 {
		return // the fourth check will not let it pass
	}
	seg.Data = seg.Data[min(cut, uint32(len(seg.Data))):]
}

// checkRST is the second check, with the mitigation of RFC 5961 §3.2: only a
// RST with exactly the expected number resets.
func (c *Conn) checkRST(now sim.Time, seg *Segment) bool {
	if seg.Flags&RST == 0 {
		return true
	}
	if seg.SEQ != c.rcv.NXT {
		c.challenge(now, "a RST inside the window that is not at its left edge")
		return false
	}
	c.wasReset()
	switch c.state {
	case SynReceived:
		// A passive open goes back to LISTEN, where the host has stayed.
		c.end(now, ErrRefused)
	case Closing, LastAck, TimeWait:
		c.setState(now, Closed)
	default:
		c.end(now, ErrReset)
	}
	return false
}

// checkSYN is the fourth check. In a synchronised state a SYN draws a
// challenge ACK whatever its number (RFC 5961 §4.2).
func (c *Conn) checkSYN(now sim.Time, seg *Segment) bool {
	if seg.Flags&SYN == 0 {
		return true
	}
	if c.state == SynReceived && !c.active {
		c.end(now, ErrReset) // back to LISTEN
		return false
	}
	c.challenge(now, "a SYN on a connection that exists")
	return false
}
