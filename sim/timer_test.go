package sim_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/packetwalk/packetwalk/sim"
	"pgregory.net/rapid"
)

func TestTimersFireByTimeThenByOrderOfArming(t *testing.T) {
	s := sim.New(1)
	d := &diary{sim: s}
	timer := func(name string) *sim.Timer { return s.NewTimer(func() { d.note("%s", name) }) }
	a, b, c, moved := timer("a"), timer("b"), timer("c"), timer("moved")
	moved.Arm(5)
	b.Arm(20)
	a.Arm(10)
	c.Arm(20)
	moved.Arm(20) // last to be armed for 20, although its event is oldest
	mustRun(t, s)
	if diff := gocmp.Diff([]string{"10 a", "20 b", "20 c", "20 moved"}, d.lines); diff != "" {
		t.Error(diff)
	}
}

func TestTimerIsMovedStoppedReleased(t *testing.T) {
	tests := []struct {
		name string
		do   func(t *sim.Timer)
		want []string
		end  sim.Time
	}{
		{"armed in the past fires now", func(t *sim.Timer) { t.Arm(-5) }, []string{"0 fires"}, 0},
		{"moved earlier fires once", func(t *sim.Timer) { t.Arm(9); t.Arm(4) }, []string{"4 fires"}, 4},
		{"moved later fires once", func(t *sim.Timer) { t.Arm(4); t.Arm(9) }, []string{"9 fires"}, 9},
		{"stopped does not fire", func(t *sim.Timer) { t.Arm(4); t.Stop() }, nil, 0},
		{"stopped twice is stopped", func(t *sim.Timer) { t.Arm(4); t.Stop(); t.Stop() }, nil, 0},
		{"armed for never is stopped", func(t *sim.Timer) { t.Arm(4); t.Arm(sim.Never) }, nil, 0},
		{"armed again after a stop", func(t *sim.Timer) { t.Arm(4); t.Stop(); t.Arm(4) }, []string{"4 fires"}, 4},
		{"released does not fire", func(t *sim.Timer) { t.Arm(4); t.Release() }, nil, 0},
		{"released twice is released", func(t *sim.Timer) { t.Release(); t.Release() }, nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sim.New(1)
			d := &diary{sim: s}
			tt.do(s.NewTimer(func() { d.note("fires") }))
			mustRun(t, s)
			if diff := gocmp.Diff(tt.want, d.lines); diff != "" {
				t.Error(diff)
			}
			if s.Now() != tt.end {
				t.Errorf("the run ended at %d ns, want %d", s.Now(), tt.end)
			}
		})
	}
}

func TestReleasedPlaceIsUsedAgain(t *testing.T) {
	s := sim.New(1)
	d := &diary{sim: s}
	first := s.NewTimer(func() { d.note("first") })
	first.Arm(10)
	first.Arm(5) // leaves an event at 10 behind
	s.NewTimer(func() { first.Release() }).Arm(4)
	s.NewTimer(func() {
		other := s.NewTimer(func() { d.note("other") })
		s.NewTimer(func() { d.note("before") }).Arm(10)
		other.Arm(10) // must not ride on the old event
	}).Arm(6)
	mustRun(t, s)
	if diff := gocmp.Diff([]string{"10 before", "10 other"}, d.lines); diff != "" {
		t.Error(diff)
	}
}

func TestNextIsTheNextThingToHappen(t *testing.T) {
	s := sim.New(1)
	if s.Next() != sim.Never {
		t.Errorf("nothing is armed, but Next is %s", s.Next())
	}
	a, b := s.NewTimer(func() {}), s.NewTimer(func() {})
	a.Arm(10)
	b.Arm(30)
	a.Arm(20) // its event at 10 is overtaken
	if s.Next() != 20 {
		t.Errorf("Next is %d ns, want 20", s.Next())
	}
	a.Stop()
	if s.Next() != 30 {
		t.Errorf("Next is %d ns after a stop, want 30", s.Next())
	}
	s.Go("program", func() {})
	if s.Next() != 0 {
		t.Errorf("a program is ready, but Next is %d ns", s.Next())
	}
	mustRun(t, s)
}

// The queue against the simplest thing that could be right: a list of
// (time, order of arming), sorted.
func TestTimersAgainstSortedList(t *testing.T) {
	type armed struct{ at, order, timer int }
	rapid.Check(t, func(t *rapid.T) {
		s := sim.New(1)
		var timers []*sim.Timer
		var model []armed
		var got, want []string
		order := 0
		add := func() {
			i := len(timers)
			timers = append(timers, s.NewTimer(func() { got = append(got, fmt.Sprint(s.Now(), " ", i)) }))
		}
		find := func(i int) int { return slices.IndexFunc(model, func(a armed) bool { return a.timer == i }) }
		disarm := func(i int) {
			if k := find(i); k >= 0 {
				model = slices.Delete(model, k, k+1)
			}
		}
		pick := func(t *rapid.T) int { return rapid.IntRange(0, len(timers)-1).Draw(t, "timer") }
		add()
		t.Repeat(map[string]func(*rapid.T){
			"new": func(t *rapid.T) { add() },
			"arm": func(t *rapid.T) {
				i := pick(t)
				at := int(s.Now()) + rapid.IntRange(0, 20).Draw(t, "in")
				timers[i].Arm(sim.Time(at))
				if k := find(i); k >= 0 && model[k].at == at {
					return // armed for it already: it keeps its place
				}
				disarm(i)
				order++
				model = append(model, armed{at, order, i})
			},
			"stop": func(t *rapid.T) { i := pick(t); timers[i].Stop(); disarm(i) },
			"replace": func(t *rapid.T) {
				i := pick(t)
				timers[i].Release()
				disarm(i)
				timers[i] = s.NewTimer(func() { got = append(got, fmt.Sprint(s.Now(), " ", i)) })
			},
			"advance": func(t *rapid.T) {
				to := int(s.Now()) + rapid.IntRange(0, 10).Draw(t, "by")
				slices.SortFunc(model, func(a, b armed) int { return cmp.Or(a.at-b.at, a.order-b.order) })
				for len(model) > 0 && model[0].at <= to {
					want = append(want, fmt.Sprint(sim.Time(model[0].at), " ", model[0].timer))
					model = model[1:]
				}
				if err := s.Advance(sim.Time(to)); err != nil {
					t.Fatal(err)
				}
			},
			"": func(t *rapid.T) {
				if diff := gocmp.Diff(want, got); diff != "" {
					t.Fatalf("timers fired otherwise than the sorted list says:\n%s", diff)
				}
				first := sim.Never
				for _, a := range model {
					first = min(first, sim.Time(a.at))
				}
				if s.Next() != first {
					t.Fatalf("Next is %d ns, want %d", s.Next(), first)
				}
			},
		})
	})
}

func TestTimeSaturatesAndSpeaks(t *testing.T) {
	if got := sim.Time(5).Add(time.Duration(sim.Never)); got != sim.Never {
		t.Errorf("a moment past the end of time is %d, want Never", got)
	}
	if got := sim.Time(1_234_567_890).String(); got != "1.234567 s" {
		t.Errorf("String is %q", got)
	}
	if got, err := sim.FromCalendar(sim.Time(77).Calendar()); err != nil || got != 77 {
		t.Errorf("there and back is %d, %v; want 77", got, err)
	}
	if _, err := sim.FromCalendar(time.Now()); err == nil {
		t.Error("a time of the wall clock was accepted")
	}
}
