package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/scenarios/plan"
	"github.com/packetwalk/packetwalk/trace"
)

// The ladder: hosts as upright lines, frames as arrows between them, time
// running down.

var _ = register(&view{
	View:      View{"ladder", "the frames between the hosts as arrows, time running down"},
	place:     18,
	byDefault: forOneRun,
	sections: func(r *scenarios.Result, o *Options) []Section {
		return eachVariant(r, "Who says what to whom", func(v *scenarios.VariantResult) []Block {
			arrows := arrowsOf(v)
			if len(arrows) == 0 || len(o.Views) == 0 && len(arrows) > fewArrows {
				return nil
			}
			figure, left := drawLadder(arrows, inOrder(v, lifelines(arrows)), o.Width)
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
				all = append(all, arrowData{v.Name, a.sent.ID, a.from, a.to, int64(runTime(a.sent.Time)), a.arrives, a.lost, a.sent.Info})
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

// arrow is a frame from the node that made it to where its way ended.
type arrow struct {
	sent     *capture.Dissection
	from, to string
	toward   string // whom it is for, if that is known
	arrives  int64  // nanoseconds since the start, at to; 0 if it was lost on the way there
	lost     string // why it came no further; "" if it did what it should
	notes    []string
}

// arrowsOf follows every frame that a node sends of its own accord.
func arrowsOf(v *scenarios.VariantResult) []arrow {
	l := indexLog(v)
	var all []arrow
	for _, d := range v.Packets {
		if d.ID == 0 || d.Direction != trace.Sent || d.Interface.Name == "lo" || l.passedOn(d) {
			continue
		}
		way := l.journey(d)
		end := way[len(way)-1]
		a := arrow{sent: d, from: d.Interface.Node, to: end.node, toward: owner(v, d.Destination), notes: mishaps(way)}
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
	fewArrows   = 16 // the ladder is shown unasked up to here
	timeColumns = 11 // "123.123456 " in front of the first line
)

// drawLadder draws at most mostArrows arrows and says how many are left.
func drawLadder(arrows []arrow, lines []string, w int) (Figure, int) {
	left := max(len(arrows)-mostArrows, 0)
	arrows = arrows[:len(arrows)-left]
	noteOvertaking(arrows)
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
		from, tip := at(a.from), a.tip(lines, at)
		lo, hi := min(from, tip), max(from, tip)
		room := hi - lo - 3
		if a.lost != "" { // the label of a short arrow goes on beyond its tip
			room = max(room, at(lines[len(lines)-1])-lo-3)
		}
		label := clean(ladderLabel(a.sent))
		room = min(max(room, longestWord(label, longestPiece)), w-lo-2)
		for _, text := range wrap(label, room) {
			c := rails()
			c.put(lo+2, text)
			figure = append(figure, plains(c.String()))
		}
		c := rails()
		c.put(0, seconds(runTime(a.sent.Time)))
		c.shaft(lo, hi, from == lo, a.lost != "")
		figure = append(figure, plains(c.String()))
		for _, note := range a.notes {
			figure = append(figure, belowArrow("• "+note, w)...)
		}
		if a.lost != "" {
			figure = append(figure, belowArrow("✗ "+a.lost, w)...)
		}
	}
	return figure, left
}

// ladderLabel says in few words what a frame is.
func ladderLabel(d *capture.Dissection) string {
	var words []string
	for word := range strings.FieldsSeq(d.Info) {
		key, _, _ := strings.Cut(word, "=")
		if word != "Len=0" && !slices.Contains([]string{"Win", "WS", "MSS", "SACK_PERM", "TSval", "TSecr"}, key) {
			words = append(words, word)
		}
	}
	label := strings.Join(words, " ")
	if d.Protocol != "TCP" && d.Protocol != "" && !strings.HasPrefix(label, d.Protocol) {
		label = d.Protocol + ": " + label
	}
	if d.Label != "" {
		label += " (" + d.Label + ")"
	}
	return label
}

// inOrder puts nodes that stand in one line in that order.
func inOrder(v *scenarios.VariantResult, nodes []string) []string {
	if v.Plan == nil {
		return nodes
	}
	chain := chainOf(v.Plan)
	if chain == nil {
		return nodes
	}
	slices.SortStableFunc(nodes, func(a, b string) int { return slices.Index(chain, a) - slices.Index(chain, b) })
	return nodes
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

// tip is the column of an arrow's head: the node that it reached; when it
// reached none, half-way from the last node on the way to the next.
func (a *arrow) tip(lines []string, at func(string) int) int {
	if a.lost == "" || a.arrives > 0 && slices.Contains(lines, a.to) {
		return at(a.to)
	}
	from, last := slices.Index(lines, a.from), slices.Index(lines, a.to)
	if last < 0 {
		last = from
	}
	step := 1
	if toward := slices.Index(lines, a.toward); toward >= 0 && toward < from || last < from || toward < 0 && from == len(lines)-1 {
		step = -1
	}
	if next := last + step; next >= 0 && next < len(lines) {
		return (at(lines[last]) + at(lines[next])) / 2
	}
	return at(lines[last]) - 2*step
}

// owner is the node that an IP address belongs to, "" if none does.
func owner(v *scenarios.VariantResult, address string) string {
	if v.Plan == nil {
		return ""
	}
	has := func(all []plan.Interface) bool {
		return slices.ContainsFunc(all, func(i plan.Interface) bool { return i.Address.Addr().String() == address })
	}
	for _, h := range v.Plan.Hosts {
		if has(h.Interfaces) {
			return h.Name
		}
	}
	for _, r := range v.Plan.Routers {
		if has(r.Interfaces) {
			return r.Name
		}
	}
	return ""
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
