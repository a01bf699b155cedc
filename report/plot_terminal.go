package report

import (
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/sim"
)

// The plots in a terminal. Lines are made of dots (Braille patterns: two by
// four of them to a character); what a line crosses is a letter. So nothing
// depends on colour, and below each plot a sentence says what it shows to those
// who cannot see it.

var _ = register(&view{
	View:  View{"plot", "TCP over time: sequence numbers, windows, round trips, throughput (as SVG: --plot FILE.svg)"},
	place: 64,
	sections: func(r *scenarios.Result, o *Options) []Section {
		var all []Section
		for _, f := range flowsOf(r, o.At) {
			s := Section{Title: f.heading()}
			for _, p := range plotsOf(f) {
				figure, legend := drawPlot(p, o.Width)
				s.add(Text(p.title+", in "+p.unit), figure, Text(legend), Text(p.summary))
			}
			all = append(all, s)
		}
		return all
	},
	data: func(r *scenarios.Result, o *Options) any {
		all := []flowData{}
		for _, f := range flowsOf(r, o.At) {
			all = append(all, flowDataOf(f))
		}
		return all
	},
})

// heading names the flow.
func (f *flow) heading() string {
	name := fmt.Sprintf("%s: %s → %s", f.node, f.local, f.remote)
	if f.title != "" {
		name += ", " + f.title
	}
	return name
}

const (
	plotRows    = 12
	labelColumn = 11 // the numbers in front of the upright axis
	plotColumns = 100
)

// grid is a drawing of dots and letters.
type grid struct {
	columns, rows int
	dots          []uint8 // Braille patterns
	letters       []byte
	tones         []Tone
	begin, until  sim.Time
	most          int64
}

// drawPlot draws a plot at most w columns wide, and says what is what in it.
func drawPlot(p *plot, w int) (Figure, string) {
	columns := min(w, plotColumns) - labelColumn - 2
	g := &grid{columns: columns, rows: plotRows, begin: p.flow.begin, until: max(p.flow.until, p.flow.begin+1), most: p.most()}
	g.dots, g.letters, g.tones = make([]uint8, columns*plotRows), make([]byte, columns*plotRows), make([]Tone, columns*plotRows)
	var legend []string
	if p.stretch {
		legend = append(legend, g.stretches(p.flow))
	}
	for _, l := range p.lines {
		legend = append(legend, g.line(l))
	}
	if p.dotsName != "" && len(p.dots) > 0 {
		for _, s := range p.dots {
			g.letter(g.x(s.at)/2, g.y(s.value)/4, 'x', Plain)
		}
		legend = append(legend, "x "+p.dotsName)
	}
	if len(p.bars) > 0 {
		g.bars(p.bars, p.flow.bin)
		legend = append(legend, "⣿ "+p.barsName)
	}
	return g.figure(p), strings.Join(legend, "   ")
}

// x and y are places in dots, from the left and from the top.
func (g *grid) x(t sim.Time) int {
	return int(int64(t-g.begin) * int64(2*g.columns-1) / int64(g.until-g.begin))
}

func (g *grid) y(v int64) int {
	high := int64(4*g.rows - 1)
	return int(high - v*high/g.most)
}

// braille are the bits of a pattern by column and row (ISO/IEC 10646, U+2800).
var braille = [2][4]uint8{{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}

func (g *grid) dot(x, y int) {
	if x >= 0 && y >= 0 && x < 2*g.columns && y < 4*g.rows {
		g.dots[y/4*g.columns+x/2] |= braille[x%2][y%4]
	}
}

func (g *grid) letter(column, row int, c byte, tone Tone) {
	if at := row*g.columns + column; column >= 0 && column < g.columns && row >= 0 && row < g.rows {
		g.letters[at], g.tones[at] = c, tone
	}
}

// line draws a curve and returns its entry in the legend.
func (g *grid) line(l line) string {
	letter := map[lineStyle]byte{secondLine: '-', thirdLine: '='}[l.style]
	for i, s := range l.curve {
		to := g.until
		if i+1 < len(l.curve) {
			to = l.curve[i+1].at
		}
		from, end, y := g.x(s.at), g.x(to), g.y(s.value)
		for x := from; x <= end; x++ {
			switch at := y/4*g.columns + x/2; {
			case letter == 0:
				g.dot(x, y)
			case g.dots[at] == 0 && g.letters[at] == 0: // what is drawn first lies on top
				g.letter(x/2, y/4, letter, Quiet)
			}
		}
		if i+1 < len(l.curve) && letter == 0 {
			next := g.y(l.curve[i+1].value)
			for at := min(y, next); at <= max(y, next); at++ {
				g.dot(end, at)
			}
		}
	}
	if letter == 0 {
		return "⠒ " + l.name
	}
	return string(letter) + " " + l.name
}

// stretches draws what was sent, and an R where it was sent again.
func (g *grid) stretches(f *flow) string {
	again := false
	for _, s := range f.sent {
		x := g.x(s.at)
		for y := g.y(s.from + s.bytes); y <= g.y(s.from); y++ {
			g.dot(x, y)
		}
	}
	for _, s := range f.sent {
		if s.again {
			again = true
			g.letter(g.x(s.at)/2, g.y(s.from)/4, 'R', Bad)
		}
	}
	if again {
		return "⠒ sent   R sent again"
	}
	return "⠒ sent"
}

func (g *grid) bars(c curve, bin sim.Time) {
	for _, s := range c {
		for x := g.x(s.at); x < max(g.x(min(s.at+bin, g.until)), g.x(s.at)+1); x++ {
			for y := g.y(s.value); s.value > 0 && y < 4*g.rows; y++ {
				g.dot(x, y)
			}
		}
	}
}

// figure puts axes and their numbers around the drawing.
func (g *grid) figure(p *plot) Figure {
	labels := make([]string, g.rows)
	for _, t := range ticks(g.most, p.scale, 4) {
		labels[g.y(t.value)/4] = t.text
	}
	var all Figure
	for row := range g.rows {
		axis := " │"
		if labels[row] != "" {
			axis = " ┤"
		}
		cells := plains(fmt.Sprintf("%*s%s", labelColumn-2, labels[row], axis))
		for column := range g.columns {
			at := row*g.columns + column
			switch {
			case g.letters[at] != 0:
				cells = append(cells, Cell{Text: string(g.letters[at]), Tone: g.tones[at]})
			case g.dots[at] != 0:
				cells = append(cells, plain(string(rune(0x2800+int(g.dots[at])))))
			default:
				cells = append(cells, plain(" "))
			}
		}
		all = append(all, merged(cells))
	}
	axis, below := newCanvas(labelColumn+g.columns), newCanvas(labelColumn+g.columns+2)
	axis.put(labelColumn-1, "└"+strings.Repeat("─", g.columns))
	for _, t := range timeTicks(g.begin, g.until, int64(g.columns/11)) {
		at := labelColumn + g.x(sim.Time(t.value))/2
		axis.put(at, "┬")
		below.put(min(at-len(t.text)/2, labelColumn+g.columns+2-len(t.text)-2), t.text)
	}
	below.put(labelColumn+g.columns, " s")
	return append(all, plains(axis.String()), plains(below.String()))
}

// merged puts neighbours of one tone together.
func merged(cells []Cell) []Cell {
	var all []Cell
	for _, c := range cells {
		if n := len(all); n > 0 && all[n-1].Tone == c.Tone {
			all[n-1].Text += c.Text
		} else {
			all = append(all, c)
		}
	}
	return all
}
