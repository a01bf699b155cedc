package sim

import (
	"path/filepath"
	"strings"
	"time"
)

// The watchdog is diagnosis from outside the simulation, and the only place
// here that looks at the wall clock. It never changes what a run does: it only
// gives up on a program that has frozen simulated time.

const defaultPatience = 30 * time.Second

// watched runs fn on a goroutine of its own and waits for it, watching whether
// the programs that it resumes come back.
func (s *Sim) watched(fn func()) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.loop.Store(goroutine())
		fn()
	}()
	patience := s.Patience
	if patience == 0 {
		patience = defaultPatience
	}
	if patience < 0 {
		<-done
		return nil
	}
	clock := time.NewTicker(patience)
	defer clock.Stop()
	for seen := uint64(0); ; {
		select {
		case <-done:
			return nil
		case <-clock.C:
		}
		// Odd: a program runs. The same as a whole patience ago: the same
		// stretch of it.
		turn := s.turn.Load()
		if turn%2 == 1 && turn == seen {
			if err := s.stuck(turn); err != nil {
				return err
			}
		}
		seen = turn
	}
}

// stuck names the program that has not come back since the given turn. It
// runs beside that program, so it looks only at what never changes in it.
func (s *Sim) stuck(turn uint64) error {
	p := s.running.Load()
	if p == nil {
		return nil
	}
	stack := stackOf(p.id)
	if s.turn.Load() != turn {
		return nil // it came back after all
	}
	err := &StuckError{Program: p.name, Line: ownLine(stack), Stack: stack}
	s.fail(err)
	return err
}

// ownLine is the innermost line of a stack trace that is not in the standard
// library, "file.go:12". A trace has two lines for each call: the function,
// and the place.
func ownLine(stack []byte) string {
	lines := strings.Split(string(stack), "\n")
	innermost := ""
	for i := 1; i+1 < len(lines); i += 2 {
		place, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " +0x")
		place = filepath.Base(place)
		if innermost == "" {
			innermost = place
		}
		root, _, _ := strings.Cut(packageOf(lines[i]), "/")
		if root == "main" || strings.Contains(root, ".") {
			return place
		}
	}
	return innermost
}
