package tcp

import (
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// NextSegment says what the connection wants to send at this moment and fills
// out with it, without its text (see CopyPayload). The host calls it after
// every input, until it says false. What it returned counts as sent.
func (c *Conn) NextSegment(now sim.Time, out *Segment) bool {
	switch {
	case c.reply.owed:
		c.sendReply(now, out)
	case c.state == Closed:
		return false
	case c.ack.first:
		c.sendACK(now, out)
	case c.nextTailProbe(now, out), c.nextLost(now, out), c.nextNew(now, out), c.nextAhead(now, out), c.nextProbe(now, out), c.nextKeepAlive(now, out):
	case c.ack.now:
		c.sendACK(now, out)
	default:
		return false
	}
	return true
}

// PayloadLen is the length of the text of a segment from NextSegment, in bytes.
func (c *Conn) PayloadLen(out *Segment) int { return int(out.text) }

// CopyPayload copies the text of a segment from NextSegment to dst, which is
// PayloadLen bytes long. It must be called before anything else happens to the
// connection.
func (c *Conn) CopyPayload(dst []byte, out *Segment) {
	if out.text > 0 {
		c.sendBuf.load(dst[:out.text], out.SEQ.Sub(c.textStart()))
	}
}

// textStart is the sequence number of the first octet in the send buffer.
func (c *Conn) textStart() Seq {
	if c.snd.UNA == c.snd.ISS {
		return c.snd.ISS + 1 // SYN takes a number but no room
	}
	return c.snd.UNA
}

// fill writes what all segments of the connection have in common. Every one of
// them carries the acknowledgment, so none is owed any more.
func (c *Conn) fill(now sim.Time, out *Segment, seq Seq, flags Flags, cause Cause) {
	*out = Segment{
		SrcPort: c.id.Local.Port(), DstPort: c.id.Remote.Port(),
		SEQ: seq, Flags: flags, Cause: cause,
	}
	if flags&(ACK|SYN) != 0 {
		out.WND = c.offer(flags&SYN != 0) // of a SYN too: RFC 9293 §3.8.6
	}
	if flags&ACK != 0 {
		out.ACK = c.rcv.NXT
		if c.ecn.echo && flags&(SYN|RST) == 0 {
			out.Flags |= ECE
		}
		if c.ack.octets > 0 {
			c.quick.acked()
		}
		c.ack = acknowledgment{}
		c.timers.stop(delayedACK)
		c.ts.lastACK = c.rcv.NXT
	}
	if c.ts.on {
		out.Options.HasTimestamps = true
		out.Options.TSval, out.Options.TSecr = clock(now), c.ts.recent
	}
}

// nextLost sends a segment again that is known to be lost (RFC 6675 §4,
// NextSeg rule 1; RFC 6298 §5.4).
func (c *Conn) nextLost(now sim.Time, out *Segment) bool {
	s := c.queue.nextLost()
	if s == nil || c.holdsBack() {
		return false
	}
	r := &c.recovery
	if !r.force && c.queue.pipe+uint32(s.n) > c.cwnd.CWND {
		return false
	}
	c.sendAgain(now, out, s, r.cause)
	r.force, r.cause = false, CauseRecovery
	return true
}

func (c *Conn) sendAgain(now sim.Time, out *Segment, s *sent, why Cause) {
	flags, n := ACK, uint32(s.n)
	if s.marks&withSYN != 0 {
		flags = c.synFlags()
		n--
	}
	if s.marks&withFIN != 0 {
		flags |= FIN
		n--
	}
	if n > 0 && s.marks&withPSH != 0 {
		flags |= PSH
	}
	s.at = now
	if c.episode != nil {
		c.episode.sentAgain(now, n)
	}
	if s.times < 255 {
		s.times++
	}
	c.queue.mark(s, resent)
	c.fill(now, out, s.SEQ, flags, why)
	out.text = n
	if s.marks&withSYN != 0 {
		c.offerOptions(out)
	} else {
		c.addSACK(out, n)
	}
	c.armRetransmission(now)
	if c.em.Log.On() {
		c.emit(Retransmit, trace.Int("seq", s.SEQ.Sub(c.snd.ISS)), trace.Int("bytes", n),
			trace.String("why", why.String()), trace.Int("times", s.times))
	}
}

// nextNew sends what was never sent before: SYN, text, FIN.
func (c *Conn) nextNew(now sim.Time, out *Segment) bool {
	if c.snd.NXT == c.snd.ISS {
		c.sendSYN(now, out)
		return true
	}
	if c.snd.END.Less(c.snd.NXT) || !c.state.maySend() {
		return false // FIN was sent, or it is not yet or no longer time
	}
	unsent := c.snd.END.Sub(c.snd.NXT)
	if unsent == 0 && !c.snd.fin {
		return false
	}
	if probed, wait := c.nextMTUProbe(now, out, unsent); probed || wait {
		return probed
	}
	n, fin, why := c.mayText(now, unsent)
	if why == CauseNone {
		return false
	}
	c.sendText(now, out, n, fin, why)
	return true
}

func (c *Conn) sendText(now sim.Time, out *Segment, n uint32, fin bool, why Cause) {
	if c.queue.empty() && c.retries == 0 {
		c.restartAfterIdle(now)
	}
	s := sent{at: now, SEQ: c.snd.NXT, n: uint16(n)}
	flags := ACK
	if n > 0 && s.end() == c.snd.END {
		flags |= PSH // the last of what the program wrote (RFC 9293 §3.9.1.2)
		s.marks |= withPSH
	}
	if fin {
		flags |= FIN
		s.n++
		s.marks |= withFIN
	}
	c.fill(now, out, c.snd.NXT, flags, why)
	out.text = n
	c.ecnNewText(out)
	c.addSACK(out, n)
	c.waitsSince(now)
	c.queue.push(c.pool, s)
	c.snd.NXT = s.end()
	if c.episode != nil {
		c.episode.prr.out += n
	}
	c.lastSent, c.override, c.probing = now, false, false
	c.quick.answered(now)
	c.timers.stop(persist)
	if !c.timers.on(retransmission) {
		c.armRetransmission(now) // RFC 6298 §5.1
	}
	c.armTailProbe(now)
}

// nextAhead keeps a recovery going when nothing is known to be lost and there
// is nothing new to send: rules 3 and 4 of NextSeg() (RFC 6675 §4). Linux does
// without.
func (c *Conn) nextAhead(now sim.Time, out *Segment) bool {
	r := &c.recovery
	if r.phase != fast || !c.sackOK || c.cfg.Profile == Linux || c.usesRACK() || c.queue.lostCount > 0 || c.queue.pipe+c.cwnd.SMSS > c.cwnd.CWND {
		return false
	}
	if s := c.queue.nextUnsacked(); s != nil {
		c.sendAgain(now, out, s, CauseRecovery)
		return true
	}
	live := c.queue.live()
	if r.rescued || len(live) == 0 {
		return false
	}
	last := &live[len(live)-1]
	if last.marks&(sacked|resent) != 0 {
		return false
	}
	r.rescued = true
	c.sendAgain(now, out, last, CauseRescue)
	return true
}

// armRetransmission starts the timer anew (RFC 6298 §5.1, §5.3, §5.6).
func (c *Conn) armRetransmission(now sim.Time) {
	c.timers.set(retransmission, now.Add(c.rto.RTO))
}

// overrideTimeout is between 0.1 and 1 second (RFC 9293 §3.8.6.2.1).
func (c *Conn) overrideTimeout() time.Duration {
	return min(max(c.rto.RTO, 100*time.Millisecond), time.Second)
}
