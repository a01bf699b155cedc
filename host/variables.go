package host

import (
	"time"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/tcp"
	"github.com/packetwalk/packetwalk/trace"
)

// What a learner watches of a connection: each segment with the reason for it,
// and the RFC's variables each time that one of them has changed. Nobody but the
// host sees both ends of such a change, so it is the host who tells. While
// nobody reads the log nothing of this is built.
var (
	EventSent = trace.Define(trace.Kind{
		ID: "tcp.sent", Layer: osi.Transport, Ref: "RFC 9293 §3.10",
		Sentence: "{node} sends SEQ {seq} ({len byte}; {flags}): {why}",
		Fields:   []string{"seq", "ack", "len", "flags", "why", "local", "remote"},
	})
	EventVariables = trace.Define(trace.Kind{
		ID: "tcp.variables", Layer: osi.Transport, Ref: "RFC 9293 §3.3.1",
		Sentence: "{node} is in {state}: SND.UNA {snd_una}, SND.NXT {snd_nxt}, SND.WND {snd_wnd}, RCV.NXT {rcv_nxt}, RCV.WND {rcv_wnd}; " +
			"cwnd {cwnd}, ssthresh {ssthresh}, in flight {flight}; SRTT {srtt}, RTTVAR {rttvar}, RTO {rto}",
		Fields: []string{"local", "remote", "state", "snd_una", "snd_nxt", "snd_wnd", "rcv_nxt", "rcv_wnd",
			"cwnd", "ssthresh", "flight", "dup_acks", "recovery", "srtt", "rttvar", "rto"},
	})
)

// variables are those that the log shows. Sequence numbers are relative to the
// initial one of their direction; windows are in bytes.
type variables struct {
	state, recovery                    string
	sndUNA, sndNXT, sndWND             uint32
	rcvNXT, rcvWND                     uint32
	cwnd, ssthresh, flight             uint32
	dupACKs                            int
	smoothed, variation, retransmitsIn time.Duration
}

func variablesOf(s *tcp.Snapshot) variables {
	v := variables{
		state: s.State.String(), recovery: s.Recovery,
		sndUNA: s.SndUNA.Sub(s.ISS), sndNXT: s.SndNXT.Sub(s.ISS), sndWND: s.SndWND,
		rcvNXT: s.RcvNXT.Sub(s.IRS), rcvWND: s.RcvWND,
		cwnd: s.CWND, ssthresh: s.SSThresh, flight: s.Flight, dupACKs: s.DupACKs,
		smoothed: s.SRTT, variation: s.RTTVAR, retransmitsIn: s.RTO,
	}
	return v
}

// watch records the variables if one of them is not what it was.
func (c *TCPConn) watch() {
	log := c.host.lab.log
	if !log.On() {
		return
	}
	s := c.machine.Snapshot()
	v := variablesOf(&s)
	if c.watched == nil {
		c.watched = new(variables)
	}
	if *c.watched == v {
		return
	}
	*c.watched = v
	id := c.machine.ID()
	log.Emit(c.host.name, EventVariables, 0,
		trace.String("local", id.Local.String()), trace.String("remote", id.Remote.String()), trace.String("state", v.state),
		trace.Int("snd_una", v.sndUNA), trace.Int("snd_nxt", v.sndNXT), trace.Int("snd_wnd", v.sndWND),
		trace.Int("rcv_nxt", v.rcvNXT), trace.Int("rcv_wnd", v.rcvWND),
		trace.Int("cwnd", v.cwnd), trace.Int("ssthresh", v.ssthresh), trace.Int("flight", v.flight),
		trace.Int("dup_acks", v.dupACKs), trace.String("recovery", v.recovery),
		trace.Duration("srtt", v.smoothed), trace.Duration("rttvar", v.variation), trace.Duration("rto", v.retransmitsIn))
}

// noteSent records why a segment goes out; until it has gone, that is the
// cause of what follows. It returns the cause until now.
func (c *TCPConn) noteSent(seg *tcp.Segment) (before trace.ID) {
	log := c.host.lab.log
	if !log.On() {
		return log.Cause()
	}
	s := c.machine.Snapshot()
	ack := uint32(0)
	if seg.Flags&tcp.ACK != 0 {
		ack = seg.ACK.Sub(s.IRS)
	}
	return c.host.noteSegment(c.machine.ID(), seg, seg.SEQ.Sub(s.ISS), ack, c.machine.PayloadLen(seg))
}

// noteStray does so for a segment that belongs to no connection: its numbers
// are told as 0, for there is nothing that they could be relative to.
func (h *Host) noteStray(id tcp.ID, seg *tcp.Segment) (before trace.ID) {
	if log := h.lab.log; !log.On() {
		return log.Cause()
	}
	return h.noteSegment(id, seg, 0, 0, 0)
}

func (h *Host) noteSegment(id tcp.ID, seg *tcp.Segment, seq, ack uint32, n int) (before trace.ID) {
	log := h.lab.log
	return log.Because(log.Emit(h.name, EventSent, 0,
		trace.Int("seq", seq), trace.Int("ack", ack), trace.Int("len", n),
		trace.String("flags", seg.Flags.String()), trace.String("why", seg.Cause.String()),
		trace.String("local", id.Local.String()), trace.String("remote", id.Remote.String())))
}
