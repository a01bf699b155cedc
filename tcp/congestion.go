package tcp

import (
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// window is what a congestion control governs: how many octets may be in the
// network, and where slow start ends (RFC 5681 §2).
type window struct {
	CWND, SSThresh uint32
	SMSS           uint32
	counted        uint32 // octets acknowledged towards the next step up
	slowLimit      uint32 // L of RFC 3465 §2.2: the most that one ACK adds in slow start
	unit           uint32 // cwnd and ssthresh are reduced to multiples of this many octets
}

// whole rounds a window down. Linux counts cwnd in whole segments. Counted in
// octets, a half segment too little to be sent is part of what must be
// acknowledged before cwnd grows, and that costs a round trip after each loss.
func (w *window) whole(octets uint32) uint32 { return octets - octets%max(w.unit, 1) }

// congestion is a congestion control: what it adds when text arrives, and what
// it takes away when text was lost. Everything else (what is lost, what to
// send again) is the same for all of them and lies in recovery.go.
type congestion interface {
	// acked is told of what was acknowledged outside of fast recovery while
	// cwnd was what held the sender back.
	acked(w *window, a growth)
	// lost sets ssthresh after a loss, with flight octets outstanding.
	lost(w *window, flight uint32)
	// timedOut is told, after lost, that it was the timer that noticed.
	timedOut()
	// idled is told when text goes out after a pause with nothing in flight.
	idled(pause time.Duration)
}

// growth is what a congestion control may grow on.
type growth struct {
	octets uint32
	now    sim.Time
	srtt   time.Duration
	rtt    time.Duration // the round trip that this ACK measured, 0 if none
	una    Seq           // SND.UNA and SND.NXT
	nxt    Seq
}

// controls are the congestion controls that a Config can name.
var controls = [...]struct {
	name string
	make func(p Profile) congestion
}{
	{"reno", func(Profile) congestion { return reno{} }},
	{"cubic", func(p Profile) congestion {
		if p == Linux {
			return newCubicLinux()
		}
		return new(cubic)
	}},
}

// Congestions lists the names of the congestion controls.
func Congestions() []string {
	names := make([]string, len(controls))
	for i, c := range controls {
		names[i] = c.name
	}
	return names
}

func findCongestion(name string) func(Profile) congestion {
	for _, c := range controls {
		if c.name == or(name, "reno") {
			return c.make
		}
	}
	return nil
}

func newWindow(cfg *Config, smss uint32) window {
	w := window{CWND: cfg.initialWindow(smss), SMSS: smss, SSThresh: 1 << 30}
	// RFC 5681 §3.1: at most SMSS octets an ACK. Linux counts all of them.
	w.slowLimit = by(cfg.Profile, smss, 1<<30)
	w.unit = by(cfg.Profile, 1, smss)
	return w
}

// slowStart is RFC 5681 §3.1, equation 2.
func (w *window) slowStart(octets uint32) { w.CWND += min(octets, w.slowLimit) }

// reno is the congestion control of RFC 5681: slow start, congestion
// avoidance, and half of it after a loss.
type reno struct{}

func (reno) acked(w *window, a growth) {
	if w.CWND < w.SSThresh {
		w.slowStart(a.octets)
		return
	}
	// Congestion avoidance: one SMSS for each cwnd of octets acknowledged, the
	// way of counting that RFC 5681 §3.1 recommends.
	w.counted += a.octets
	if w.counted >= w.CWND {
		w.counted -= w.CWND
		w.CWND += w.SMSS
	}
}

// lost is RFC 5681 §3.1, equation 4.
func (reno) lost(w *window, flight uint32) {
	w.SSThresh = max(w.whole(flight/2), 2*w.SMSS)
	w.counted = 0
}

func (reno) timedOut() {}

func (reno) idled(time.Duration) {}
