package report

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/trace"
)

// The hop table: which device read a message how far, and what it changed.

var _ = register(&view{
	View:      View{"hops", "the message's way: which device reads how far, and what it changes"},
	place:     40,
	byDefault: forOneRun,
	sections: func(r *scenarios.Result, o *Options) []Section {
		return eachVariant(r, "Hop by hop", func(v *scenarios.VariantResult) []Block {
			d := shown(v, o)
			if d == nil || d.ID == 0 || d.Direction != trace.Sent {
				return nil
			}
			return []Block{Text(whereabouts(d)), hopTable(indexLog(v).journey(d))}
		})
	},
	data: func(r *scenarios.Result, o *Options) any {
		var all []hopsData
		for _, v := range r.Variants {
			if d := shown(v, o); d != nil && d.ID != 0 && d.Direction == trace.Sent {
				data := hopsData{Variant: v.Name, Packet: d.ID}
				for _, s := range indexLog(v).journey(d) {
					data.Hops = append(data.Hops, hopOf(s))
				}
				all = append(all, data)
			}
		}
		return all
	},
})

func hopTable(way []stop) *Table {
	t := &Table{Ruled: true, Columns: []Column{
		{Title: "Device"}, {Title: "Reads up to", Min: 14}, {Title: "What it does, and what it changes", Words: true},
	}}
	for _, s := range way {
		l := readUpTo(s)
		what := plain(stopText(s))
		if refusal(s.events) != nil {
			what.Tone = Bad
		}
		t.Rows = append(t.Rows, []Cell{{Text: s.node}, layerName(l), what})
		for _, e := range s.wire {
			wire := Cell{Text: e.Sentence()}
			if refusal([]*trace.Event{e}) != nil {
				wire.Tone = Bad
			}
			t.Rows = append(t.Rows, []Cell{{Text: "the wire"}, layerName(e.Kind.Layer), wire})
		}
	}
	return t
}

// stopText says what a device did, a line for each deed.
func stopText(s stop) string {
	var told, lines []string
	for _, e := range s.events {
		if e.Kind.Layer < osi.Transport || s.out == nil {
			told = append(told, e.Sentence())
		}
	}
	switch {
	case s.in == nil:
		lines = append(lines, fmt.Sprintf("makes the frame: %s in all", count(s.out.Length, "byte")))
	case s.out == nil:
		if refusal(s.events) == nil {
			lines = append(lines, fmt.Sprintf("takes the frame apart: %s", s.in.Info))
		}
		lines = append(lines, told...)
	case s.in.Frame == s.out.Frame:
		if lines = told; len(told) == 0 {
			lines = append(lines, fmt.Sprintf("passes the frame on by %s", s.out.Interface.Name))
		}
		lines = append(lines, changeLines(s, "frame")...)
	default:
		lines = append(lines, told...)
		lines = append(lines, fmt.Sprintf("takes the packet out of its frame and puts it into a new one, by %s", s.out.Interface.Name))
		lines = append(lines, changeLines(s, "packet")...)
	}
	if s.more > 0 {
		lines = append(lines, fmt.Sprintf("sends %s for it besides; the table follows one", count(s.more, "frame")))
	}
	return strings.Join(lines, "\n")
}

// changeLines compares the frame that came with the one that left.
func changeLines(s stop, unit string) []string {
	changed, same := compareFields(s.in, s.out)
	if bytes.Equal(s.in.Data, s.out.Data) {
		return []string{fmt.Sprintf("changes nothing: all %s are as they came", count(len(s.in.Data), "byte"))}
	}
	if len(changed) == 0 {
		return []string{fmt.Sprintf("changes nothing: all %d fields of the %s are as they came", same, unit)}
	}
	var lines []string
	for _, c := range changed {
		protocol, _, _ := strings.Cut(c.Protocol, " ")
		lines = append(lines, fmt.Sprintf("  %s %s: %s → %s", protocol, c.Name, c.Before, c.After))
	}
	last := fmt.Sprintf("leaves %s as they came", count(same, "other field"))
	for _, key := range []string{"tcp.checksum", "udp.checksum"} {
		a, ok := wireBytes(s.in, key)
		if b, _ := wireBytes(s.out, key); ok && len(a) > 0 && bytes.Equal(a, b) {
			last += fmt.Sprintf(", the %s checksum (%s) among them", strings.ToUpper(key[:3]), digits(a))
		}
	}
	return append(lines, last)
}

type hopsData struct {
	Variant string    `json:"variant,omitempty"`
	Packet  trace.ID  `json:"packet"`
	Hops    []hopData `json:"hops"`
}

type hopData struct {
	Node     string     `json:"node"`
	Received trace.ID   `json:"received,omitempty"`
	Sent     trace.ID   `json:"sent,omitempty"`
	ReadUpTo osi.Layer  `json:"read_up_to"`
	Changed  []change   `json:"changed"`
	Same     int        `json:"unchanged_fields"`
	Events   []trace.ID `json:"events"`
}

func hopOf(s stop) hopData {
	h := hopData{Node: s.node, ReadUpTo: readUpTo(s), Changed: []change{}, Events: []trace.ID{}}
	if s.in != nil {
		h.Received = s.in.ID
	}
	if s.out != nil {
		h.Sent = s.out.ID
	}
	if s.in != nil && s.out != nil {
		changed, same := compareFields(s.in, s.out)
		h.Changed, h.Same = append(h.Changed, changed...), same
	}
	for _, e := range append(s.events[:len(s.events):len(s.events)], s.wire...) {
		h.Events = append(h.Events, e.ID)
	}
	return h
}
