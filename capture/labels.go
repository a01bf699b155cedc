package capture

import (
	"time"

	"github.com/packetwalk/packetwalk/tcp"
)

// The labels of this file are those that Wireshark's TCP analysis puts on
// segments ("[TCP Retransmission]"). They are guesses from one vantage point:
// what was seen, when, and nothing else. A timer, a lost frame or a program's
// intent is not in the bytes, so a label can be wrong about the cause, and
// Wireshark's own label is wrong in the same way. The meaning of each is given
// in the Wireshark User's Guide, "TCP Analysis"; what that leaves open was
// settled by asking tshark 4.0 (labels_test.go goes on asking).

// half is what a vantage point has seen of one direction.
type half struct {
	// next is the highest sequence number expected next, seen at nextTime; 0
	// when nothing was seen.
	next     uint32
	nextTime time.Time
	// contiguous is the end of what was seen without a hole: an ACK of more is
	// an ACK of something unseen.
	contiguous uint32
	// ack and window are those of the last segment, at ackTime.
	ack, window uint32
	ackTime     time.Time
	fromSYN     bool   // the window is that of a SYN, never scaled
	dupACKs     int    // or toldUnseen
	dupOf       int    // the packet that brought ack first
	last        remark // of the last segment
	scale       int    // unknownScale, noScale or the shift
}

const (
	unknownScale = -1
	noScale      = -2

	unknownWindow = 1<<32 - 1

	toldUnseen = -1
)

// analysis is what one vantage point can say of a connection's segments.
type analysis struct {
	halves [2]half
	// synTime is when the last SYN was seen, and rtt the time from it to the
	// ACK that completes the handshake: the first measure of the path.
	synTime time.Time
	rtt     time.Duration
}

func (a *analysis) reset() {
	for i := range a.halves {
		a.halves[i].scale, a.halves[i].window = unknownScale, unknownWindow
	}
}

// shift is the window scale of a direction's sender, -1 if it is not known.
func (a *analysis) shift(dir int) int {
	switch s := a.halves[dir].scale; s {
	case noScale:
		return 0
	default:
		return s
	}
}

const (
	fastWithin       = 20 * time.Millisecond
	outOfOrderWithin = 3 * time.Millisecond // when the round-trip time is not known
)

// segment judges the next segment that the vantage point saw, in direction
// dir, in packet number.
func (a *analysis) segment(dir int, seg *tcp.FieldsSeen, at time.Time, number int, reused bool) finding {
	fwd, rev := &a.halves[dir], &a.halves[1-dir]
	a.handshake(fwd, rev, seg, at)
	f := finding{}
	if reused {
		f.remarks |= reusedPorts
	}
	f.remarks |= fwd.judge(rev, seg)
	if f.remarks&duplicateACK != 0 {
		fwd.dupACKs = max(fwd.dupACKs, 0) + 1
		f.dupOf, f.dupNumber = fwd.dupOf, fwd.dupACKs
	}
	if seg.Ack != fwd.ack {
		fwd.dupOf, fwd.dupACKs = number, 0
	}
	if seg.ACK() && rev.contiguous != 0 && after(seg.Ack, rev.contiguous) {
		f.remarks |= rev.unseen()
	}
	f.remarks |= a.repetition(fwd, rev, seg, at, f.remarks)
	fwd.remember(seg, at, f.remarks)
	if seg.ACK() && !seg.SYN() && a.rtt == 0 && !a.synTime.IsZero() {
		a.rtt = at.Sub(a.synTime)
	}
	return f
}

// handshake notes what SYNs say: window scaling and the first round-trip time.
func (a *analysis) handshake(fwd, rev *half, seg *tcp.FieldsSeen, at time.Time) {
	if seg.SYN() {
		fwd.scaling(rev, seg)
		if !seg.ACK() {
			a.synTime = at
			fwd.next = fwd.contiguous // What was seen behind a hole no longer counts.
		}
	}
}

// scaling notes what a SYN says of window scaling. RFC 7323 §2.2: it is used
// only when both SYNs ask for it.
func (h *half) scaling(rev *half, seg *tcp.FieldsSeen) {
	if seg.HasScale {
		h.scale = int(min(seg.Scale, 14))
	}
	switch {
	case h.scale == unknownScale:
		h.scale, rev.scale = noScale, noScale
	case seg.ACK() && rev.scale == noScale:
		h.scale = noScale
	}
}

// judge says what a segment is by its numbers, apart from repetition.
func (h *half) judge(rev *half, seg *tcp.FieldsSeen) remark {
	const control = 1 | 2 | 4 // FIN, SYN, RST
	plain := seg.Flags&control == 0
	n, window := seg.PayloadLen, uint32(seg.Window)
	if n == 1 && seg.Seq == h.next && rev.window == 0 {
		return zeroWindowProbe
	}
	var said remark
	if window == 0 && plain {
		said |= zeroWindow
	}
	if h.next != 0 && after(seg.Seq, h.next) && !seg.RST() {
		said |= lostSegment
	}
	if n <= 1 && seg.Seq == h.next-1 && plain {
		said |= keepAlive
	}
	if n > 0 && plain && rev.scale != unknownScale && seg.Seq+uint32(n) == rev.ack+rev.offered() {
		said |= windowFull
	}
	if n > 0 || !plain || seg.Seq != h.next {
		return said
	}
	return said | h.judgeACK(rev, seg, window)
}

// judgeACK says what a segment without data is, whose sequence number is the
// expected one.
func (h *half) judgeACK(rev *half, seg *tcp.FieldsSeen, window uint32) remark {
	same := seg.Ack == h.ack
	switch {
	case window != 0 && same && window != h.window:
		return windowUpdate
	case window != 0 && same && rev.last&keepAlive != 0:
		return keepAliveACK
	case window == 0 && h.window == 0 && same && rev.last&zeroWindowProbe != 0:
		return zeroWindowProbeACK
	case window != 0 && same:
		return duplicateACK
	}
	return 0
}

// unseen is for an ACK of more than was seen of this direction without a hole.
// Bytes behind a hole make it certain; else it is said once, until the
// direction acknowledges something new itself. Wireshark marks that in the
// count of its duplicate ACKs, which is why a Fast Retransmission may follow.
func (h *half) unseen() remark {
	if after(h.next, h.contiguous) {
		h.contiguous = h.next
		return ackedLost
	}
	first := h.dupACKs == 0
	h.dupACKs = toldUnseen
	if first {
		return ackedLost
	}
	return 0
}

// offered is the window in bytes.
func (h *half) offered() uint32 {
	if h.fromSYN || h.scale < 0 {
		return h.window
	}
	return h.window << h.scale
}

// repetition says whether a segment brings again what came before, and of
// which kind that is.
func (a *analysis) repetition(fwd, rev *half, seg *tcp.FieldsSeen, at time.Time, said remark) remark {
	n := seg.PayloadLen
	if n == 0 && !seg.SYN() && !seg.FIN() || said&keepAlive != 0 {
		return 0
	}
	end := seg.Seq + uint32(n)
	if n > 0 && rev.ack != 0 && !after(end, rev.ack) {
		return spuriousRetransmission
	}
	again := fwd.next != 0 && after(fwd.next, seg.Seq)
	if n > 1 && fwd.next-1 == seg.Seq {
		again = false // A probe's byte comes again with more behind it.
	}
	if !again {
		return 0
	}
	if (rev.dupACKs >= 2 || rev.dupACKs == toldUnseen) && rev.ack == seg.Seq && at.Sub(rev.ackTime) < fastWithin {
		return fastRetransmission
	}
	within := a.rtt
	if within == 0 {
		within = outOfOrderWithin
	}
	if at.Sub(fwd.nextTime) < within && fwd.next != seg.Seq+seg.SequenceLen() {
		return outOfOrder
	}
	return retransmission
}

// remember keeps what the next segments are judged by.
func (h *half) remember(seg *tcp.FieldsSeen, at time.Time, said remark) {
	next := seg.Seq + seg.SequenceLen()
	if said&zeroWindowProbe == 0 {
		if h.next == 0 || after(next, h.next) {
			h.next, h.nextTime = next, at
		}
		if h.contiguous == 0 || h.contiguous == seg.Seq {
			h.contiguous = h.next
		}
	}
	h.window, h.fromSYN = uint32(seg.Window), seg.SYN()
	h.ack, h.ackTime = seg.Ack, at
	h.last = said
}

// after compares sequence numbers, which wrap (RFC 9293 §3.4).
func after(a, b uint32) bool { return int32(a-b) > 0 }
