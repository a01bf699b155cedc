package physical

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// flight is a frame between the two ends of a wire.
type flight struct {
	at     sim.Time // when its last bit arrives
	frame  *Frame
	cause  trace.ID // why it was sent
	behind int      // it waits for so many frames to overtake it
}

// flights are the frames between the ends, ordered by (arrival, insertion).
// Nearly always a frame arrives after all that were sent before it and goes to
// the end; only jitter and reordering make one move up past its elders.
type flights struct {
	ring[flight]
	held int // how many wait to be overtaken
}

func (fs *flights) insert(f flight) {
	fs.push(f)
	if f.behind > 0 {
		fs.held++
	}
	i := fs.n - 1
	for ; i > 0 && fs.at(i-1).at > f.at; i-- {
		*fs.at(i) = *fs.at(i - 1)
	}
	*fs.at(i) = f
}

// land takes the frame that arrives first.
func (fs *flights) land() flight {
	f := fs.pop()
	if f.behind > 0 {
		fs.held--
	}
	return f
}

// overtake tells the frames that wait to be overtaken that one more has been
// sent after them, to arrive at the given time. One that has waited for
// enough arrives right behind it.
func (fs *flights) overtake(at sim.Time) {
	for i := 0; i < fs.n && fs.held > 0; i++ {
		f := fs.at(i)
		if f.behind == 0 {
			continue
		}
		if f.behind--; f.behind > 0 {
			continue
		}
		fs.held--
		if f.at > at {
			g := fs.remove(i)
			g.at = at
			fs.insert(g)
		}
	}
}
