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
	if runtime.GOOS == "js" {
		t.Skip("a browser starts no other process")
	}
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
