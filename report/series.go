package report

import (
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/sim"
)

// What there is to plot of a TCP connection, as data: the same numbers make the
// plots of the terminal and those of the SVG.

// curve is a quantity over time: a sample stands until the next one.
type curve []reading

type reading struct {
	at    sim.Time
	value int64 // bytes, nanoseconds or bit/s
}

func (c curve) most() int64 {
	most := int64(0)
	for _, s := range c {
		most = max(most, s.value)
	}
	return most
}

// put appends a sample, unless nothing has changed.
func (c *curve) put(at sim.Time, v int64) {
	if n := len(*c); n > 0 && (*c)[n-1].value == v {
		return
	} else if n > 0 && (*c)[n-1].at == at {
		(*c)[n-1].value = v
		return
	}
	*c = append(*c, reading{at, v})
}

// stretch is text that was sent: the first byte's relative number, and how many.
type stretch struct {
	at    sim.Time
	from  int64
	bytes int64
	again bool // some of it had been sent before
	why   string
}

// flow is one direction of a connection: what an end with text to send did.
type flow struct {
	variant, title      string
	node, local, remote string
	begin, until        sim.Time // of what there is to see

	sent                   []stretch
	acked                  curve // SND.UNA
	cwnd, ssthresh, flight curve
	samples                []reading // of the round-trip time
	srtt, rto              curve
	goodput                curve    // acknowledged bit/s, over bins
	bin                    sim.Time // the width of a bin
}

func (f *flow) resent() (segments int, bytes int64) {
	for _, s := range f.sent {
		if s.again {
			segments, bytes = segments+1, bytes+s.bytes
		}
	}
	return segments, bytes
}

func (f *flow) bytes() int64 {
	total := int64(0)
	for _, s := range f.sent {
		if !s.again {
			total += s.bytes
		}
	}
	return total
}

// flowsOf lists the flows of all variants that carried text. A flow that
// carried very little beside the largest of its variant (a request, a greeting)
// is left out.
func flowsOf(r *scenarios.Result, node string) []*flow {
	var all []*flow
	for _, v := range r.Variants {
		var some []*flow
		most := int64(0)
		for _, e := range endsOf(v) {
			if f := flowOf(v, e); node == "" || e.node == node {
				some, most = append(some, f), max(most, f.bytes())
			}
		}
		for _, f := range some {
			if n := f.bytes(); n > 0 && n*20 >= most {
				all = append(all, f)
			}
		}
	}
	return all
}

func flowOf(v *scenarios.VariantResult, e *end) *flow {
	f := &flow{variant: v.Name, title: v.Title, node: e.node, local: e.local, remote: e.remote, begin: e.moments[0].time}
	highest := int64(1) // SYN is number 0
	for _, m := range e.moments {
		if m.sent != nil {
			from, n := number(m.sent, "seq"), number(m.sent, "len")
			if n > 0 {
				why, _ := m.sent.Get("why")
				f.sent = append(f.sent, stretch{m.time, from, n, from < highest, why.String()})
				highest = max(highest, from+n)
				f.until = max(f.until, m.time)
			}
		}
		for _, d := range m.decided {
			if d.Kind.ID == "tcp.rtt" {
				f.samples = append(f.samples, reading{m.time, number(d, "rtt")})
			}
		}
		if m.after == nil {
			continue
		}
		if una := min(number(m.after, "snd_una"), highest); una > 0 { // FIN is no text
			if n := len(f.acked); n == 0 || f.acked[n-1].value != una {
				f.until = max(f.until, m.time) // what comes after the last of the text is silence
			}
			f.acked.put(m.time, una)
		}
		f.variables(m)
	}
	f.measure()
	return f
}

func (f *flow) variables(m *moment) {
	f.flight.put(m.time, number(m.after, "flight"))
	if cwnd := number(m.after, "cwnd"); cwnd > 0 {
		f.cwnd.put(m.time, cwnd)
		if limit := number(m.after, "ssthresh"); limit < unlimited {
			f.ssthresh.put(m.time, limit)
		}
	}
	if srtt := number(m.after, "srtt"); srtt > 0 {
		f.srtt.put(m.time, srtt)
	}
	f.rto.put(m.time, number(m.after, "rto"))
}

// bins is about how many there are.
const bins = 50

// measure makes the throughput: what was acknowledged, per bin.
func (f *flow) measure() {
	f.bin = roundUp((f.until - f.begin) / bins)
	if f.bin == 0 || len(f.acked) == 0 {
		return
	}
	last, next := f.acked[0].value, 0
	for from := f.begin; from < f.until; from += f.bin {
		now := last
		for ; next < len(f.acked) && f.acked[next].at < from+f.bin; next++ {
			now = f.acked[next].value
		}
		if from+f.bin >= f.until {
			now = f.acked[len(f.acked)-1].value
		}
		f.goodput = append(f.goodput, reading{from, perSecond(now-last, f.bin)})
		last = now
	}
}

// perSecond is a rate in bit/s; a transfer is far too small for this to
// overflow within one bin.
func perSecond(bytes int64, d sim.Time) int64 {
	if d <= 0 {
		return 0
	}
	return bytes * 8 * 1000 / max(int64(d)/1e6, 1)
}

// roundUp is the next of 1, 2 and 5 times a power of ten milliseconds.
func roundUp(t sim.Time) sim.Time {
	if t <= 0 {
		return 0
	}
	for unit := sim.Time(1e6); ; unit *= 10 {
		for _, n := range []sim.Time{1, 2, 5} {
			if unit*n >= t {
				return unit * n
			}
		}
	}
}

// cut leaves out what lies after the flow's end, and holds the last value to it.
func (f *flow) cut(c curve) curve {
	var kept curve
	for _, s := range c {
		if s.at <= f.until {
			kept = append(kept, s)
		}
	}
	return kept
}
