package sim

import (
	"fmt"
	"strings"
)

// Waiting says what one program waits for.
type Waiting struct {
	Program string
	For     string // "reading from 10.0.2.2:80"
}

func (w Waiting) String() string { return w.Program + ": " + w.For }

// Waiting lists the foreground programs that have not returned, in the order
// they were started. After the end of a run it is who waited when it ended.
func (s *Sim) Waiting() []Waiting {
	if s.Ended() {
		return s.waiting
	}
	var list []Waiting
	for _, p := range s.programs {
		if !p.background && !p.done {
			list = append(list, Waiting{p.name, p.waitsFor()})
		}
	}
	return list
}

func (p *Program) waitsFor() string {
	switch {
	case p.waits != nil && p.waits.describe != nil:
		return p.waits.describe()
	case p.waits != nil:
		return "waiting on a condition without a name"
	case p.timer.at != Never && p.parked && p.next == nil:
		return "sleeping until " + p.timer.at.String()
	case !p.parked && p.step == nil:
		return "about to start"
	}
	return "about to go on"
}

// DeadlockError is the end of a run in which foreground programs wait and
// nothing is left that could ever wake them.
type DeadlockError struct {
	At      Time
	Waiting []Waiting // never empty
}

func (e *DeadlockError) Error() string {
	return fmt.Sprintf("sim: deadlock at %s: nothing more can happen, and still waiting are\n%s", e.At, list(e.Waiting))
}

// TimeLimitError is the end of a run at the moment set with Until while
// foreground programs had not returned.
type TimeLimitError struct {
	Limit   Time
	Waiting []Waiting // never empty
}

func (e *TimeLimitError) Error() string {
	return fmt.Sprintf("sim: the time was up at %s, and not finished were\n%s", e.Limit, list(e.Waiting))
}

// list is a line for each who waits; a crowd is cut short.
func list(waiting []Waiting) string {
	const most = 20
	var lines []string
	for i, w := range waiting {
		if i == most {
			lines = append(lines, fmt.Sprintf("  and %d more", len(waiting)-most))
			break
		}
		lines = append(lines, "  "+w.String())
	}
	return strings.Join(lines, "\n")
}
