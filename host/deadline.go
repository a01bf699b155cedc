package host

import (
	"os"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// deadline is the moment after which reading or writing fails, as the
// standard library's net.Conn has it: in the future, in the past, or none.
type deadline struct {
	at  sim.Time
	set bool
}

// from reads a deadline as net.Conn's methods take it: the zero time means
// none. A wall-clock time is a *sim.WallClockError.
func (d *deadline) from(t time.Time) error {
	if t.IsZero() {
		*d = deadline{}
		return nil
	}
	at, err := sim.FromCalendar(t)
	if err != nil {
		return err
	}
	*d = deadline{at: at, set: true}
	return nil
}

func (d *deadline) passed(now sim.Time) bool { return d.set && now >= d.at }

// wait parks the program until cond is signalled; os.ErrDeadlineExceeded says
// that the deadline came first. The thread of causes is laid down meanwhile.
func (l *Lab) wait(cond *sim.Cond, d *deadline) error {
	l.log.Because(0)
	if !d.set {
		cond.Wait()
	} else if !cond.WaitUntil(d.at) && d.passed(l.sim.Now()) {
		return os.ErrDeadlineExceeded
	}
	return nil
}
