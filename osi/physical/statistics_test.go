package physical_test

import (
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
)

// crowd sends n frames of a size and returns what was counted.
func crowd(t *testing.T, n, size int, ims ...physical.Impairment) physical.Counters {
	l := newLab(t, 1, with(ims...))
	l.at(0, func() {
		for range n {
			l.A().Send(l.frame(size, 'a'))
		}
	})
	l.run()
	return l.A().Counters()
}

func within(t *testing.T, what string, got, low, high int) {
	t.Helper()
	if got < low || got > high {
		t.Errorf("%s: %d, want %d to %d", what, got, low, high)
	}
}

// The bounds are four standard deviations for the fixed seed.
func TestProbabilities(t *testing.T) {
	const n = 20_000
	within(t, "lost of 20,000 at 5%", crowd(t, n, 64, physical.Loss{Chance: 50_000}).Lost, 877, 1123)
	within(t, "doubled of 20,000 at 1%", crowd(t, n, 64, physical.Duplicate{Chance: 10_000}).Duplicated, 144, 256)
	within(t, "reordered of 20,000 at 1%", crowd(t, n, 64, physical.Reorder{Chance: 10_000, By: time.Microsecond}).Reordered, 144, 256)
	// 1-(1-10^-4)^(8·1000) = 55.07% of the frames have an error.
	within(t, "damaged of 5,000 frames of 8,000 bits at 10^-4", crowd(t, 5000, 1000, physical.BitErrors{OneIn: 10_000}).Corrupted, 2612, 2894)
	if c := crowd(t, 100, 64, physical.Loss{Chance: sim.Certain}); c.Lost != 100 {
		t.Errorf("certain loss lost %d of 100", c.Lost)
	}
	if c := crowd(t, 100, 64, physical.Loss{}, physical.BitErrors{}, physical.Duplicate{}, physical.Burst{}); c.Delivered != 100 || c.Corrupted+c.Duplicated != 0 {
		t.Errorf("impairments of strength 0 did something: %+v", c)
	}
}

// The number of flipped bits, not only of damaged frames: 5000·8000·10^-4.
func TestBitErrorRate(t *testing.T) {
	l := newLab(t, 1, with(physical.BitErrors{OneIn: 10_000}))
	l.at(0, func() {
		for range 5000 {
			l.A().Send(l.frame(1000, 'a'))
		}
	})
	l.run()
	flips := l.told("wire.corrupted")
	within(t, "flipped of 40,000,000 bits at 10^-4", len(flips), 3747, 4253)
	if all := newLab(t, 1, with(physical.BitErrors{OneIn: 1})); true {
		all.at(0, func() { all.A().Send(all.frame(64, 'a')) })
		all.run()
		within(t, "flipped of 512 bits when every bit flips", len(all.told("wire.corrupted")), 512, 512)
	}
}

// With p = 1% and r = 20% the wire is bad for p/(p+r) = 4.76% of the frames,
// in stretches of 1/r = 5 on average. There are about 952 stretches; the
// standard deviation of the number lost is 196, that of the mean stretch 0.145.
func TestBurstStatistics(t *testing.T) {
	const n = 100_000
	l := newLab(t, 1, with(physical.Burst{GoodToBad: 10_000, BadToGood: 200_000, LossInBad: sim.Certain}))
	l.at(0, func() {
		for range n {
			l.send("a")
		}
	})
	l.run()
	lost, stretches, before := 0, 0, int64(-1)
	for _, e := range l.rec.Events {
		field, _ := e.Get("n")
		at := field.Value().(int64)
		lost++
		if at != before+1 {
			stretches++
		}
		before = at
	}
	within(t, "lost of 100,000", lost, 4762-4*196, 4762+4*196)
	within(t, "mean stretch in hundredths", 100*lost/stretches, 500-58, 500+58)
}

// A higher probability loses the same frames and more; another impairment
// beside it changes none of them.
func TestLuckIsTheFramesOwn(t *testing.T) {
	lost := func(ims ...physical.Impairment) map[string]bool {
		l := newLab(t, 7, with(ims...))
		l.at(0, func() {
			for range 500 {
				l.send("a")
			}
		})
		l.run()
		which := map[string]bool{}
		for _, e := range l.rec.Events {
			if n, _ := e.Get("n"); e.Kind == physical.Lost {
				which[n.String()] = true
			}
		}
		return which
	}
	few, many := lost(physical.Loss{Chance: 50_000}), lost(physical.Loss{Chance: 100_000})
	beside := lost(physical.Duplicate{Chance: 300_000}, physical.Loss{Chance: 50_000}, physical.BitErrors{OneIn: 1000})
	if len(few) == 0 || len(many) <= len(few) {
		t.Fatalf("lost %d at 5%% and %d at 10%%, want more at 10%%", len(few), len(many))
	}
	for n := range few {
		if !many[n] {
			t.Errorf("frame %s is lost at 5%% but not at 10%%", n)
		}
		if !beside[n] {
			t.Errorf("frame %s is lost alone but not beside other impairments", n)
		}
	}
	if len(beside) != len(few) {
		t.Errorf("%d lost beside other impairments, %d alone", len(beside), len(few))
	}
	twice := lost(physical.Loss{Chance: 50_000}, physical.Loss{Chance: 50_000})
	within(t, "lost of 500 by two independent chances of 5%", len(twice), len(few)+5, 2*len(few)+20)
}
