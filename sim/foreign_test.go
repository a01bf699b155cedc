package sim_test

import (
	"errors"
	"iter"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// stray runs fn on a goroutine of its own and waits until that is over, which
// no program should do; it serves to be caught.
func stray(fn func()) {
	done := make(chan struct{})
	go func() { defer close(done); fn() }()
	<-done
}

func TestStrayGoroutineIsRefused(t *testing.T) {
	tests := []struct {
		name, call string
		do         func(t *testing.T, s *sim.Sim)
	}{
		{"a call that is checked", "sim_test.", func(t *testing.T, s *sim.Sim) {
			if s.Check() == nil {
				t.Error("Check let a stray goroutine pass")
			}
		}},
		{"a call that waits never returns", "sim.(*Sim).Sleep", func(t *testing.T, s *sim.Sim) {
			s.Sleep(1)
			t.Error("Sleep returned on a stray goroutine")
		}},
		{"a program does not start", "sim.(*Sim).Go", func(t *testing.T, s *sim.Sim) {
			if p := s.Go("late", func() { t.Error("it started") }); !p.Done() {
				t.Error("a stray goroutine started a program")
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sim.New(1)
			s.Go("program", func() {
				stray(func() { tt.do(t, s) })
				if err := s.Check(); err != nil {
					t.Errorf("the program itself was refused: %v", err)
				}
				s.Sleep(time.Hour)
				t.Error("the run was not broken off")
			})
			err := s.Run()
			var foreign *sim.ForeignGoroutineError
			if !errors.As(err, &foreign) || !strings.HasPrefix(foreign.Call, tt.call) {
				t.Fatalf("Run: %v, want a ForeignGoroutineError of %s", err, tt.call)
			}
			if !strings.Contains(string(foreign.Stack), "foreign_test.go") || !strings.Contains(err.Error(), "instead of with a go statement") {
				t.Errorf("the error shows neither the place nor the remedy: %v", err)
			}
			if tt.call != "sim_test." && !strings.Contains(foreign.From, "foreign_test.go:") {
				t.Errorf("From is %q, want a line of foreign_test.go", foreign.From)
			}
		})
	}
}

func TestFirstStrayCallIsReturned(t *testing.T) {
	s := sim.New(1)
	var first error
	s.Go("program", func() {
		stray(func() { first = s.Check() })
		stray(func() {
			if s.Check() == nil {
				t.Error("the second stray call was let through")
			}
		})
	})
	if err := s.Run(); first == nil || !errors.Is(err, first) {
		t.Errorf("Run: %v, want the first refusal, %v", err, first)
	}
}

// Many strays beside a run in which everything happens: no data race, and no
// stray is ever taken for a program.
func TestStraysBesideABusyRun(t *testing.T) {
	s := sim.New(1)
	var strays sync.WaitGroup
	for range 4 {
		s.Go("program", func() {
			for range 200 {
				s.Sleep(1)
			}
		})
	}
	s.Go("leaky", func() {
		for range 4 {
			strays.Add(1)
			go func() {
				defer strays.Done()
				for !s.Ended() {
					if s.Check() == nil && !s.Ended() {
						t.Error("Check let a stray goroutine pass")
					}
					runtime.Gosched() // wasm has one thread
				}
			}()
		}
		s.Sleep(1)
	})
	var foreign *sim.ForeignGoroutineError
	if err := s.Run(); err != nil && !errors.As(err, &foreign) {
		t.Errorf("Run: %v", err)
	}
	strays.Wait()
}

// An iterator's coroutine is a goroutine of its own: a call there cannot park
// the program.
func TestIteratorInAProgramIsForeign(t *testing.T) {
	s := sim.New(1)
	s.Go("program", func() {
		next, stop := iter.Pull(func(yield func(int) bool) {
			if s.Check() == nil {
				t.Error("Check let an iterator's coroutine pass")
			}
			yield(1)
		})
		defer stop()
		next()
	})
	var foreign *sim.ForeignGoroutineError
	if err := s.Run(); !errors.As(err, &foreign) {
		t.Errorf("Run: %v, want a ForeignGoroutineError", err)
	}
}

func TestEverybodyMayCallWhileNothingRuns(t *testing.T) {
	s := sim.New(1)
	check := func(when string) {
		if err := s.Check(); err != nil {
			t.Errorf("%s: %v", when, err)
		}
	}
	check("before")
	s.Go("program", func() { check("in a program"); s.Sleep(10); check("in a program, later") })
	s.NewTimer(func() { check("in an event") }).Arm(5)
	if err := s.Advance(7); err != nil {
		t.Fatal(err)
	}
	stray(func() { check("between two steps") })
	mustRun(t, s)
	check("after")
}
