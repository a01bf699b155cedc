package tcp

// window is what a congestion control governs: how many octets may be in the
// network, and where slow start ends (RFC 5681 §2).
type window struct {
	CWND, SSThresh uint32
	SMSS           uint32
	counted        uint32 // octets acknowledged towards the next step up
	slowLimit      uint32 // L of RFC 3465 §2.2: the most that one ACK adds in slow start
}

// congestion is a congestion control: what it adds when text arrives, and what
// it takes away when text was lost. Everything else (what is lost, what to
// send again) is the same for all of them and lies in recovery.go.
type congestion interface {
	// acked is told of octets that have left the network in order, outside of
	// fast recovery, while cwnd was what held the sender back.
	acked(w *window, octets uint32)
	// lost sets ssthresh after a loss, with flight octets outstanding.
	lost(w *window, flight uint32)
}

// controls are the congestion controls that a Config can name.
var controls = [...]struct {
	name string
	make func() congestion
}{
	{"reno", func() congestion { return reno{} }},
}

// Congestions lists the names of the congestion controls.
func Congestions() []string {
	names := make([]string, len(controls))
	for i, c := range controls {
		names[i] = c.name
	}
	return names
}

func findCongestion(name string) func() congestion {
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
	return w
}

// reno is the congestion control of RFC 5681: slow start, congestion
// avoidance, and half of it after a loss.
type reno struct{}

func (reno) acked(w *window, octets uint32) {
	if w.CWND < w.SSThresh { // slow start, RFC 5681 §3.1, equation 2
		w.CWND += min(octets, w.slowLimit)
		return
	}
	// Congestion avoidance: one SMSS for each cwnd of octets acknowledged, the
	// way of counting that RFC 5681 §3.1 recommends.
	w.counted += octets
	if w.counted >= w.CWND {
		w.counted -= w.CWND
		w.CWND += w.SMSS
	}
}

// lost is RFC 5681 §3.1, equation 4.
func (reno) lost(w *window, flight uint32) {
	w.SSThresh = max(flight/2, 2*w.SMSS)
	w.counted = 0
}
