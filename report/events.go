package report

import (
	"strconv"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/trace"
)

// The log, event by event.

var _ = register(&view{
	View:  View{"events", "the log: every decision with its number, its cause and its rule"},
	place: 90,
	sections: func(r *scenarios.Result, o *Options) []Section {
		return eachVariant(r, "Every event", func(v *scenarios.VariantResult) []Block {
			if v.Recording == nil || len(v.Recording.Events) == 0 {
				return nil
			}
			t := &Table{Columns: []Column{
				{Title: "No.", Right: true, Min: whole}, {Title: "Cause", Right: true, Min: whole}, {Title: "Time (s)", Right: true, Min: whole},
				{Title: "Layer", Right: true}, {Title: "What happens", Words: true},
			}}
			for i := range v.Recording.Events {
				e := &v.Recording.Events[i]
				if o.At != "" && e.Node != o.At {
					continue
				}
				cause := "–"
				if e.Cause != 0 {
					cause = strconv.FormatUint(uint64(e.Cause), 10)
				}
				what := e.Sentence() + "\n" + e.Kind.ID + " at " + e.Node
				if e.Kind.Ref != "" {
					what += ", " + e.Kind.Ref
				}
				t.Rows = append(t.Rows, []Cell{
					plain(strconv.FormatUint(uint64(e.ID), 10)), plain(cause), plain(seconds(e.Time)),
					{Text: strconv.Itoa(int(e.Kind.Layer)), Tone: layerTone(e.Kind.Layer)}, plain(what),
				})
			}
			return []Block{t}
		})
	},
	data: func(r *scenarios.Result, o *Options) any {
		all := []eventData{}
		for _, v := range r.Variants {
			if v.Recording == nil {
				continue
			}
			for i := range v.Recording.Events {
				if e := &v.Recording.Events[i]; o.At == "" || e.Node == o.At {
					all = append(all, eventData{Variant: v.Name, ID: e.ID, Cause: e.Cause, TimeNS: int64(e.Time), Kind: e.Kind.ID,
						Layer: e.Kind.Layer, Ref: e.Kind.Ref, Node: e.Node, Frame: e.Frame, Fields: fieldsOf(e), Sentence: e.Sentence()})
				}
			}
		}
		return all
	},
})

type eventData struct {
	Variant  string        `json:"variant,omitempty"`
	ID       trace.ID      `json:"id"`
	Cause    trace.ID      `json:"cause"`
	TimeNS   int64         `json:"time_ns"`
	Kind     string        `json:"kind"`
	Layer    osi.Layer     `json:"layer"`
	Ref      string        `json:"ref,omitempty"`
	Node     string        `json:"node"`
	Frame    trace.FrameID `json:"frame,omitempty"`
	Fields   object        `json:"fields"`
	Sentence string        `json:"sentence"`
}

func fieldsOf(e *trace.Event) object {
	o := object{}
	for _, f := range e.Fields {
		o = append(o, member{f.Key, f.Value()}) // a duration is a number of nanoseconds
	}
	return o
}
