package physical

import (
	"math/bits"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// CoDel keeps a queue short by the time that frames wait in it, not by their
// number (RFC 8289): a burst may queue, but when for a whole Interval no frame
// has waited less than Target, frames are dropped, more and more often, until
// the senders slow down. With DirectionConfig.Mark, frames of senders that
// understand ECN are marked instead (RFC 3168 §5).
//
//	waiting time
//	  |      /\/\            a burst: it drains by itself, nothing is dropped
//	  |     /    \     ____________________  a standing queue
//	  |----/------\---/-------|---|--|-|||--  Target
//	  |   /        \ /        drops: Interval, then Interval/sqrt(count) apart
//	  +----------------------------------- time
type CoDel struct {
	Target   time.Duration // the waiting time that is acceptable; 0 means 5 ms (RFC 8289 §4.3)
	Interval time.Duration // about the longest round trip; 0 means 100 ms (§4.3)
	Limit    int           // frames that may wait at all; 0 means DefaultQueue

	// The names are those of RFC 8289 §5.3.
	firstAbove sim.Time // when the waiting time will have been too long for an Interval; 0 while it is not
	dropNext   sim.Time
	count      uint64 // drops since the dropping state was entered
	lastCount  uint64
	dropping   bool
}

// mtu is a full frame: a queue that holds no more than one is never too long
// (RFC 8289 §5.4).
const mtu = 1518

// Enqueue drops a frame only when there is no room at all.
func (c *CoDel) Enqueue(_ sim.Time, _ *Frame, q QueueState) Verdict {
	limit := c.Limit
	if limit <= 0 {
		limit = DefaultQueue
	}
	if q.Frames >= limit {
		return Drop
	}
	return Keep
}

// Dequeue decides about the frame whose turn it is (RFC 8289 §5.5).
func (c *CoDel) Dequeue(now sim.Time, _ *Frame, q QueueState) Verdict {
	tooLong := c.tooLongForLong(now, q)
	switch {
	case c.dropping && !tooLong:
		c.dropping = false
	case c.dropping && now >= c.dropNext:
		c.count++
		c.dropNext = c.controlLaw(c.dropNext)
		return Mark
	case !c.dropping && tooLong:
		c.enter(now)
		return Mark
	}
	return Keep
}

// enter begins to drop. If the last time is not long ago, it goes on at nearly
// the rate that had helped then (RFC 8289 §5.5).
func (c *CoDel) enter(now sim.Time) {
	c.dropping = true
	delta := c.count - c.lastCount
	c.count = 1
	if delta > 1 && now.Sub(c.dropNext) < 16*c.interval() {
		c.count = delta
	}
	c.dropNext = c.controlLaw(now)
	c.lastCount = c.count
}

// tooLongForLong is dodequeue's ok_to_drop (RFC 8289 §5.4): has every frame of
// a whole interval waited longer than the target?
func (c *CoDel) tooLongForLong(now sim.Time, q QueueState) bool {
	target := c.Target
	if target <= 0 {
		target = 5 * time.Millisecond
	}
	if q.Waited < target || q.Bytes <= mtu {
		c.firstAbove = 0
		return false
	}
	if c.firstAbove == 0 {
		c.firstAbove = now.Add(c.interval())
		return false
	}
	return now >= c.firstAbove
}

func (c *CoDel) interval() time.Duration {
	if c.Interval <= 0 {
		return 100 * time.Millisecond
	}
	return c.Interval
}

// controlLaw is the time of the next drop: interval / sqrt(count) after t
// (RFC 8289 §5.3), in whole nanoseconds: sqrt(interval² / count), rounded down.
func (c *CoDel) controlLaw(t sim.Time) sim.Time {
	i := uint64(c.interval())
	hi, lo := bits.Mul64(i, i)
	if hi >= c.count {
		return t.Add(c.interval()) // an interval of many years
	}
	square, _ := bits.Div64(hi, lo, c.count)
	return t.Add(time.Duration(squareRoot(square)))
}

// squareRoot is the largest r with r*r <= n (Newton's method, from above).
func squareRoot(n uint64) uint64 {
	if n < 2 {
		return n
	}
	r := uint64(1) << ((bits.Len64(n) + 1) / 2)
	for {
		next := (r + n/r) / 2
		if next >= r {
			return r
		}
		r = next
	}
}
