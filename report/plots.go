package report

import (
	"fmt"

	"github.com/packetwalk/packetwalk/sim"
)

// plot is one drawing: its axes, and what is drawn between them. The terminal
// and the SVG draw the same plots.
type plot struct {
	title    string
	unit     string // of the upright axis
	scale    int64  // how much of a value is one unit
	flow     *flow
	lines    []line
	stretch  bool // the text that was sent, too
	dots     []reading
	dotsName string
	bars     curve // of the flow's bin width
	barsName string
	summary  string
}

// line is a curve with its name and how it is told from others.
type line struct {
	name  string
	curve curve
	style lineStyle
}

type lineStyle uint8

const (
	firstLine lineStyle = iota
	secondLine
	thirdLine
)

// most is the highest value in the plot.
func (p *plot) most() int64 {
	most := int64(1)
	for _, l := range p.lines {
		most = max(most, l.curve.most())
	}
	for _, s := range p.flow.sent {
		if p.stretch {
			most = max(most, s.from+s.bytes)
		}
	}
	return max(most, curve(p.dots).most(), p.bars.most())
}

// plotsOf are the four plots of a flow.
func plotsOf(f *flow) []*plot {
	return []*plot{sequencePlot(f), windowPlot(f), roundTripPlot(f), throughputPlot(f)}
}

func sequencePlot(f *flow) *plot {
	n, bytes := f.resent()
	again := "none of it was sent again"
	if n > 0 {
		again = fmt.Sprintf("%s (%s) went out again", count(n, "segment"), count(int(bytes), "byte"))
	}
	acked := int64(0)
	if len(f.acked) > 0 {
		acked = max(f.acked[len(f.acked)-1].value-1, 0)
	}
	return &plot{
		title: "Sequence numbers over time", unit: "bytes", scale: 1, flow: f, stretch: true,
		lines: []line{{"acknowledged (SND.UNA)", f.cut(f.acked), secondLine}},
		summary: fmt.Sprintf("%s sent %s in %s from %s s to %s s; %s; %s were acknowledged.", f.node, count(int(f.bytes()), "byte"),
			count(len(f.sent), "segment"), seconds(f.begin), seconds(f.until), again, count(int(acked), "byte")),
	}
}

func windowPlot(f *flow) *plot {
	summary := fmt.Sprintf("cwnd went up to %s and was %s in the end; at most %s were in flight", count(int(f.cut(f.cwnd).most()), "byte"),
		lastOf(f.cut(f.cwnd), "unknown"), count(int(f.cut(f.flight).most()), "byte"))
	if limit := f.cut(f.ssthresh); len(limit) > 0 {
		summary += fmt.Sprintf("; ssthresh was set first to %s, %s", count(int(limit[0].value), "byte"), "at "+seconds(limit[0].at)+" s")
	} else {
		summary += "; nothing set ssthresh: slow start all the way"
	}
	return &plot{
		title: "Windows over time", unit: "bytes", scale: 1, flow: f, summary: summary + ".",
		lines: []line{{"cwnd", f.cut(f.cwnd), firstLine}, {"in flight", f.cut(f.flight), secondLine}, {"ssthresh", f.cut(f.ssthresh), thirdLine}},
	}
}

func lastOf(c curve, none string) string {
	if len(c) == 0 {
		return none
	}
	return count(int(c[len(c)-1].value), "byte")
}

func roundTripPlot(f *flow) *plot {
	samples := []reading(f.cut(f.samples))
	p := &plot{
		title: "Round-trip time over time", unit: "ms", scale: 1e6, flow: f, dots: samples, dotsName: "sample",
		lines: []line{{"SRTT", f.cut(f.srtt), firstLine}, {"RTO", f.cut(f.rto), thirdLine}},
	}
	if len(samples) == 0 {
		p.summary = "No round trip could be measured."
		return p
	}
	least, most := samples[0].value, samples[0].value
	for _, s := range samples {
		least, most = min(least, s.value), max(most, s.value)
	}
	rto := f.cut(f.rto)
	p.summary = fmt.Sprintf("%s of the round trip, from %s to %s; the RTO was %s in the end and %s at most.", count(len(samples), "sample"),
		durationText(least), durationText(most), durationText(rto[len(rto)-1].value), durationText(rto.most()))
	return p
}

func throughputPlot(f *flow) *plot {
	p := &plot{title: "Throughput over time", unit: "kbit/s", scale: 1e3, flow: f, bars: f.goodput,
		barsName: "acknowledged, in steps of " + durationText(int64(f.bin))}
	if p.bars.most() >= 2e6 {
		p.unit, p.scale = "Mbit/s", 1e6
	}
	if len(f.acked) == 0 || f.until == f.begin {
		p.summary = "Nothing was acknowledged: there is no throughput."
		return p
	}
	mean := perSecond(f.acked[len(f.acked)-1].value-f.acked[0].value, f.until-f.begin)
	p.summary = fmt.Sprintf("On average %s were acknowledged, at most %s within %s.", rateText(mean), rateText(p.bars.most()), durationText(int64(f.bin)))
	return p
}

// tick is a mark on an axis.
type tick struct {
	value int64
	text  string
}

// ticks are about n marks from 0 to most, at round values, in units of scale.
func ticks(most, scale, n int64) []tick {
	step := roundStep(most, n)
	var all []tick
	for v := int64(0); v <= most; v += step {
		all = append(all, tick{v, scaled(v, scale)})
	}
	return all
}

// timeTicks are about n marks on the time axis, in seconds.
func timeTicks(begin, until sim.Time, n int64) []tick {
	step := roundStep(int64(until-begin), n)
	var all []tick
	for v := (int64(begin) + step - 1) / step * step; v <= int64(until); v += step {
		all = append(all, tick{v, decimal(v / 1e6)})
	}
	return all
}

// roundStep is 1, 2 or 5 times a power of ten, so that n steps reach to most.
func roundStep(most, n int64) int64 {
	for unit := int64(1); ; unit *= 10 {
		for _, k := range []int64{1, 2, 5} {
			if unit*k*n >= most {
				return unit * k
			}
		}
	}
}

// scaled writes a value in units of scale, with thousands set apart.
func scaled(v, scale int64) string {
	if scale > 1 && v%scale != 0 {
		return decimal(v * 1000 / scale)
	}
	s := fmt.Sprint(v / scale)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}
