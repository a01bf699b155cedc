package report

import (
	"fmt"
	"strconv"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/trace"
)

// The packet list: what one vantage point saw, a line for each frame, as
// Wireshark's packet list has it.

// packetTable lists the packets that one interface saw. Where Wireshark has a
// label, our reason for the segment stands beside it.
func packetTable(packets []*capture.Dissection, why *reasons) *Table {
	t := &Table{Columns: []Column{
		{Title: "No.", Right: true, Min: whole}, {Title: "Time (s)", Right: true, Min: whole}, {Title: "From → to", Min: 19},
		{Title: "Protocol"}, {Title: "Bytes", Right: true, Min: whole}, {Title: "Info", Words: true},
	}}
	labelled, reasoned := false, false
	for _, d := range packets {
		labelled = labelled || d.Label != ""
		reasoned = reasoned || why.of(d) != ""
	}
	if reasoned = reasoned && labelled; reasoned {
		t.Columns = append(t.Columns, Column{Title: "Why"})
	}
	if labelled {
		t.Columns = append(t.Columns, Column{Title: "Wireshark"})
	}
	for i, d := range packets {
		row := []Cell{
			plain(strconv.Itoa(i + 1)), plain(seconds(runTime(d.Time))), plain(fromTo(d)),
			{Text: d.Protocol, Tone: layerTone(topBytes(d))}, plain(strconv.Itoa(d.Length)), plain(d.Info),
		}
		if reasoned {
			row = append(row, plain(why.of(d)))
		}
		if labelled {
			row = append(row, plain(d.Label))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// fromTo is a dash for a packet whose addresses nobody here can read.
func fromTo(d *capture.Dissection) string {
	if d.Source == "" && d.Destination == "" {
		return "–"
	}
	return d.Source + " → " + d.Destination
}

// vantage is an interface and what it saw, in order.
type vantage struct {
	at      *trace.Interface
	packets []*capture.Dissection
}

// vantages sorts packets by the interface that saw them, interfaces in the
// order in which they first saw something.
func vantages(packets []*capture.Dissection) []*vantage {
	var all []*vantage
	of := map[*trace.Interface]*vantage{}
	for _, d := range packets {
		v := of[d.Interface]
		if v == nil {
			v = &vantage{at: d.Interface}
			of[d.Interface] = v
			all = append(all, v)
		}
		v.packets = append(v.packets, d)
	}
	return all
}

func (v *vantage) String() string {
	if v.at == nil {
		return "the capture"
	}
	return fmt.Sprintf("%s (%s)", v.at.Node, v.at.Name)
}

var _ = register(&view{
	View:  View{"packets", "the packet list of each host, as Wireshark has it"},
	place: 60,
	sections: func(r *scenarios.Result, o *Options) []Section {
		var all []Section
		for _, v := range r.Variants {
			why := reasonsOf(v)
			for _, seen := range vantages(v.Packets) {
				if o.At == "" && isHost(v, seen.at) || seen.at != nil && seen.at.Node == o.At {
					title := titleFor(fmt.Sprintf("What %s saw", seen), v)
					all = append(all, Section{Title: title, Blocks: []Block{packetTable(seen.packets, why)}})
				}
			}
		}
		return all
	},
	data: func(r *scenarios.Result, o *Options) any {
		var all []packetData
		for _, v := range r.Variants {
			why := reasonsOf(v)
			for _, d := range v.Packets {
				if o.At == "" || d.Interface != nil && d.Interface.Node == o.At {
					p := packetOf(v, d)
					p.Why = why.of(d)
					all = append(all, p)
				}
			}
		}
		return all
	},
})

type packetData struct {
	Variant     string        `json:"variant,omitempty"`
	ID          trace.ID      `json:"id"`
	Cause       trace.ID      `json:"cause"`
	Frame       trace.FrameID `json:"frame"`
	Node        string        `json:"node"`
	Interface   string        `json:"interface"`
	Direction   string        `json:"direction"`
	TimeNS      int64         `json:"time_ns"`
	Length      int           `json:"length"`
	FCS         int           `json:"fcs"`
	Source      string        `json:"source"`
	Destination string        `json:"destination"`
	Protocol    string        `json:"protocol"`
	Info        string        `json:"info"`
	Why         string        `json:"why,omitempty"`
	Label       string        `json:"label,omitempty"`
	Stream      int           `json:"stream"`
	Hex         string        `json:"hex"`
	Parts       []osi.Part    `json:"parts"`
}

func packetOf(v *scenarios.VariantResult, d *capture.Dissection) packetData {
	p := packetData{
		Variant: v.Name, ID: d.ID, Cause: d.Cause, Frame: d.Frame, Direction: d.Direction.String(),
		TimeNS: int64(runTime(d.Time)), Length: d.Length, FCS: d.FCS, Source: d.Source, Destination: d.Destination,
		Protocol: d.Protocol, Info: d.Info, Label: d.Label, Stream: d.Stream,
		Hex: fmt.Sprintf("%x", d.Data), Parts: d.Parts,
	}
	if d.Interface != nil {
		p.Node, p.Interface = d.Interface.Node, d.Interface.Name
	}
	return p
}
