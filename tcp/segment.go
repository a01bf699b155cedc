package tcp

import (
	"net/netip"
	"strings"
)

// Flags are the control bits of a segment (RFC 9293 §3.1).
type Flags uint8

// The control bits, in the order of their bits on the wire.
const (
	FIN Flags = 1 << iota // no more data from the sender
	SYN                   // synchronise sequence numbers
	RST                   // reset the connection
	PSH                   // push: hand the data to the program now
	ACK                   // the acknowledgment number counts
	URG                   // the urgent pointer counts
	ECE                   // ECN echo (RFC 3168)
	CWR                   // congestion window reduced (RFC 3168)
)

var flagNames = [...]string{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"}

// String lists the set bits as "SYN, ACK".
func (f Flags) String() string {
	if f == 0 {
		return "none"
	}
	var names []string
	for i, name := range flagNames {
		if f&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// Segment is one segment in sequence space: the view that the machine has.
// (The view in bytes is in wire.go.)
type Segment struct {
	SrcPort, DstPort uint16
	SEQ, ACK         Seq
	Flags            Flags
	WND              uint16 // as on the wire: not yet scaled
	URG              uint16
	Cause            Cause // of a segment that goes out: why it is sent
	// ECT wants the packet of a segment that goes out to say that a router may
	// mark it, CE says of one that came in that a router has (RFC 3168 §5).
	ECT, CE bool
	text    uint32
	Options Options
	// Data is the text of a segment that came in. It aliases the packet. A
	// segment that goes out has none: its text stays in the send buffer until
	// Conn.CopyPayload puts it where the host wants it.
	Data []byte
}

// Options are the options of a segment that this implementation knows.
// The zero Options are none.
type Options struct {
	MSS           uint16 // 0 when absent (RFC 9293 §3.7.1)
	WScale        uint8  // counts only if HasWScale (RFC 7323 §2)
	HasWScale     bool
	SACKPermitted bool // RFC 2018 §2
	HasTimestamps bool // RFC 7323 §3
	NSACK         uint8
	TSval, TSecr  uint32
	SACK          [4]Block // the first NSACK count (RFC 2018 §3)
}

// Len is SEG.LEN: the octets of sequence space that the segment takes, SYN and
// FIN counting one each (RFC 9293 §3.4).
func (s *Segment) Len() uint32 {
	n := uint32(s.textLen())
	if s.Flags&SYN != 0 {
		n++
	}
	if s.Flags&FIN != 0 {
		n++
	}
	return n
}

func (s *Segment) textLen() int {
	if s.Data != nil {
		return len(s.Data)
	}
	return int(s.text)
}

// ID names a connection: its pair of sockets (RFC 9293 §3.3.1), seen from this
// end.
type ID struct{ Local, Remote netip.AddrPort }

// String is the pair as "10.0.0.1:50000 → 10.0.0.2:80".
func (id ID) String() string { return id.Local.String() + " → " + id.Remote.String() }

// Cause says why a segment is sent.
type Cause uint8

// The causes.
const (
	CauseNone           Cause = iota
	CauseOpen                 // SYN, or the SYN,ACK that answers one
	CauseNewData              // text that was never sent before
	CauseTimeout              // again, because the retransmission timer expired (RFC 6298 §5)
	CauseFastRetransmit       // again, because duplicate ACKs say that it is lost (RFC 5681 §3.2)
	CauseRecovery             // again, while a loss is repaired (RFC 6582, RFC 6675)
	CauseRescue               // again, to keep the ACKs coming (RFC 6675 §4, NextSeg rule 4)
	CauseTailProbe            // two round trips of silence (RFC 8985 §7.3)
	CauseLimited              // new text on the first duplicate ACKs (RFC 3042)
	CauseClose                // FIN, with or without text
	CauseACK                  // an acknowledgment that does not wait
	CauseDelayedACK           // the delayed-ACK timer expired (RFC 9293 §3.8.6.3)
	CauseDuplicateACK         // a gap in what arrived: says so at once (RFC 5681 §4.2)
	CauseWindowUpdate         // the program has read: there is room again
	CauseProbe                // asks a closed window for news (RFC 9293 §3.8.6.1)
	CauseKeepAlive            // asks whether the other side is still there (RFC 9293 §3.8.4)
	CausePathMTU              // again in smaller pieces, because a router said that it was too large (RFC 1191)
	CauseMTUProbe             // new text in a larger segment, to see whether it arrives (RFC 4821)
	CauseOverride             // a small segment after the SWS override timeout (RFC 9293 §3.8.6.2.1)
	CauseChallenge            // a challenge ACK (RFC 5961)
	CauseReset                // RST
)

var causeNames = [...]string{
	"none", "open", "new data", "retransmission timeout", "fast retransmit", "loss recovery", "rescue retransmission", "tail loss probe",
	"limited transmit", "close", "acknowledgment", "delayed acknowledgment", "duplicate acknowledgment",
	"window update", "zero-window probe", "keep-alive", "path MTU", "MTU probe", "override timeout", "challenge ACK", "reset",
}

// String is the cause in words, as "fast retransmit".
func (c Cause) String() string {
	if int(c) < len(causeNames) {
		return causeNames[c]
	}
	return "?"
}
