package report

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/trace"
)

// The walk: how a message grows on its way down at the sender and shrinks on
// its way up at the receiver. Layers of one height speak to each other: what
// one hands down is what the other gets.

var _ = register(&view{
	View:      View{"walk", "down and up: how the message grows at the sender and shrinks at the receiver"},
	place:     30,
	byDefault: forOneRun,
	sections: func(r *scenarios.Result, o *Options) []Section {
		return eachVariant(r, "Down and up", func(v *scenarios.VariantResult) []Block {
			d := shown(v, o)
			if d == nil || d.ID == 0 || d.Direction != trace.Sent {
				return nil
			}
			return walkBlocks(indexLog(v).journey(d))
		})
	},
	data: func(r *scenarios.Result, o *Options) any {
		var all []walkData
		for _, v := range r.Variants {
			if d := shown(v, o); d != nil && d.ID != 0 && d.Direction == trace.Sent {
				all = append(all, walkOf(v, indexLog(v).journey(d)))
			}
		}
		return all
	},
})

// storey is a part of the frame as the walk meets it: what it weighs and how
// large the unit is with it.
type storey struct {
	part  *osi.Part
	name  string
	bytes int
	unit  int
}

// storeys lists the parts of a frame from the top down, with the size that the
// unit has reached at each. The content of a message comes before its header.
func storeys(d *capture.Dissection) []storey {
	var all []storey
	unit := 0
	for _, l := range osi.Layers {
		for _, p := range slices.Backward(d.Layer(l)) {
			content, _ := contentOf(p)
			if content.Length > 0 {
				unit += content.Length
				all = append(all, storey{p, "the content", content.Length, unit})
			}
			unit += p.Len() - content.Length
			all = append(all, storey{p, p.Protocol, p.Len() - content.Length, unit})
		}
	}
	return all
}

func walkBlocks(way []stop) []Block {
	sender, last := way[0], way[len(way)-1]
	arrived := last.in != nil && last.out == nil
	columns := []Column{
		{Title: "Layer", Min: 14}, {Title: "Protocol", Words: true},
		{Title: "↓ " + sender.node + " adds", Right: true}, {Title: "Size", Right: true}, {Title: "Unit"},
	}
	top := osi.Layer(0)
	up := map[string]storey{}
	if arrived {
		columns = append(columns, Column{Title: "↑ " + last.node + " takes off", Right: true})
		top = readUpTo(last)
		for _, s := range storeys(last.in) {
			up[s.name] = s
		}
	}
	t := &Table{Columns: columns}
	wire := false
	for _, s := range storeys(sender.out) {
		wire = wire || s.part.Layer == osi.Physical
		row := []Cell{layerName(s.part.Layer), plain(s.name), plain("+" + strconv.Itoa(s.bytes)),
			plain(strconv.Itoa(s.unit)), plain(s.part.PDU)}
		if arrived {
			row = append(row, plain(takenOff(s, up, top)))
		}
		t.Rows = append(t.Rows, row)
	}
	if !wire {
		t.Rows = append(t.Rows, []Cell{layerName(osi.Physical), plain("the wire"), plain("+0"), plain(strconv.Itoa(sender.out.Length)), plain("bits")})
	}
	blocks := []Block{t}
	if arrived {
		text := fmt.Sprintf("Read it downwards on the left: at %s each layer puts its bytes round what it was given. "+
			"Read it upwards on the right: at %s each layer takes those of its peer off and hands the rest up.", sender.node, last.node)
		if e := refusal(last.events); e != nil {
			text += fmt.Sprintf(" The way up ends at layer %d: %s.", top, e.Sentence())
		}
		return append(blocks, Text(text))
	}
	text := "It has no way up in this run: the frame did not arrive."
	if e := refusal(last.wire); e != nil {
		text = fmt.Sprintf("It has no way up in this run: %s.", e.Sentence())
	}
	return append(blocks, Text(text))
}

// takenOff is what the receiver's layer removes; nothing, above the layer at
// which the way ended, and nothing at the top, whose bytes are the message.
func takenOff(s storey, up map[string]storey, top osi.Layer) string {
	peer, ok := up[s.name]
	switch {
	case s.part.Layer > top:
		return "not reached"
	case !ok:
		return "–"
	case s.unit == s.bytes && s.bytes > 0 && s.part.Layer > osi.Transport:
		return strconv.Itoa(peer.bytes) + " remain"
	case peer.bytes == 0:
		return "0"
	}
	return "−" + strconv.Itoa(peer.bytes)
}

type walkData struct {
	Variant  string       `json:"variant,omitempty"`
	Sender   string       `json:"sender"`
	Receiver string       `json:"receiver,omitempty"`
	Arrived  bool         `json:"arrived"`
	Down     []storeyData `json:"down"`
	Up       []storeyData `json:"up"`
}

type storeyData struct {
	Layer    osi.Layer `json:"layer"`
	Protocol string    `json:"protocol"`
	PDU      string    `json:"pdu"`
	Bytes    int       `json:"bytes"`
	Size     int       `json:"size"`
}

func walkOf(v *scenarios.VariantResult, way []stop) walkData {
	data := walkData{Variant: v.Name, Sender: way[0].node, Down: []storeyData{}, Up: []storeyData{}}
	for _, s := range storeys(way[0].out) {
		data.Down = append(data.Down, storeyData{s.part.Layer, s.name, s.part.PDU, s.bytes, s.unit})
	}
	last := way[len(way)-1]
	if data.Arrived = last.in != nil && last.out == nil; !data.Arrived {
		return data
	}
	data.Receiver = last.node
	for _, s := range slices.Backward(storeys(last.in)) {
		if s.part.Layer <= readUpTo(last) {
			data.Up = append(data.Up, storeyData{s.part.Layer, s.name, s.part.PDU, s.bytes, s.unit})
		}
	}
	return data
}
