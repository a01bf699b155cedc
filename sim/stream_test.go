package sim_test

import (
	"bytes"
	"testing"

	"github.com/packetwalk/packetwalk/sim"
	"pgregory.net/rapid"
)

// The draws of a stream are part of every recorded run: they are the same on
// every machine and must stay what they are.
func TestStreamIsTheSameEverywhere(t *testing.T) {
	r := sim.New(42).Stream("link client-server")
	want := []uint64{0x9fed82ff44157e35, 0x3724b66c55cb23dd, 0x391b0108fea64ac5, 0x4455f2e8bc3e104}
	for i, w := range want {
		if got := r.Uint64(); got != w {
			t.Errorf("draw %d is %#x, want %#x", i, got, w)
		}
	}
}

func TestStreamsAreTheirOwn(t *testing.T) {
	s := sim.New(42)
	a, b := s.Stream("a"), s.Stream("b")
	first := a.Uint64()
	second := a.Uint64()
	again := s.Stream("a")
	for range 10 {
		b.Uint64() // must not shift the draws of a
	}
	if again.Uint64() != first || again.Uint64() != second {
		t.Error("the stream of a name does not begin anew the same")
	}
	if sim.New(43).Stream("a").Uint64() == first || s.Stream("b").Uint64() == first {
		t.Error("another seed or another name draws the same")
	}
}

func TestBelowDrawsOnceAndStaysBelow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed, n := rapid.Uint64().Draw(t, "seed"), rapid.Uint64Min(1).Draw(t, "n")
		one, other := sim.NewStream(seed, "x"), sim.NewStream(seed, "x")
		if v := one.Below(n); v >= n {
			t.Fatalf("Below(%d) is %d", n, v)
		}
		other.Uint64()
		if one.Uint64() != other.Uint64() {
			t.Fatal("Below did not draw exactly once")
		}
	})
}

func TestChance(t *testing.T) {
	r := sim.NewStream(1, "x")
	hits := 0
	for range 100_000 {
		if r.Chance(0) {
			t.Fatal("what never happens happened")
		}
		if !r.Chance(sim.Certain) {
			t.Fatal("what is certain did not happen")
		}
		if r.Chance(sim.Certain / 4) {
			hits++
		}
	}
	// 25,000 expected; four standard deviations are 548.
	if hits < 24_452 || hits > 25_548 {
		t.Errorf("a chance of a quarter came up %d times in 100000", hits)
	}
}

func TestStreamRead(t *testing.T) {
	p, q := make([]byte, 13), make([]byte, 13)
	for _, b := range [][]byte{p, q} {
		if n, err := sim.NewStream(1, "x").Read(b); n != len(b) || err != nil {
			t.Errorf("Read: %d, %v", n, err)
		}
	}
	if !bytes.Equal(p, q) || bytes.Equal(p, make([]byte, 13)) {
		t.Errorf("two reads of one stream: %x and %x", p, q)
	}
}
