package report

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/packetwalk/packetwalk/scenarios"
)

// Schema names the form of the JSON. docs/json.md describes it; a change that
// would break a reader of it gets a new number.
const Schema = "packetwalk/run/1"

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			out.WriteByte(',')
		}
		key, err := json.Marshal(m.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		out.Write(key)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

type runJSON struct {
	Schema   string        `json:"schema"`
	Scenario *scenarioData `json:"scenario"`
	Seed     uint64        `json:"seed"`
	Command  string        `json:"command"`
	Knobs    []knobData    `json:"knobs"`
	OK       bool          `json:"ok"`
	Failures []string      `json:"failures"`
	Variants []variantData `json:"variants"`
	Views    object        `json:"views"`
}

type scenarioData struct {
	Name       string   `json:"name"`
	Title      string   `json:"title"`
	Topic      string   `json:"topic"`
	Level      string   `json:"level"`
	Minutes    int      `json:"minutes"`
	Summary    string   `json:"summary"`
	References []string `json:"references"`
	Wireshark  string   `json:"wireshark,omitempty"`
}

type knobData struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Value  string `json:"value"`
	Chosen bool   `json:"chosen"`
}

type variantData struct {
	Name       string          `json:"name"`
	Title      string          `json:"title"`
	EndNS      int64           `json:"end_ns"`
	Error      string          `json:"error,omitempty"`
	Interfaces []interfaceData `json:"interfaces"`
	Programs   []programData   `json:"programs"`
	Counters   object          `json:"counters"`
}

type interfaceData struct {
	Node string `json:"node"`
	Name string `json:"name"`
}

type programData struct {
	Name     string      `json:"name"`
	Host     string      `json:"host"`
	Run      string      `json:"run"`
	Returned bool        `json:"returned"`
	EndedNS  int64       `json:"ended_ns"`
	Error    string      `json:"error,omitempty"`
	Lines    []lineData  `json:"lines"`
	Sent     []chunkData `json:"sent"`
	Received []chunkData `json:"received"`
	Values   object      `json:"values"`
}

type lineData struct {
	TimeNS int64  `json:"time_ns"`
	Text   string `json:"text"`
}

type chunkData struct {
	TimeNS int64 `json:"time_ns"`
	Bytes  int   `json:"bytes"`
}

func writeJSON(w io.Writer, r *scenarios.Result, o *Options) error {
	names := o.Views
	if len(names) == 0 {
		for _, v := range registered {
			names = append(names, v.Name)
		}
	}
	views, err := chosen(names, len(r.Variants))
	if err != nil {
		return err
	}
	if err := checkSelection(r, o); err != nil {
		return err
	}
	run := runJSON{
		Schema: Schema, Scenario: scenarioOf(r.Scenario), Seed: r.Seed, Command: r.Command, Knobs: []knobData{},
		Failures: append([]string{}, r.Failures()...), Variants: []variantData{}, Views: object{},
	}
	run.OK = len(run.Failures) == 0
	for _, k := range r.Knobs {
		run.Knobs = append(run.Knobs, knobData{k.Knob.Name.S, k.Knob.Type.S, k.Value.String(), k.Chosen})
	}
	for _, v := range r.Variants {
		run.Variants = append(run.Variants, variantOf(v))
	}
	for _, v := range views {
		run.Views = append(run.Views, member{v.Name, v.data(r, o)})
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(run); err != nil {
		return err
	}
	_, err = w.Write(out.Bytes())
	return err
}

func scenarioOf(s *scenarios.Scenario) *scenarioData {
	if s == nil {
		return nil
	}
	d := &scenarioData{Name: s.Name.S, Title: s.Title.S, Topic: s.Topic.S, Level: s.Level.S, Minutes: s.Minutes,
		Summary: s.Summary.S, Wireshark: s.Wireshark.S, References: []string{}}
	for _, ref := range s.References {
		d.References = append(d.References, ref.S)
	}
	return d
}

func variantOf(v *scenarios.VariantResult) variantData {
	d := variantData{Name: v.Name, Title: v.Title, EndNS: int64(v.End), Error: errorText(v.Err),
		Interfaces: []interfaceData{}, Programs: []programData{}, Counters: countersOf(v.Counters)}
	for _, i := range v.Interfaces {
		d.Interfaces = append(d.Interfaces, interfaceData{i.Node, i.Name})
	}
	for _, p := range v.Programs {
		one := programData{Name: p.Name, Host: p.Host, Run: p.Run, Returned: p.Returned, EndedNS: int64(p.Ended),
			Error: errorText(p.Err), Lines: []lineData{}, Sent: chunksOf(p.Sent), Received: chunksOf(p.Received), Values: countersOf(p.Values)}
		for _, l := range p.Lines {
			one.Lines = append(one.Lines, lineData{int64(l.Time), l.Text})
		}
		d.Programs = append(d.Programs, one)
	}
	return d
}

func chunksOf(chunks []scenarios.Chunk) []chunkData {
	all := []chunkData{}
	for _, c := range chunks {
		all = append(all, chunkData{int64(c.Time), len(c.Data)})
	}
	return all
}

func countersOf(counters []scenarios.Counter) object {
	o := object{}
	for _, c := range counters {
		o = append(o, member{c.Name, c.Value})
	}
	return o
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
