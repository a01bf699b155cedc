package tcp

import "github.com/packetwalk/packetwalk/sim"

// sent is one segment on the retransmission queue: octets that were sent and
// not yet acknowledged.
type sent struct {
	at    sim.Time // when it was last sent
	SEQ   Seq
	n     uint16 // octets of sequence space, SYN and FIN included
	marks marks
	times uint8 // how often it was sent again
}

func (s *sent) end() Seq { return s.SEQ + Seq(s.n) }

// marks are what is known about a segment in flight.
type marks uint8

const (
	sacked  marks = 1 << iota // the other side has it (RFC 2018)
	lost                      // the network has lost it, as far as one can tell
	resent                    // a retransmission of it is on its way
	withSYN                   // its first octet is SYN
	withFIN                   // its last octet is FIN
	withPSH                   // its text ended what the program had written
)

// retransmissionQueue is the queue of RFC 9293 §3.10.7.4 and the scoreboard of
// RFC 6675 in one: the segments in flight, in the order of their numbers, with
// what is known about each.
//
//	SND.UNA                                                  SND.NXT
//	   │ lost,resent │ sacked │ lost │ sacked │ sacked │  ·  │  ·  │
//	                                                ↑ highSACKed
type retransmissionQueue struct {
	segs       []sent // [first:] are in the queue; nil while it is empty
	first      int32
	lostCount  int32  // marked lost and not sent again since
	pipe       uint32 // octets that are in the network (RFC 6675 §4, SetPipe)
	sackedSum  uint32 // octets that are SACKed
	highSACKed Seq    // end of the highest SACKed segment
	lostBelow  Seq    // all below that is not SACKed has been marked lost
}

func (q *retransmissionQueue) live() []sent { return q.segs[q.first:] }

func (q *retransmissionQueue) empty() bool { return int(q.first) == len(q.segs) }

// push adds a segment that was just sent for the first time.
func (q *retransmissionQueue) push(p *pool, s sent) {
	if q.segs == nil {
		q.segs = p.getSent()
	}
	if q.first > 0 && len(q.segs) == cap(q.segs) && int(q.first) >= len(q.segs)/2 {
		n := copy(q.segs, q.segs[q.first:])
		q.segs, q.first = q.segs[:n], 0
	}
	if q.empty() {
		q.highSACKed, q.lostBelow = s.SEQ, s.SEQ
	}
	q.segs = append(q.segs, s)
	q.pipe += uint32(s.n)
}

// weight is what a segment counts in the pipe: its original if it is neither
// SACKed nor lost, and its retransmission (RFC 6675 §4, SetPipe).
func (s *sent) weight() uint32 {
	if s.marks&sacked != 0 {
		return 0
	}
	w := uint32(0)
	if s.marks&lost == 0 {
		w = uint32(s.n)
	}
	if s.marks&resent != 0 {
		w += uint32(s.n)
	}
	return w
}

// drop takes a segment out of all the counts, before it changes or goes.
func (q *retransmissionQueue) drop(s *sent) {
	q.pipe -= s.weight()
	if s.marks&sacked != 0 {
		q.sackedSum -= uint32(s.n)
	} else if s.marks&(lost|resent) == lost {
		q.lostCount--
	}
}

// add puts it back into the counts.
func (q *retransmissionQueue) add(s *sent) {
	q.pipe += s.weight()
	if s.marks&sacked != 0 {
		q.sackedSum += uint32(s.n)
	} else if s.marks&(lost|resent) == lost {
		q.lostCount++
	}
}

func (q *retransmissionQueue) mark(s *sent, m marks) {
	q.drop(s)
	s.marks |= m
	q.add(s)
}

// lose marks a segment lost, again if it was sent again.
func (q *retransmissionQueue) lose(s *sent) {
	q.drop(s)
	s.marks = s.marks&^resent | lost
	q.add(s)
}

// unSACK: the receiver has thrown away what it had (RFC 2018 §8).
func (q *retransmissionQueue) unSACK(s *sent) {
	q.drop(s)
	s.marks &^= sacked
	q.add(s)
	q.highSACKed = q.live()[0].SEQ
}

// acknowledge removes what lies below ack (RFC 9293 §3.10.7.4: "Any segments
// on the retransmission queue that are thereby entirely acknowledged are
// removed") and cuts the front off a segment that ack falls into.
func (q *retransmissionQueue) acknowledge(p *pool, ack Seq, h *heard) {
	h.measures = !q.empty()
	for i := q.first; int(i) < len(q.segs); i++ {
		s := &q.segs[i]
		if !s.SEQ.Less(ack) {
			break
		}
		if i == q.first {
			h.oldestAt, h.oldest = s.at, s.SEQ
		}
		if s.times > 0 {
			h.measures = false
		}
		q.drop(s)
		if s.marks&sacked == 0 {
			h.delivered += min(ack.Sub(s.SEQ), uint32(s.n))
			h.note(s)
		}
		if ack.Less(s.end()) {
			cut := ack.Sub(s.SEQ)
			s.SEQ, s.n = ack, s.n-uint16(cut)
			s.marks &^= withSYN
			q.add(s)
			break
		}
		q.first++
	}
	if q.empty() {
		q.release(p)
	}
}

// allLost marks everything that is not SACKed as lost: the retransmission
// timer has expired. forget also turns the SACKed marks off (RFC 2018 §8): the
// other side may have thrown such text away again.
func (q *retransmissionQueue) allLost(forget bool) {
	q.pipe, q.lostCount, q.sackedSum = 0, 0, 0
	for i := range q.live() {
		s := &q.live()[i]
		if forget {
			s.marks &^= sacked
		}
		s.marks = s.marks&^resent | lost
		q.add(s)
	}
	if !q.empty() {
		q.lostBelow = q.segs[len(q.segs)-1].end()
		if forget {
			q.highSACKed = q.live()[0].SEQ
		}
	}
}

// nextLost is the first segment that is lost and was not sent again since.
func (q *retransmissionQueue) nextLost() *sent {
	if q.lostCount == 0 {
		return nil
	}
	live := q.live()
	for i := range live {
		if live[i].marks&(sacked|lost|resent) == lost {
			return &live[i]
		}
	}
	return nil
}

func (q *retransmissionQueue) release(p *pool) {
	if q.segs != nil {
		p.putSent(q.segs)
	}
	*q = retransmissionQueue{}
}
