package network

import (
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// bucket is a token bucket (RFC 1812 §4.3.2.8 names it as one way to limit a
// rate). Tokens are counted as the time it takes to earn them, so that nothing
// is ever rounded.
type bucket struct {
	cost   time.Duration // time to earn a token; 0 is no limit
	full   time.Duration // as much as can be saved up
	saved  time.Duration
	tended sim.Time
}

func newBucket(perSecond, burst int) bucket {
	if perSecond <= 0 {
		return bucket{}
	}
	cost := time.Second / time.Duration(perSecond)
	full := cost * time.Duration(burst)
	return bucket{cost: cost, full: full, saved: full}
}

// take uses a token, if there is one.
func (b *bucket) take(now sim.Time) bool {
	if b.cost == 0 {
		return true
	}
	b.saved = min(b.full, b.saved+now.Sub(b.tended))
	b.tended = now
	if b.saved < b.cost {
		return false
	}
	b.saved -= b.cost
	return true
}
