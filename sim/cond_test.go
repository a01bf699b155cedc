package sim_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/packetwalk/packetwalk/sim"
)

func TestSignalWakesWhoWaitedLongest(t *testing.T) {
	s := sim.New(1)
	d := &diary{sim: s}
	c := sim.NewCond(s, nil)
	for i := range 4 {
		s.Go(fmt.Sprint("waiter ", i), func() {
			c.Wait()
			d.note("%s", s.Current().Name())
		})
	}
	s.NewTimer(c.Signal).Arm(10) // from an event
	s.Go("signaller", func() {   // and from a program
		s.Sleep(20)
		c.Signal()
		s.Sleep(10)
		c.Broadcast()
		c.Broadcast() // nobody is left
		c.Signal()
	})
	mustRun(t, s)
	want := []string{"10 waiter 0", "20 waiter 1", "30 waiter 2", "30 waiter 3"}
	if diff := gocmp.Diff(want, d.lines); diff != "" {
		t.Error(diff)
	}
}

func TestWokenProgramsGoOnBeforeTheNextEvent(t *testing.T) {
	s := sim.New(1)
	d := &diary{sim: s}
	c := sim.NewCond(s, nil)
	s.Go("waiter", func() { c.Wait(); d.note("waiter") })
	s.NewTimer(c.Signal).Arm(10)
	s.NewTimer(func() { d.note("next event") }).Arm(10)
	mustRun(t, s)
	if diff := gocmp.Diff([]string{"10 waiter", "10 next event"}, d.lines); diff != "" {
		t.Error(diff)
	}
}

func TestWaitUntil(t *testing.T) {
	tests := []struct {
		name   string
		signal sim.Time
		until  sim.Time
		woken  bool
		at     sim.Time
	}{
		{"the signal comes first", 10, 20, true, 10},
		{"the time comes first", 30, 20, false, 20},
		{"signal at the same moment, armed earlier", 20, 20, true, 20},
		{"the time has come already", 30, 5, false, 5},
		{"no limit", 30, sim.Never, true, 30},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sim.New(1)
			c := sim.NewCond(s, nil)
			s.NewTimer(c.Signal).Arm(tt.signal)
			s.Go("waiter", func() {
				s.Sleep(5)
				if woken := c.WaitUntil(tt.until); woken != tt.woken || s.Now() != tt.at {
					t.Errorf("WaitUntil is %v at %d ns, want %v at %d", woken, s.Now(), tt.woken, tt.at)
				}
			})
			mustRun(t, s)
		})
	}
}

// Who left the line at its deadline does not take the signal of another.
func TestSignalPassesOverWhoHasLeft(t *testing.T) {
	s := sim.New(1)
	d := &diary{sim: s}
	c := sim.NewCond(s, nil)
	for i, until := range []sim.Time{sim.Never, 5, sim.Never} {
		s.Go(fmt.Sprint(i), func() { d.note("%d %v", i, c.WaitUntil(until)) })
	}
	s.NewTimer(c.Signal).Arm(10)
	s.NewTimer(c.Signal).Arm(20)
	mustRun(t, s)
	if diff := gocmp.Diff([]string{"5 1 false", "10 0 true", "20 2 true"}, d.lines); diff != "" {
		t.Error(diff)
	}
}

func TestQueueKeepsOrderAndBounds(t *testing.T) {
	s := sim.New(1)
	d := &diary{sim: s}
	q := sim.NewQueue[int](s, 2, nil)
	s.Go("writer", func() {
		for i := range 4 {
			if err := q.Put(i); err != nil {
				t.Errorf("Put: %v", err)
			}
			d.note("put %d", i)
		}
		q.Close()
		if err := q.Put(9); !errors.Is(err, sim.ErrQueueClosed) || q.TryPut(9) {
			t.Errorf("Put into a closed queue: %v, want ErrQueueClosed", err)
		}
	})
	s.Go("reader", func() {
		for {
			s.Sleep(10)
			v, err := q.Get()
			if err != nil {
				d.note("%v", err)
				return
			}
			d.note("got %d of %d", v, q.Len()+1)
		}
	})
	mustRun(t, s)
	want := []string{"0 put 0", "0 put 1", "10 got 0 of 2", "10 put 2", "20 got 1 of 2", "20 put 3",
		"30 got 2 of 2", "40 got 3 of 1", "50 sim: the queue is closed"}
	if diff := gocmp.Diff(want, d.lines); diff != "" {
		t.Error(diff)
	}
}

func TestQueueDeadline(t *testing.T) {
	s := sim.New(1)
	d := &diary{sim: s}
	q := sim.NewQueue[string](s, 1, nil)
	s.NewTimer(func() { q.TryPut("late") }).Arm(25)
	s.Go("reader", func() {
		for _, until := range []sim.Time{10, 30, 20} {
			v, err := q.GetUntil(until)
			d.note("%q %v", v, err)
		}
		q.TryPut("there")
		v, err := q.GetUntil(0) // the time is over, but it is there
		d.note("%q %v", v, err)
	})
	mustRun(t, s)
	want := []string{`10 "" i/o timeout`, `25 "late" <nil>`, `25 "" i/o timeout`, `25 "there" <nil>`}
	if diff := gocmp.Diff(want, d.lines); diff != "" {
		t.Error(diff)
	}
}

func TestCloseOfAQueueWakesAll(t *testing.T) {
	s := sim.New(1)
	empty, full := sim.NewQueue[int](s, 1, nil), sim.NewQueue[int](s, 1, nil)
	full.TryPut(1)
	refused := 0
	for range 2 {
		s.Go("reader", func() {
			if _, err := empty.Get(); errors.Is(err, sim.ErrQueueClosed) {
				refused++
			}
		})
		s.Go("writer", func() {
			if errors.Is(full.Put(2), sim.ErrQueueClosed) {
				refused++
			}
		})
	}
	s.Go("closer", func() {
		s.Sleep(time.Second)
		empty.Close()
		full.Close()
	})
	mustRun(t, s)
	if refused != 4 || full.Len() != 1 || full.Cap() != 1 {
		t.Errorf("%d were refused, want 4; %d of %d are left, want 1 of 1", refused, full.Len(), full.Cap())
	}
}
