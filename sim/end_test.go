package sim_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/packetwalk/packetwalk/sim"
)

func TestRunEndsWhenTheWiresAreQuiet(t *testing.T) {
	tests := []struct {
		name  string
		setUp func(s *sim.Sim)
		end   sim.Time
	}{
		{"nothing at all", func(s *sim.Sim) {}, 0},
		{"a foreground program is waited for", func(s *sim.Sim) { s.Go("p", func() { s.Sleep(7) }) }, 7},
		{"a live timer is waited for", func(s *sim.Sim) {
			s.Go("p", func() {})
			s.NewTimer(func() {}).Arm(9)
		}, 9},
		{"an idle timer is not", func(s *sim.Sim) {
			s.Go("p", func() { s.Sleep(7) })
			s.NewIdleTimer(func() { t.Error("the idle timer fired") }).Arm(9)
		}, 7},
		{"a background sleeper is not", func(s *sim.Sim) {
			s.GoBackground("b", func() { s.Sleep(9) })
			s.Go("p", func() { s.Sleep(7) })
		}, 7},
		{"a background program's deadline is not", func(s *sim.Sim) {
			s.GoBackground("b", func() { sim.NewCond(s, nil).WaitUntil(9) })
			s.Go("p", func() { s.Sleep(7) })
		}, 7},
		{"an idle timer fires while a program is waited for", func(s *sim.Sim) {
			c := sim.NewCond(s, nil)
			s.NewIdleTimer(c.Signal).Arm(9)
			s.Go("p", c.Wait)
		}, 9},
		{"a foreground child of a background program is waited for", func(s *sim.Sim) {
			s.GoBackground("b", func() { s.Go("child", func() { s.Sleep(8) }) })
		}, 8},
		{"the time is up and nobody minds", func(s *sim.Sim) {
			s.Until(20)
			var again *sim.Timer
			again = s.NewTimer(func() { again.Arm(s.Now() + 3) })
			again.Arm(0)
		}, 20},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sim.New(1)
			tt.setUp(s)
			mustRun(t, s)
			if s.Now() != tt.end {
				t.Errorf("the run ended at %d ns, want %d", s.Now(), tt.end)
			}
			if !s.Ended() || s.Waiting() != nil {
				t.Errorf("ended %v, waiting %v; want true and nobody", s.Ended(), s.Waiting())
			}
			if err := s.Run(); !errors.Is(err, sim.ErrEnded) {
				t.Errorf("a second Run: %v, want ErrEnded", err)
			}
		})
	}
}

func TestDeadlockNamesWhoWaitsForWhat(t *testing.T) {
	s := sim.New(1)
	c := sim.NewCond(s, func() string { return "reading from 10.0.2.2:80" })
	s.GoBackground("server", c.Wait)
	s.Go("done", func() {})
	s.Go("client", func() { s.Sleep(time.Second); c.Wait() })
	s.Go("other", sim.NewCond(s, nil).Wait)
	err := s.Run()
	var deadlock *sim.DeadlockError
	if !errors.As(err, &deadlock) {
		t.Fatalf("Run: %v, want a DeadlockError", err)
	}
	want := "sim: deadlock at 1.000000 s: nothing more can happen, and still waiting are\n" +
		"  client: reading from 10.0.2.2:80\n" +
		"  other: waiting on a condition without a name"
	if diff := gocmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff(deadlock.Waiting, s.Waiting()); diff != "" {
		t.Errorf("after the run Waiting says otherwise:\n%s", diff)
	}
}

func TestACrowdIsCutShort(t *testing.T) {
	s := sim.New(1)
	for range 25 {
		s.Go("p", sim.NewCond(s, nil).Wait)
	}
	if err := s.Run(); !strings.HasSuffix(fmt.Sprint(err), "\n  and 5 more") {
		t.Errorf("Run: %v", err)
	}
}

func TestTimeLimitNamesWhoHasNotFinished(t *testing.T) {
	s := sim.New(1)
	s.Until(sim.Time(10 * time.Second))
	c := sim.NewCond(s, func() string { return "accepting on :80" })
	s.Go("sleeper", func() { s.Sleep(time.Minute) })
	s.Go("server", func() { c.WaitUntil(sim.Time(time.Hour)) })
	err := s.Run()
	var limit *sim.TimeLimitError
	if !errors.As(err, &limit) || limit.Limit != s.Now() {
		t.Fatalf("Run at %s: %v, want a TimeLimitError at 10 s", s.Now(), err)
	}
	want := "sim: the time was up at 10.000000 s, and not finished were\n" +
		"  sleeper: sleeping until 60.000000 s\n" +
		"  server: accepting on :80"
	if diff := gocmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsDueAtTheLimitStillHappens(t *testing.T) {
	s := sim.New(1)
	s.Until(10)
	s.Go("p", func() { s.Sleep(10) })
	mustRun(t, s)
}

var errOuch = errors.New("ouch")

func failing() { panic(errOuch) }

func TestPanicIsReturned(t *testing.T) {
	s := sim.New(1)
	cleaned := false
	s.Go("bystander", func() { defer func() { cleaned = true }(); s.Sleep(time.Hour) })
	s.Go("client", func() { s.Sleep(3); failing() })
	err := s.Run()
	var p *sim.PanicError
	if !errors.As(err, &p) || p.Program != "client" || p.At != 3 || !errors.Is(err, errOuch) {
		t.Fatalf("Run: %v, want the panic of client at 3 ns", err)
	}
	if !strings.Contains(string(p.Stack), "sim_test.failing") || !strings.Contains(err.Error(), `the program "client" panicked`) {
		t.Errorf("the error does not show program and place: %v", err)
	}
	if !cleaned {
		t.Error("the other program was not stopped")
	}
}

func TestPanicInAnEventIsReturned(t *testing.T) {
	s := sim.New(1)
	s.NewTimer(failing).Arm(3)
	err := s.Run()
	var p *sim.PanicError
	if !errors.As(err, &p) || p.Program != "" || !strings.Contains(string(p.Stack), "sim_test.failing") {
		t.Fatalf("Run: %v, want the panic of an event", err)
	}
}

func TestWaitingInAnEventPanics(t *testing.T) {
	s := sim.New(1)
	s.NewTimer(func() { s.Sleep(1) }).Arm(3)
	if err := s.Run(); !strings.Contains(fmt.Sprint(err), "an event panicked at 0.000000 s: sim: Sleep was called where nothing can wait") {
		t.Errorf("Run: %v", err)
	}
}

func TestGoexitIsReturned(t *testing.T) {
	tests := []struct {
		name, program string
		setUp         func(s *sim.Sim)
	}{
		{"in a program", "client", func(s *sim.Sim) { s.Go("client", func() { s.Sleep(3); runtime.Goexit() }) }},
		{"in an event", "", func(s *sim.Sim) { s.NewTimer(runtime.Goexit).Arm(3) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sim.New(1)
			cleaned := false
			s.Go("bystander", func() { defer func() { cleaned = true }(); s.Sleep(time.Hour) })
			tt.setUp(s)
			err := s.Run()
			var g *sim.GoexitError
			if !errors.As(err, &g) || g.Program != tt.program || g.At != 3 {
				t.Fatalf("Run: %v, want a GoexitError of %q at 3 ns", err, tt.program)
			}
			if !cleaned {
				t.Error("the other program was not stopped")
			}
		})
	}
}

// A program's deferred functions may wait while it leaves with Goexit: only
// the end of the simulation cuts them off.
func TestGoexitRunsDeferredFunctionsInFull(t *testing.T) {
	s := sim.New(1)
	var p *sim.Program
	p = s.Go("client", func() {
		defer func() {
			s.Sleep(5)
			if s.Ended() || p.Done() {
				t.Error("the program was over before its deferred function")
			}
		}()
		runtime.Goexit()
	})
	var g *sim.GoexitError
	if err := s.Run(); !errors.As(err, &g) || g.At != 5 {
		t.Errorf("Run: %v, want a GoexitError at 5 ns", err)
	}
}

// TestFatalInAProgram runs itself again: a test that fails can only be looked
// at from outside.
func TestFatalInAProgram(t *testing.T) {
	const inside = "PACKETWALK_FATAL_INSIDE"
	if os.Getenv(inside) != "" {
		s := sim.New(1)
		s.Go("client", func() { s.Sleep(1); t.Fatal("fatal words") })
		t.Logf("Run said: %v", s.Run())
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestFatalInAProgram$", "-test.v")
	cmd.Env = append(os.Environ(), inside+"=1")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Errorf("a t.Fatal in a program did not fail the test:\n%s", out)
	}
	for _, want := range []string{"fatal words", `Run said: sim: the program "client" left with runtime.Goexit`, "--- FAIL: TestFatalInAProgram"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
}

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
		s.Close() // before it could
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
		"Get":       func() { q.Get() },
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
