package report

import (
	"fmt"
	"strconv"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/trace"
)

// The story: what happened, step by step, each step with the event or the
// frame that proves it.

var _ = register(&view{
	View:      View{"story", "what happens, step by step, each step tied to what proves it"},
	place:     10,
	byDefault: always,
	sections: func(r *scenarios.Result, _ *Options) []Section {
		var all []Section
		for _, v := range variantNames(r) {
			var steps List
			for i := range r.Story {
				if s := &r.Story[i]; s.Variant == v.name {
					steps = append(steps, stepItem(s))
				}
			}
			if len(steps) > 0 {
				all = append(all, Section{Title: joined("What happens", v.title), Blocks: []Block{steps}})
			}
		}
		return all
	},
	data: func(r *scenarios.Result, _ *Options) any {
		all := []stepData{}
		for i := range r.Story {
			all = append(all, stepOf(&r.Story[i]))
		}
		return all
	},
})

type namedVariant struct{ name, title string }

// variantNames are the names under which results stand: "" for those that
// belong to no variant, and those of the variants.
func variantNames(r *scenarios.Result) []namedVariant {
	all := []namedVariant{{}}
	for _, v := range r.Variants {
		if v.Name != "" {
			all = append(all, namedVariant{v.Name, v.Title})
		}
	}
	return all
}

func joined(title, variant string) string {
	if variant == "" {
		return title
	}
	return title + ", " + variant
}

func stepItem(s *scenarios.StepResult) Item {
	it := Item{Label: strconv.Itoa(s.Number) + ".", Head: plain(s.Say)}
	if s.Missed != "" {
		if it.Head.Text == "" && s.Step != nil {
			it.Head.Text = s.Step.Say.S
		}
		it.More = append(it.More, Cell{Text: "This did not happen: " + s.Missed, Tone: Bad})
		return it
	}
	proof := fmt.Sprintf("%s s, at %s", seconds(s.Time), s.Node)
	switch {
	case s.Event != nil:
		proof += fmt.Sprintf(": event %d, %s", s.Event.ID, s.Event.Kind.ID)
		if s.Event.Kind.Ref != "" {
			proof += " (" + s.Event.Kind.Ref + ")"
		}
	case s.Packet != nil:
		proof += fmt.Sprintf(": frame %d, %s, %s", s.Packet.Frame, s.Packet.Protocol, count(s.Packet.Length, "byte"))
	}
	it.More = append(it.More, Cell{Text: proof, Tone: Quiet})
	return it
}

type stepData struct {
	Variant string   `json:"variant,omitempty"`
	Number  int      `json:"number"`
	Say     string   `json:"say"`
	TimeNS  int64    `json:"time_ns"`
	Node    string   `json:"node"`
	Event   trace.ID `json:"event,omitempty"`
	Kind    string   `json:"kind,omitempty"`
	Ref     string   `json:"ref,omitempty"`
	Packet  trace.ID `json:"packet,omitempty"`
	Missed  string   `json:"missed,omitempty"`
}

func stepOf(s *scenarios.StepResult) stepData {
	d := stepData{Variant: s.Variant, Number: s.Number, Say: s.Say, TimeNS: int64(s.Time), Node: s.Node, Missed: s.Missed}
	if s.Event != nil {
		d.Event, d.Kind, d.Ref = s.Event.ID, s.Event.Kind.ID, s.Event.Kind.Ref
	}
	if s.Packet != nil {
		d.Packet = packetID(s.Packet)
	}
	return d
}

func packetID(d *capture.Dissection) trace.ID {
	if d.Packet == nil {
		return 0
	}
	return d.ID
}
