package tcp

import "github.com/packetwalk/packetwalk/trace"

// D-SACK (RFC 2883): the receiver of a segment that it had before says so in the
// first SACK block of its ACK. The sender learns that it sent something again
// for nothing, or that the network repeats.
//
//	ACK 500                  4 octets from 300 came twice:  SACK 300–304
//	ACK 500, SACK 600–800    and so did 700–704:            SACK 700–704 600–800

// cameTwice remembers what the next ACK reports.
func (c *Conn) cameTwice(b Block) {
	if c.sackOK && !c.cfg.NoDSACK && b.Start.Less(b.End) {
		c.dsack = b
	}
}

// had is the stretch of b that is here already, the first of them.
func (r *reassembly) had(b Block) Block {
	for _, old := range r.blocks {
		if overlap(b, old) > 0 {
			b.Start = later(b.Start, old.Start)
			if old.End.Less(b.End) {
				b.End = old.End
			}
			return b
		}
	}
	return Block{}
}

// addDSACK puts the report in front of the other blocks, once (RFC 2883 §4: "each
// duplicate contiguous sequence of data received is reported in at most one
// D-SACK block").
func (c *Conn) addDSACK(o *Options, room int) {
	if c.dsack == (Block{}) || room < 1 {
		return
	}
	o.NSACK = min(o.NSACK, uint8(room-1))
	copy(o.SACK[1:o.NSACK+1], o.SACK[:o.NSACK])
	o.SACK[0] = c.dsack
	o.NSACK++
	c.dsack = Block{}
}

// hasDSACK is RFC 2883 §4.1 and §4.2 from the sender's side: the first block is a
// D-SACK if it lies below the acknowledgment number, or inside the second.
func hasDSACK(seg *Segment) bool {
	o := &seg.Options
	if o.NSACK == 0 || !o.SACK[0].Start.Less(o.SACK[0].End) {
		return false
	}
	first := o.SACK[0]
	return first.End.LessEq(seg.ACK) ||
		o.NSACK > 1 && o.SACK[1].Start.LessEq(first.Start) && first.End.LessEq(o.SACK[1].End)
}

// heedDSACK notes whether the ACK reports text that came twice.
func (c *Conn) heedDSACK(seg *Segment, h *heard) {
	// RFC 2883 §5: a block from before what can be in flight says nothing.
	if h.dsack = c.sackOK && hasDSACK(seg) && (c.snd.UNA - Seq(c.snd.maxWND)).Less(seg.Options.SACK[0].End); h.dsack && c.em.Log.On() {
		b := seg.Options.SACK[0]
		c.emit(DSACK, trace.Int("from", int64(int32(b.Start-c.snd.ISS))), trace.Int("to", int64(int32(b.End-c.snd.ISS))))
	}
}
