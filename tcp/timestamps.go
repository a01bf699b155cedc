package tcp

import (
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// timestamps is the option of RFC 7323 §3 in use: each side puts its clock
// into every segment and gets it back. It measures round trips even of
// segments that were sent twice, and tells old duplicates from new segments.
type timestamps struct {
	on       bool
	recent   uint32   // TS.Recent
	lastACK  Seq      // Last.ACK.sent
	recentAt sim.Time // when TS.Recent was set
}

// outdated is how long TS.Recent is good for (RFC 7323 §5.5).
const outdated = 24 * 24 * time.Hour

// clock is the timestamp clock: milliseconds in 32 bits, from 1, so that no
// early segment carries a 0, which many take for "no timestamp".
func clock(now sim.Time) uint32 { return uint32(int64(now)/int64(time.Millisecond)) + 1 }

// since is the time since an echoed timestamp. The difference is taken in 32
// bits, in which the clock may have come round.
func since(now sim.Time, echo uint32) time.Duration {
	return time.Duration(int32(clock(now)-echo)) * time.Millisecond
}

// timestampsAcceptable is the first part of the sequence check when timestamps
// are on: Protection Against Wrapped Sequences (RFC 7323 §5.3, R1).
func (c *Conn) timestampsAcceptable(now sim.Time, seg *Segment) bool {
	o := &seg.Options
	if seg.Flags&RST != 0 {
		return true
	}
	if !o.HasTimestamps {
		// RFC 7323 §3.2: once agreed, a segment without them SHOULD be dropped
		// in silence. Linux takes it.
		return c.cfg.Profile == Linux
	}
	if int32(o.TSval-c.ts.recent) >= 0 || now.Sub(c.ts.recentAt) > outdated {
		return true
	}
	if c.em.Log.On() {
		c.emit(PAWS, trace.Int("seq", seg.SEQ.Sub(c.rcv.IRS)), trace.Int("tsval", o.TSval), trace.Int("recent", c.ts.recent))
	}
	c.ackUnacceptable(now, seg)
	return false
}

// noteTimestamp is RFC 7323 §4.3 (2): the timestamp to echo is that of the
// segment that the next ACK will be for.
func (c *Conn) noteTimestamp(now sim.Time, seg *Segment) {
	o := &seg.Options
	if o.HasTimestamps && int32(o.TSval-c.ts.recent) >= 0 && seg.SEQ.LessEq(c.ts.lastACK) {
		c.ts.recent, c.ts.recentAt = o.TSval, now
	}
}
