package report

import (
	"fmt"
	"strconv"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/trace"
)

// The packet list: what one vantage point saw, a line for each frame, as
// Wireshark's packet list has it.

// packetTable lists the packets that one interface saw.
func packetTable(packets []*capture.Dissection) *Table {
	t := &Table{Columns: []Column{
		{Title: "No.", Right: true, Min: whole}, {Title: "Time (s)", Right: true, Min: whole}, {Title: "From → to", Min: 19},
		{Title: "Protocol"}, {Title: "Bytes", Right: true, Min: whole}, {Title: "Info", Words: true},
	}}
	labelled := false
	for _, d := range packets {
		labelled = labelled || d.Label != ""
	}
	if labelled {
		t.Columns = append(t.Columns, Column{Title: "Wireshark"})
	}
	for i, d := range packets {
		row := []Cell{
			plain(strconv.Itoa(i + 1)), plain(seconds(runTime(d.Time))), plain(d.Source + " → " + d.Destination),
			{Text: d.Protocol, Tone: layerTone(topBytes(d))}, plain(strconv.Itoa(d.Length)), plain(d.Info),
		}
		if labelled {
			row = append(row, plain(d.Label))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
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
