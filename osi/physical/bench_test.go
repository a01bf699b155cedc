package physical_test

import (
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
)

// bench sends b.N frames, a burst at a time, each burst when the last one has
// arrived: what a window of a bulk transfer looks like to the wire.
func bench(b *testing.B, c physical.DirectionConfig) {
	const burst = 32
	b.ReportAllocs()
	s, pool := sim.New(1), physical.NewPool()
	link := physical.NewLink(s, nil, pool, physical.LinkConfig{Name: "bench", A: c})
	link.B().Attach(receiverFunc(pool.Put))
	sent := 0
	var next *sim.Timer
	next = s.NewTimer(func() {
		if sent == 0 {
			b.ResetTimer()
		}
		for range burst {
			f := pool.Get(1518)
			f.SealWith(seal)
			link.A().Send(f)
		}
		if sent += burst; sent < b.N {
			next.Arm(s.Now().Add(burst * 123_040))
		}
	})
	next.Arm(0)
	if err := s.Run(); err != nil {
		b.Fatal(err)
	}
	if link.A().Counters().Delivered == 0 {
		b.Fatal("nothing arrived")
	}
}

func BenchmarkPerfectWire(b *testing.B) { bench(b, physical.DirectionConfig{}) }

func BenchmarkBulk(b *testing.B) {
	bench(b, physical.DirectionConfig{Rate: 100e6, Delay: 10 * time.Millisecond})
}

func BenchmarkBulkWithLoss(b *testing.B) {
	bench(b, physical.DirectionConfig{
		Rate: 100e6, Delay: 10 * time.Millisecond, Classify: isData,
		Impairments: []physical.Impairment{physical.Loss{Chance: 10_000}},
	})
}

func BenchmarkJitter(b *testing.B) {
	bench(b, physical.DirectionConfig{Rate: 100e6, Delay: 10 * time.Millisecond, Jitter: 5 * time.Millisecond})
}

func BenchmarkStorm(b *testing.B) {
	bench(b, physical.DirectionConfig{Rate: 100e6, Delay: 10 * time.Millisecond, Classify: isData, Impairments: bad})
}
