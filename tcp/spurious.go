package tcp

// Was the loss one? Three ways to find out that a retransmission was not needed,
// the network having been late and not lossy:
//
//	Eifel (RFC 3522)   the ACK that follows echoes a timestamp from before it
//	D-SACK (RFC 2883)  all of what was sent again is reported to have come twice
//	F-RTO (RFC 5682)   after a timeout, ACKs come for what was not sent again

// frto is how far F-RTO has come since a timeout (RFC 5682 §3.1).
type frto uint8

const (
	frtoOff    frto = iota
	frtoFirst       // step 2: the first segment was sent again
	frtoSecond      // step 3: its ACK has come, and new text was sent
)

// holdsBack says whether what is marked lost must wait: new text is sent to see
// what its ACK says (RFC 5682 §3.1, step 2b).
func (c *Conn) holdsBack() bool {
	return c.episode != nil && c.episode.frto == frtoSecond && c.recovery.phase == timeout &&
		c.snd.NXT.Less(c.snd.END) && c.usable() > 0
}

// examine looks at an ACK while a loss is being repaired.
func (c *Conn) examine(h *heard) (how string) {
	e, r := c.episode, &c.recovery
	if e == nil || e.undone || r.phase == open {
		return ""
	}
	if h.advanced > 0 && !e.checked {
		e.checked = true
		// RFC 3522 §3.2, step 5: only the first such ACK tells.
		if c.cfg.eifel() && h.echoes && e.stamped && int32(h.echo-e.stamp) < 0 {
			return "the ACK echoes a timestamp from before the retransmission (RFC 3522)"
		}
	}
	if r.phase == timeout && c.forwardRTO(h) {
		return "text was acknowledged that was not sent again (RFC 5682)"
	}
	return ""
}

// forwardRTO is F-RTO with SACK (RFC 5682 §3.1). It says whether the timeout was
// spurious.
func (c *Conn) forwardRTO(h *heard) bool {
	e, point := c.episode, c.recovery.point
	if e.frto == frtoOff {
		return false
	}
	if h.original && h.lowest.LessEq(point) && c.snd.UNA.Less(point) {
		return true // step 3b
	}
	switch {
	case point.LessEq(c.snd.UNA): // step 2a: all is acknowledged; nothing to be gained
		e.frto = frtoOff
	case e.frto == frtoFirst && h.advanced > 0:
		e.frto = frtoSecond // step 2b
	case h.advanced > 0 || h.news > 0 || h.duplicate:
		e.frto = frtoOff // step 3a: the loss was real
	}
	return false
}

// doubt takes a D-SACK into account. It says whether all of what was sent again
// in this episode has come twice.
func (c *Conn) doubt(b Block) bool {
	e := c.episode
	if e == nil || e.undone || e.resent == 0 || !c.cfg.eifel() || b.Start.Less(e.from) || e.to.Less(b.End) {
		return false
	}
	e.resent -= min(e.resent, b.Len())
	return e.resent == 0
}
