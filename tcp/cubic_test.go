package tcp

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/sim"
)

func TestCubeRoot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(0, 8e18).Draw(t, "n")
		r := cubeRoot(n)
		if r*r*r > n || (r+1)*(r+1)*(r+1) <= n {
			t.Fatalf("the cube root of %d is not %d", n, r)
		}
	})
}

// RFC 9438 §4.2, equations 1 and 2, and §4.6: with W_max = 100 segments, cwnd
// falls to 70 and K = cbrt(30 / 0.4) = 4.217 s.
func TestCubicCurve(t *testing.T) {
	const smss = 1000
	w := window{CWND: 100 * smss, SMSS: smss, SSThresh: 1 << 30}
	c := new(cubic)
	c.lost(&w, w.CWND)
	if w.SSThresh != 70*smss {
		t.Fatalf("ssthresh is %d, want 0.7 of cwnd", w.SSThresh)
	}
	w.CWND = w.SSThresh
	start := sim.Time(time.Hour)
	c.begin(&w, start)
	if c.k != 4217 {
		t.Errorf("K is %d ms, want 4217", c.k)
	}
	for _, at := range []struct {
		after time.Duration
		want  uint32
	}{
		{0, 70_004}, {1217 * time.Millisecond, 89_200}, {4217 * time.Millisecond, 100_000},
		{7217 * time.Millisecond, 110_800}, {14217 * time.Millisecond, 500_000},
	} {
		if got := c.at(&w, start.Add(at.after)); got != at.want {
			t.Errorf("W_cubic(%v) is %d, want %d", at.after, got, at.want)
		}
	}
}

// RFC 9438 §4.7: if cwnd had not come back to W_max, W_max is lowered further.
func TestCubicFastConvergence(t *testing.T) {
	w := window{CWND: 80_000, SMSS: 1000}
	c := &cubic{wMax: 100_000}
	if c.lost(&w, 80_000); c.wMax != 68_000 {
		t.Errorf("W_max is %d, want 80000 (1 + 0.7) / 2", c.wMax)
	}
	c = &cubic{wMax: 60_000}
	if c.lost(&w, 80_000); c.wMax != 80_000 {
		t.Errorf("W_max is %d, want cwnd", c.wMax)
	}
}

// RFC 9438 §4.3: on a short path, where the cubic function would be slower
// than Reno, cwnd follows W_est.
func TestCubicIsRenoFriendly(t *testing.T) {
	w := window{CWND: 14_000, SMSS: 1000, SSThresh: 14_000}
	c := &cubic{wMax: 20_000, prior: 20_000}
	now := sim.Time(time.Second)
	const rtt = 5 * time.Millisecond
	for range 34 { // windows
		for got, all := uint32(0), w.CWND; got < all; got += 1000 {
			c.acked(&w, growth{octets: 1000, now: now, srtt: rtt})
		}
		now = now.Add(rtt)
	}
	// Until 20 segments 9/17 of a segment for each window, then a whole one.
	if w.CWND < 40_000 || w.CWND > 43_000 {
		t.Errorf("cwnd is %d after 34 windows in 0.17 s, want about 42 segments; W_cubic is %d", w.CWND, c.at(&w, now))
	}
}

// Linux's growth reaches the target of a round trip within it, and rounds the
// distance to W_max down: it is there, to the segment, before K.
func TestCubicOfLinuxReachesWMax(t *testing.T) {
	w := window{CWND: 53_000, SMSS: 1000, unit: 1000}
	c := newCubicLinux()
	c.acked(&w, growth{octets: 1000, now: sim.Time(time.Second), srtt: 100 * ms})
	if c.lost(&w, w.CWND); w.SSThresh != 37_000 {
		t.Fatalf("ssthresh is %d, want 717/1024 of 53 segments", w.SSThresh)
	}
	w.CWND = w.SSThresh
	now, at := sim.Time(2*time.Second), []uint32{}
	for range 24 {
		for n := w.CWND; n > 0; n -= 1000 {
			c.acked(&w, growth{octets: 1000, now: now, srtt: 100 * ms})
		}
		at = append(at, w.CWND/1000)
		now = now.Add(100 * ms)
	}
	// W_cubic a round trip later: 53 - 0.4 (3.42 - t)^3, t = 0.1, 0.2 .. ; what was
	// counted while cwnd was at its target makes the next step early.
	for i, want := range []uint32{39, 40, 41, 42, 44, 45, 46, 47, 48, 49, 49, 50, 50, 51, 51, 51, 52, 52, 52, 53} {
		if at[i] != want && at[i] != want+1 && at[i] != want-1 {
			t.Errorf("after %d round trips cwnd is %d, want about %d: %v", i+1, at[i], want, at)
		}
	}
	if at[23] != 53 {
		t.Errorf("before K cwnd is %d, want W_max", at[23])
	}
	if c.k < 3490 || c.k > 3515 {
		t.Errorf("K is %d/1024 s, want 3.42 s", c.k)
	}
}
