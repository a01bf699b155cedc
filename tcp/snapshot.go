package tcp

import "time"

// Snapshot is a copy of the connection's variables, in the RFCs' names, for
// those who watch. Windows and buffers are in bytes; absolute sequence numbers.
type Snapshot struct {
	State State

	ISS, SndUNA, SndNXT Seq
	SndWND              uint32 // scaled
	SndMSS              uint16
	IRS, RcvNXT         Seq
	RcvWND              uint32

	SRTT, RTTVAR, RTO time.Duration

	CWND, SSThresh uint32
	Flight         uint32 // FlightSize, RFC 5681 §2
	Pipe           uint32 // RFC 6675 §2
	DupACKs        int
	Recovery       string // "open", "fast recovery", "timeout recovery"

	Unsent, Unread  int // octets that the program wrote, or may read
	OutOfOrder      int // blocks beyond RCV.NXT
	SendBufferFree  int
	Retransmissions int // time-outs in a row
}

// Snapshot copies the variables.
func (c *Conn) Snapshot() Snapshot {
	unsent := 0
	if c.snd.NXT.Less(c.snd.END) {
		unsent = int(c.snd.END.Sub(c.snd.NXT))
	}
	return Snapshot{
		State: c.state,
		ISS:   c.snd.ISS, SndUNA: c.snd.UNA, SndNXT: c.snd.NXT, SndWND: c.snd.WND, SndMSS: c.snd.MSS,
		IRS: c.rcv.IRS, RcvNXT: c.rcv.NXT, RcvWND: c.rcv.WND,
		SRTT: c.rto.SRTT, RTTVAR: c.rto.RTTVAR, RTO: c.rto.RTO,
		CWND: c.cwnd.CWND, SSThresh: c.cwnd.SSThresh, Flight: c.flight(), Pipe: c.queue.pipe,
		DupACKs: int(c.recovery.dupACKs), Recovery: c.recovery.phase.String(),
		Unsent: unsent, Unread: int(c.rcv.unread), OutOfOrder: len(c.reassembly.blocks),
		SendBufferFree: int(c.sendRoom()), Retransmissions: int(c.retries),
	}
}
