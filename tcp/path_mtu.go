package tcp

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// How large a segment may be that crosses the whole path, not just the first
// link. A router that cannot pass a packet on says so by ICMP (RFC 1191), and
// then everything that was too large is cut and sent again at once. Where a
// filter eats those messages, large segments vanish without a word: a black
// hole (RFC 2923 §2.1). The way out is to find the size by trying (RFC 4821).
//
//	low ──── what has arrived ────┐
//	                              ▼
//	|=============================|- - -?- - -|           |
//	0                            low   probe  high        both sides' MSS
//	                              ▲            ▲
//	                         snd.MSS     never came
type pathMTU struct {
	limit     uint16 // what is known of the path, text and options; 0 is nothing
	low, high uint16 // the search; low is 0 while there is none
	size      uint16 // of the probe in flight; 0 is none
	seq       Seq    // where it begins
}

// The search stops when what is left to win is this little (RFC 4821 §7.3), and
// starts from 1024 octets, which nearly every path takes (§7.2), as on Linux.
const (
	mtuSearchEnd  = 16
	mtuSearchBase = 1024
	minPathMSS    = 64 // text in a segment, whatever anybody says; see synArrives
)

// headers is what IP and TCP put in front of the text and the options.
func (c *Conn) headers() int {
	if c.id.Remote.Addr().Is4() {
		return 20 + headerLen
	}
	return 40 + headerLen
}

// LimitMTU says what the path is known to take, in bytes of IP packet, before
// the handshake has ended.
func (c *Conn) LimitMTU(mtu int) {
	c.path.limit = uint16(min(max(mtu-c.headers(), minPathMSS), 65535))
	if c.state != SynSent { // a SYN has come already
		c.setSegmentSize(min(c.snd.MSS, c.path.limit-c.everySegment()))
	}
}

// everySegment is the room that options take in every segment.
func (c *Conn) everySegment() uint16 {
	if c.ts.on {
		return timestampsLen
	}
	return 0
}

// agreeSize takes the size of segments that the handshake has led to.
func (c *Conn) agreeSize() {
	if limit := c.path.limit; limit > 0 {
		c.snd.MSS = min(c.snd.MSS, limit-c.everySegment())
	}
}

func (c *Conn) setSegmentSize(mss uint16) {
	c.snd.MSS = max(mss, minPathMSS-c.everySegment())
	c.cwnd.SMSS = uint32(c.snd.MSS)
}

// PathMTU is told that ICMP says of the segment that began at seq: too large
// for a link of mtu bytes (RFC 1191 §4). It says whether that is believed: of
// something that is in flight (RFC 5927 §4.1), and less than what is sent now.
// Segments get smaller, and those that were too large are sent again at once;
// that they are lost says nothing of congestion (RFC 1191 §6.5).
func (c *Conn) PathMTU(now sim.Time, seq Seq, mtu int) bool {
	inFlight := c.snd.UNA.LessEq(seq) && seq.Less(c.snd.NXT)
	fits := max(mtu-c.headers()-int(c.everySegment()), minPathMSS-int(c.everySegment()))
	if !inFlight || fits >= int(c.snd.MSS) {
		return false
	}
	c.path.limit = uint16(fits) + c.everySegment()
	c.path.low, c.path.size = 0, 0
	if c.state == SynSent || c.state == SynReceived {
		return true // it is only known now, and counts from the handshake on
	}
	c.setSegmentSize(uint16(fits))
	again := c.cutAgain(CausePathMTU)
	if c.em.Log.On() {
		c.emit(PathMTUShrunk, trace.Int("mtu", mtu), trace.Int("mss", c.snd.MSS), trace.Int("again", again))
	}
	return true
}

// cutAgain cuts what is in flight and larger than a segment may be now, and has
// the pieces sent again within cwnd, which stays. It says how many were cut.
func (c *Conn) cutAgain(why Cause) int {
	again := c.queue.cut(uint32(c.snd.MSS))
	if r := &c.recovery; again > 0 {
		if r.phase == open {
			r.phase, r.point = timeout, c.snd.NXT
		}
		r.dupACKs, r.force, r.cause = 0, true, why
	}
	return again
}

// cut divides segments with more than size octets of text and marks the pieces
// lost, unless they are known to have arrived.
func (q *retransmissionQueue) cut(size uint32) (count int) {
	done := Seq(0)
	for i := int(q.first); i < len(q.segs); i++ {
		s := &q.segs[i]
		if s.marks&sacked != 0 || s.octets() <= size {
			continue
		}
		if count == 0 || done.LessEq(s.SEQ) {
			count++
			done = s.end()
		}
		q.drop(s)
		s.marks = s.marks&^resent | lost
		q.add(s)
		front := size
		if s.marks&withSYN != 0 {
			front++
		}
		q.split(i, s.SEQ.Add(front))
	}
	return count
}

// octets is the segment's text, in octets.
func (s *sent) octets() uint32 {
	n := uint32(s.n)
	if s.marks&withSYN != 0 {
		n--
	}
	if s.marks&withFIN != 0 {
		n--
	}
	return n
}
