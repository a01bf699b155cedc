package tcp

import (
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// heard is what one ACK tells the sender, gathered while the retransmission
// queue takes it in: how much has arrived, and which of the segments that have
// arrived was sent last, which is what RACK and F-RTO look at.
type heard struct {
	advanced  uint32 // octets by which SND.UNA moved
	news      uint32 // octets that were SACKed for the first time
	delivered uint32 // octets that have arrived and were not known to have
	inUse     uint32 // the pipe before the ACK came
	duplicate bool   // RFC 5681 §2
	dsack     bool   // the ACK reports text that came twice (RFC 2883)
	echoes    bool   // it echoes a timestamp:
	echo      uint32

	rtt      time.Duration // the round trip that the ACK measured; 0 if none
	oldestAt sim.Time      // when the first of the acknowledged segments was sent
	oldest   Seq           // its number
	measures bool          // Karn: nothing that SND.UNA moved over was sent twice

	// Of all segments that the ACK is the first to report, SACKed or acknowledged:
	newestAt  sim.Time // when the last one was sent (RACK.xmit_ts)
	newestEnd Seq      // its end (RACK.end_seq)
	original  bool     // some were sent only once,
	lowest    Seq      // of which this is the end of the lowest
	highest   Seq      // the highest end of all
	any       bool
	timed     bool // the last one that was sent is known,
	retried   bool // and is a retransmission
}

// note takes in a segment that is known to have arrived.
func (h *heard) note(s *sent) {
	end := s.end()
	if !h.any || h.highest.Less(end) {
		h.highest = end
	}
	if s.times == 0 && (!h.original || end.Less(h.lowest)) {
		h.original, h.lowest = true, end
	}
	// RFC 8985 §6.2, step 2: the ACK of a retransmission that is older than the
	// retransmission is that of the original.
	early := s.times > 0 && h.echoes && int32(h.echo-clock(s.at)) < 0
	if !early && (!h.timed || sentAfter(s.at, end, h.newestAt, h.newestEnd)) {
		h.newestAt, h.newestEnd, h.retried, h.timed = s.at, end, s.times > 0, true
	}
	h.any = true
}

// sentAfter is RACK_sent_after() of RFC 8985 §6.2: of what was sent in the same
// moment the higher number was sent later.
func sentAfter(at1 sim.Time, end1 Seq, at2 sim.Time, end2 Seq) bool {
	return at1 > at2 || at1 == at2 && end2.Less(end1)
}
