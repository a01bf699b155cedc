package tcp

import (
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// hystart is HyStart++ (RFC 9406), in front of any congestion control: slow
// start doubles cwnd until segments are lost, up to a whole window of them. A
// round trip that takes longer than the one before says earlier that a queue is
// filling. Then cwnd grows at a quarter of the pace for five round trips
// (conservative slow start), and if the time does not come down again slow start
// ends without a loss.
type hystart struct {
	congestion
	windowEnd Seq // the round ends when SND.UNA passes it
	begun     bool
	cssRounds uint8 // rounds of conservative slow start so far, 0 outside of it
	samples   uint8
	current   time.Duration // currentRoundMinRTT, 0 before the first sample
	last      time.Duration // lastRoundMinRTT
	baseline  time.Duration // cssBaselineMinRtt
	part      uint32        // octets acknowledged that have not yet moved cwnd
}

// The constants of RFC 9406 §4.3.
const (
	minRTTThresh     = 4 * time.Millisecond
	maxRTTThresh     = 16 * time.Millisecond
	minRTTDivisor    = 8
	rttSamples       = 8
	cssGrowthDivisor = 4
	cssRoundsMost    = 5
)

// acked is RFC 9406 §4.2. Simplified: L is the profile's limit on what one ACK
// adds (RFC 3465), not 8, so that slow start is the same with and without.
func (h *hystart) acked(w *window, a growth) {
	if w.CWND >= w.SSThresh {
		h.congestion.acked(w, a)
		return
	}
	if !h.begun || h.windowEnd.Less(a.una) {
		h.nextRound(w, a.nxt)
	}
	if a.rtt > 0 {
		if h.current == 0 || a.rtt < h.current {
			h.current = a.rtt
		}
		h.samples = min(h.samples+1, rttSamples)
	}
	if h.cssRounds == 0 {
		w.slowStart(a.octets)
	} else {
		h.part += min(a.octets, w.slowLimit)
		w.CWND += h.part / cssGrowthDivisor
		h.part %= cssGrowthDivisor
	}
	if h.samples >= rttSamples && h.last > 0 {
		h.judge()
	}
}

// nextRound begins to measure the next round trip. After five of conservative
// slow start, congestion avoidance begins.
func (h *hystart) nextRound(w *window, nxt Seq) {
	h.windowEnd, h.begun = nxt, true
	h.last, h.current, h.samples = h.current, 0, 0
	if h.cssRounds > 0 {
		if h.cssRounds++; h.cssRounds > cssRoundsMost {
			w.SSThresh, h.cssRounds = w.CWND, 0
		}
	}
}

// judge compares this round with the last, or with the one that was suspicious.
func (h *hystart) judge() {
	switch thresh := max(minRTTThresh, min(h.last/minRTTDivisor, maxRTTThresh)); {
	case h.cssRounds == 0 && h.current >= h.last+thresh:
		h.baseline, h.cssRounds, h.part = h.current, 1, 0
	case h.cssRounds > 0 && h.current < h.baseline:
		h.cssRounds, h.baseline = 0, 0 // it was no queue
	}
}

// lost ends it: HyStart++ is for the first slow start only (§4.2).
func (h *hystart) lost(w *window, flight uint32) {
	h.cssRounds, h.begun = 0, false
	h.congestion.lost(w, flight)
}

// newCongestion is the congestion control that the configuration names.
func (cfg *Config) newCongestion() congestion {
	c := findCongestion(cfg.Congestion)(cfg.Profile)
	if cfg.HyStart {
		return &hystart{congestion: c}
	}
	return c
}

// growthOn is what a congestion control may grow on, from what an ACK told.
func (c *Conn) growthOn(octets uint32, now sim.Time, h *heard) growth {
	return growth{octets: octets, now: now, srtt: c.rto.SRTT, rtt: h.rtt, una: c.snd.UNA, nxt: c.snd.NXT}
}
