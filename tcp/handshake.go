package tcp

import (
	"github.com/packetwalk/packetwalk/sim"
)

// Open is the active OPEN (RFC 9293 §3.10.1): the connection is in SYN-SENT
// and wants to send its SYN. iss is the initial sequence number (§3.4.1); cfg
// may be nil.
func Open(now sim.Time, id ID, iss Seq, cfg *Config, em Emitter) *Conn {
	c := newConn(id, iss, cfg, em)
	c.active = true
	c.sackOK, c.ts.on = !c.cfg.NoSACK, !c.cfg.NoTimestamps
	if !c.cfg.NoWindowScale {
		c.rcv.shift = c.cfg.windowShift()
	}
	c.ecn.asked = c.cfg.ECN == ECNActive
	c.setState(now, SynSent)
	return c
}

// Verdict is what a listening port makes of a segment.
type Verdict uint8

// The verdicts of AtListen.
const (
	Ignore Verdict = iota // drop it
	Refuse                // answer with ResetFor
	Begin                 // call Accept
)

// AtListen is RFC 9293 §3.10.7.2: what a segment that arrives at a listening
// port, for no connection that there is yet, leads to.
func AtListen(seg *Segment) Verdict {
	switch {
	case seg.Flags&RST != 0: // first: nothing it could refer to was ever sent
		return Ignore
	case seg.Flags&ACK != 0: // second: any ACK is bad here
		return Refuse
	case seg.Flags&SYN != 0: // third
		return Begin
	}
	return Ignore // fourth: not likely to get here
}

// Accept makes the connection that a SYN at a listening port begins: it is in
// SYN-RECEIVED and wants to send SYN,ACK (RFC 9293 §3.10.7.2, third).
func Accept(now sim.Time, id ID, iss Seq, cfg *Config, em Emitter, syn *Segment) *Conn {
	c := newConn(id, iss, cfg, em)
	c.state = Listen
	c.sackOK, c.ts.on = !c.cfg.NoSACK, !c.cfg.NoTimestamps
	if !c.cfg.NoWindowScale {
		c.rcv.shift = c.cfg.windowShift()
	}
	c.synArrives(now, syn)
	c.setState(now, SynReceived)
	// Other controls and text of the SYN are processed in SYN-RECEIVED.
	if len(syn.Data) > 0 || syn.Flags&FIN != 0 {
		rest := *syn
		rest.SEQ++
		rest.Flags &^= SYN
		c.segmentText(now, &rest)
		c.checkFIN(now, &rest)
		c.ack = acknowledgment{} // SYN,ACK will tell
	}
	return c
}

// synArrives takes what a SYN says: the initial number and the options, which
// count only if both sides have offered them.
func (c *Conn) synArrives(now sim.Time, seg *Segment) {
	o := &seg.Options
	c.rcv.IRS, c.rcv.NXT = seg.SEQ, seg.SEQ+1
	c.ts.lastACK = c.rcv.NXT
	c.setWindow(seg, uint32(seg.WND)) // the window in a SYN is never scaled
	c.sackOK = c.sackOK && o.SACKPermitted
	c.ts.on = c.ts.on && o.HasTimestamps
	c.ts.recent, c.ts.recentAt = o.TSval, now
	if c.cfg.NoWindowScale || !o.HasWScale {
		c.rcv.shift = 0
	} else {
		c.snd.shift = min(o.WScale, 14) // RFC 7323 §2.3: more than 14 counts as 14
		c.rcv.shift = c.cfg.windowShift()
	}
	// RFC 9293 §3.7.1: Eff.snd.MSS, less the options that every segment has. An
	// absurdly small MSS would only make headers.
	mss := max(or(o.MSS, defaultSendMSS(c.id)), 64)
	c.snd.MSS = min(mss, c.cfg.mss())
	if c.ts.on {
		c.snd.MSS -= timestampsLen
	}
	c.agreeSize()
	c.cwnd = newWindow(c.cfg, uint32(c.snd.MSS))
	c.agreeECN(seg)
}

func (c *Conn) synFlags() Flags {
	if c.state == SynSent {
		return SYN
	}
	return SYN | ACK
}

func (c *Conn) sendSYN(now sim.Time, out *Segment) {
	c.fill(now, out, c.snd.ISS, c.synFlags(), CauseOpen)
	c.offerOptions(out)
	c.waitsSince(now)
	c.queue.push(c.pool, sent{at: now, SEQ: c.snd.ISS, n: 1, marks: withSYN})
	c.snd.NXT = c.snd.ISS + 1
	c.armRetransmission(now)
}

// offerOptions puts into a SYN what this end can do, and into a SYN,ACK what
// both can.
func (c *Conn) offerOptions(out *Segment) {
	o := &out.Options
	o.MSS = c.cfg.mss()
	o.SACKPermitted = c.sackOK
	if c.rcv.shift > 0 || c.snd.shift > 0 || c.state == SynSent && !c.cfg.NoWindowScale {
		o.HasWScale, o.WScale = true, c.rcv.shift
	}
	c.offerECN(out)
}

// established enters ESTABLISHED, and leaves it again if CLOSE has been called
// in the meantime (RFC 9293 §3.10.4, SYN-RECEIVED).
func (c *Conn) established(now sim.Time) {
	c.setState(now, Established)
	c.hears(now)
	c.startKeepAlive(now)
	c.recovery = recovery{}
	if c.resent {
		c.rto.afterSYN()
		c.cwnd.CWND = c.cwnd.SMSS // RFC 5681 §3.1: IW is one segment if the SYN was lost
	}
	if c.snd.fin {
		c.setState(now, FinWait1)
	}
}
