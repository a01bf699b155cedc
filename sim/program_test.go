package sim_test

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/packetwalk/packetwalk/sim"
)

func TestProgramsTakeTurnsInTheOrderTheyWereStarted(t *testing.T) {
	s := sim.New(1)
	d := &diary{sim: s}
	body := func(name string) func() {
		return func() {
			d.note("%s begins", name)
			s.Sleep(10)
			d.note("%s wakes", name)
		}
	}
	s.Go("a", body("a"))
	s.GoBackground("b", body("b"))
	s.Go("c", func() {
		s.Go("child", body("child"))
		body("c")()
	})
	mustRun(t, s)
	want := []string{"0 a begins", "0 b begins", "0 c begins", "0 child begins", "10 a wakes", "10 b wakes", "10 c wakes", "10 child wakes"}
	if diff := gocmp.Diff(want, d.lines); diff != "" {
		t.Error(diff)
	}
}

func TestProgramKnowsItself(t *testing.T) {
	s := sim.New(1)
	var p *sim.Program
	p = s.Go("client", func() {
		if s.Current() != p || p.Name() != "client" || p.Done() {
			t.Errorf("inside: current %p, name %q, done %v; want %p, client, false", s.Current(), p.Name(), p.Done(), p)
		}
	})
	s.NewTimer(func() {
		if s.Current() != nil {
			t.Error("an event has a current program")
		}
	}).Arm(5)
	mustRun(t, s)
	if s.Current() != nil || !p.Done() {
		t.Errorf("after the run: current %v, done %v; want nil, true", s.Current(), p.Done())
	}
}

func TestSleepOfNothingLetsWhatIsDueHappen(t *testing.T) {
	s := sim.New(1)
	d := &diary{sim: s}
	s.Go("program", func() {
		s.NewTimer(func() { d.note("event") }).Arm(0)
		s.Sleep(-time.Second)
		d.note("program")
	})
	mustRun(t, s)
	if diff := gocmp.Diff([]string{"0 event", "0 program"}, d.lines); diff != "" {
		t.Error(diff)
	}
}

func TestManyShortProgramsAreForgotten(t *testing.T) {
	s := sim.New(1)
	ran := 0
	s.Go("parent", func() {
		for range 10_000 {
			s.Go("child", func() { ran++ })
			s.Sleep(1)
		}
	})
	s.GoBackground("oldest", func() { s.Sleep(time.Hour) })
	mustRun(t, s)
	if ran != 10_000 {
		t.Errorf("%d children ran, want 10000", ran)
	}
}

// The same seed, the same run: programs, timers and randomness together.
func TestSameSeedSameRun(t *testing.T) {
	story := func(seed uint64) []string {
		s := sim.New(seed)
		d := &diary{sim: s}
		q := sim.NewQueue[uint64](s, 3, nil)
		for _, name := range []string{"a", "b", "c"} {
			r := s.Stream(name)
			s.Go(name, func() {
				for range 50 {
					s.Sleep(time.Duration(r.Below(100)))
					if err := q.Put(r.Below(1000)); err != nil {
						d.note("%s: %v", name, err)
					}
				}
			})
		}
		s.GoBackground("reader", func() {
			r := s.Stream("reader")
			for {
				v, err := q.GetUntil(s.Now().Add(time.Duration(r.Below(40))))
				d.note("%d %v", v, err)
			}
		})
		mustRun(t, s)
		return d.lines
	}
	one, again, other := story(7), story(7), story(8)
	if diff := gocmp.Diff(one, again); diff != "" {
		t.Errorf("two runs of seed 7 differ:\n%s", diff)
	}
	if len(one) < 150 || gocmp.Equal(one, other) {
		t.Errorf("seed 8 tells the same story as seed 7, or hardly one: %d lines", len(one))
	}
}
