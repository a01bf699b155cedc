package tcp

import "github.com/packetwalk/packetwalk/trace"

// ECNMode is whether a connection uses explicit congestion notification
// (RFC 3168): routers mark packets instead of dropping them.
type ECNMode uint8

// The modes.
const (
	ECNPassive ECNMode = iota // agree if the other side asks, as Linux does (tcp_ecn = 2)
	ECNActive                 // ask
	ECNNever
)

var ecnModeNames = [...]string{"passive", "active", "never"}

// String is "passive", "active" or "never".
func (m ECNMode) String() string {
	if int(m) < len(ecnModeNames) {
		return ecnModeNames[m]
	}
	return "?"
}

// ecn is explicit congestion notification on a connection (RFC 3168 §6.1). The
// queue marks, the receiver echoes, the sender slows down and says so:
//
//	sender             queue            receiver
//	  │── ECT(0) ───────▶ ── CE ──────────▶│
//	  │◀───────────────── ECE ── ECE ── ECE│  until CWR comes
//	  │  ssthresh, cwnd                    │
//	  │── CWR ────────────────────────────▶│  no more ECE
type ecn struct {
	on     bool // both sides have agreed
	asked  bool // the SYN asks for it
	echo   bool // CE came: every ACK carries ECE until CWR comes
	echoed bool // the ACK that is being processed carries ECE
	owes   bool // cwnd was reduced: the next new text carries CWR
	waits  bool // for SND.UNA to pass point, until ECE means something new
	point  Seq
}

// offerECN sets the flags of a SYN (RFC 3168 §6.1.1): ECE and CWR ask, ECE
// alone in the SYN,ACK agrees. A SYN that had to be sent again asks no more:
// something on the path may drop what it does not know (§6.1.1.1).
func (c *Conn) offerECN(out *Segment) {
	e := &c.ecn
	if c.state == SynSent {
		e.asked = e.asked && !c.resent
		if e.asked {
			out.Flags |= ECE | CWR
		}
	} else if e.on {
		out.Flags |= ECE
	}
}

// agreeECN takes what the other side's SYN or SYN,ACK says.
func (c *Conn) agreeECN(seg *Segment) {
	e := &c.ecn
	const answer, question = SYN | ACK | ECE, SYN | ECE | CWR
	switch seg.Flags & (SYN | ACK | ECE | CWR) {
	case question:
		// Having sent a SYN that did not ask, this end must not either (§6.1.1).
		e.on = c.cfg.ECN != ECNNever && (e.asked || c.state == Listen)
	case answer:
		e.on = e.asked
	}
	if e.on && c.em.Log.On() {
		c.emit(ECNAgreed)
	}
}

// ecnArrives is told of every segment that is in the window, before its text
// is taken: CWR ends the echo, CE begins it (RFC 3168 §6.1.3). Only text
// counts: nothing else is sent with ECT.
func (c *Conn) ecnArrives(seg *Segment) {
	e := &c.ecn
	if !e.on || len(seg.Data) == 0 {
		return
	}
	if seg.Flags&CWR != 0 {
		e.echo = false
	}
	if seg.CE && !e.echo {
		e.echo = true
		c.ackNow(CauseACK) // the sooner the sender knows, the better
		if c.em.Log.On() {
			c.emit(CEArrived, trace.Int("seq", seg.SEQ.Sub(c.rcv.IRS)))
		}
	}
}

// ecnEcho is the sender's reaction to ECE (RFC 3168 §6.1.2): that of a loss,
// but nothing is sent again; once for a window, and not while a loss, which
// has reduced cwnd already, is being repaired.
func (c *Conn) ecnEcho(seg *Segment) {
	e := &c.ecn
	e.echoed = e.on && seg.Flags&(ECE|SYN) == ECE
	if e.waits && e.point.Less(c.snd.UNA) {
		e.waits = false
	}
	if !e.echoed || e.waits || c.recovery.phase != open || c.queue.empty() {
		return
	}
	// Simplified: RFC 3168 §6.1.2 goes below two segments, down to one, and then
	// waits for the retransmission timer before it sends the next. Here, as in
	// Linux, ssthresh's least value (RFC 5681 §3.1) is that of cwnd too.
	c.cong.lost(&c.cwnd, min(c.flight(), c.cwnd.CWND))
	c.cwnd.CWND = min(c.cwnd.CWND, c.cwnd.SSThresh)
	c.ecnReduced()
	if c.em.Log.On() {
		c.emit(ECNReaction, trace.Int("una", c.snd.UNA.Sub(c.snd.ISS)),
			trace.Int("ssthresh", c.cwnd.SSThresh), trace.Int("cwnd", c.cwnd.CWND))
	}
}

// ecnReduced is told that cwnd was reduced, for whatever reason: the receiver
// learns it from CWR (RFC 3168 §6.1.2).
func (c *Conn) ecnReduced() {
	if c.ecn.on {
		c.ecn.owes, c.ecn.waits, c.ecn.point = true, true, c.snd.NXT
	}
}

// ecnNewText marks a segment of new text as one that a router may mark. A
// retransmission never is one, nor is a segment without text or a window probe
// (RFC 3168 §6.1.4, §6.1.5, §6.1.6).
func (c *Conn) ecnNewText(out *Segment) {
	if !c.ecn.on || out.text == 0 {
		return
	}
	out.ECT = true
	if c.ecn.owes {
		c.ecn.owes = false
		out.Flags |= CWR
	}
}
