package tcp

import (
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// tailProbe is the Tail Loss Probe (RFC 8985 §7). When the last segments of a
// flight are lost, no ACK comes that could say so, and the retransmission timer
// is slow and costs cwnd. After two round trips of silence one segment, new if
// there is one, else the last once more, draws an ACK that tells.
type tailProbe struct {
	end    Seq  // TLP.end_seq: SND.NXT when it was sent
	active bool // end counts
	again  bool // TLP.is_retrans: the probe was the last segment once more
	owed   bool // the timer has expired: the probe is the next to be sent
}

// maxACKDelay is how long the other side may hold an ACK back (RFC 8985 §7.2).
const maxACKDelay = 200 * time.Millisecond

// armTailProbe sets the probe timer when text was sent and when an ACK has come
// (RFC 8985 §7.2).
func (c *Conn) armTailProbe(now sim.Time) {
	if !c.usesRACK() || c.queue.empty() || c.queue.sackedSum > 0 || c.recovery.phase != open ||
		c.tail.active || !c.state.synchronised() {
		c.timers.stop(tailLoss)
		return
	}
	pto := time.Second
	if c.rto.SRTT > 0 {
		pto = 2 * c.rto.SRTT
		if len(c.queue.live()) == 1 {
			pto += maxACKDelay // a single segment may wait for its ACK
		}
	}
	c.timers.set(tailLoss, min(now.Add(pto), c.timers[retransmission]))
}

// tailProbeTimeout: the probe goes out next, and the retransmission timer, which
// may be due in the same moment, begins anew.
func (c *Conn) tailProbeTimeout(now sim.Time) {
	if c.tail.owed = !c.queue.empty() && c.recovery.phase == open; c.tail.owed {
		c.armRetransmission(now)
	}
}

// nextTailProbe is TLP_send_probe() (RFC 8985 §7.3). cwnd does not hold it back.
func (c *Conn) nextTailProbe(now sim.Time, out *Segment) bool {
	t := &c.tail
	if !t.owed {
		return false
	}
	t.owed = false
	if c.queue.empty() || t.active {
		return false
	}
	unsent := uint32(0)
	if c.snd.NXT.Less(c.snd.END) && c.state.maySend() {
		unsent = c.snd.END.Sub(c.snd.NXT)
	}
	usable := c.usable()
	if n := min(unsent, uint32(c.snd.MSS)-c.sackRoom(), usable); n > 0 {
		c.sendText(now, out, n, n == unsent && c.snd.fin && n < usable, CauseTailProbe)
		t.again = false
	} else {
		live := c.queue.live()
		c.sendAgain(now, out, &live[len(live)-1], CauseTailProbe)
		t.again = true
	}
	t.end, t.active = c.snd.NXT, true
	c.timers.stop(tailLoss)
	c.armRetransmission(now)
	if c.em.Log.On() {
		c.emit(TailProbe, trace.Int("seq", out.SEQ.Sub(c.snd.ISS)), trace.Bool("new", !t.again))
	}
	return true
}

// tailProbeACK is TLP_process_ack() (RFC 8985 §7.4): what does the ACK say about
// the probe? If the last segment had to be sent again and arrived only then, the
// probe has repaired a loss that nobody saw, and cwnd must answer for it.
func (c *Conn) tailProbeACK(seg *Segment, h *heard) {
	t := &c.tail
	if !t.active || seg.ACK.Less(t.end) {
		return
	}
	switch {
	case !t.again: // new text: what is missing, SACK tells
	case h.dsack && seg.Options.SACK[0].End == t.end: // both arrived
	case t.end.Less(seg.ACK): // no sign of a second one
		c.cong.lost(&c.cwnd, min(c.flight(), c.cwnd.CWND))
		c.cwnd.CWND = min(c.cwnd.CWND, c.cwnd.SSThresh)
		c.ecnReduced()
		if c.em.Log.On() {
			c.emit(TailRepaired, trace.Int("end", t.end.Sub(c.snd.ISS)), trace.Int("ssthresh", c.cwnd.SSThresh),
				trace.Int("cwnd", c.cwnd.CWND))
		}
	case h.duplicate && seg.Options.NSACK == 0: // both arrived, at one without D-SACK
	default:
		return
	}
	t.active = false
}
