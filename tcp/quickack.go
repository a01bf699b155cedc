package tcp

import (
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// When Linux acknowledges, within what RFC 9293 §3.8.6.3 allows. A sender that
// begins, or that has just lost something, has a small window and lives on
// ACKs: it gets one for each segment ("quick ACKs"). Later the delay follows
// the pace at which text comes (ATO, the acknowledgment time-out), and a program
// that answers at once lends its answers as vehicles for ACKs.

const (
	minATO      = 40 * time.Millisecond
	maxATO      = 200 * time.Millisecond
	maxQuickACK = 16
)

// quickACK is what the receiver knows about the pace of what comes.
type quickACK struct {
	last        sim.Time     // when text came in order
	ato         microseconds // how long an ACK may wait; 0 until text has come
	left        uint8        // ACKs that do not wait
	interactive bool         // the program answers within ato ("ping-pong")
	pushed      bool         // text that ends what the other program wrote has come
}

// adaptive says whether this end acknowledges the way of Linux. A delay that the
// program's configuration names is kept to the letter.
func (c *Conn) adaptive() bool {
	return c.cfg.Profile == Linux && c.cfg.DelayedACK == 0 && !c.cfg.NoDelayedACK
}

// textArrived adapts ato to the time since text came last.
func (c *Conn) textArrived(now sim.Time, n uint32, pushed bool) {
	q := &c.quick
	gap := now.Sub(q.last)
	switch {
	case q.ato == 0:
		c.startQuickACKs()
	case gap <= minATO/2:
		q.ato = inMicroseconds(q.ato.duration()/2 + minATO/2)
	case gap < q.ato.duration():
		q.ato = inMicroseconds(min(q.ato.duration()/2+gap, c.rto.RTO))
	case gap > c.rto.RTO:
		c.moreQuickACKs() // the sender has idled, and begins anew
	}
	q.last = now
	q.pushed = q.pushed || pushed || n < uint32(c.rcv.MSS)
}

// startQuickACKs is for the first text, and for text that came twice: the other
// side has lost something, or takes it for lost.
func (c *Conn) startQuickACKs() {
	if c.adaptive() {
		c.moreQuickACKs()
		c.quick.interactive, c.quick.ato = false, inMicroseconds(minATO)
	}
}

// moreQuickACKs: enough of them for half the window, within bounds.
func (c *Conn) moreQuickACKs() {
	n := min(max(c.rcv.WND/(2*max(uint32(c.rcv.MSS), 1)), 2), maxQuickACK)
	c.quick.left = max(c.quick.left, uint8(n))
}

// ackAdaptively decides about text that came in order.
func (c *Conn) ackAdaptively(now sim.Time) {
	q := &c.quick
	switch {
	case c.ack.octets > uint32(c.rcv.MSS), q.left > 0 && !q.interactive:
		c.ackNow(CauseACK)
	default:
		at := now.Add(c.ackDelay())
		if !c.timers.on(delayedACK) || at < c.timers[delayedACK] {
			c.timers.set(delayedACK, at)
		}
	}
}

// ackDelay is ato, but not much more than a round trip.
func (c *Conn) ackDelay() time.Duration {
	ato := c.quick.ato.duration()
	if ato <= minATO {
		return minATO
	}
	most := 500 * time.Millisecond
	if c.quick.interactive || c.quick.pushed {
		most = maxATO
	}
	if c.rto.SRTT > 0 {
		most = min(most, max(c.rto.SRTT, minATO))
	}
	return min(ato, most)
}

// ackExpired is the delayed-ACK timer: if no text came that could have carried
// the ACK, then the pace was misjudged.
func (c *Conn) ackExpired() {
	if q := &c.quick; c.adaptive() {
		if q.interactive {
			q.interactive, q.ato = false, inMicroseconds(minATO)
		} else {
			q.ato = inMicroseconds(min(2*q.ato.duration(), c.rto.RTO))
		}
	}
	c.ackNow(CauseDelayedACK)
}

// acked counts a quick ACK that was sent for text.
func (q *quickACK) acked() {
	if q.left > 0 {
		if q.left--; q.left == 0 {
			q.ato = inMicroseconds(minATO)
		}
	}
	q.pushed = false
}

// answered is told that text goes out: soon after text came in, it is an answer.
func (q *quickACK) answered(now sim.Time) {
	if q.ato > 0 && now.Sub(q.last) < q.ato.duration() {
		q.interactive = true
	}
}

// ackRead is told that the program has read: if it has everything of what the
// other program wrote, nothing more may come, and the ACK need not wait.
func (c *Conn) ackRead() {
	q := &c.quick
	if c.ack.octets > 0 && c.rcv.unread == 0 && q.pushed && !q.interactive && c.adaptive() {
		c.ackNow(CauseACK)
	}
}
