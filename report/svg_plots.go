package report

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/sim"
)

// ErrNothingToPlot says that no TCP connection of the run carried anything.
var ErrNothingToPlot = errors.New("there is nothing to plot: no TCP connection of this run carried data")

// mostFlows is how many flows stand side by side.
const mostFlows = 4

// Measures of the drawing, in tenths of a pixel.
const (
	panelWide, panelHigh             = 5600, 2700
	plotLeft, plotRight              = 800, 200
	plotTop, plotBottom              = 580, 480
	headHigh, flowHigh, bottomMargin = 560, 300, 140
	legendGap                        = 260
)

// style has two sets of colours; those of a dark page are taken where the
// reader's software says that it is dark. What differs in colour differs in
// form too.
const style = `
svg{font-family:system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;font-size:11px}
.page{fill:#fff}.frame,.tick{fill:none;stroke:#888;stroke-width:1}.grid{fill:none;stroke:#ddd;stroke-width:1}
text{fill:#222}.title{font-size:17px;font-weight:bold}.flow{font-size:13px;font-weight:bold}.panel{font-size:12px;font-weight:bold}.quiet{fill:#555}
.first,.second,.third,.sent,.again{fill:none;stroke-linejoin:round}
.first{stroke:#0063a8;stroke-width:2.6}.second{stroke:#00a070;stroke-width:1.2}.third{stroke:#b34700;stroke-width:1.5;stroke-dasharray:6 3}
.sent{stroke:#0063a8;stroke-width:2.2}.again{stroke:#c0002f;stroke-width:1.8}
.bars{fill:#0063a8;fill-opacity:.35;stroke:#0063a8;stroke-width:1}.dots{fill:none;stroke:#7a3ea1;stroke-width:1.2}
@media (prefers-color-scheme:dark){
.page{fill:#14171a}.frame,.tick{stroke:#777}.grid{stroke:#2d3338}text{fill:#e6e6e6}.quiet{fill:#aab}
.first,.sent{stroke:#5db8ff}.second{stroke:#3fd6a5}.third{stroke:#ffa657}.again{stroke:#ff6b81}
.bars{fill:#5db8ff;stroke:#5db8ff}.dots{stroke:#cfa0f2}
}
`

// WriteSVG draws the plots of every flow of a run, flow by flow from left to
// right, as one picture without anything outside it. node chooses the flows of
// one node; "" is all. A run without TCP data is ErrNothingToPlot.
func WriteSVG(w io.Writer, r *scenarios.Result, node string) error {
	flows := flowsOf(r, node)
	if len(flows) == 0 {
		return ErrNothingToPlot
	}
	left := len(flows) - min(len(flows), mostFlows)
	flows = flows[:len(flows)-left]
	d := newDrawing(flows)
	wide := int64(panelWide * len(flows))
	high := int64(headHigh + flowHigh + 4*panelHigh + bottomMargin)

	s := &svg{}
	s.out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	s.open("svg", fmt.Sprintf(`xmlns="http://www.w3.org/2000/svg" width="%[1]s" height="%[2]s" viewBox="0 0 %[1]s %[2]s" role="img"`, tenths(wide), tenths(high)))
	title := plotTitle(r)
	s.element("title", title)
	s.element("desc", r.Command)
	s.element("style", style)
	s.rect(0, 0, wide, high, "page")
	s.text(160, 300, "title", "start", title)
	s.text(160, 490, "quiet", "start", leftOut(r, flows, left))
	for i, f := range flows {
		x := int64(panelWide * i)
		s.text(x+160, headHigh+160, "flow", "start", f.heading())
		for row, p := range plotsOf(f) {
			d.panel(s, p, x, int64(headHigh+flowHigh+panelHigh*row), row)
		}
	}
	s.close("svg")
	_, err := w.Write(s.out.Bytes())
	return err
}

// leftOut says what the picture does not show.
func leftOut(r *scenarios.Result, flows []*flow, left int) string {
	var said []string
	for _, v := range r.Variants {
		if left == 0 && !slices.ContainsFunc(flows, func(f *flow) bool { return f.variant == v.Name }) {
			said = append(said, titleFor("No TCP data", v)+".")
		}
	}
	if left > 0 {
		said = append(said, fmt.Sprintf("%s more than these %d carried data.", count(left, "connection"), mostFlows))
	}
	return strings.Join(said, " ")
}

// plotTitle is the scenario, its seed, and the knobs that were turned.
func plotTitle(r *scenarios.Result) string {
	var words []string
	if r.Scenario != nil {
		words = append(words, r.Scenario.Name.S)
	}
	words = append(words, fmt.Sprintf("seed %d", r.Seed))
	for _, k := range r.Knobs {
		if k.Chosen {
			words = append(words, k.Knob.Name.S+" "+cells.Truncate(k.Value.String(), 30, "…"))
		}
	}
	return strings.Join(words, ", ")
}

// graph are the scales that all flows share, so that what is higher in one
// column than in another is more.
type graph struct {
	begin, until sim.Time
	most         [4]int64
	scale        [4]int64
	unit         [4]string
}

func newDrawing(flows []*flow) *graph {
	d := &graph{begin: flows[0].begin}
	for _, f := range flows {
		d.begin, d.until = min(d.begin, f.begin), max(d.until, f.until)
		for row, p := range plotsOf(f) {
			if most := p.most(); most > d.most[row] {
				d.most[row], d.scale[row], d.unit[row] = most, p.scale, p.unit
			}
		}
	}
	for row := range d.most {
		d.most[row] += d.most[row] / 20 // some air above
	}
	d.until = max(d.until, d.begin+1)
	d.until += (d.until - d.begin) / 50 // and behind
	return d
}

// frame is the plot's area and how values become places in it.
type frame struct {
	*graph
	row                  int
	left, top, wide, low int64
}

func (f *frame) x(t sim.Time) int64 {
	span := int64(f.until - f.begin)
	return f.left + muldiv(int64(t-f.begin), f.wide, span)
}

func (f *frame) y(v int64) int64 { return f.low - muldiv(v, f.low-f.top, f.most[f.row]) }

// muldiv is a·b/c without overflow for all times and lengths there are.
func muldiv(a, b, c int64) int64 {
	return a/c*b + int64(uint64(a%c)*uint64(b)/uint64(c)) // neither is negative
}

func (d *graph) panel(s *svg, p *plot, x, y int64, row int) {
	f := &frame{graph: d, row: row, left: x + plotLeft, top: y + plotTop, wide: panelWide - plotLeft - plotRight, low: y + panelHigh - plotBottom}
	s.open("g", "")
	s.element("title", p.title+". "+p.summary)
	s.text(x+160, y+200, "panel", "start", p.title)
	f.axes(s)
	at := f.left
	entry := func(class, name string) {
		switch class {
		case "again":
			mark(s, at+90, y+400, class, 40, 40)
		case "dots":
			mark(s, at+90, y+400, class, 30, 0)
		case "bars":
			s.rect(at, y+350, 180, 100, class)
		default:
			s.line(at, y+400, at+180, y+400, class)
		}
		s.text(at+230, y+440, "quiet", "start", name)
		at += 230 + int64(len(name))*62 + legendGap
	}
	if len(p.bars) > 0 {
		f.bars(s, p)
		entry("bars", p.barsName)
	}
	if p.stretch {
		f.sent(s, p.flow, entry)
	}
	for _, l := range p.lines {
		if len(l.curve) > 0 {
			class := [...]string{firstLine: "first", secondLine: "second", thirdLine: "third"}[l.style]
			f.curve(s, l.curve, class, p.flow.until)
			entry(class, l.name)
		}
	}
	if len(p.dots) > 0 {
		f.dots(s, p.dots)
		entry("dots", p.dotsName)
	}
	s.close("g")
}

// mark is a small cross: upright, or, with a slant, standing on its feet.
func mark(s *svg, x, y int64, class string, arm, slant int64) {
	p := &path{}
	p.cross(x, y, arm, slant)
	s.path(p, class)
}

func (p *path) cross(x, y, arm, slant int64) {
	p.move(x-arm, y-slant)
	p.lineTo(x+arm, y+slant)
	p.move(x-slant, y+arm)
	p.lineTo(x+slant, y-arm)
}

func (f *frame) axes(s *svg) {
	for _, t := range ticks(f.most[f.row], f.scale[f.row], 5) {
		y := f.y(t.value)
		s.line(f.left, y, f.left+f.wide, y, "grid")
		s.text(f.left-70, y+40, "quiet", "end", t.text)
	}
	for _, t := range timeTicks(f.begin, f.until, 6) {
		x := f.x(sim.Time(t.value))
		s.line(x, f.low, x, f.low+50, "tick")
		s.text(x, f.low+180, "quiet", "middle", t.text)
	}
	s.rect(f.left, f.top, f.wide, f.low-f.top, "frame")
	s.text(f.left+f.wide/2, f.low+350, "quiet", "middle", "time (s)")
	x, y := f.left-620, (f.top+f.low)/2
	fmt.Fprintf(&s.out, `<text transform="translate(%s %s) rotate(-90)" class="quiet" text-anchor="middle">%s</text>`+"\n",
		tenths(x), tenths(y), escaped(f.unit[f.row]))
}

// curve draws steps: a value holds until the next.
func (f *frame) curve(s *svg, c curve, class string, until sim.Time) {
	p := &path{}
	for i, r := range c {
		x, y := f.x(r.at), f.y(r.value)
		if i == 0 {
			p.move(x, y)
		} else {
			p.lineTo(x, p.atY)
			p.lineTo(x, y)
		}
	}
	p.lineTo(f.x(until), p.atY)
	s.path(p, class)
}

// sent draws the text of each segment as an upright stroke, and a cross over
// what was sent again.
func (f *frame) sent(s *svg, fl *flow, entry func(class, name string)) {
	strokes, crosses := &path{}, &path{}
	for _, t := range fl.sent {
		x, low, high := f.x(t.at), f.y(t.from), f.y(t.from+t.bytes)
		strokes.move(x, low)
		strokes.lineTo(x, min(high, low-10)) // at least a pixel
		if t.again {
			crosses.cross(x, (low+high)/2, 40, 40)
		}
	}
	s.path(strokes, "sent")
	s.path(crosses, "again")
	entry("sent", "sent")
	if crosses.drawn {
		entry("again", "sent again")
	}
}

func (f *frame) dots(s *svg, dots []reading) {
	p := &path{}
	for _, r := range dots {
		p.cross(f.x(r.at), f.y(r.value), 22, 0)
	}
	s.path(p, "dots")
}

func (f *frame) bars(s *svg, p *plot) {
	shape := &path{}
	shape.move(f.x(p.bars[0].at), f.low)
	for _, r := range p.bars {
		shape.lineTo(f.x(r.at), shape.atY)
		shape.lineTo(f.x(r.at), f.y(r.value))
		shape.lineTo(f.x(min(r.at+p.flow.bin, f.until)), shape.atY)
	}
	shape.lineTo(shape.atX, f.low)
	s.path(shape, "bars")
}
