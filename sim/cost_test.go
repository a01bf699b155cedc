package sim_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// Once warm, neither events nor parking allocate.
func TestNothingIsAllocatedOnceWarm(t *testing.T) {
	switch runtime.GOARCH {
	case "amd64", "arm64", "wasm":
	default:
		t.Skip("here goroutines are told apart by a stack trace, which allocates")
	}
	s := sim.New(1)
	defer s.Close()
	c := sim.NewCond(s, nil)
	q := sim.NewQueue[int](s, 4, nil)
	var tick *sim.Timer
	tick = s.NewTimer(func() {
		tick.Arm(s.Now() + 1)
		c.Signal()
		q.TryPut(1)
	})
	tick.Arm(0)
	loop := func(wait func()) func() {
		return func() {
			for {
				wait()
			}
		}
	}
	s.GoBackground("waits", loop(c.Wait))
	s.GoBackground("waits with a deadline", loop(func() { c.WaitUntil(s.Now() + 3) }))
	s.GoBackground("gets", loop(func() { _, _ = q.Get() }))
	s.GoBackground("sleeps", loop(func() { s.Sleep(2) }))
	step := func(d time.Duration) {
		if err := s.Advance(s.Now().Add(d)); err != nil {
			t.Fatal(err)
		}
	}
	step(1000)
	// A step itself allocates a little (a goroutine, a ticker), however long
	// it is: a long one must not allocate more than a short one.
	short := testing.AllocsPerRun(20, func() { step(1) })
	long := testing.AllocsPerRun(20, func() { step(10_000) })
	if long > short {
		t.Errorf("a step of 10,000 events allocates %v times, one of one event %v times", long, short)
	}
}

// A sleeping program is cheap enough that 100,000 of them are no problem.
func TestSleepingProgramsAreSmall(t *testing.T) {
	const n = 20_000
	s := sim.New(1)
	before := memory()
	for range n {
		s.GoBackground("sleeper", func() { s.Sleep(time.Hour) })
	}
	if err := s.Advance(1); err != nil {
		t.Fatal(err)
	}
	each := (memory() - before) / n
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if each > 6000 { // 3000, and more under the race detector
		t.Errorf("a sleeping program takes %d bytes, want at most 6000", each)
	}
	t.Logf("%d bytes for each sleeping program", each)
}

func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// BenchmarkEvents is the queue alone: 64 timers that arm themselves again.
func BenchmarkEvents(b *testing.B) {
	b.ReportAllocs()
	s := sim.New(1)
	n := 0
	for i := range 64 {
		var t *sim.Timer
		t = s.NewTimer(func() {
			if n++; n < b.N {
				t.Arm(s.Now() + sim.Time(1000+7*i))
			}
		})
		t.Arm(sim.Time(i))
	}
	if err := s.Run(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkTimerPushedBack is a deadline that every packet moves: it costs the
// queue nothing.
func BenchmarkTimerPushedBack(b *testing.B) {
	b.ReportAllocs()
	s := sim.New(1)
	t := s.NewTimer(func() {})
	for i := range b.N {
		t.Arm(sim.Time(1000 + i))
	}
}

// BenchmarkSleep is one event and one round trip into a program.
func BenchmarkSleep(b *testing.B) {
	b.ReportAllocs()
	s := sim.New(1)
	s.Go("sleeper", func() {
		for range b.N {
			s.Sleep(1)
		}
	})
	if err := s.Run(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkParkAndResume is one round trip: a signal to a program that parks
// again.
func BenchmarkParkAndResume(b *testing.B) {
	b.ReportAllocs()
	s := sim.New(1)
	ping, pong := sim.NewCond(s, nil), sim.NewCond(s, nil)
	s.GoBackground("pong", func() {
		for {
			ping.Wait()
			pong.Signal()
		}
	})
	s.Go("ping", func() {
		for range b.N / 2 {
			ping.Signal()
			pong.Wait()
		}
	})
	if err := s.Run(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkProgram is the whole life of a program that parks once.
func BenchmarkProgram(b *testing.B) {
	b.ReportAllocs()
	s := sim.New(1)
	s.Go("parent", func() {
		for range b.N {
			s.Go("child", func() { s.Sleep(1) })
			s.Sleep(1)
		}
	})
	if err := s.Run(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkCheck is what every socket call pays to refuse stray goroutines.
func BenchmarkCheck(b *testing.B) {
	b.ReportAllocs()
	s := sim.New(1)
	s.Go("program", func() {
		for range b.N {
			if err := s.Check(); err != nil {
				b.Error(err)
			}
		}
	})
	if err := s.Run(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkAdvance is one step by an outside clock in which one event is due.
func BenchmarkAdvance(b *testing.B) {
	b.ReportAllocs()
	s := sim.New(1)
	var tick *sim.Timer
	tick = s.NewTimer(func() { tick.Arm(s.Now() + 1) })
	tick.Arm(0)
	for i := range b.N {
		if err := s.Advance(sim.Time(i)); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}
