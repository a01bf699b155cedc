package physical_test

import (
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// lab is a link between "a" and "b" whose frames are kept as they arrive.
type lab struct {
	*physical.Link
	t    testing.TB
	sim  *sim.Sim
	log  *trace.Log
	rec  *trace.Recording
	pool *physical.Pool
	a, b inbox // what arrived at each end
}

// arrived is a frame as it arrived.
type arrived struct {
	at     sim.Time
	id     trace.FrameID
	data   string
	intact bool
}

type inbox struct {
	lab *lab
	got []arrived
}

func (in *inbox) Receive(f *physical.Frame) {
	in.got = append(in.got, arrived{in.lab.sim.Now(), f.ID, string(f.Bytes()), f.Intact()})
	in.lab.pool.Put(f)
}

func newLab(t testing.TB, seed uint64, cfg physical.LinkConfig) *lab {
	s := sim.New(seed)
	l := &lab{t: t, sim: s, log: trace.NewLog(s), rec: &trace.Recording{}, pool: physical.NewPool()}
	l.pool.Poison = true
	l.log.Subscribe(l.rec)
	if cfg.Name == "" {
		cfg.Name, cfg.EndA, cfg.EndB = "a-b", "a", "b"
	}
	l.Link = physical.NewLink(s, l.log, l.pool, cfg)
	l.a.lab, l.b.lab = l, l
	l.A().Attach(&l.a)
	l.B().Attach(&l.b)
	return l
}

// oneWay is a link that is configured from A to B and perfect back.
func oneWay(c physical.DirectionConfig) physical.LinkConfig { return physical.LinkConfig{A: c} }

// frame makes a frame of n bytes whose trailer is the sum of the others, so
// that damage shows.
func (l *lab) frame(n int, first byte) *physical.Frame {
	f := l.pool.Get(n)
	for i := range f.Data {
		f.Data[i] = byte(i)
	}
	f.Data[0] = first
	f.SealWith(seal)
	return f
}

func seal(data []byte) {
	var sum byte
	for _, b := range data[:len(data)-1] {
		sum += b
	}
	data[len(data)-1] = sum
}

// at runs fn at a time.
func (l *lab) at(d time.Duration, fn func()) { l.sim.NewTimer(fn).Arm(sim.Time(d)) }

// run ends the simulation and checks that every frame went back to the pool.
func (l *lab) run() {
	l.t.Helper()
	if err := l.sim.Run(); err != nil {
		l.t.Fatal(err)
	}
	if n := l.pool.Outstanding(); n != 0 {
		l.t.Errorf("%d frames never went back to the pool", n)
	}
}

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
