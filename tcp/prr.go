package tcp

// prr is Proportional Rate Reduction (RFC 9937): how cwnd comes down in a fast
// recovery. RFC 6675 halves it at once, so that the sender is silent for half a
// round trip and then sends one for one. PRR sends in the proportion of
// ssthresh to what was in flight, as ACKs come, and ends with ssthresh in
// flight whatever is lost on the way.
//
//	ACKs       │ │ │ │ │ │ │ │ │ │ │ │
//	RFC 6675   r             s s s s s
//	PRR        r   s   s   s   s   s
type prr struct {
	delivered uint32 // prr_delivered: octets that arrived since recovery began
	out       uint32 // prr_out: octets that were sent since then
	flight    uint32 // RecoverFS: what was in flight when it began
}

func (c *Conn) usesPRR() bool { return c.cfg.prr() && c.sackOK }

// begin is RFC 9937 §6.2, at the entry to recovery, with flight octets
// outstanding and sackedSum of them SACKed, those of this ACK included.
func (p *prr) begin(flight, sackedSum uint32, h *heard) {
	*p = prr{flight: max(flight-(sackedSum-h.news)+h.advanced, 1)}
}

// reduceProportionally sets cwnd on each ACK of a recovery (RFC 9937 §6.2).
// nothing new may be known to be lost for the ACK to be safe.
func (c *Conn) reduceProportionally(h *heard, safe bool) {
	p, w, pipe := &c.episode.prr, &c.cwnd, c.queue.pipe
	if h.delivered == 0 {
		return
	}
	p.delivered += h.delivered
	var sndcnt uint32
	if pipe > w.SSThresh {
		due := uint32((uint64(p.delivered)*uint64(w.SSThresh) + uint64(p.flight) - 1) / uint64(p.flight))
		due = w.whole(due + w.unit - 1)
		sndcnt = due - min(due, p.out)
	} else {
		// The safeACK heuristic: slow start towards ssthresh while all goes well.
		sndcnt = max(p.delivered-min(p.delivered, p.out), h.delivered)
		if safe {
			sndcnt += w.SMSS
		}
		sndcnt = min(w.SSThresh-pipe, sndcnt)
	}
	if p.out == 0 && sndcnt == 0 {
		sndcnt = w.SMSS // the fast retransmit itself
	}
	w.CWND = pipe + sndcnt
}
