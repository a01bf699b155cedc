package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/trace"
)

// The storm: what the wire did to the k-th frame with application data, and
// which frame that was in each variant. Equal storms deal equal fates to equal
// k, whatever protocol the frames carry.

// calmRows is how many fates are shown before those are left out that let
// their frame pass.
const calmRows = 40

var _ = register(&view{
	View:      View{"storm", "what the wire did to the k-th data frame, and which frame that was on each side"},
	place:     17,
	byDefault: always,
	sections: func(r *scenarios.Result, _ *Options) []Section {
		var all []Section
		for _, way := range stormWays(r) {
			if calm(r, way) {
				continue
			}
			s := Section{Title: fmt.Sprintf("The storm on %s, from %s", way.link, way.from)}
			t, left := stormTable(r, way)
			s.add(t)
			if left > 0 {
				s.add(Text(fmt.Sprintf("The %s that nothing befell are left out.", count(left, "other frame"))))
			}
			all = append(all, s)
		}
		return all
	},
	data: func(r *scenarios.Result, _ *Options) any {
		all := []fateData{}
		for _, v := range r.Variants {
			for _, f := range v.Fates {
				all = append(all, fateData{v.Name, f.Link, f.From, f.K, f.What, f.Frame, int64(f.Time), struckText(v, f)})
			}
		}
		return all
	},
})

type fateData struct {
	Variant string        `json:"variant,omitempty"`
	Link    string        `json:"link"`
	From    string        `json:"from"`
	K       int           `json:"k"`
	Fate    string        `json:"fate"`
	Frame   trace.FrameID `json:"frame"`
	TimeNS  int64         `json:"time_ns"`
	Struck  string        `json:"struck"`
}

// way is one direction of a link.
type way struct{ link, from string }

// stormWays are the directions in which fates were dealt, in the order of the
// log.
func stormWays(r *scenarios.Result) []way {
	var all []way
	seen := map[way]bool{}
	for _, v := range r.Variants {
		for _, f := range v.Fates {
			if w := (way{f.Link, f.From}); !seen[w] {
				seen[w] = true
				all = append(all, w)
			}
		}
	}
	return all
}

const unharmed = "delivered"

func calm(r *scenarios.Result, w way) bool {
	for _, v := range r.Variants {
		for _, f := range v.Fates {
			if f.Link == w.link && f.From == w.from && f.What != unharmed {
				return false
			}
		}
	}
	return true
}

// stormTable has a row for each k; left counts those left out.
func stormTable(r *scenarios.Result, w way) (t *Table, left int) {
	t = &Table{Columns: []Column{{Title: "k", Right: true, Min: whole}, {Title: "Fate"}}}
	byK := make([]map[int][]scenarios.Fate, len(r.Variants))
	last := 0
	for i, v := range r.Variants {
		title := v.Title
		if title == "" {
			title = "The frame it struck"
		}
		t.Columns = append(t.Columns, Column{Title: title, Words: true})
		byK[i] = map[int][]scenarios.Fate{}
		for _, f := range v.Fates {
			if f.Link == w.link && f.From == w.from {
				byK[i][f.K] = append(byK[i][f.K], f)
				last = max(last, f.K)
			}
		}
	}
	for k := 1; k <= last; k++ {
		what := ""
		var struck []Cell
		for i, v := range r.Variants {
			cell := Cell{}
			for _, f := range byK[i][k] {
				if !strings.Contains(what, f.What) {
					what = join(what, f.What)
				}
				cell.Text = join(cell.Text, struckText(v, f))
			}
			if cell.Text == "" {
				cell = Cell{"– (no such frame)", Quiet}
			}
			struck = append(struck, cell)
		}
		fate := Cell{what, Bad}
		if what == unharmed {
			if last > calmRows {
				left++
				continue
			}
			fate.Tone = Plain
		}
		t.Rows = append(t.Rows, append([]Cell{plain(strconv.Itoa(k)), fate}, struck...))
	}
	return t, left
}

// struckText names the frame that a fate struck.
func struckText(v *scenarios.VariantResult, f scenarios.Fate) string {
	text := fmt.Sprintf("frame %d", f.Frame)
	d := sentFrame(v, f)
	if d == nil {
		return text
	}
	seq, isTCP := fieldOf(d, "tcp.seq")
	n, _ := fieldOf(d, "tcp.len")
	switch {
	case isTCP && n.Number > 0:
		text += fmt.Sprintf(": bytes %d–%d of the stream", seq.Number, seq.Number+n.Number-1)
	case isTCP:
		text += ": SEQ " + seq.Value
	default:
		text += ": " + datagramText(d)
	}
	if d.Label != "" {
		text += " (" + d.Label + ")"
	}
	return text
}

// datagramText is what a datagram says, if that is short and all that its
// frame carries; or else how much it carries.
func datagramText(d *capture.Dissection) string {
	const short = 24 // columns, so that two variants stand side by side
	payload := sizeOf(d).payload
	if line, ok := fieldOf(d, "text.line"); ok && len(line.Value) == payload && cells.StringWidth(line.Value) <= short {
		return "“" + line.Value + "”"
	}
	return count(payload, "byte")
}

func sentFrame(v *scenarios.VariantResult, f scenarios.Fate) *capture.Dissection {
	var found *capture.Dissection
	for _, d := range v.Packets {
		if d.Frame == f.Frame && d.Interface != nil && d.Direction == trace.Sent {
			if d.Interface.Node == f.From {
				return d
			}
			if found == nil {
				found = d
			}
		}
	}
	return found
}
