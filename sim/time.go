package sim

import (
	"fmt"
	"math"
	"time"
)

// Time is a moment of simulated time: nanoseconds since the simulation began.
type Time int64

// Never is later than every moment: the deadline of a timer that is off.
const Never Time = math.MaxInt64

// Epoch is the calendar date at which every simulation begins. It is far from
// today on purpose: a deadline made from the wall clock is then recognisably
// not one of the simulation's (see FromCalendar).
var Epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Add is the moment d later. It saturates at Never.
func (t Time) Add(d time.Duration) Time {
	if s := t + Time(d); d <= 0 || s >= t {
		return s
	}
	return Never
}

// Sub is the duration from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }

// Calendar is the moment as a date, for the standard library's deadlines.
func (t Time) Calendar() time.Time { return Epoch.Add(time.Duration(t)) }

// String is the time since the start in seconds, to the microsecond:
// "1.234567 s".
func (t Time) String() string {
	if t == Never {
		return "never"
	}
	us := int64(t) / 1000
	return fmt.Sprintf("%d.%06d s", us/1e6, us%1e6)
}

// WallClockError is the refusal of a deadline that was made from the wall
// clock. Simulated programs make theirs from the host's clock.
type WallClockError struct{ At time.Time }

func (e *WallClockError) Error() string {
	return fmt.Sprintf("sim: %s is a time of the wall clock; a simulation starts at %s: use host.Now().Add(...)",
		e.At.Format(time.RFC3339), Epoch.Format(time.RFC3339))
}

// wallClockMargin: no simulation lasts ten years, and the wall clock is more
// than ten years past Epoch.
const wallClockMargin = 10 * 365 * 24 * time.Hour

// FromCalendar converts a date to simulated time. A date from before the
// epoch is a moment in the past; one more than ten years after it can only
// come from the wall clock and is a *WallClockError.
func FromCalendar(at time.Time) (Time, error) {
	d := at.Sub(Epoch)
	if d > wallClockMargin {
		return 0, &WallClockError{At: at}
	}
	return Time(d), nil
}
