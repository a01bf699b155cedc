package tcp

// The scoreboard of RFC 6675: what SACK blocks say about the segments in
// flight, and which of them must be lost.

// dupThresh is DupThresh of RFC 6675 §2: three.
const dupThresh = 3

// update is Update() of RFC 6675 §4. A segment of which a block covers a part
// is cut in two.
func (q *retransmissionQueue) update(blocks []Block, una, nxt Seq, h *heard) {
	for _, b := range blocks {
		// D-SACK blocks (RFC 2883) lie below SND.UNA or repeat another block;
		// they and nonsense say nothing about what is missing.
		if !una.Less(b.Start) || !b.Start.Less(b.End) || nxt.Less(b.End) {
			continue
		}
		for i := q.find(b.Start); i < len(q.segs); i++ {
			s := &q.segs[i]
			if !s.SEQ.Less(b.End) {
				break
			}
			if s.marks&sacked != 0 {
				continue
			}
			if s.SEQ.Less(b.Start) {
				q.split(i, b.Start)
				continue // the second half is next
			}
			if b.End.Less(s.end()) {
				q.split(i, b.End)
				s = &q.segs[i]
			}
			q.mark(s, sacked)
			h.note(s)
			h.news += uint32(s.n)
			h.delivered += uint32(s.n)
			q.highSACKed = later(q.highSACKed, s.end())
		}
	}
}

// find is the index of the segment that holds seq, or of the first behind it.
func (q *retransmissionQueue) find(seq Seq) int {
	lo, hi := int(q.first), len(q.segs)
	for lo < hi {
		if m := (lo + hi) / 2; !seq.Less(q.segs[m].end()) {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo
}

// split cuts the segment at index i in two at seq.
func (q *retransmissionQueue) split(i int, seq Seq) {
	q.drop(&q.segs[i])
	q.segs = append(q.segs, sent{})
	copy(q.segs[i+1:], q.segs[i:])
	front, back := &q.segs[i], &q.segs[i+1]
	n := uint16(seq.Sub(front.SEQ))
	front.n, back.n = n, back.n-n
	back.SEQ = seq
	front.marks &^= withFIN | withPSH
	back.marks &^= withSYN
	q.add(front)
	q.add(back)
}

// findLost is IsLost() of RFC 6675 §4 for all segments at once: a segment is
// lost when three separate stretches above it have been SACKed, or more than
// two full segments' worth of octets. Going down from the highest SACKed
// segment, everything below the point where that becomes true is lost. What
// was marked before is not looked at again.
func (q *retransmissionQueue) findLost(smss uint32) {
	if q.sackedSum == 0 {
		return
	}
	var octets, stretches uint32
	inStretch := false
	i := q.find(q.highSACKed-1) + 1
	for i--; i >= int(q.first) && q.lostBelow.LessEq(q.segs[i].SEQ); i-- {
		s := &q.segs[i]
		if s.marks&sacked != 0 {
			octets += uint32(s.n)
			if !inStretch {
				stretches++
			}
			inStretch = true
			continue
		}
		inStretch = false
		if stretches >= dupThresh || octets > (dupThresh-1)*smss {
			break
		}
	}
	if i < int(q.first) || q.segs[i].SEQ.Less(q.lostBelow) {
		return
	}
	below := q.segs[i].end()
	for ; i >= int(q.first) && q.lostBelow.LessEq(q.segs[i].SEQ); i-- {
		if s := &q.segs[i]; s.marks&(sacked|lost) == 0 {
			q.mark(s, lost)
		}
	}
	q.lostBelow = below
}

// headIsLost marks the first segment lost, which is how recovery begins.
func (q *retransmissionQueue) headIsLost() {
	if live := q.live(); len(live) > 0 && live[0].marks&(sacked|lost) == 0 {
		q.mark(&live[0], lost)
	}
}

// nextUnsacked is rule 3 of NextSeg(): the first segment below the highest
// SACKed one that is neither SACKed nor sent again.
func (q *retransmissionQueue) nextUnsacked() *sent {
	live := q.live()
	for i := range live {
		if s := &live[i]; !s.SEQ.Less(q.highSACKed) {
			break
		} else if s.marks&(sacked|resent) == 0 {
			return s
		}
	}
	return nil
}
