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
func (c *Conn) MayBeReplacedBy(seg *Segment) bool {
	return c.state == TimeWait && seg.Flags&(SYN|ACK|RST|FIN) == SYN && c.rcv.NXT.Less(seg.SEQ)
}
