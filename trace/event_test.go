package trace_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/trace"
)

func TestFieldValues(t *testing.T) {
	for _, c := range []struct {
		field trace.Field
		value any
		text  string
	}{
		{trace.Int("n", 7), int64(7), "7"},
		{trace.Int("n", -7), int64(-7), "-7"},
		{trace.Int("n", uint32(math.MaxUint32)), int64(math.MaxUint32), "4294967295"},
		{trace.Int("n", trace.FrameID(3)), int64(3), "3"},
		{trace.Duration("d", 1500*time.Microsecond), 1500 * time.Microsecond, "1.5ms"},
		{trace.Duration("d", 0), time.Duration(0), "0s"},
		{trace.Bool("b", true), true, "true"},
		{trace.Bool("b", false), false, "false"},
		{trace.String("s", "10.0.0.1"), "10.0.0.1", "10.0.0.1"},
		{trace.String("s", ""), "", ""},
	} {
		if got := c.field.Value(); got != c.value {
			t.Errorf("the value of %s is %#v, want %#v", c.field.Key, got, c.value)
		}
		if got := c.field.String(); got != c.text {
			t.Errorf("the text of %s is %q, want %q", c.field.Key, got, c.text)
		}
	}
}

func TestSentence(t *testing.T) {
	for _, c := range []struct {
		name  string
		event trace.Event
		want  string
	}{
		{"filled in", trace.Event{Kind: knock, Node: "hall", Fields: []trace.Field{trace.Int("times", 3), trace.String("who", "a guest")}},
			"hall hears 3 knocks by a guest"},
		{"without fields", trace.Event{Kind: silence, Node: "hall"}, "nobody knocks"},
		{"a field that is missing stays visible", trace.Event{Kind: knock, Node: "hall", Fields: []trace.Field{trace.Int("times", 3)}},
			"hall hears 3 knocks by {who}"},
		{"one", trace.Event{Kind: counted, Fields: []trace.Field{trace.Int("bytes", 1)}}, "1 byte of {text}"},
		{"none", trace.Event{Kind: counted, Fields: []trace.Field{trace.Int("bytes", 0)}}, "0 bytes of {text}"},
		{"several", trace.Event{Kind: counted, Fields: []trace.Field{trace.Int("bytes", 11)}}, "11 bytes of {text}"},
		{"a count that is missing stays visible", trace.Event{Kind: counted}, "{bytes byte} of {text}"},
		{"a brace is text where it opens nothing", trace.Event{Kind: trace.Lookup("door.brace"), Node: "hall"}, "hall has an open { brace"},
		{"what is filled in is not read again", trace.Event{Kind: knock, Node: "hall", Fields: []trace.Field{trace.Int("times", 1), trace.String("who", "{node}")}},
			"hall hears 1 knocks by {node}"},
	} {
		if got := c.event.Sentence(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// counted speaks of a number with its noun, and of a field in the plural.
var (
	counted = trace.Define(trace.Kind{ID: "door.counted", Sentence: "{bytes byte} of {text}", Fields: []string{"bytes", "text"}})
	_       = trace.Define(trace.Kind{ID: "door.brace", Sentence: "{node} has an open { brace"})
)

func TestReason(t *testing.T) {
	for _, c := range []struct{ err, want string }{
		{"network: header checksum is wrong: 0x1 (expected 0x2)", "header checksum is wrong: 0x1 (expected 0x2)"},
		{"no package here: nothing to cut", "no package here: nothing to cut"},
		{"plain", "plain"},
	} {
		f := trace.Reason("why", errors.New(c.err))
		if f.Key != "why" || f.Value() != c.want {
			t.Errorf("the reason of %q is %s %q, want %q", c.err, f.Key, f.Value(), c.want)
		}
	}
}

func TestGet(t *testing.T) {
	e := trace.Event{Kind: knock, Fields: []trace.Field{trace.Int("times", 2), trace.Bool("loud", true)}}
	if f, ok := e.Get("loud"); !ok || f.Value() != true {
		t.Errorf("Get(loud) is %v, %v", f, ok)
	}
	if f, ok := e.Get("who"); ok {
		t.Errorf("Get of a field that the event does not carry finds %v", f)
	}
}

func TestMatchers(t *testing.T) {
	hall := trace.Event{Kind: knock, Node: "hall", Fields: []trace.Field{trace.Int("times", 2), trace.Duration("for", time.Second)}}
	for _, c := range []struct {
		name string
		m    trace.Matcher
		want bool
	}{
		{"its kind", trace.OfKind("door.knock"), true},
		{"another kind", trace.OfKind("door.silence"), false},
		{"part of its kind's name", trace.OfKind("door"), false},
		{"its node", trace.AtNode("hall"), true},
		{"another node", trace.AtNode("attic"), false},
		{"a number as text", trace.With("times", "2"), true},
		{"another number", trace.With("times", "20"), false},
		{"a duration as text", trace.With("for", "1s"), true},
		{"a field that it does not carry", trace.With("who", ""), false},
		{"all of nothing", trace.All(), true},
		{"all that hold", trace.All(trace.OfKind("door.knock"), trace.AtNode("hall")), true},
		{"all but the last hold", trace.All(trace.OfKind("door.knock"), trace.AtNode("attic")), false},
		{"all but the first hold", trace.All(trace.OfKind("door.silence"), trace.AtNode("hall")), false},
	} {
		if got := c.m(&hall); got != c.want {
			t.Errorf("%s: matches is %v, want %v", c.name, got, c.want)
		}
	}
}

func TestFind(t *testing.T) {
	r := &trace.Recording{}
	for i, node := range []string{"hall", "attic", "hall"} {
		r.Event(&trace.Event{ID: trace.ID(i + 1), Kind: knock, Node: node})
	}
	found := r.Find(trace.AtNode("hall"))
	if len(found) != 2 || found[0].ID != 1 || found[1].ID != 3 {
		t.Errorf("Find returns %v, want events 1 and 3 in order", found)
	}
	if found[0] != &r.Events[0] {
		t.Error("Find copies the events; it should point into the recording")
	}
	if none := r.Find(trace.AtNode("cellar")); none != nil {
		t.Errorf("Find of what is not there returns %v, want nil", none)
	}
}
