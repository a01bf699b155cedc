package tcp

// MayBeReplacedBy says whether a SYN that finds this connection in TIME-WAIT
// may begin a new one in its place: nothing left over from the old connection
// can then be taken for the new one's, because the new sequence numbers begin
// behind all that were used.
//
// RFC 9293 §3.6.1: "it MAY accept a new SYN from the remote TCP endpoint to
// reopen the connection directly from the TIME-WAIT state (MAY-2), if it: (1)
// assigns its initial sequence number for the new connection to be larger than
// the largest sequence number it used on the previous connection incarnation".
// The condition on the peer's numbers is that of RFC 1122 §4.2.2.13.
//
// RFC 6191 §2 (SHLD-4): where there are timestamps, they decide, for they go
// on from one connection to the next; the numbers decide only if they are equal.
func (c *Conn) MayBeReplacedBy(seg *Segment) bool {
	if c.state != TimeWait || seg.Flags&(SYN|ACK|RST|FIN) != SYN {
		return false
	}
	if o := &seg.Options; o.HasTimestamps && !c.cfg.NoTimestamps {
		if !c.ts.on {
			return true // nothing that is left over has one: PAWS will drop it
		}
		if o.TSval != c.ts.recent {
			return int32(o.TSval-c.ts.recent) > 0
		}
	}
	return c.rcv.NXT.Less(seg.SEQ)
}
