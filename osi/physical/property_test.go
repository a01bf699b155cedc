package physical_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

func anyImpairment(t *rapid.T) physical.Impairment {
	chance := func(name string) sim.Probability {
		return sim.Probability(rapid.Uint32Range(0, uint32(sim.Certain)).Draw(t, name))
	}
	short := func(name string) time.Duration {
		return time.Duration(rapid.Int64Range(0, int64(10*time.Millisecond)).Draw(t, name))
	}
	switch rapid.IntRange(0, 7).Draw(t, "impairment") {
	case 0:
		return physical.Loss{Chance: chance("loss") / 2}
	case 1:
		return physical.Burst{GoodToBad: chance("gb") / 4, BadToGood: chance("bg"), LossInGood: chance("lg") / 8, LossInBad: chance("lb")}
	case 2:
		return physical.Duplicate{Chance: chance("duplicate")}
	case 3:
		return physical.Reorder{Chance: chance("reorder"), Frames: rapid.IntRange(0, 5).Draw(t, "frames"), By: short("by")}
	case 4:
		return physical.BitErrors{OneIn: rapid.Uint64Range(100, 1e6).Draw(t, "one in")}
	case 5:
		from := short("from")
		return physical.Outage{From: sim.Time(from), Until: sim.Time(from + short("for"))}
	case 6:
		var s physical.Storm
		for i := range rapid.IntRange(0, 10).Draw(t, "struck") {
			s = append(s, physical.Struck{K: i + 1, Fate: anyFate(t)})
		}
		return physical.Replay{Storm: s}
	}
	return physical.Explicit{Fate: anyFate(t), Nth: rapid.SliceOfN(rapid.IntRange(1, 40), 1, 5).Draw(t, "nth")}
}

func anyDirection(t *rapid.T) physical.DirectionConfig {
	return physical.DirectionConfig{
		Rate:        rapid.SampledFrom([]physical.Rate{0, 1e6, 10e6, 1e9, 7777777}).Draw(t, "rate"),
		Delay:       time.Duration(rapid.Int64Range(0, 5e6).Draw(t, "delay")),
		Jitter:      time.Duration(rapid.SampledFrom([]int64{0, 0, 1, 3e6}).Draw(t, "jitter")),
		Queue:       rapid.IntRange(-1, 10).Draw(t, "queue"),
		MTU:         rapid.SampledFrom([]int{0, 500, 1500}).Draw(t, "mtu"),
		Impairments: rapid.SliceOfN(rapid.Custom(anyImpairment), 0, 4).Draw(t, "impairments"),
		Classify:    isData,
		RecordStorm: true,
	}
}

// No frame is invented or lost without an event that says so, whatever the
// wire does: what is counted, what is told and what arrives agree.
func TestEveryFrameIsAccountedFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := physical.LinkConfig{A: anyDirection(t), B: anyDirection(t), HalfDuplex: rapid.Bool().Draw(t, "half duplex")}
		l := newLab(t, rapid.Uint64().Draw(t, "seed"), cfg)
		sent := [2]map[string]int{{}, {}}
		for range rapid.IntRange(0, 60).Draw(t, "frames") {
			port, side := l.A(), 0
			if rapid.Bool().Draw(t, "from b") {
				port, side = l.B(), 1
			}
			size := rapid.SampledFrom([]int{64, 518, 519, 1518, 1519}).Draw(t, "size")
			first := rapid.SampledFrom([]byte("abAB")).Draw(t, "first")
			l.at(time.Duration(rapid.Int64Range(0, 5e6).Draw(t, "at")), func() {
				f := l.frame(size, first)
				sent[side][string(f.Bytes())]++
				port.Send(f)
			})
		}
		l.run()
		account(t, l, l.A(), l.b, sent[0])
		account(t, l, l.B(), l.a, sent[1])
	})
}

func account(t *rapid.T, l *lab, p *physical.Port, in inbox, sent map[string]int) {
	c := p.Counters()
	if c.Sent+c.Duplicated != c.Delivered+c.Lost+c.Outage+c.QueueFull+c.TooLong+c.Unplugged || p.Queue().Frames+p.InFlight() != 0 {
		t.Fatalf("the books of %s do not balance: %+v, %d waiting, %d under way", p.Node(), c, p.Queue().Frames, p.InFlight())
	}
	if len(in.got) != c.Delivered {
		t.Fatalf("%d arrived, %d counted", len(in.got), c.Delivered)
	}
	damaged := map[string]bool{}
	told := map[string]int{}
	for _, e := range l.rec.Find(trace.With("from", p.Node())) {
		told[e.Kind.ID]++
		if e.Kind == physical.Corrupted {
			n, _ := e.Get("n")
			if damaged[n.String()] {
				told[e.Kind.ID]-- // counted once for each frame
			}
			damaged[n.String()] = true
		}
	}
	for kind, counted := range map[string]int{
		"wire.lost": c.Lost, "wire.outage": c.Outage, "wire.queue-full": c.QueueFull, "wire.too-long": c.TooLong,
		"wire.corrupted": c.Corrupted, "wire.duplicated": c.Duplicated, "wire.delayed": c.Delayed,
		"wire.reordered": c.Reordered, "wire.deferred": c.Deferred,
	} {
		if told[kind] != counted {
			t.Fatalf("%s told %d times, counted %d", kind, told[kind], counted)
		}
	}
	copies := c.Duplicated
	for _, g := range in.got {
		if !g.intact {
			continue
		}
		if sent[g.data]--; sent[g.data] < 0 {
			copies--
		}
	}
	if copies < 0 {
		t.Fatalf("%d frames arrived intact that nobody sent and no event duplicated", -copies)
	}
}

// Without jitter, reordering and delays, frames arrive in the order sent.
func TestOrderIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyDirection(t)
		c.Jitter, c.Impairments = 0, []physical.Impairment{physical.Loss{Chance: 200_000}, physical.BitErrors{OneIn: 5000}}
		l := newLab(t, rapid.Uint64().Draw(t, "seed"), oneWay(c))
		l.traffic(strings.Repeat("a", 50))
		if !slices.IsSortedFunc(l.b.got, func(a, b arrived) int { return int(a.id) - int(b.id) }) {
			t.Fatal("frames arrived out of order")
		}
	})
}

// The same seed and the same frames make the same log, byte for byte.
func TestSameSeedSameLog(t *testing.T) {
	story := func() string {
		cfg := stormy(bad...)
		cfg.A.Jitter = time.Millisecond
		l := newLab(t, 11, cfg).traffic(strings.Repeat("aAbB", 50))
		var all strings.Builder
		for i := range l.rec.Events {
			all.WriteString(l.rec.Events[i].Time.String() + " " + l.rec.Events[i].Sentence() + "\n")
		}
		for _, g := range l.b.got {
			all.WriteString(g.at.String() + g.data)
		}
		return all.String()
	}
	if one, two := story(), story(); one != two || len(one) < 1000 {
		t.Errorf("two runs of one seed differ (%d and %d bytes)", len(one), len(two))
	}
}
