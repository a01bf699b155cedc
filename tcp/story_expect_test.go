package tcp_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/tcp"
)

// expectAll waits for the segments that a line stands for.
func (r *run) expectAll(at sim.Time, within time.Duration) error {
	for i := range r.step.expect.times {
		p := r.step.expect.nth(i)
		if err := r.expect(&p, at, within); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) expect(p *pattern, at sim.Time, within time.Duration) error {
	for len(r.sent) == 0 {
		if !r.timer(at.Add(within)) {
			next := "no timer runs"
			if r.conn != nil {
				if deadline, _ := r.conn.NextDeadline(); deadline != sim.Never {
					next = "the next timer expires at " + r.clockText(deadline)
				}
			}
			return r.step.errorf("a segment is missing\n  expected  at %s %s\n  came      nothing by then; %s", r.clockText(at), r.patternText(p), next)
		}
		if err := r.drain(); err != nil {
			return err
		}
	}
	s := &r.sent[0]
	wrong := r.differs(p, s)
	if off := s.at.Sub(at); off < -within || off > within {
		wrong = append(wrong, "time")
	}
	if wrong != nil {
		return r.step.errorf("a segment is not as expected: %s\n  expected  at %s %s\n  came      %s",
			strings.Join(wrong, ", "), r.clockText(at), r.patternText(p), r.sentText(s))
	}
	r.sent = r.sent[1:]
	return nil
}

// differs names what is not as the line says.
func (r *run) differs(p *pattern, s *sent) (wrong []string) {
	seg := &s.seg
	note := func(bad bool, what string) {
		if bad {
			wrong = append(wrong, what)
		}
	}
	note(seg.Flags != p.flags, "flags")
	note(seg.SEQ != p.seq.seq(r.settings.iss), "sequence number")
	note(len(seg.Data) != int(p.size), "length")
	note(p.flags&tcp.ACK != 0 && seg.ACK != p.ack.seq(r.settings.irs), "acknowledgment number")
	note(p.win >= 0 && p.raw && int64(seg.WND) != p.win, "window field")
	note(p.win >= 0 && !p.raw && r.windowOf(seg) != p.win, "window")
	note(p.urg >= 0 && int64(seg.URG) != p.urg, "urgent pointer")
	note(p.options.differs(&seg.Options, r.settings.irs), "options")
	note(p.text != "" && string(seg.Data) != p.text, "text")
	note(p.ecn != s.ecn, "ecn")
	note(p.because != "" && s.cause.String() != p.because, "cause")
	return wrong
}

// windowOf is the window of a segment of ours, in bytes. A SYN's is never
// scaled (RFC 7323 §2.2).
func (r *run) windowOf(seg *tcp.Segment) int64 {
	if seg.Flags&tcp.SYN == 0 && r.scale.oursGiven && r.scale.theirsGiven {
		return int64(seg.WND) << min(r.scale.ours, 14)
	}
	return int64(seg.WND)
}

// peerWindow fills in the window field of a segment of the peer.
func (r *run) peerWindow(p *pattern, seg *tcp.Segment) error {
	shift := uint8(0)
	if seg.Flags&tcp.SYN == 0 && r.scale.oursGiven && r.scale.theirsGiven {
		shift = min(r.scale.theirs, 14)
	}
	switch {
	case p.win < 0:
		seg.WND = uint16(min(r.settings.peer.window>>shift, 65535))
	case p.raw && p.win <= 65535:
		seg.WND = uint16(p.win)
	case !p.raw && p.win>>shift<<shift == p.win && p.win>>shift <= 65535:
		seg.WND = uint16(p.win >> shift)
	default:
		return r.step.errorf("the window %d does not fit the window field with a shift of %d", p.win, shift)
	}
	return nil
}

// peerOptions fills in the options of a segment of the peer: what the line
// says, in a SYN else what the settings say, and the timestamps of a peer that
// has a clock.
func (r *run) peerOptions(p *pattern, seg *tcp.Segment) {
	o := p.options
	peer := &r.settings.peer
	isSYN := seg.Flags&tcp.SYN != 0
	if o.kinds&given == 0 && isSYN {
		o = peer.options
	}
	to := &seg.Options
	to.MSS, to.SACKPermitted = o.mss, o.kinds&hasSACKOK != 0
	to.WScale, to.HasWScale = o.wscale, o.kinds&hasScale != 0
	switch {
	case o.kinds&hasTS != 0 && o.val >= 0:
		to.HasTimestamps, to.TSval, to.TSecr = true, uint32(o.val), uint32(max(0, o.ecr))
	case o.kinds&hasTS != 0, peer.clock && o.kinds&noTS == 0 && !isSYN && r.scale.stamped && seg.Flags&tcp.RST == 0:
		to.HasTimestamps, to.TSval, to.TSecr = true, r.peerClock(), r.scale.lastVal
		if seg.Flags&tcp.ACK == 0 {
			to.TSecr = 0
		}
	}
	to.NSACK = uint8(len(o.blocks))
	for i, b := range o.blocks {
		to.SACK[i] = tcp.Block{Start: b[0].seq(r.settings.iss), End: b[1].seq(r.settings.iss)}
	}
	if isSYN {
		r.scale.theirs, r.scale.theirsGiven = to.WScale, to.HasWScale
	}
}

// peerClock is the timestamp clock of the peer: it ticks every millisecond, from
// 10000.
func (r *run) peerClock() uint32 { return 10_000 + uint32(r.now/1e6) }

// segmentText is the notation of a segment on the wire.
func (r *run) segmentText(seg *tcp.Segment, ours bool) string {
	base, other := r.settings.irs, r.settings.iss
	if ours {
		base, other = other, base
	}
	seq, n := int64(int32(seg.SEQ-base)), int64(len(seg.Data))
	s := fmt.Sprintf("%s %d:%d(%d)", flagsText(seg.Flags), seq, seq+n, n)
	if seg.Flags&tcp.ACK != 0 {
		s += fmt.Sprintf(" ack %d", int32(seg.ACK-other))
	}
	switch win := r.windowOf(seg); {
	case ours && seg.Flags&tcp.RST == 0:
		s += fmt.Sprintf(" win %d", win)
	case !ours:
		s += fmt.Sprintf(" rawwin %d", seg.WND)
	}
	if seg.Flags&tcp.URG != 0 {
		s += fmt.Sprintf(" urg %d", seg.URG)
	}
	s += optionsText(&seg.Options, other)
	if seg.CE || seg.ECT {
		s += " ecn"
	}
	return s
}

func (r *run) sentText(s *sent) string {
	return fmt.Sprintf("at %s > %s because %s", r.clockText(s.at), r.segmentText(&s.seg, true), s.cause)
}

// patternText is a line's segment, the i-th of those that it stands for.
func (r *run) patternText(p *pattern) string {
	if r.step.expect.times == 1 {
		_, what, _ := strings.Cut(r.step.text, ">")
		return ">" + what
	}
	s := fmt.Sprintf("> %s %d:%d(%d)", flagsText(p.flags), p.seq.n, p.end.n, p.size)
	if p.flags&tcp.ACK != 0 {
		s += fmt.Sprintf(" ack %d", p.ack.n)
	}
	return s
}

// streamOf is one direction's text, from its first octet.
type streamOf []byte

// furthest keeps stray sequence numbers from taking memory.
const furthest = 1 << 24

// at is the peer's text of n octets at an octet of the stream: what a line has
// put there, else a pattern that repeats only after 251 octets.
func (s *streamOf) at(from int64, n int, quoted string) []byte {
	to := from + int64(n)
	for int64(len(*s)) < min(to, furthest) {
		*s = append(*s, filler(len(*s)))
	}
	text := make([]byte, n)
	for i := range text {
		if j := from + int64(i); j >= 0 && j < furthest {
			if quoted != "" {
				(*s)[j] = quoted[i]
			}
			text[i] = (*s)[j]
		}
	}
	return text
}

func filler(i int) byte { return byte(i % 251) }

// holds says whether text is what stands in the stream from an octet on.
func (s streamOf) holds(from int64, text []byte) bool {
	if len(text) == 0 {
		return true
	}
	return from >= 0 && from+int64(len(text)) <= int64(len(s)) && string(s[from:from+int64(len(text))]) == string(text)
}
