package sim_test

import (
	"errors"
	"runtime"
	"testing"

	"github.com/packetwalk/packetwalk/sim"
)

func TestAdvanceStepsThroughARun(t *testing.T) {
	s := sim.New(1)
	d := &diary{sim: s}
	s.Go("program", func() {
		for {
			d.note("looks")
			s.Sleep(10)
		}
	})
	steps := []struct {
		to    sim.Time
		next  sim.Time
		lines int
	}{{0, 10, 1}, {9, 10, 1}, {10, 20, 2}, {35, 40, 4}, {35, 40, 4}}
	for _, step := range steps {
		if err := s.Advance(step.to); err != nil {
			t.Fatal(err)
		}
		if s.Now() != step.to || s.Next() != step.next || len(d.lines) != step.lines {
			t.Errorf("after Advance(%d): now %d, next %d, %d lines; want next %d, %d lines",
				step.to, s.Now(), s.Next(), len(d.lines), step.next, step.lines)
		}
	}
	for _, to := range []sim.Time{34, sim.Never} {
		if err := s.Advance(to); err == nil || s.Now() != 35 {
			t.Errorf("Advance(%d) from 35 was accepted", to)
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := s.Advance(50); !errors.Is(err, sim.ErrEnded) || len(d.lines) != 4 {
		t.Errorf("Advance after Close: %v with %d lines, want ErrEnded and no more than 4", err, len(d.lines))
	}
}

func TestAdvanceReturnsWhatBrokeItOff(t *testing.T) {
	s := sim.New(1)
	s.Go("client", func() { s.Sleep(10); failing() })
	if err := s.Advance(9); err != nil {
		t.Errorf("Advance(9): %v", err)
	}
	if err := s.Advance(11); !errors.Is(err, errOuch) || !s.Ended() {
		t.Errorf("Advance(11): %v, ended %v; want the panic, and the end", err, s.Ended())
	}
}

// A caller from C holds on to its thread; coroutines must not notice.
func TestAdvanceOnALockedThread(t *testing.T) {
	s := sim.New(1)
	wakes := 0
	s.Go("program", func() {
		for range 3 {
			s.Sleep(10)
			wakes++
		}
	})
	stray(func() {
		runtime.LockOSThread() // the thread goes with its goroutine
		for to := sim.Time(5); to < 50; to += 10 {
			if err := s.Advance(to); err != nil {
				t.Error(err)
			}
		}
	})
	if err := s.Close(); err != nil || wakes != 3 {
		t.Errorf("woken %d times, want 3; Close: %v", wakes, err)
	}
}

func TestRunInsideARunIsRefused(t *testing.T) {
	s := sim.New(1)
	s.Go("client", func() {
		if s.Run() == nil || s.Advance(5) == nil {
			t.Error("a program could run its own simulation")
		}
		s.Sleep(1)
	})
	mustRun(t, s)
}
