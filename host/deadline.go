package host

import (
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// deadline is the moment after which reading or writing fails, as the
// standard library's net.Conn has it; 0 is none. (The very beginning of the
// simulation, which nobody can wait for, is kept as the moment before it.)
type deadline sim.Time

func deadlineAt(at sim.Time) deadline {
	if at == 0 {
		return -1
	}
	return deadline(at)
}

// deadlineFrom reads a deadline as net.Conn's methods take it: the zero time
// means none. A wall-clock time is a *sim.WallClockError.
func deadlineFrom(t time.Time) (deadline, error) {
	if t.IsZero() {
		return 0, nil
	}
	at, err := sim.FromCalendar(t)
	if err != nil {
		return 0, err
	}
	return deadlineAt(at), nil
}

func (d deadline) passed(now sim.Time) bool { return d != 0 && now >= sim.Time(d) }

// wait parks the program until cond is signalled or the deadline has come: who
// waits looks again which it was, since the deadline may have been moved
// meanwhile. The thread of causes is laid down for as long.
func (l *Lab) wait(cond *sim.Cond, d deadline) {
	l.log.Because(0)
	if d == 0 {
		cond.Wait()
	} else {
		cond.WaitUntil(sim.Time(d))
	}
}
