package tcp

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// acknowledgment is what this end owes the other: whether an ACK is due, how
// soon, and why. Any segment that carries one settles it.
type acknowledgment struct {
	octets uint32 // text that came since the last ACK was sent
	cause  Cause
	now    bool // must go out at once, with text if there is some
	first  bool // must go out before text: a duplicate ACK is one without text
}

func (c *Conn) ackNow(why Cause) {
	c.ack.now = true
	if c.ack.cause == CauseNone {
		c.ack.cause = why
	}
}

// ackText decides when to acknowledge text that came in order: at the latest
// every second full segment at once, or when the timer expires (RFC 9293
// §3.8.6.3; RFC 5681 §4.2).
//
// How large a full segment of the other side is, nobody says; one that is not
// the last of a SEND (no PSH) is taken to be full.
func (c *Conn) ackText(now sim.Time, n uint32, pushed bool) {
	c.ack.octets += n
	if n > uint32(c.rcv.MSS) || !pushed {
		c.rcv.MSS = uint16(n)
	}
	if c.adaptive() {
		c.textArrived(now, n, pushed)
		c.ackAdaptively(now)
		return
	}
	if c.cfg.NoDelayedACK || c.ack.octets >= 2*uint32(c.rcv.MSS) {
		c.ackNow(CauseACK)
	} else if !c.timers.on(delayedACK) {
		c.timers.set(delayedACK, now.Add(c.cfg.delayedACK()))
	}
}

// ackUnacceptable answers a segment that is outside the window (RFC 9293
// §3.10.7.4, first). If it has no text it may itself be such an answer, so
// these are counted, lest two ends answer each other for ever.
func (c *Conn) ackUnacceptable(now sim.Time, seg *Segment) {
	if seg.Flags&RST != 0 || len(seg.Data) == 0 && seg.Flags&(SYN|FIN) == 0 && !c.limit.allow(now) {
		return
	}
	if len(seg.Data) > 0 {
		c.startQuickACKs()
	}
	c.ack.first = true
	c.ackNow(CauseACK)
}

// challengeLimit counts challenge ACKs: at most ten in five seconds (RFC 5961
// §7).
type challengeLimit struct {
	since sim.Time
	count uint8
}

func (l *challengeLimit) allow(now sim.Time) bool {
	if now.Sub(l.since) >= 5e9 {
		l.since, l.count = now, 0
	}
	l.count = min(l.count+1, 11)
	return l.count <= 10
}

// challenge sends a challenge ACK: if the other side really meant what came,
// it will answer with a RST that has the right number (RFC 5961 §3, §4, §5).
func (c *Conn) challenge(now sim.Time, why string) {
	if !c.limit.allow(now) {
		return
	}
	c.ack.first = true
	c.ackNow(CauseChallenge)
	if c.em.Log.On() {
		c.emit(ChallengeACK, trace.String("why", why))
	}
}

// sendACK sends a segment without text. In SYN-RECEIVED it repeats the SYN:
// the other side may have missed it.
func (c *Conn) sendACK(now sim.Time, out *Segment) {
	why := c.ack.cause
	if c.state == SynReceived && c.snd.UNA == c.snd.ISS {
		c.fill(now, out, c.snd.ISS, SYN|ACK, why)
		c.offerOptions(out)
		return
	}
	c.fill(now, out, c.snd.NXT, ACK, why)
	c.addSACK(out, 0)
}

// offer moves the right edge of the receive window and returns the window
// field. The edge stands still until it can move by a full segment or half of
// the buffer (RFC 9293 §3.8.6.2.2), and does not move back, but for less than a
// unit of a scaled window when the buffer is full (RFC 7323 §2.4).
func (c *Conn) offer(syn bool) uint16 {
	if room := c.roomToOffer(); room > c.rcv.WND && room-c.rcv.WND >= c.worthOffering() {
		c.rcv.WND = room
	}
	if syn {
		return uint16(min(c.rcv.WND, 65535))
	}
	// A window that the shift would cut short is rounded up, so that the edge
	// does not seem to move back. The buffer keeps some slack for that; when it
	// is used up the field is rounded down (RFC 7323 §2.4).
	units := (c.rcv.WND + 1<<c.rcv.shift - 1) >> c.rcv.shift
	if rounded := units << c.rcv.shift; rounded+c.rcv.unread <= c.cfg.receiveBuffer() {
		c.rcv.WND = rounded
		return uint16(min(units, 65535))
	}
	return uint16(min(c.rcv.WND>>c.rcv.shift, 65535))
}

// roomToOffer is the room in the receive buffer, in bytes, less the slack, as
// far as the window field can tell of it.
func (c *Conn) roomToOffer() uint32 {
	size := c.cfg.receiveBuffer()
	if c.rcv.shift > 0 {
		size -= size / 32
	}
	return min(size-min(size, c.rcv.unread), 65535<<c.rcv.shift)
}

func (c *Conn) worthOffering() uint32 {
	return min(c.cfg.receiveBuffer()/2, uint32(c.cfg.mss()))
}

// updateWindow is called when the program has read: if the window that the
// other side knows of is small, it learns at once that there is more.
func (c *Conn) updateWindow() {
	room := c.roomToOffer()
	if !c.state.mayReceive() || c.rcv.finSeen || c.ack.now {
		return
	}
	c.ackRead()
	if room >= 2*c.rcv.WND && room-c.rcv.WND >= c.worthOffering() {
		c.ackNow(CauseWindowUpdate)
		if c.em.Log.On() {
			c.emit(WindowUpdate, trace.Int("window", room))
		}
	}
}

// sackRoom is the room that SACK blocks will take in the next new segment.
func (c *Conn) sackRoom() uint32 {
	if !c.sackOK || c.reassembly.empty() {
		return 0
	}
	return uint32(sackLen(min(int(c.reassembly.count), c.maxSACK())))
}

// maxSACK is how many blocks fit into the options: three beside timestamps,
// else four (RFC 2018 §3).
func (c *Conn) maxSACK() int {
	if c.ts.on {
		return 3
	}
	return 4
}

// addSACK reports what came out of order (RFC 2018 §4), with as many blocks as
// a segment with n octets of text has room for.
func (c *Conn) addSACK(out *Segment, n uint32) {
	if !c.sackOK || c.reassembly.empty() && c.dsack == (Block{}) {
		return
	}
	room := max(0, min((int(c.snd.MSS)-int(n)-4)/8, c.maxSACK()))
	c.reassembly.sack(&out.Options, room)
	c.addDSACK(&out.Options, room)
}
