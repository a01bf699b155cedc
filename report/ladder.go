package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/trace"
)

// The ladder: hosts as upright lines, frames as arrows between them, time
// running down.

var _ = register(&view{
	View:      View{"ladder", "the frames between the hosts as arrows, time running down"},
	place:     50,
	byDefault: false,
	sections: func(r *scenarios.Result, o *Options) []Section {
		return eachVariant(r, "Who says what to whom", func(v *scenarios.VariantResult) []Block {
			arrows := arrowsOf(v)
			if len(arrows) == 0 {
				return nil
			}
			figure, left := drawLadder(arrows, o.Width)
			blocks := []Block{figure}
			if left > 0 {
				blocks = append(blocks, Text(fmt.Sprintf("… and %s. --view packets lists them all.", count(left, "more frame"))))
			}
			return blocks
		})
	},
	data: func(r *scenarios.Result, _ *Options) any {
		all := []arrowData{}
		for _, v := range r.Variants {
			for _, a := range arrowsOf(v) {
				all = append(all, arrowData{v.Name, a.sent.ID, a.from, a.to, int64(runTime(a.sent.Time)), int64(a.arrives), a.lost, a.sent.Info})
			}
		}
		return all
	},
})

type arrowData struct {
	Variant   string   `json:"variant,omitempty"`
	Packet    trace.ID `json:"packet"`
	From      string   `json:"from"`
	To        string   `json:"to"`
	SentNS    int64    `json:"sent_ns"`
	ArrivesNS int64    `json:"arrives_ns,omitempty"`
	Lost      string   `json:"lost,omitempty"`
	Info      string   `json:"info"`
}

// arrow is a frame from the host that made it to where its way ended.
type arrow struct {
	sent     *capture.Dissection
	from, to string
	arrives  int64  // nanoseconds since the start; 0 if it did not
	lost     string // why not; "" if it did
}

// arrowsOf follows every frame that a host sends.
func arrowsOf(v *scenarios.VariantResult) []arrow {
	l := indexLog(v)
	var all []arrow
	for _, d := range v.Packets {
		if d.ID == 0 || d.Direction != trace.Sent || !isHost(v, d.Interface) {
			continue
		}
		way := l.journey(d)
		end := way[len(way)-1]
		a := arrow{sent: d, from: d.Interface.Node, to: end.node}
		if end.out == nil && end.in != nil {
			a.arrives = int64(runTime(end.in.Time))
			if e := refusal(end.events); e != nil {
				a.lost = e.Sentence()
			}
		} else {
			a.lost = "lost"
			if e := refusal(end.wire); e != nil {
				a.lost = e.Sentence()
			}
		}
		all = append(all, a)
	}
	return all
}

const (
	mostArrows  = 200
	timeColumns = 11 // "123.123456 " in front of the first line
)

// drawLadder draws at most mostArrows arrows and says how many are left.
func drawLadder(arrows []arrow, w int) (Figure, int) {
	left := max(len(arrows)-mostArrows, 0)
	arrows = arrows[:len(arrows)-left]
	lines := lifelines(arrows)
	space := (w - timeColumns - 12) / max(len(lines)-1, 1)
	at := func(node string) int { return timeColumns + 1 + slices.Index(lines, node)*space }

	head := newCanvas(w)
	for i, node := range lines {
		x := at(node) - width(node)/2
		if i == len(lines)-1 {
			x = min(x, w-width(node))
		}
		head.put(max(x, 0), node)
	}
	figure := Figure{plains(head.String())}
	rails := func() *canvas {
		c := newCanvas(w)
		for _, node := range lines {
			c.put(at(node), "│")
		}
		return c
	}
	for _, a := range arrows {
		lo, hi := at(a.from), lostAt(lines, a, at)
		from := lo
		if lo > hi {
			lo, hi = hi, lo
		}
		label := fmt.Sprintf("%s, %s", a.sent.Info, count(a.sent.Length, "byte"))
		for _, text := range wrap(clean(label), max(hi-lo-3, 8)) {
			c := rails()
			c.put(lo+2, text)
			figure = append(figure, plains(c.String()))
		}
		c := rails()
		c.put(0, seconds(runTime(a.sent.Time)))
		c.shaft(lo, hi, from == lo, a.lost != "")
		figure = append(figure, []Cell{{Text: c.String()}})
		if a.lost != "" {
			for _, text := range wrap("✗ "+clean(a.lost), max(w-timeColumns-4, 20)) {
				c := newCanvas(w)
				c.put(timeColumns+3, text)
				figure = append(figure, []Cell{{Text: c.String(), Tone: Bad}})
			}
		}
	}
	return figure, left
}

// lifelines are the nodes at which arrows begin and end: senders in the order
// in which they speak, then those who only listen.
func lifelines(arrows []arrow) []string {
	var lines []string
	add := func(node string) {
		if !slices.Contains(lines, node) {
			lines = append(lines, node)
		}
	}
	for _, a := range arrows {
		add(a.from)
	}
	for _, a := range arrows {
		if a.lost == "" {
			add(a.to)
		}
	}
	return lines
}

// lostAt is where an arrow's head is: at the node that it reached; half-way
// when it reached none.
func lostAt(lines []string, a arrow, at func(string) int) int {
	if i := slices.Index(lines, a.to); i >= 0 && a.to != a.from {
		if a.lost == "" {
			return at(a.to)
		}
		return (at(a.from) + at(a.to)) / 2
	}
	i := slices.Index(lines, a.from)
	if i+1 < len(lines) {
		return (at(a.from) + at(lines[i+1])) / 2
	}
	if i > 0 {
		return (at(a.from) + at(lines[i-1])) / 2
	}
	return at(a.from) + 12
}

// canvas is a line to draw on, a cell for each column; a character that is
// two columns wide leaves the cell behind it empty.
type canvas struct{ cells []string }

func newCanvas(w int) *canvas {
	c := &canvas{make([]string, w)}
	for i := range c.cells {
		c.cells[i] = " "
	}
	return c
}

func (c *canvas) put(x int, text string) {
	for _, r := range text {
		w := width(string(r))
		if w == 0 && x > 0 && x <= len(c.cells) {
			c.cells[x-1] += string(r)
			continue
		}
		if x < 0 || x+w > len(c.cells) {
			return
		}
		c.cells[x] = string(r)
		for i := 1; i < w; i++ {
			c.cells[x+i] = ""
		}
		x += w
	}
}

// shaft draws an arrow between two columns.
func (c *canvas) shaft(lo, hi int, rightwards, lost bool) {
	for x := lo + 1; x < hi; x++ {
		if c.cells[x] == "│" {
			c.cells[x] = "┼"
		} else {
			c.cells[x] = "─"
		}
	}
	tip, x := "▶", hi-1
	if !rightwards {
		tip, x = "◀", lo+1
	}
	if lost {
		tip = "✗"
	}
	if x > 0 && x < len(c.cells) {
		c.cells[x] = tip
	}
}

func (c *canvas) String() string { return strings.TrimRight(strings.Join(c.cells, ""), " ") }
