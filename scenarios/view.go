package scenarios

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/trace"
)

// The views are a run as expressions see it. The tags are the names that a
// scenario file writes; docs/scenarios.md lists them.

// eventView is an event.
type eventView struct {
	ID       string        `expr:"id" doc:"its id: tcp.retransmit"`
	Node     string        `expr:"node" doc:"the device or link at which it happened"`
	Time     time.Duration `expr:"time" doc:"when, from the start of the run"`
	Layer    string        `expr:"layer" doc:"the layer at which it happened: Transport"`
	Sentence string        `expr:"sentence" doc:"what happened, in words"`
	Frame    int           `expr:"frame" doc:"the number of the frame it speaks of, 0 if none"`

	Number   func(key string) (int, error)           `expr:"number" doc:"a field as a number: .number(\"seq\")"`
	Text     func(key string) (string, error)        `expr:"text" doc:"a field as a text: .text(\"why\")"`
	Duration func(key string) (time.Duration, error) `expr:"duration" doc:"a field as a duration: .duration(\"rto\")"`
}

func viewEvent(e *trace.Event) eventView {
	find := func(key string) (trace.Field, error) {
		f, ok := e.Get(key)
		if !ok {
			return f, fmt.Errorf("the event %s has no field %q%s", e.Kind.ID, key, didYouMean(key, e.Kind.Fields))
		}
		return f, nil
	}
	return eventView{
		ID: e.Kind.ID, Node: e.Node, Time: time.Duration(e.Time), Layer: e.Kind.Layer.String(),
		Sentence: e.Sentence(), Frame: int(e.Frame),
		Number: func(key string) (int, error) {
			f, err := find(key)
			n, ok := f.Value().(int64)
			if err == nil && !ok {
				err = fmt.Errorf("the field %q of %s is %q, not a number", key, e.Kind.ID, f)
			}
			return int(n), err
		},
		Text: func(key string) (string, error) {
			f, err := find(key)
			return f.String(), err
		},
		Duration: func(key string) (time.Duration, error) {
			f, err := find(key)
			d, ok := f.Value().(time.Duration)
			if err == nil && !ok {
				err = fmt.Errorf("the field %q of %s is %q, not a duration", key, e.Kind.ID, f)
			}
			return d, err
		},
	}
}

// frameView is a frame as one interface saw it.
type frameView struct {
	Frame       int           `expr:"frame" doc:"its number: the same at every interface that saw it"`
	At          string        `expr:"at" doc:"the node whose interface saw it"`
	Interface   string        `expr:"interface" doc:"that interface: eth0"`
	Direction   string        `expr:"direction" doc:"sent or received"`
	Time        time.Duration `expr:"time" doc:"when, from the start of the run"`
	Length      int           `expr:"length" doc:"its bytes, with padding and FCS, without preamble"`
	Source      string        `expr:"source" doc:"as in the packet list"`
	Destination string        `expr:"destination" doc:"as in the packet list"`
	Protocol    string        `expr:"protocol" doc:"the highest protocol in it"`
	Info        string        `expr:"info" doc:"one line about it"`
	Label       string        `expr:"label" doc:"what Wireshark calls it: Retransmission"`
	Stream      int           `expr:"stream" doc:"the number of its TCP or UDP conversation, -1 if none"`
	Problem     string        `expr:"problem" doc:"what is wrong with its bytes, empty if nothing"`
	Layers      []partView    `expr:"layers" doc:"what is in it, from the lowest layer up"`

	Has    func(protocol string) bool       `expr:"has" doc:"whether a protocol is in it: .has(\"TCP\")"`
	Bytes  func(protocol string) int        `expr:"bytes" doc:"how many bytes a protocol owns of it: .bytes(\"IPv4\")"`
	Text   func(key string) (string, error) `expr:"text" doc:"a header field as text: .text(\"tcp.flags\")"`
	Number func(key string) (int, error)    `expr:"number" doc:"a header field as a number: .number(\"tcp.seq\")"`
	Words  func(protocol string) []int      `expr:"words" doc:"the 16-bit words that the checksum of TCP, UDP or ICMP is made of, itself among them: .words(\"TCP\")"`
}

// partView is what one protocol owns of a frame.
type partView struct {
	Layer    string `expr:"layer" doc:"Data link, Network, ..."`
	Protocol string `expr:"protocol" doc:"TCP"`
	PDU      string `expr:"pdu" doc:"frame, packet, segment, datagram, message"`
	Bytes    int    `expr:"bytes" doc:"how many bytes it owns"`
	Summary  string `expr:"summary" doc:"one line about it"`
}

func viewFrame(d *capture.Dissection, at *trace.Frame) frameView {
	v := frameView{
		Frame: int(at.Frame), At: at.Interface.Node, Interface: at.Interface.Name, Direction: at.Direction.String(),
		Time: time.Duration(at.Time), Length: len(at.Data), Stream: -1,
	}
	if d == nil {
		d = &capture.Dissection{Stream: -1}
	}
	v.Source, v.Destination, v.Protocol, v.Info, v.Label = d.Source, d.Destination, d.Protocol, d.Info, d.Label
	v.Stream = d.Stream
	for i := range d.Parts {
		p := &d.Parts[i]
		v.Layers = append(v.Layers, partView{p.Layer.String(), p.Protocol, p.PDU, p.Len(), p.Summary})
		if v.Problem == "" {
			v.Problem = problemOf(d, i)
		}
	}
	v.Has = func(protocol string) bool { return has(d, protocol) }
	v.Bytes = func(protocol string) int {
		n := 0
		for i := range d.Parts {
			if d.Parts[i].Protocol == protocol {
				n += d.Parts[i].Len()
			}
		}
		return n
	}
	v.Words = func(protocol string) []int {
		words := []int{}
		for _, w := range d.Summands(protocol) {
			words = append(words, int(w.Value))
		}
		return words
	}
	v.Text = func(key string) (string, error) {
		f, err := mustField(d, key)
		return f.Value, err
	}
	v.Number = func(key string) (int, error) {
		f, err := mustField(d, key)
		return int(f.Number), err
	}
	return v
}

func problemOf(d *capture.Dissection, i int) string {
	p := &d.Parts[i]
	if p.Problem != "" {
		return p.Problem
	}
	for _, f := range p.Fields {
		if f.Problem != "" {
			return f.Problem
		}
	}
	return ""
}

// programView is what became of a program.
type programView struct {
	Printed       []string      `expr:"printed" doc:"the lines that it printed"`
	Sent          []string      `expr:"sent" doc:"what it wrote to the network, a text for each write"`
	Received      []string      `expr:"received" doc:"what it read from the network, a text for each read"`
	SentBytes     int           `expr:"sent_bytes" doc:"how many bytes it wrote"`
	ReceivedBytes int           `expr:"received_bytes" doc:"how many bytes it read"`
	SentText      string        `expr:"sent_text" doc:"all that it wrote, in one"`
	ReceivedText  string        `expr:"received_text" doc:"all that it read, in one"`
	Done          bool          `expr:"done" doc:"whether it came to its end without an error"`
	Failed        bool          `expr:"failed" doc:"whether it returned an error"`
	Error         string        `expr:"error" doc:"that error, empty if none"`
	Returned      bool          `expr:"returned" doc:"whether it came to its end at all"`
	Ended         time.Duration `expr:"ended" doc:"when it did"`

	Value func(name string) (int, error) `expr:"value" doc:"a number that it counted: .value(\"resends\")"`
}

func viewProgram(p *ProgramResult) programView {
	v := programView{
		Printed: []string{}, Returned: p.Returned, Failed: p.Err != nil, Done: p.Returned && p.Err == nil,
		Ended: time.Duration(p.Ended),
	}
	if p.Err != nil {
		v.Error = p.Err.Error()
	}
	for _, l := range p.Lines {
		v.Printed = append(v.Printed, l.Text)
	}
	v.Sent, v.SentText, v.SentBytes = texts(p.Sent)
	v.Received, v.ReceivedText, v.ReceivedBytes = texts(p.Received)
	v.Value = func(name string) (int, error) { return counted(p.Values, name, "the program "+p.Name) }
	return v
}

func texts(chunks []Chunk) (each []string, all string, bytes int) {
	each = []string{}
	var b strings.Builder
	for _, c := range chunks {
		each = append(each, string(c.Data))
		b.Write(c.Data)
	}
	return each, b.String(), b.Len()
}

func counted(all []Counter, name, who string) (int, error) {
	names := make([]string, len(all))
	for i, c := range all {
		if c.Name == name {
			return int(c.Value), nil
		}
		names[i] = c.Name
	}
	return 0, fmt.Errorf("%s counted nothing called %q%s", who, name, didYouMean(name, names))
}

// fateView is what the wire did to a frame with application data.
type fateView struct {
	Link  string        `expr:"link" doc:"the link"`
	From  string        `expr:"from" doc:"the node that sent the frame into it"`
	K     int           `expr:"k" doc:"the frame's place among those with application data, from 1"`
	What  string        `expr:"what" doc:"delivered, lost, ..."`
	Frame int           `expr:"frame" doc:"the frame's number"`
	Time  time.Duration `expr:"time" doc:"when"`
}

// viewed names the views for messages and documents.
var viewed = []struct {
	what string
	view reflect.Type
}{
	{"an event", reflect.TypeFor[eventView]()},
	{"a frame", reflect.TypeFor[frameView]()},
	{"a layer of a frame", reflect.TypeFor[partView]()},
	{"a program", reflect.TypeFor[programView]()},
	{"a fate", reflect.TypeFor[fateView]()},
}

// viewFields lists the names in a view, by its type's name in Go.
func viewFields(goType string) (names []string, what string) {
	for _, v := range viewed {
		if v.view.String() != strings.TrimPrefix(goType, "*") {
			continue
		}
		for i := range v.view.NumField() {
			names = append(names, v.view.Field(i).Tag.Get("expr"))
		}
		return names, v.what
	}
	return nil, ""
}
