package tcp

import (
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// cubicLinux is CUBIC as Linux practises it. The curve is that of RFC 9438
// §4.2, but windows are whole segments, and instead of adding a fraction to cwnd
// on each ACK it works out how many segments must be acknowledged for one more:
// count, at most once a millisecond. Where the RFC's growth tires within a round
// trip, because cwnd comes closer to the target with each ACK, Linux's keeps the
// pace that it began with and reaches the target; and targets below W_max are
// rounded up. So Linux is back at W_max earlier, and a loss that comes again
// and again after the same number of segments finds cwnd there, at any of many
// heights (see docs/tcp.md).
//
// It also differs in the Reno-friendly region (§4.3): W_est never grows by a
// whole segment for each window, not even beyond cwnd_prior.
type cubicLinux struct {
	wMax     int64    // W_max, in segments like all windows here
	origin   int64    // where the curve is flat: W_max, or cwnd if that is larger
	wEst     int64    // W_est
	estACKs  int64    // segments acknowledged towards the next step of wEst
	counted  int64    // and of cwnd
	count    int64    // how many make a step of cwnd
	k        int64    // K, in units of 1/1024 s
	lastCWND int64    // for which count was worked out,
	lastTime sim.Time // and when
	epoch    sim.Time // when congestion avoidance began; -1 before
	minRTT   time.Duration
}

const (
	// beta and C in units of 1/1024: 0.7 and 0.4.
	linuxBeta, linuxC = 717, 410
	// W_est grows by a segment when cwnd · 15/8 are acknowledged: alpha is 0.533
	// where §4.3 has 9/17 = 0.529.
	linuxFriendNumer, linuxFriendDenom = 15, 8
	cubicTick                          = 1024 // K and t are in 1/1024 s
	cubicMemory                        = time.Second / 32
)

func newCubicLinux() *cubicLinux { return &cubicLinux{epoch: -1} }

func (c *cubicLinux) acked(w *window, a growth) {
	if c.minRTT == 0 || a.srtt < c.minRTT {
		c.minRTT = a.srtt
	}
	octets := a.octets
	if w.CWND < w.SSThresh {
		grown := min(octets, w.SSThresh-w.CWND)
		w.slowStart(grown)
		if octets -= grown; octets == 0 {
			return
		}
	}
	c.estACKs += int64(octets)
	cwnd := int64(w.CWND / w.SMSS)
	c.update(cwnd, int64(w.SMSS), a.now)
	need := c.count * int64(w.SMSS)
	if c.counted >= need { // gathered while more were needed: one step for all
		w.CWND, c.counted = w.CWND+w.SMSS, 0
	}
	if c.counted += int64(octets); c.counted >= need {
		w.CWND += uint32(c.counted/need) * w.SMSS
		c.counted %= need
	}
}

// update works out count.
func (c *cubicLinux) update(cwnd, smss int64, now sim.Time) {
	if c.epoch >= 0 && c.lastCWND == cwnd && now.Sub(c.lastTime) <= cubicMemory {
		return
	}
	if c.epoch < 0 {
		c.begin(cwnd, now)
	}
	if now.Sub(c.lastTime) >= time.Millisecond || c.lastTime == 0 || c.count == 0 {
		c.lastCWND, c.lastTime = cwnd, now
		c.count = 100 * cwnd // §4.4, at the plateau: hardly at all
		if target := c.at(now.Add(c.minRTT)); target > cwnd {
			c.count = cwnd / (target - cwnd)
		}
		if c.wMax == 0 {
			c.count = min(c.count, 20) // no loss yet to be careful of
		}
	}
	c.befriend(cwnd, smss)
	c.count = max(c.count, 2) // §4.4: not more than half as much again in a round trip
}

func (c *cubicLinux) begin(cwnd int64, now sim.Time) {
	c.epoch, c.count = now, 0
	c.estACKs, c.wEst = 0, cwnd
	c.k, c.origin = 0, cwnd
	if c.wMax > cwnd {
		c.origin = c.wMax
		c.k = int64(cubeRoot(uint64(c.wMax-cwnd) * (1 << 40 / linuxC)))
	}
}

// at is W_cubic (§4.2, equation 1); the distance to W_max is rounded down.
func (c *cubicLinux) at(now sim.Time) int64 {
	t := max(int64(now.Sub(c.epoch)), 0) * cubicTick / int64(time.Second)
	d := min(max(t-c.k, -farFromK), farFromK)
	if d < 0 {
		return c.origin - (linuxC*-d*-d*-d)>>40
	}
	return c.origin + (linuxC*d*d*d)>>40
}

// befriend is the Reno-friendly region (§4.3): when W_est is larger than cwnd,
// count is such that cwnd gets there in a round trip.
func (c *cubicLinux) befriend(cwnd, smss int64) {
	for step := cwnd * linuxFriendNumer / linuxFriendDenom * smss; c.estACKs > step; c.estACKs -= step {
		c.wEst++
	}
	if c.wEst > cwnd {
		c.count = min(c.count, cwnd/(c.wEst-cwnd))
	}
}

// lost is §4.6 and §4.7, from cwnd.
func (c *cubicLinux) lost(w *window, _ uint32) {
	if w.SMSS == 0 {
		return // a SYN
	}
	cwnd := int64(w.CWND / w.SMSS)
	if cwnd < c.wMax {
		c.wMax = cwnd * (cubicTick + linuxBeta) / (2 * cubicTick)
	} else {
		c.wMax = cwnd
	}
	w.SSThresh = uint32(max(cwnd*linuxBeta/cubicTick, 2)) * w.SMSS
	c.epoch, c.counted = -1, 0
}

func (c *cubicLinux) timedOut() { *c = *newCubicLinux() }

// idled: the curve waits for the sender (RFC 9438 §4.2: t leaves out the time in
// which cwnd was not in use).
func (c *cubicLinux) idled(pause time.Duration) {
	if c.epoch >= 0 {
		c.epoch = c.epoch.Add(pause)
	}
}
