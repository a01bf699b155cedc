package physical_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// IEEE 802.3 §3.1.1: 7 bytes of preamble and 1 of start delimiter go before a
// frame; §4.4.2: 96 bit times of gap follow it.
func TestArrivalTimes(t *testing.T) {
	cases := []struct {
		name   string
		rate   physical.Rate
		delay  time.Duration
		sizes  []int
		arrive []time.Duration
	}{
		{"no rate, no delay", 0, 0, []int{64, 1518}, []time.Duration{0, 0}},
		{"delay alone", 0, 5 * time.Millisecond, []int{64}, []time.Duration{5 * time.Millisecond}},
		{"smallest frame at 10 Mbit/s: 72 bytes, 57.6 µs", 10e6, 0, []int{64}, []time.Duration{57600}},
		{"largest frame at 100 Mbit/s: 1526 bytes", 100e6, time.Millisecond, []int{1518}, []time.Duration{122080 + time.Millisecond}},
		{"the gap delays the next frame: 84 bytes apart", 10e6, 0, []int{64, 64, 64}, []time.Duration{57600, 57600 + 67200, 57600 + 2*67200}},
		{"a third of a nanosecond rounds up", 3e9, 0, []int{64}, []time.Duration{192}},
		{"rounded once for each frame", 7e9, 0, []int{64, 64}, []time.Duration{83, 96 + 83}},
		{"1 bit per second", 1, 0, []int{64}, []time.Duration{576 * time.Second}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t, 1, oneWay(physical.DirectionConfig{Rate: c.rate, Delay: c.delay}))
			l.at(0, func() {
				for _, n := range c.sizes {
					l.A().Send(l.frame(n, 0))
				}
			})
			l.run()
			if len(l.b.got) != len(c.sizes) {
				t.Fatalf("%d frames arrived, want %d", len(l.b.got), len(c.sizes))
			}
			for i, got := range l.b.got {
				if got.at != sim.Time(c.arrive[i]) || len(got.data) != c.sizes[i] {
					t.Errorf("frame %d: %d bytes after %d ns, want %d bytes after %d ns", i, len(got.data), got.at, c.sizes[i], c.arrive[i])
				}
			}
		})
	}
}

func TestDirectionsAreIndependent(t *testing.T) {
	l := newLab(t, 1, physical.LinkConfig{
		A: physical.DirectionConfig{Rate: 10e6},
		B: physical.DirectionConfig{Delay: time.Second},
	})
	l.at(0, func() {
		l.send("x")
		l.B().Send(l.frame(64, 'y'))
	})
	l.run()
	if got := l.b.got[0].at; got != 57600 {
		t.Errorf("A to B took %d ns, want 57600: the other direction's frame must not matter", got)
	}
	if got := l.a.got[0].at; got != sim.Time(time.Second) {
		t.Errorf("B to A took %d ns, want one second", got)
	}
}

// What a receiver does is caused by what made the sender send, across queue
// and wire.
func TestCauseCrossesTheWire(t *testing.T) {
	l := newLab(t, 1, oneWay(physical.DirectionConfig{Rate: 10e6, Delay: time.Millisecond}))
	var sent [2]trace.ID
	l.at(0, func() {
		for i := range sent {
			sent[i] = l.log.Tap(&trace.Interface{Node: "a"}, trace.Sent, 0, nil)
			before := l.log.Because(sent[i])
			l.send("x")
			l.log.Because(before)
		}
	})
	var causes []trace.ID
	l.B().Attach(receiverFunc(func(f *physical.Frame) {
		causes = append(causes, l.log.Cause())
		l.pool.Put(f)
	}))
	l.run()
	if !slices.Equal(causes, sent[:]) {
		t.Errorf("frames arrived because of %v, want %v", causes, sent)
	}
	if c := l.log.Cause(); c != 0 {
		t.Errorf("the cause %d outlived its event", c)
	}
}

type receiverFunc func(*physical.Frame)

func (r receiverFunc) Receive(f *physical.Frame) { r(f) }

func TestNothingPluggedIn(t *testing.T) {
	l := newLab(t, 1, physical.LinkConfig{})
	l.B().Attach(nil)
	l.at(0, func() { l.send("x") })
	l.run()
	want := []string{"a frame from a arrives at b, where nothing is plugged in"}
	if got := l.told("wire.unplugged"); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	if c := l.A().Counters(); c.Unplugged != 1 || c.Delivered != 0 {
		t.Errorf("counted %+v, want 1 unplugged and 0 delivered", c)
	}
}

func TestFramesAreNumbered(t *testing.T) {
	l := newLab(t, 1, physical.LinkConfig{})
	l.at(0, func() {
		l.send("x")
		f := l.frame(64, 'y')
		f.ID = 77
		l.A().Send(f)
		l.send("z")
	})
	l.run()
	var ids []trace.FrameID
	for _, g := range l.b.got {
		ids = append(ids, g.id)
	}
	if want := []trace.FrameID{1, 77, 2}; !slices.Equal(ids, want) {
		t.Errorf("frames are numbered %v, want %v: a number that is there stays", ids, want)
	}
}

// The hot path allocates nothing once warm, with impairments at work.
func TestNoAllocationOnceWarm(t *testing.T) {
	s := sim.New(1)
	pool := physical.NewPool()
	link := physical.NewLink(s, nil, pool, physical.LinkConfig{Name: "l", A: physical.DirectionConfig{
		Rate: 100e6, Delay: time.Millisecond, Jitter: time.Millisecond, Queue: 50,
		Classify: func(f *physical.Frame) bool { return true },
		Impairments: []physical.Impairment{
			physical.Loss{Chance: 50_000}, physical.Duplicate{Chance: 50_000}, physical.BitErrors{OneIn: 10_000},
			physical.Reorder{Chance: 50_000, Frames: 3},
			physical.Burst{GoodToBad: 10_000, BadToGood: 100_000, LossInBad: sim.Certain},
		},
	}})
	link.B().Attach(receiverFunc(func(f *physical.Frame) { pool.Put(f) }))
	var before, after runtime.MemStats
	var tick *sim.Timer
	const warm, total = 5_000, 25_000
	sent := 0
	tick = s.NewTimer(func() {
		if sent == warm {
			runtime.ReadMemStats(&before)
		}
		if sent == total {
			runtime.ReadMemStats(&after)
			return
		}
		for range 2 {
			f := pool.Get(1518)
			f.SealWith(seal)
			link.A().Send(f)
			sent++
		}
		tick.Arm(s.Now().Add(240 * time.Microsecond))
	})
	tick.Arm(0)
	if err := s.Run(); err != nil {
		t.Fatal(err)
	}
	// The watchdog of the run allocates a little on its own goroutine.
	if n := after.Mallocs - before.Mallocs; n > (total-warm)/1000 {
		t.Errorf("%d allocations for %d frames, want none", n, total-warm)
	}
	if c := link.A().Counters(); c.Lost == 0 || c.Duplicated == 0 || c.Corrupted == 0 || c.Reordered == 0 || c.QueueFull == 0 {
		t.Errorf("not every impairment was at work: %+v", c)
	}
}
