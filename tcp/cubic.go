package tcp

import (
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// cubic is the congestion control of RFC 9438, the default of most systems.
// After a loss at W_max it climbs back fast, lingers near W_max, where the
// network was full the last time, and then explores beyond it: a cubic
// function of the time since the loss, whatever the round-trip time is.
//
//	cwnd             ·
//	W_max ─ ─ ─ · · ·
//	          ·     K
//	         ·      time at which W_max is reached again
//	        · 0.7 W_max
//
// All in integers: octets and milliseconds, so that every machine computes the
// same window.
type cubic struct {
	wMax    uint32   // W_max: cwnd before the last reduction, in octets
	epoch   sim.Time // epoch_start: when congestion avoidance began; 0 before
	last    sim.Time // of the last ACK that counted
	k       int64    // K in milliseconds
	wEst    uint32   // W_est: what Reno would have by now
	estPart uint64   // what is missing to the next octet of wEst, and of cwnd
	part    uint64
	prior   uint32 // cwnd_prior: cwnd when W_est starts to grow by a whole SMSS
}

const (
	betaTenths  = 7      // beta_cubic = 0.7, RFC 9438 §4.6
	cubicNumer  = 4      // C = 0.4, in segments per second cubed (§5.1)
	cubicDenom  = 10     //
	msCubed     = 1e9    // milliseconds cubed in a second cubed
	farFromK    = 50_000 // ms: beyond that W_cubic is beyond all windows
	alphaNumer  = 9      // alpha_cubic = 3 (1-beta) / (1+beta) = 9/17 (§4.3)
	alphaDenom  = 17
	convergence = 17 // fast convergence: W_max = cwnd (1+beta)/2 = 17/20 cwnd (§4.7)
)

// acked is RFC 9438 §4.2 to §4.5.
func (c *cubic) acked(w *window, a growth) {
	if w.CWND < w.SSThresh {
		c.epoch = 0
		w.slowStart(a.octets)
		return
	}
	switch gap := a.now.Sub(c.last); {
	case c.epoch == 0:
		c.begin(w, a.now)
	case gap > a.srtt:
		// §4.2: t leaves out the time in which cwnd was not in use.
		c.epoch = c.epoch.Add(gap - a.srtt)
	}
	c.last = a.now

	c.growEstimate(w, a.octets)
	target := c.at(w, a.now.Add(a.srtt))
	switch {
	case c.at(w, a.now) < c.wEst: // §4.3, the Reno-friendly region
		w.CWND = max(w.CWND, c.wEst)
	default: // §4.4 and §4.5: towards where the curve is one round trip from now
		target = min(max(target, w.CWND), w.CWND+w.CWND/2)
		c.part += uint64(target-w.CWND) * uint64(a.octets)
		w.CWND, c.part = w.CWND+uint32(c.part/uint64(w.CWND)), c.part%uint64(w.CWND)
	}
}

// begin is the start of congestion avoidance (§4.2, §4.8).
func (c *cubic) begin(w *window, now sim.Time) {
	c.epoch, c.last = now, now
	c.estPart, c.part = 0, 0
	c.wEst = w.CWND
	if c.wMax <= w.CWND {
		c.k, c.wMax = 0, w.CWND
		return
	}
	// K = cbrt((W_max - cwnd_epoch) / C), equation 2.
	segments := uint64(c.wMax-w.CWND) * (msCubed / cubicNumer * cubicDenom)
	c.k = int64(cubeRoot(segments / uint64(w.SMSS)))
}

// at is W_cubic(t) = C (t-K)^3 + W_max (§4.2, equation 1), in octets.
func (c *cubic) at(w *window, now sim.Time) uint32 {
	t := int64(now.Sub(c.epoch) / time.Millisecond)
	d := min(max(t-c.k, -farFromK), farFromK)
	grown := d * d * d * int64(w.SMSS) / (msCubed / cubicNumer * cubicDenom)
	return uint32(min(max(int64(c.wMax)+grown, 2*int64(w.SMSS)), 1<<30))
}

// growEstimate is W_est of §4.3, equation 4: it grows by alpha segments for
// each window acknowledged, and by a whole one when it has come to cwnd_prior.
func (c *cubic) growEstimate(w *window, octets uint32) {
	numer, denom := uint64(alphaNumer), uint64(alphaDenom)
	if c.wEst >= c.prior {
		numer, denom = 1, 1
	}
	c.estPart += numer * uint64(octets) * uint64(w.SMSS)
	per := denom * uint64(w.CWND)
	c.wEst, c.estPart = c.wEst+uint32(c.estPart/per), c.estPart%per
}

// lost is the multiplicative decrease (§4.6) with fast convergence (§4.7).
func (c *cubic) lost(w *window, flight uint32) {
	c.prior = w.CWND
	if w.CWND < c.wMax {
		c.wMax = uint32(uint64(w.CWND) * convergence / 20)
	} else {
		c.wMax = w.CWND
	}
	w.SSThresh = max(w.whole(uint32(uint64(flight)*betaTenths/10)), 2*w.SMSS)
	c.epoch = 0
}

// timedOut: §4.8 begins anew after a time-out, at K = 0 with W_max as the
// window is when slow start ends.
func (c *cubic) timedOut() { c.wMax = 0 }

// idled: acked sees the pause itself.
func (c *cubic) idled(time.Duration) {}

// cubeRoot is the largest integer whose cube is not larger than n.
func cubeRoot(n uint64) uint64 {
	lo, hi := uint64(0), uint64(1)<<21
	for lo+1 < hi {
		if m := (lo + hi) / 2; m*m*m <= n {
			lo = m
		} else {
			hi = m
		}
	}
	return lo
}
