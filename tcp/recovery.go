package tcp

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// recovery is where the sender stands with a loss. The two ways of noticing
// one, and of repairing it with and without SACK, share it.
//
//	          third duplicate ACK          SND.UNA ≥ point
//	┌──────┐ ────────────────────▶ ┌──────┐ ────────────▶ (open)
//	│ open │                       │ fast │
//	└──────┘ ──┐                   └──────┘
//	           │ time-out             │ time-out
//	           ▼                      ▼
//	        ┌─────────────────────────────┐
//	        │          timeout            │ ─────────────▶ (open)
//	        └─────────────────────────────┘  SND.UNA ≥ point
type recovery struct {
	phase    phase
	dupACKs  uint8
	force    bool // the next lost segment goes out whatever cwnd says
	cause    Cause
	rescued  bool // rule 4 of NextSeg has been used (RFC 6675 §4)
	restored bool // the timer was restarted for a partial ACK (RFC 6582 §3.2)
	point    Seq  // RecoveryPoint of RFC 6675, "recover" of RFC 6582
	// guarded: SND.UNA does not yet cover more than recover (RFC 6582 §3.2, step
	// 2). Duplicate ACKs may then come from what was sent twice, and without
	// SACK nothing tells them from those of another loss.
	guarded bool
}

type phase uint8

const (
	open phase = iota
	fast
	timeout
)

var phaseNames = [...]string{"open", "fast recovery", "timeout recovery"}

func (p phase) String() string { return phaseNames[p] }

// flight is FlightSize (RFC 5681 §2).
func (c *Conn) flight() uint32 { return c.snd.NXT.Sub(c.snd.UNA) }

// onACK is told of every acceptable ACK while something is outstanding.
func (c *Conn) onACK(now sim.Time, h *heard) {
	r := &c.recovery
	lostBefore := c.queue.lostCount
	if c.sackOK {
		h.duplicate = h.news > 0 // RFC 6675 §2
	}
	if c.usesRACK() {
		c.rackUpdate(now, h)
		c.adaptReordering(h)
	} else if c.sackOK {
		c.queue.findLost(c.cwnd.SMSS)
	}
	if how := c.examine(h); how != "" {
		c.undo(h, how)
	}
	if h.advanced > 0 {
		c.onAdvance(now, h)
	}
	if h.duplicate && !c.queue.empty() {
		c.onDuplicate()
	}
	if c.usesRACK() {
		c.rackDetect(now)
		if r.phase == open && c.queue.lostCount > 0 {
			c.beginRecovery(h)
		}
	} else if r.phase == open && !c.queue.empty() {
		// RFC 6675 §5: three duplicate ACKs, or IsLost(HighACK + 1).
		if r.dupACKs >= dupThresh && (c.sackOK || !r.guarded) || c.sackOK && c.queue.live()[0].marks&lost != 0 {
			c.beginRecovery(h)
		}
	}
	if r.phase == fast && c.usesPRR() {
		c.reduceProportionally(h, h.advanced > 0 && c.queue.lostCount <= lostBefore)
	}
}

func (c *Conn) onAdvance(now sim.Time, h *heard) {
	r := &c.recovery
	r.dupACKs = 0
	if r.point.Less(c.snd.UNA) {
		r.guarded = false
	}
	switch {
	case r.phase != open && r.point.LessEq(c.snd.UNA):
		c.endRecovery()
		if c.cfg.Profile == Linux {
			c.cong.acked(&c.cwnd, c.growthOn(h.delivered, now, h))
		}
	case r.phase == fast:
		if c.em.Log.On() {
			c.emit(PartialACK, trace.Int("ack", c.snd.UNA.Sub(c.snd.ISS)))
		}
		if !c.sackOK {
			c.partialACK(h.advanced)
		}
	case c.ecn.echoed: // RFC 3168 §6.1.2: such an ACK makes cwnd no larger
	case c.cwndInUse(h.inUse):
		c.cong.acked(&c.cwnd, c.growthOn(h.advanced, now, h))
	}
}

// cwndInUse says whether cwnd was what held the sender back. If it was not,
// it says nothing about the network that cwnd octets fit, and cwnd must not
// grow (RFC 9293 §3.8.2; RFC 7661 §1). In slow start twice the use is allowed
// for, since each ACK doubles what it stands for.
func (c *Conn) cwndInUse(pipe uint32) bool {
	if c.cwnd.CWND < c.cwnd.SSThresh {
		return c.cwnd.CWND < 2*pipe
	}
	return pipe+c.cwnd.SMSS > c.cwnd.CWND
}

func (c *Conn) onDuplicate() {
	r := &c.recovery
	if r.dupACKs < 255 {
		r.dupACKs++
	}
	if c.em.Log.On() {
		c.emit(DuplicateACK, trace.Int("count", r.dupACKs), trace.Int("ack", c.snd.UNA.Sub(c.snd.ISS)))
	}
	if r.phase == fast && !c.sackOK {
		c.cwnd.CWND += c.cwnd.SMSS // RFC 5681 §3.2, step 4: one more has left the network
	}
}

// beginRecovery is the fast retransmit (RFC 5681 §3.2, steps 2 and 3; RFC 6582
// §3.2, step 2; RFC 6675 §5, step 4).
func (c *Conn) beginRecovery(h *heard) {
	r := &c.recovery
	if c.mtuProbeLost() {
		return
	}
	c.beginEpisode(true)
	// What limited transmit sent does not count (RFC 5681 §3.2, step 2), which
	// is all that can be outstanding beyond cwnd.
	c.cong.lost(&c.cwnd, min(c.flight(), c.cwnd.CWND))
	c.cwnd.CWND = c.cwnd.SSThresh
	how := "SACK (RFC 6675)"
	switch {
	case !c.sackOK:
		c.cwnd.CWND += dupThresh * c.cwnd.SMSS
		how = "NewReno (RFC 6582)"
	case c.usesPRR():
		c.episode.prr.begin(c.flight(), c.queue.sackedSum, h)
		how = "SACK (RFC 6675) and PRR (RFC 9937)"
	}
	r.phase, r.point, r.guarded = fast, c.snd.NXT, true
	c.ecnReduced()
	r.force, r.cause = true, CauseFastRetransmit
	r.rescued, r.restored = false, false
	if !c.usesRACK() {
		c.queue.headIsLost()
	}
	if c.em.Log.On() {
		c.emit(RecoveryBegin, trace.Int("una", c.snd.UNA.Sub(c.snd.ISS)), trace.Int("point", r.point.Sub(c.snd.ISS)),
			trace.Int("ssthresh", c.cwnd.SSThresh), trace.Int("cwnd", c.cwnd.CWND), trace.String("how", how))
	}
}

// partialACK is RFC 6582 §3.2, step 3, for an ACK that does not reach the
// recovery point: the next hole is sent at once, cwnd is deflated by what left
// the network and inflated by the segment that takes its place.
func (c *Conn) partialACK(advanced uint32) {
	w := &c.cwnd
	w.CWND -= min(advanced, w.CWND-w.SMSS)
	if advanced >= w.SMSS {
		w.CWND += w.SMSS
	}
	c.queue.headIsLost()
	c.recovery.force, c.recovery.cause = true, CauseRecovery
}

// endRecovery: everything that was outstanding at the loss has arrived.
func (c *Conn) endRecovery() {
	w := &c.cwnd
	if c.recovery.phase == fast {
		// RFC 6582 §3.2, step 3 (1): without a burst of a whole window. With
		// SACK, cwnd is ssthresh already.
		w.CWND = min(w.SSThresh, max(c.flight(), w.SMSS)+w.SMSS)
		if c.sackOK {
			w.CWND = w.SSThresh
		}
	}
	c.recovery.phase, c.recovery.force = open, false
	c.rack.recoveryEnded()
	if c.em.Log.On() {
		c.emit(RecoveryEnd, trace.Int("una", c.snd.UNA.Sub(c.snd.ISS)), trace.Int("cwnd", w.CWND))
	}
}

// timedOut is what a retransmission timeout means for the windows (RFC 5681
// §3.1) and the scoreboard (RFC 6675 §5.1).
func (c *Conn) timedOut(now sim.Time) {
	r, live := &c.recovery, c.queue.live()
	again := r.phase == timeout && c.retries > 0
	c.beginEpisode(r.phase == open)
	c.episode.frto = frtoOff
	if !again && c.cfg.frto() && c.sackOK && live[0].marks&withSYN == 0 {
		c.episode.frto = frtoFirst // RFC 5682 §3.1, step 1
	}
	if c.retries == 0 || r.phase != timeout {
		c.cong.lost(&c.cwnd, min(c.flight(), c.cwnd.CWND)) // held constant at later timeouts
		c.cong.timedOut()
	}
	c.cwnd.CWND, c.cwnd.counted = c.cwnd.SMSS, 0
	r.phase, r.point, r.guarded = timeout, c.snd.NXT, true
	c.ecnReduced()
	r.dupACKs, r.force, r.cause = 0, true, CauseTimeout
	c.tail = tailProbe{}
	if c.usesRACK() {
		c.rackTimedOut(now)
		return
	}
	// RFC 2018 §8 turns the SACKed marks off. RFC 6675 §5.1 would keep them;
	// Linux does, unless the first segment is SACKed but not acknowledged.
	c.queue.allLost(c.cfg.Profile == RFC || live[0].marks&sacked != 0)
}
