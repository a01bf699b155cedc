package tcp

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// ResetFor is RFC 9293 §3.10.7.1: the RST that answers a segment for which
// there is no connection. A RST is never answered (ok is false).
func ResetFor(seg *Segment) (rst Segment, ok bool) {
	if seg.Flags&RST != 0 {
		return Segment{}, false
	}
	rst = Segment{SrcPort: seg.DstPort, DstPort: seg.SrcPort, Flags: RST, Cause: CauseReset}
	if seg.Flags&ACK != 0 {
		rst.SEQ = seg.ACK // the other side will find it believable
	} else {
		rst.Flags |= ACK
		rst.ACK = seg.SEQ.Add(seg.Len())
	}
	return rst, true
}

// reply is a RST that the connection owes, with numbers of its own.
type reply struct {
	SEQ   Seq
	flags Flags
	owed  bool
}

// resetSegment answers a segment with <SEQ=SEG.ACK><CTL=RST>, and the
// connection stays as it is.
func (c *Conn) resetSegment(seg *Segment, why string) {
	c.reply = reply{owed: true, SEQ: seg.ACK, flags: RST}
	if c.em.Log.On() {
		c.emit(ResetSent, trace.String("why", why))
	}
}

func (c *Conn) sendReply(now sim.Time, out *Segment) {
	r := c.reply
	c.reply = reply{}
	c.fill(now, out, r.SEQ, r.flags, CauseReset)
}

func (c *Conn) wasReset() {
	if c.em.Log.On() {
		c.emit(ResetReceived, trace.String("state", c.state.String()))
	}
}
