package sim_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestWatchdogNamesWhereAProgramIsStuck(t *testing.T) {
	tests := []struct {
		name string
		// wait is stuck until the channel is closed.
		wait func(release chan struct{})
	}{
		{"a channel", func(release chan struct{}) { <-release }},
		{"a lock", func(release chan struct{}) {
			var mu sync.Mutex
			mu.Lock()
			go func() { <-release; mu.Unlock() }()
			mu.Lock()
		}},
		{"a computation", func(release chan struct{}) {
			for !closed(release) {
			}
		}},
	}
	for _, tt := range tests {
		if tt.name == "a computation" && runtime.GOARCH == "wasm" {
			continue // there is one thread, and nothing interrupts it
		}
		t.Run(tt.name, func(t *testing.T) {
			s := sim.New(1)
			s.Patience = 20 * time.Millisecond
			release := make(chan struct{})
			s.Go("good", func() { s.Sleep(1) })
			s.Go("bad", func() { s.Sleep(2); tt.wait(release) })
			err := s.Run()
			close(release)
			var stuck *sim.StuckError
			if !errors.As(err, &stuck) || stuck.Program != "bad" {
				t.Fatalf("Run: %v, want that bad is stuck", err)
			}
			if !strings.HasPrefix(stuck.Line, "watchdog_test.go:") || !strings.Contains(fmt.Sprint(err), `the program "bad" has not come back: it is stuck at `+stuck.Line) {
				t.Errorf("the error does not name a line of watchdog_test.go: %v", err)
			}
			if !s.Ended() || !errors.Is(s.Run(), sim.ErrEnded) {
				t.Error("the simulation goes on after its program got stuck")
			}
		})
	}
}

func TestWatchdogSeesADeferredFunctionThatIsStuck(t *testing.T) {
	s := sim.New(1)
	s.Patience = 20 * time.Millisecond
	release := make(chan struct{})
	s.GoBackground("bad", func() { defer func() { <-release }(); s.Sleep(time.Hour) })
	s.Go("main", func() { s.Sleep(1) })
	err := s.Run()
	close(release)
	var stuck *sim.StuckError
	if !errors.As(err, &stuck) || stuck.Program != "bad" {
		t.Errorf("Run: %v, want that bad is stuck", err)
	}
}

// A run that takes longer than the patience is fine as long as every program
// comes back. (The patience is more than a loaded machine takes from a thread
// at a time, which from outside looks like a program that is stuck.)
func TestWatchdogIsPatientWithABusyRun(t *testing.T) {
	s := sim.New(1)
	s.Patience = 250 * time.Millisecond
	begin := time.Now()
	s.Go("busy", func() {
		for time.Since(begin) < 600*time.Millisecond {
			s.Sleep(1)
		}
	})
	mustRun(t, s)
}

func TestEndlessPatience(t *testing.T) {
	s := sim.New(1)
	s.Patience = -1
	s.Go("slow", func() { time.Sleep(5 * time.Millisecond) })
	mustRun(t, s)
}
