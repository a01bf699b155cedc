package tcp

import (
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// rack is RACK (RFC 8985 §6): a segment is lost when one that was sent
// sufficiently later has arrived. Counting duplicate ACKs fails where few
// follow, where a retransmission is lost again, and where the network swaps
// segments; time fails in none of these.
//
//	sent      1   2   3   4   5   6
//	arrived       ✓       ✓            newest that arrived: 4
//	lost      ✗       ✗                sent before 4, by more than the
//	                                   reordering window
type rack struct {
	sentAt     sim.Time     // RACK.xmit_ts: when the newest that arrived was sent
	rtt        microseconds // RACK.rtt: how long it took
	minRTT     microseconds // RACK.min_RTT
	end        Seq          // RACK.end_seq: its end
	fack       Seq          // RACK.fack: the highest number that arrived
	dsackRound Seq          // RACK.dsack_round, if inRound
	mult       uint8        // RACK.reo_wnd_mult, less 1
	persist    uint8        // RACK.reo_wnd_persist: recoveries until mult falls back
	inRound    bool
	reordered  bool // RACK.reordering_seen
}

const reoWindowPersist = 16

// microseconds is a duration that takes half the room: up to 71 minutes.
type microseconds uint32

func inMicroseconds(d time.Duration) microseconds {
	return microseconds(min(max(d/time.Microsecond, 1), 1<<32-1))
}

func (m microseconds) duration() time.Duration { return time.Duration(m) * time.Microsecond }

// usesRACK: RACK needs SACK (RFC 8985 §3).
func (c *Conn) usesRACK() bool { return c.sackOK && c.cfg.rack() }

// rackUpdate is steps 1 to 3 of RFC 8985 §6.2.
func (c *Conn) rackUpdate(now sim.Time, h *heard) {
	k := &c.rack
	if !h.any {
		return
	}
	first := k.sentAt == 0 && k.rtt == 0
	if h.timed {
		rtt := inMicroseconds(now.Sub(h.newestAt))
		if !h.retried && (k.minRTT == 0 || rtt < k.minRTT) {
			// Simplified: RFC 8985 §6.2 asks for the minimum of recent times; paths
			// here do not get longer for good.
			k.minRTT = rtt
		}
		// An ACK that comes sooner than any round trip is not that of the
		// retransmission.
		if (!h.retried || rtt >= k.minRTT) && (first || sentAfter(h.newestAt, h.newestEnd, k.sentAt, k.end)) {
			k.sentAt, k.end, k.rtt = h.newestAt, h.newestEnd, rtt
		}
	}
	// Step 3: what arrives below fack, and was sent once, was overtaken.
	if h.original && !first && h.lowest.Less(k.fack) && !k.reordered {
		k.reordered = true
		if c.em.Log.On() {
			c.emit(Reordering, trace.Int("seq", h.lowest.Sub(c.snd.ISS)), trace.Int("fack", k.fack.Sub(c.snd.ISS)))
		}
	}
	if first || k.fack.Less(h.highest) {
		k.fack = h.highest
	}
}

// adaptReordering is RFC 8985 §6.2, step 4, in its first half: D-SACKs say that
// segments were sent again for nothing, so the window grows, once in a round
// trip; sixteen recoveries later it falls back.
func (c *Conn) adaptReordering(h *heard) {
	k := &c.rack
	if k.inRound && k.dsackRound.LessEq(c.snd.UNA) {
		k.inRound = false
	}
	if h.dsack && !k.inRound {
		k.inRound, k.dsackRound = true, c.snd.NXT
		k.mult, k.persist = min(k.mult+1, 254), reoWindowPersist
	}
}

// recoveryEnded is the other half.
func (k *rack) recoveryEnded() {
	if k.persist > 0 {
		if k.persist--; k.persist == 0 {
			k.mult = 0
		}
	}
}

// reorderingWindow is RACK_update_reo_wnd().
func (c *Conn) reorderingWindow() time.Duration {
	k := &c.rack
	if !k.reordered && (c.recovery.phase != open || c.queue.atLeastSACKed(dupThresh)) {
		return 0
	}
	return min(time.Duration(k.mult+1)*k.minRTT.duration()/4, c.rto.SRTT)
}

// atLeastSACKed says whether that many segments are SACKed.
func (q *retransmissionQueue) atLeastSACKed(n int) bool {
	for i := range q.live() {
		if q.live()[i].marks&sacked != 0 {
			if n--; n == 0 {
				return true
			}
		}
	}
	return false
}

// rackDetect is RACK_detect_loss(), step 5: it marks what is lost, and sets the
// timer for what may soon be.
func (c *Conn) rackDetect(now sim.Time) {
	k := &c.rack
	c.timers.stop(reordering)
	if c.queue.sackedSum == 0 && c.recovery.phase == open {
		return // whatever was sent before the newest that arrived has arrived too
	}
	wait, within := time.Duration(0), k.rtt.duration()+c.reorderingWindow()
	live := c.queue.live()
	for i := range live {
		s := &live[i]
		later := !sentAfter(k.sentAt, k.end, s.at, s.end())
		if later && s.times == 0 {
			break // and so were all that follow
		}
		if later || s.marks&sacked != 0 || s.marks&(lost|resent) == lost {
			continue
		}
		if left := s.at.Add(within).Sub(now); left <= 0 {
			c.queue.lose(s)
		} else {
			wait = max(wait, left)
		}
	}
	if wait > 0 {
		c.timers.set(reordering, now.Add(wait))
	}
}

// reorderingTimeout: nothing came that would have shown that segments were only
// overtaken.
func (c *Conn) reorderingTimeout(now sim.Time) {
	if c.queue.empty() || !c.usesRACK() {
		return
	}
	before := c.queue.lostCount
	c.rackDetect(now)
	if c.queue.lostCount == before {
		return
	}
	h := new(heard)
	if c.recovery.phase == open {
		c.beginRecovery(h)
	}
	if c.recovery.phase == fast {
		// RFC 9937 §6.2 acts on ACKs; what the timer finds goes out at once.
		c.recovery.force = true
	}
}

// rackTimedOut is RACK_mark_losses_on_RTO() (RFC 8985 §6.3): the first segment
// and what was sent long enough ago. What was sent lately may still arrive.
func (c *Conn) rackTimedOut(now sim.Time) {
	live := c.queue.live()
	forget := live[0].marks&sacked != 0 // the receiver has thrown away what it had
	within := c.rack.rtt.duration() + c.reorderingWindow()
	for i := range live {
		s := &live[i]
		if forget {
			c.queue.unSACK(s)
		}
		if s.marks&sacked == 0 && (i == 0 || s.at.Add(within) <= now) {
			c.queue.lose(s)
		}
	}
	c.timers.stop(reordering)
}
