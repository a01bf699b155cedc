package tcp

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// checkURG is the sixth check of RFC 9293 §3.10.7.4. Urgent data stays in the
// stream, as RFC 6093 §6 recommends; the pointer only says how far it reaches.
func (c *Conn) checkURG(seg *Segment) {
	if seg.Flags&URG == 0 || !c.state.mayReceive() {
		return
	}
	if up := seg.SEQ + Seq(seg.URG); !c.rcv.urgent || c.rcv.UP.Less(up) {
		c.rcv.UP, c.rcv.urgent = up, true
		if c.em.Log.On() {
			c.emit(Urgent, trace.Int("to", up.Sub(c.rcv.IRS)))
		}
	}
}

// segmentText is the seventh check: text at RCV.NXT is handed on, text beyond
// it is kept in its place until what is missing has come.
func (c *Conn) segmentText(now sim.Time, seg *Segment) {
	text := seg.Data
	if len(text) == 0 || !c.state.mayReceive() && c.state != SynReceived {
		return // in the other states the other side has sent FIN: ignore the text
	}
	if c.shut {
		// RFC 9293 §3.6.1: the program has closed and will never read this; the
		// other side must learn that it is lost.
		c.abort(now, "text came after the program closed")
		return
	}
	ahead := seg.SEQ.Sub(c.rcv.NXT)
	if edge := c.rcv.WND - ahead; uint32(len(text)) > edge {
		text = text[:edge] // what lies beyond the window will be sent again
		seg.Flags &^= FIN
	}
	if c.rcv.finSeen { // nothing can follow FIN
		text = text[:min(uint32(len(text)), later(c.rcv.FIN, seg.SEQ).Sub(seg.SEQ))]
	}
	if len(text) == 0 {
		c.ackUnacceptable(now, seg) // a window probe, most likely
		return
	}
	if ahead > 0 {
		c.keepAside(seg.SEQ, text)
		return
	}
	c.inOrder(now, text, seg.Flags&PSH != 0)
}

// inOrder takes text that stands at RCV.NXT.
func (c *Conn) inOrder(now sim.Time, text []byte, pushed bool) {
	n := uint32(len(text))
	if !c.rcv.deaf {
		c.receiveBuf.store(c.pool, c.rcv.unread, text)
	}
	if c.reassembly.empty() {
		c.moveRight(n)
		c.ackText(now, n, pushed)
		return
	}
	next := c.reassembly.advance(c.pool, c.rcv.NXT.Add(n))
	c.moveRight(next.Sub(c.rcv.NXT))
	c.ackNow(CauseACK) // RFC 5681 §4.2: at once, when it fills all or part of a gap
}

// moveRight moves RCV.NXT over n octets of text; the window's right edge stays.
func (c *Conn) moveRight(n uint32) {
	c.rcv.NXT += Seq(n)
	c.rcv.WND -= n
	if !c.rcv.deaf {
		c.rcv.unread += n
	}
}

// keepAside stores text that came out of order and asks for what is missing
// with a duplicate ACK, at once (RFC 5681 §4.2).
func (c *Conn) keepAside(seq Seq, text []byte) {
	b := Block{seq, seq.Add(uint32(len(text)))}
	c.ack.first = true
	c.ackNow(CauseDuplicateACK)
	c.cameTwice(c.reassembly.had(b))
	if _, ok := c.reassembly.insert(c.pool, b); !ok {
		return
	}
	if !c.rcv.deaf {
		c.receiveBuf.store(c.pool, c.rcv.unread+seq.Sub(c.rcv.NXT), text)
	}
	if c.em.Log.On() {
		c.emit(OutOfOrder, trace.Int("seq", seq.Sub(c.rcv.IRS)), trace.Int("bytes", len(text)),
			trace.Int("missing", c.rcv.NXT.Sub(c.rcv.IRS)))
	}
}

// checkFIN is the eighth check. A FIN that comes ahead of missing text is
// remembered, and counts when everything before it has come.
func (c *Conn) checkFIN(now sim.Time, seg *Segment) {
	if c.state == Closed {
		return
	}
	if seg.Flags&FIN != 0 {
		c.noteFIN(now, seg)
	}
	if c.rcv.finSeen && !c.rcv.finRead && c.rcv.FIN == c.rcv.NXT && c.state != SynReceived {
		c.finInOrder(now)
	}
}

func (c *Conn) noteFIN(now sim.Time, seg *Segment) {
	switch c.state {
	case SynReceived, Established, FinWait1, FinWait2:
		if at := seg.SEQ + Seq(len(seg.Data)); !c.rcv.finSeen {
			c.rcv.FIN, c.rcv.finSeen = at, true
			if at != c.rcv.NXT {
				c.ack.first = true
				c.ackNow(CauseDuplicateACK)
			}
		}
	case TimeWait:
		c.startTimeWait(now) // restart the 2 MSL time-out
		c.ackNow(CauseACK)
	}
}

// finInOrder: the other side has no more to send.
func (c *Conn) finInOrder(now sim.Time) {
	c.rcv.NXT++
	c.rcv.WND -= min(c.rcv.WND, 1)
	c.rcv.finRead = true
	c.ackNow(CauseACK)
	switch c.state {
	case Established:
		c.setState(now, CloseWait)
	case FinWait1:
		// If our FIN had been acknowledged, the fifth check would have moved
		// us to FIN-WAIT-2.
		c.setState(now, Closing)
	case FinWait2:
		c.setState(now, TimeWait)
	}
}
