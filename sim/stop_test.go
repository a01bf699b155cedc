package sim_test

import (
	"errors"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/packetwalk/packetwalk/sim"
)

func TestCloseInsideARunEndsIt(t *testing.T) {
	s := sim.New(1)
	d := &diary{sim: s}
	s.Go("sleeper", func() { defer d.note("stopped"); s.Sleep(time.Hour) })
	s.Go("closer", func() {
		s.Sleep(5)
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		d.note("still here")
	})
	mustRun(t, s)
	if diff := gocmp.Diff([]string{"5 still here", "5 stopped"}, d.lines); diff != "" {
		t.Error(diff)
	}
}

func TestStoppingRunsDeferredFunctionsInOrderOfStart(t *testing.T) {
	s := sim.New(1)
	var order []string
	leave := func(name string) { order = append(order, name) }
	c := sim.NewCond(s, nil)
	parked := func(name string, wait func()) func() {
		return func() {
			defer leave(name)
			wait()
			t.Errorf("the parked call of %s returned", name)
		}
	}
	s.GoBackground("sleeps", parked("sleeps", func() { s.Sleep(time.Hour) }))
	s.GoBackground("waits", parked("waits", c.Wait))
	s.GoBackground("signals", func() {
		defer leave("signals")
		defer c.Broadcast() // wakes nobody any more
		s.Sleep(time.Hour)
	})
	s.GoBackground("waits too", parked("waits too", c.Wait))
	s.Go("main", func() {
		s.Sleep(1)
		s.GoBackground("never begins", func() { t.Error("a program began after the end") })
		if err := s.Close(); err != nil { // before it could
			t.Error(err)
		}
	})
	mustRun(t, s)
	if diff := gocmp.Diff([]string{"sleeps", "waits", "signals", "waits too"}, order); diff != "" {
		t.Error(diff)
	}
}

// A deferred function that would wait is left at that point, whatever it waits
// with, and the next one runs.
func TestDeferredFunctionsDoNotWaitWhileStopping(t *testing.T) {
	s := sim.New(1)
	var reached []string
	c, q := sim.NewCond(s, nil), sim.NewQueue[int](s, 1, nil)
	m := s.Runtime("host").NewMonitor("state")
	waits := map[string]func(){
		"Sleep":     func() { s.Sleep(1) },
		"Wait":      c.Wait,
		"WaitUntil": func() { c.WaitUntil(s.Now() + 1) },
		"Get":       func() { _, _ = q.Get() },
		"Lock":      func() { m.Lock(); m.Lock() },
	}
	s.GoBackground("program", func() {
		defer func() {
			if !s.Ended() {
				t.Error("a deferred function ran before the end")
			}
			reached = append(reached, "last")
		}()
		for name, wait := range waits {
			defer func() {
				reached = append(reached, "before")
				wait()
				t.Errorf("%s returned", name)
			}()
		}
		c.Wait()
	})
	s.Go("main", func() { s.Sleep(1) })
	mustRun(t, s)
	if len(reached) != len(waits)+1 || reached[len(waits)] != "last" {
		t.Errorf("reached %v, want %d deferred functions and the last", reached, len(waits))
	}
}

func TestPanicWhileStoppingIsReturned(t *testing.T) {
	s := sim.New(1)
	stopped := false
	s.GoBackground("bad", func() { defer failing(); s.Sleep(time.Hour) })
	s.GoBackground("good", func() { defer func() { stopped = true }(); s.Sleep(time.Hour) })
	s.Go("main", func() {})
	if err := s.Run(); !errors.Is(err, errOuch) || !stopped {
		t.Errorf("Run: %v, the next stopped: %v; want the panic, true", err, stopped)
	}
}

func TestNothingStartsAfterTheEnd(t *testing.T) {
	s := sim.New(1)
	s.GoBackground("program", func() {
		defer s.Go("late", func() { t.Error("it started") })
		s.Sleep(time.Hour)
	})
	mustRun(t, s)
	if p := s.Go("later", func() { t.Error("it started") }); !p.Done() {
		t.Error("a program that can never start is not done")
	}
}
