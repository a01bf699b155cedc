package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/trace"
)

// The variables of TCP, end by end: each segment, the reason for it, what
// Wireshark makes of it, and what it changed.

var _ = register(&view{
	View:  View{"variables", "TCP at each end: every segment, why it was sent, and the variables before and after"},
	place: 62,
	sections: func(r *scenarios.Result, o *Options) []Section {
		var all []Section
		for _, v := range r.Variants {
			for _, e := range endsOf(v) {
				if o.At == "" || e.node == o.At {
					title := fmt.Sprintf("%s: %s → %s", e.node, e.local, e.remote)
					all = append(all, Section{Title: titleFor(title, v), Blocks: []Block{variablesTable(e)}})
				}
			}
		}
		return all
	},
	data: func(r *scenarios.Result, o *Options) any {
		all := []endData{}
		for _, v := range r.Variants {
			for _, e := range endsOf(v) {
				if o.At == "" || e.node == o.At {
					all = append(all, endOf(v, e))
				}
			}
		}
		return all
	},
})

func variablesTable(e *end) *Table {
	t := &Table{Ruled: true, Columns: []Column{
		{Title: "Time (s)", Right: true, Min: whole}, {Title: "What happens", Min: 15, Words: true}, {Title: "Why, or what it means"},
	}}
	labelled := slices.ContainsFunc(e.moments, func(m *moment) bool { return m.label() != "" })
	if labelled {
		t.Columns = append(t.Columns, Column{Title: "Wireshark"})
	}
	t.Columns = append(t.Columns, Column{Title: "Variables: before → after", Min: 22})
	for _, m := range e.moments {
		row := plains(seconds(m.time), m.what(), e.reason(m))
		if labelled {
			row = append(row, plain(m.label()))
		}
		t.Rows = append(t.Rows, append(row, plain(strings.Join(m.changes(), "\n"))))
	}
	return t
}

// label is what Wireshark calls the segment, seen from this end.
func (m *moment) label() string {
	if m.packet == nil {
		return ""
	}
	return m.packet.Label
}

// what is the moment in a few words: a segment's flags and numbers.
func (m *moment) what() string {
	switch {
	case m.packet != nil && m.packet.Direction == trace.Received:
		return "in: " + segmentText(m.packet)
	case m.packet != nil:
		return "out: " + segmentText(m.packet)
	case m.sent != nil:
		flags, _ := m.sent.Get("flags")
		return fmt.Sprintf("out, but it never left: %s SEQ %d LEN %d", flags, number(m.sent, "seq"), number(m.sent, "len"))
	}
	for _, d := range m.decided {
		if d.Kind.ID == "tcp.rto" {
			return "the retransmission timer"
		}
	}
	if m.call != nil {
		return strings.TrimPrefix(m.call.Sentence(), "a program on "+m.call.Node+" ")
	}
	return "no segment: a call or a timer"
}

// segmentText is a segment with relative numbers, as its vantage point knows
// them.
func segmentText(d *capture.Dissection) string {
	value := func(key string) string {
		f, _ := fieldOf(d, key)
		return f.Value
	}
	text := value("tcp.flags") + "\nSEQ " + value("tcp.seq")
	if ack, ok := fieldOf(d, "tcp.flags.ack"); ok && ack.Number != 0 {
		text += " ACK " + value("tcp.ack")
	}
	if n, ok := fieldOf(d, "tcp.len"); ok && n.Number > 0 {
		text += "\nLEN " + strconv.FormatUint(n.Number, 10)
	}
	return text + "\nWND " + strings.TrimSuffix(value("tcp.window_size"), " bytes")
}

// changes lists the variables that the moment changed; at the first moment,
// all of them.
func (m *moment) changes() []string {
	var all []string
	for _, name := range variableNames {
		before, after := m.values(name.key)
		switch {
		case before == after:
		case before == "" && (number(m.after, name.key) == 0 && after != "∞" && name.key != "state"):
		case before == "":
			all = append(all, name.name+" "+after)
		default:
			all = append(all, name.name+" "+before+" → "+after)
		}
	}
	return all
}

// values are a variable's texts before and after; equal when nothing changed.
func (m *moment) values(key string) (before, after string) {
	if m.before != nil {
		before = variableText(m.before, key)
	}
	if m.after == nil {
		return before, before
	}
	return before, variableText(m.after, key)
}

// unlimited is ssthresh before any loss (RFC 5681 §3.1: "arbitrarily high").
const unlimited = 1 << 30

func variableText(e *trace.Event, key string) string {
	f, _ := e.Get(key)
	switch key {
	case "srtt", "rttvar", "rto":
		return durationText(number(e, key))
	case "ssthresh":
		if number(e, key) >= unlimited {
			return "∞"
		}
	}
	return f.String()
}

type endData struct {
	Variant string       `json:"variant,omitempty"`
	Node    string       `json:"node"`
	Local   string       `json:"local"`
	Remote  string       `json:"remote"`
	Moments []momentData `json:"moments"`
}

type momentData struct {
	TimeNS int64    `json:"time_ns"`
	Packet trace.ID `json:"packet,omitempty"`
	What   string   `json:"what"`
	Why    string   `json:"why"`
	Label  string   `json:"label,omitempty"`
	Before object   `json:"before"`
	After  object   `json:"after"`
}

// endOf has, of every moment, the variables that it changed.
func endOf(v *scenarios.VariantResult, e *end) endData {
	d := endData{Variant: v.Name, Node: e.node, Local: e.local, Remote: e.remote}
	for _, m := range e.moments {
		one := momentData{TimeNS: int64(m.time), What: strings.ReplaceAll(m.what(), "\n", " "), Why: e.reason(m), Before: object{}, After: object{}}
		if m.packet != nil {
			one.Packet, one.Label = m.packet.ID, m.label()
		}
		for _, name := range variableNames {
			if before, after := m.values(name.key); before != after {
				if m.before != nil {
					one.Before = append(one.Before, variable(m.before, name.key))
				}
				one.After = append(one.After, variable(m.after, name.key))
			}
		}
		d.Moments = append(d.Moments, one)
	}
	return d
}

func variable(e *trace.Event, key string) member {
	f, _ := e.Get(key)
	return member{key, f.Value()} // a duration is a number of nanoseconds
}
