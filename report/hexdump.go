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

// The hex dump: every byte of a frame once, beside the field that owns it.

// owned is a run of bytes and the fields that stand in it: one, or several
// that share bytes, as the version and the header length of IPv4 do.
type owned struct {
	span   osi.Span
	part   *osi.Part // nil: no part claims these bytes
	fields []osi.Field
}

// owners cuts the frame into runs of bytes, in order and without gaps.
func owners(d *capture.Dissection) []owned {
	var runs []owned
	for i := range d.Parts {
		p := &d.Parts[i]
		for _, s := range p.Spans {
			if s = clip(s, 0, len(d.Data)); s.Length > 0 {
				runs = append(runs, fieldRuns(p, s)...)
			}
		}
	}
	slices.SortStableFunc(runs, func(a, b owned) int { return a.span.Offset - b.span.Offset })

	var whole []owned
	at := 0
	for _, r := range runs {
		if r.span.Offset > at {
			whole = append(whole, owned{span: osi.Span{Offset: at, Length: r.span.Offset - at}})
		}
		if r.span = clip(r.span, at, len(d.Data)); r.span.Length > 0 {
			whole = append(whole, r)
			at = r.span.End()
		}
	}
	if at < len(d.Data) {
		whole = append(whole, owned{span: osi.Span{Offset: at, Length: len(d.Data) - at}})
	}
	return whole
}

// fieldRuns cuts one span of a part at the borders of its fields. Fields that
// overlap stay together.
func fieldRuns(p *osi.Part, s osi.Span) []owned {
	var fields []osi.Field
	for _, f := range p.Fields {
		if f.Span = clip(f.Span, s.Offset, s.End()); f.Span.Length > 0 {
			fields = append(fields, f)
		}
	}
	slices.SortStableFunc(fields, func(a, b osi.Field) int { return a.Span.Offset - b.Span.Offset })

	var runs []owned
	at := s.Offset
	for _, f := range fields {
		if n := len(runs); n > 0 && f.Span.Offset < at {
			last := &runs[n-1]
			last.fields = append(last.fields, f)
			last.span.Length = max(last.span.End(), f.Span.End()) - last.span.Offset
			at = last.span.End()
			continue
		}
		if f.Span.Offset > at {
			runs = append(runs, owned{part: p, span: osi.Span{Offset: at, Length: f.Span.Offset - at}})
		}
		runs = append(runs, owned{part: p, span: f.Span, fields: []osi.Field{f}})
		at = f.Span.End()
	}
	if at < s.End() {
		runs = append(runs, owned{part: p, span: osi.Span{Offset: at, Length: s.End() - at}})
	}
	return runs
}

// clip is what the span covers of the bytes from..to.
func clip(s osi.Span, from, to int) osi.Span {
	a, b := max(s.Offset, from), min(s.End(), to)
	return osi.Span{Offset: a, Length: max(b-a, 0)}
}

// perLine is how many bytes stand in one line of the dump.
const perLine = 8

// hexTable is the dump of one frame.
func hexTable(d *capture.Dissection) *Table {
	t := &Table{Columns: []Column{
		{Title: "At", Right: true, Min: whole}, {Title: "Bytes (hex)", Min: whole}, {Title: "Text", Min: whole},
		{Title: "Layer"}, {Title: "Field and value", Words: true},
	}}
	for _, o := range owners(d) {
		data := within(d.Data, o.span)
		var at, bytes, text []string
		for line := range slices.Chunk(data, perLine) {
			at = append(at, fmt.Sprintf("%04x", o.span.Offset+len(bytes)*perLine))
			bytes = append(bytes, hex(line))
			text = append(text, ascii(line))
		}
		owner, tone := "(nobody)", Bad
		if o.part != nil {
			owner, tone = fmt.Sprintf("%d %s", o.part.Layer, o.part.Protocol), layerTone(o.part.Layer)
		}
		t.Rows = append(t.Rows, []Cell{
			plain(strings.Join(at, "\n")), {Text: strings.Join(bytes, "\n"), Tone: tone}, plain(strings.Join(text, "\n")),
			{Text: owner, Tone: tone}, fieldCell(o),
		})
	}
	return t
}

// fieldCell names the fields of a run and their values, a line each.
func fieldCell(o owned) Cell {
	if o.part == nil {
		return Cell{Text: "no layer claims these bytes", Tone: Bad}
	}
	if len(o.fields) == 0 {
		return Cell{Text: "(no field)", Tone: Quiet}
	}
	var c Cell
	for i, f := range o.fields {
		if f.Problem == "" && slices.ContainsFunc(o.fields[:i], func(g osi.Field) bool { return covers(g, f) }) {
			continue
		}
		c.Text = join(c.Text, fieldText(f))
		if f.Problem != "" {
			c.Tone = Bad
		}
	}
	return c
}

// covers says whether one field's bits are a part of another's, as each TCP
// flag is of the control bits: then the other has said it already.
func covers(g, f osi.Field) bool {
	gFirst, gLast, ok := bitRange(g)
	first, last, also := bitRange(f)
	return ok && also && g.Span == f.Span && gFirst <= first && last <= gLast && gLast-gFirst > last-first
}

func bitRange(f osi.Field) (first, last int, ok bool) {
	from, to, isRange := strings.Cut(f.Bits, "-")
	if !isRange {
		to = from
	}
	first, err1 := strconv.Atoi(from)
	last, err2 := strconv.Atoi(to)
	return first, last, err1 == nil && err2 == nil
}

// fieldText is a field in a line: "Time to Live: 64 (one less than before)".
func fieldText(f osi.Field) string {
	s := f.Name
	if f.Value != "" {
		s += ": " + f.Value
	}
	if first, last, ok := bitRange(f); ok && first == last {
		s += ", bit " + f.Bits
	} else if f.Bits != "" {
		s += ", bits " + f.Bits
	}
	if f.Note != "" {
		s += " (" + f.Note + ")"
	}
	if f.Problem != "" {
		s += " – problem: " + f.Problem
	}
	return s
}

// ascii shows bytes as text, a dot for what is no printable ASCII character.
func ascii(p []byte) string {
	b := make([]byte, len(p))
	for i, c := range p {
		b[i] = '.'
		if c > ' ' && c < 0x7f {
			b[i] = c
		}
	}
	return string(b)
}

var _ = register(&view{
	View:  View{"bytes", "one frame as a hex dump: each byte with the field that owns it"},
	place: 70,
	sections: func(r *scenarios.Result, o *Options) []Section {
		return eachVariant(r, "Every byte of a frame", func(v *scenarios.VariantResult) []Block {
			d := shown(v, o)
			if d == nil {
				return nil
			}
			return []Block{Text(whereabouts(d)), hexTable(d)}
		})
	},
	data: func(r *scenarios.Result, o *Options) any {
		var all []bytesData
		for _, v := range r.Variants {
			if d := shown(v, o); d != nil {
				data := bytesData{Variant: v.Name, Packet: d.ID}
				for _, run := range owners(d) {
					one := runData{Span: run.span, Hex: strings.ReplaceAll(hex(within(d.Data, run.span)), " ", ""), Fields: run.fields}
					if run.part != nil {
						one.Layer, one.Protocol = run.part.Layer, run.part.Protocol
					}
					data.Bytes = append(data.Bytes, one)
				}
				all = append(all, data)
			}
		}
		return all
	},
})

type bytesData struct {
	Variant string    `json:"variant,omitempty"`
	Packet  trace.ID  `json:"packet"`
	Bytes   []runData `json:"bytes"`
}

type runData struct {
	osi.Span
	Hex      string      `json:"hex"`
	Layer    osi.Layer   `json:"layer"`
	Protocol string      `json:"protocol"`
	Fields   []osi.Field `json:"fields"`
}
