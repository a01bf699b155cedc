package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/trace"
)

// The layer table: one frame, opened layer by layer, the application's bytes
// on top and the wire at the bottom.

const firstBytes = 8 // how much of a layer's bytes the table shows

// layerTable is the table of one frame and, below it, what counts as what.
func layerTable(d *capture.Dissection, rate int64) []Block {
	t := &Table{Ruled: true, Columns: []Column{
		{Title: "Layer", Min: whole}, {Title: "PDU", Min: whole}, {Title: "Protocol"}, {Title: "Bytes added", Right: true},
		{Title: "What matters in the header", Words: true}, {Title: "First bytes (hex)", Min: 11},
	}}
	for _, l := range osi.Layers {
		parts := d.Layer(l)
		if len(parts) == 0 {
			t.Rows = append(t.Rows, emptyLayer(d, l))
			continue
		}
		for _, p := range slices.Backward(parts) {
			t.Rows = append(t.Rows, layerRow(d, p))
		}
	}
	sum := sizeOf(d)
	t.Footer = []Cell{plain("Total"), plain("frame"), {}, plain(strconv.Itoa(sum.total())), plain(sum.String()), {}}
	return []Block{t, Text(onTheWire(d, sum, rate))}
}

func layerRow(d *capture.Dissection, p *osi.Part) []Cell {
	what := p.Summary
	for _, key := range []string{"eth.type", "ip.proto", "ipv6.nxt"} {
		if f, ok := p.Field(key); ok {
			what = join(what, "carries "+f.Value)
		}
	}
	what = join(join(what, contentText(d, p)), encodingText(p))
	if seq, ok := p.Field("tcp.seq"); ok {
		if ack, ok := p.Field("tcp.ack"); ok {
			what = join(what, "SEQ "+seq.Value+", ACK "+ack.Value)
		}
	}
	if trailer := sizeOfPart(d, p); trailer.padding+trailer.fcs > 0 {
		what = join(what, trailer.aroundPayload())
	}
	if p.Problem != "" {
		what = join(what, "Problem: "+p.Problem)
	}
	cell := plain(what)
	if p.Problem != "" {
		cell.Tone = Bad
	}
	return []Cell{
		layerName(p.Layer), plain(p.PDU), plain(p.Protocol), plain(strconv.Itoa(p.Len())),
		cell, plain(sample(d.Data, p)),
	}
}

// emptyLayer is the row of a layer of which the frame holds nothing.
func emptyLayer(d *capture.Dissection, l osi.Layer) []Cell {
	pdu, protocol, why := "–", "–", ""
	switch {
	case l == osi.Physical:
		pdu, protocol = l.PDU(), "the wire"
		why = "no bytes of the frame: it turns them into signals"
	case l > topLayer(d):
		why = "nothing in this frame"
	case l < osi.Transport:
		why = "not in this capture"
	default:
		pdu = l.PDU()
		why = "no header of its own here"
	}
	return []Cell{layerName(l), plain(pdu), plain(protocol), plain("0"), plain(why), plain("–")}
}

func layerName(l osi.Layer) Cell {
	return Cell{Text: fmt.Sprintf("%d %s", l, l), Tone: layerTone(l)}
}

// topLayer is the highest layer that the frame has a part of.
func topLayer(d *capture.Dissection) osi.Layer {
	top := osi.Physical
	for i := range d.Parts {
		top = max(top, d.Parts[i].Layer)
	}
	return top
}

// sample is the beginning of the bytes a part owns.
func sample(data []byte, p *osi.Part) string {
	for _, s := range p.Spans {
		if s.Length == 0 {
			continue
		}
		own := within(data, s)
		if len(own) > firstBytes {
			return hex(own[:firstBytes-1]) + " …"
		}
		return hex(own)
	}
	return "–"
}

// within is what the span covers of the data, however wrong the span may be.
func within(data []byte, s osi.Span) []byte {
	from := min(max(s.Offset, 0), len(data))
	to := min(max(s.End(), from), len(data))
	return data[from:to]
}

// hex writes bytes as pairs of digits with spaces between them.
func hex(p []byte) string {
	var b strings.Builder
	for i, c := range p {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%02x", c)
	}
	return b.String()
}

// join puts two lines below each other; either may be empty.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

// topBytes is the highest layer that owns bytes of the frame.
func topBytes(d *capture.Dissection) osi.Layer {
	top := osi.Physical
	for i := range d.Parts {
		if d.Parts[i].Len() > 0 {
			top = max(top, d.Parts[i].Layer)
		}
	}
	return top
}

var _ = register(&view{
	View:      View{"layers", "one frame, layer by layer: what each adds, and what counts as what"},
	place:     20,
	byDefault: forOneRun,
	sections: func(r *scenarios.Result, o *Options) []Section {
		return eachVariant(r, "One frame, seven layers", func(v *scenarios.VariantResult) []Block {
			d := shown(v, o)
			if d == nil {
				return nil
			}
			return append([]Block{Text(whereabouts(d))}, layerTable(d, rateAt(v, d.Interface))...)
		})
	},
	data: func(r *scenarios.Result, o *Options) any {
		var all []layersData
		for _, v := range r.Variants {
			if d := shown(v, o); d != nil {
				all = append(all, layersOf(v, d))
			}
		}
		return all
	},
})

type layersData struct {
	Variant string      `json:"variant,omitempty"`
	Packet  trace.ID    `json:"packet"`
	Layers  []layerData `json:"layers"`
	Size    sizeData    `json:"size"`
}

type layerData struct {
	Layer    osi.Layer `json:"layer"`
	Name     string    `json:"name"`
	PDU      string    `json:"pdu"`
	Protocol string    `json:"protocol"`
	Bytes    int       `json:"bytes"`
	Summary  string    `json:"summary"`
	Hex      string    `json:"hex"`
}

type sizeData struct {
	Payload  int   `json:"payload"`
	Headers  int   `json:"headers"`
	Padding  int   `json:"padding"`
	FCS      int   `json:"fcs"`
	Frame    int   `json:"frame"`
	Preamble int   `json:"preamble"`
	Gap      int   `json:"gap"`
	OnWire   int   `json:"on_wire"`
	TimeNS   int64 `json:"time_ns,omitempty"`
}

func layersOf(v *scenarios.VariantResult, d *capture.Dissection) layersData {
	s := sizeOf(d)
	data := layersData{Variant: v.Name, Packet: d.ID, Size: sizeData{
		Payload: s.payload, Headers: s.header(), Padding: s.padding, FCS: s.fcs, Frame: d.Length,
		Preamble: preambleBytes, Gap: gapBytes, OnWire: d.Length + preambleBytes + gapBytes,
	}}
	if rate := rateAt(v, d.Interface); rate > 0 {
		data.Size.TimeNS = int64(data.Size.OnWire) * 8 * 1e9 / rate
	}
	for _, l := range osi.Layers {
		for _, p := range slices.Backward(d.Layer(l)) {
			one := layerData{Layer: l, Name: l.String(), PDU: p.PDU, Protocol: p.Protocol, Bytes: p.Len(), Summary: p.Summary}
			for _, span := range p.Spans {
				one.Hex += strings.ReplaceAll(hex(within(d.Data, span)), " ", "")
			}
			data.Layers = append(data.Layers, one)
		}
	}
	return data
}
