package capture

import (
	"time"

	"github.com/packetwalk/packetwalk/tcp"
)

// analysis is what one vantage point can say of a connection's segments.
type analysis struct{ scale [2]int }

// finding is what the analysis makes of one segment.
type finding struct{}

func (a *analysis) reset() { a.scale = [2]int{-1, -1} }

// shift is the window scale of a direction's sender, -1 if it is not known.
func (a *analysis) shift(dir int) int { return a.scale[dir] }

func (finding) String() string { return "" }

func (a *analysis) segment(dir int, seg *tcp.FieldsSeen, _ time.Time, _ int, _ bool) finding {
	if seg.SYN() && seg.HasScale {
		a.scale[dir] = int(min(seg.Scale, 14))
	}
	return finding{}
}
