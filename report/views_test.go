package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/trace"
)

// Every view of both kinds of run, at both widths, in every format.
func TestViews(t *testing.T) {
	for name, run := range map[string]*scenarios.Result{"hello": helloRun(), "compare": twoRuns()} {
		for _, v := range Views() {
			t.Run(name+"/"+v.Name, func(t *testing.T) {
				goldenDocument(t, name+"."+v.Name, func(w int) Document {
					d, err := document(run, &Options{Views: []string{v.Name}, Width: w})
					if err != nil {
						t.Fatal(err)
					}
					return d
				})
			})
		}
		for _, w := range []int{80, 120} {
			var out bytes.Buffer
			if err := Write(&out, run, Options{Width: w}); err != nil {
				t.Fatal(err)
			}
			checkLines(t, name, out.String(), w)
			golden(t, fmt.Sprintf("%s.%d.txt", name, w), out.Bytes())
		}
		var out bytes.Buffer
		if err := Write(&out, run, Options{Format: FormatJSON}); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".json", out.Bytes())
	}
}

// No view is so wide that a narrow terminal breaks it.
func TestViewsOnNarrowScreens(t *testing.T) {
	for _, run := range []*scenarios.Result{helloRun(), twoRuns()} {
		for _, w := range []int{40, 60, 72, 99, 100, 200} {
			var out bytes.Buffer
			var all []string
			for _, v := range Views() {
				all = append(all, v.Name)
			}
			if err := Write(&out, run, Options{Width: w, Views: all, Color: true}); err != nil {
				t.Fatal(err)
			}
			checkLines(t, fmt.Sprint(w), out.String(), w)
		}
	}
}

func TestTheSameRunGivesTheSameBytes(t *testing.T) {
	for _, f := range Formats() {
		var a, b bytes.Buffer
		if err := errors.Join(Write(&a, twoRuns(), Options{Format: f}), Write(&b, twoRuns(), Options{Format: f})); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: two reports of one run differ", f)
		}
	}
}

func TestWhatDoesNotExistIsRefused(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Views: []string{"layer"}}, `there is no view "layer"; there are about, story`},
		{Options{Views: []string{"layer"}, Format: FormatJSON}, `there is no view "layer"`},
		{Options{Format: "xml"}, `there is no format "xml"; there are table, markdown and json`},
		{Options{At: "nobody"}, `no interface belongs to "nobody"; there are client, s1, r1, server`},
		{Options{Frame: 9}, "there is no frame 9; those seen there are numbered 1 to 1"},
	} {
		var out bytes.Buffer
		err := Write(&out, helloRun(), c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: the error is %v, want %q", c.o, err, c.want)
		}
		if out.Len() > 0 {
			t.Errorf("%+v: something was written before the error: %q", c.o, out.String())
		}
	}
}

// The numbers of the layer table and of the walk add up.
func TestTheNumbersAddUp(t *testing.T) {
	for _, d := range []func() *scenarios.Result{helloRun, twoRuns} {
		for _, v := range d().Variants {
			for _, p := range append(v.Packets, arpFrame()) {
				s := sizeOf(p)
				if s.total() != len(p.Data) || s.payload+s.header()+s.padding+s.fcs != p.Length {
					t.Errorf("frame %d: %v is not %d", p.ID, s, p.Length)
				}
				up := storeys(p)
				if got := up[len(up)-1].unit; got != p.Length {
					t.Errorf("frame %d: at the bottom the walk has %d bytes, the frame %d", p.ID, got, p.Length)
				}
			}
		}
	}
	if got := sizeOf(helloSample()).String(); got != "5 payload + 54 headers (20 + 20 + 14) + 1 padding + 4 FCS" {
		t.Error(got)
	}
	if got := sizeOf(arpFrame()).String(); got != "42 headers (28 + 14) + 18 padding + 4 FCS" {
		t.Error(got)
	}
}

func TestHops(t *testing.T) {
	way := indexLog(helloRun().Variants[0]).journey(helloRun().Variants[0].Packets[0])
	var got []string
	for _, s := range way {
		got = append(got, fmt.Sprintf("%s reads up to %d", s.node, readUpTo(s)))
	}
	want := "client reads up to 7, s1 reads up to 2, r1 reads up to 3, server reads up to 7"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got %s, want %s", s, want)
	}
	changed, _ := compareFields(way[2].in, way[2].out)
	var keys []string
	for _, c := range changed {
		keys = append(keys, c.Key)
	}
	// RFC 1812 §5.2.1.2: a router changes the TTL, and so the checksum; the
	// frame around the packet is another one.
	if s := strings.Join(keys, " "); s != "eth.dst eth.src eth.fcs ip.ttl ip.checksum" {
		t.Errorf("at the router %s change", s)
	}
}

// A journey knows the events by which devices keep a frame; each exists.
func TestRefusalsExist(t *testing.T) {
	for _, id := range refusals {
		if trace.Lookup(id) == nil {
			t.Errorf("no package defines the event %s", id)
		}
	}
}

func TestLostFrameEndsTheJourney(t *testing.T) {
	v := twoRuns().Variants[1]
	way := indexLog(v).journey(v.Packets[6])
	end := way[len(way)-1]
	if end.node != "r1" || refusal(end.wire) == nil {
		t.Errorf("the way ends at %s with %v", end.node, end.wire)
	}
}

func TestDelivered(t *testing.T) {
	for _, c := range []struct {
		why            string
		sent, received []string
		want           string
	}{
		{"all of it", []string{"abc", "def"}, []string{"abcd", "ef"}, "6 of 6, holes none, copies 0, disorder 0"},
		{"a stream that broke off", []string{"abc", "def"}, []string{"ab"}, "2 of 6, holes 3–6, copies 0, disorder 0"},
		{"a datagram lost", []string{"abc", "def", "ghi"}, []string{"abc", "ghi"}, "6 of 9, holes 4–6, copies 0, disorder 0"},
		{"neighbours lost make one hole", []string{"a", "b", "c", "d"}, []string{"d"}, "1 of 4, holes 1–3, copies 0, disorder 0"},
		{"one twice", []string{"abc", "def"}, []string{"abc", "def", "abc"}, "6 of 6, holes none, copies 3, disorder 0"},
		{"overtaken", []string{"abc", "def"}, []string{"def", "abc"}, "6 of 6, holes none, copies 0, disorder 1"},
		{"equal pieces are told apart", []string{"x", "x"}, []string{"x", "x"}, "2 of 2, holes none, copies 0, disorder 0"},
		{"nothing", []string{"abc"}, nil, "0 of 3, holes 1–3, copies 0, disorder 0"},
	} {
		program := func(pieces []string) *scenarios.ProgramResult {
			p := &scenarios.ProgramResult{}
			for i, s := range pieces {
				p.Sent = append(p.Sent, chunk(i, s))
			}
			p.Received = p.Sent
			return p
		}
		d := delivered(program(c.sent), program(c.received), nil)
		got := fmt.Sprintf("%d of %d, holes %s, copies %d, disorder %d", d.arrived, d.sent, holesText(d.holes), d.copies, d.disorder)
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
}

func TestQuestionInPlainText(t *testing.T) {
	r := helloRun()
	got := Question(&r.Predictions[1], 2, 2, 60)
	want := "Question 2 of 2.\nWhich device reads the letters?\n  1: the router\n  2: the server\nAnswer with a number from 1 to 2.\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	wrong := &r.Predictions[0].Options[1]
	got = Feedback(&r.Predictions[0], false, wrong, 60)
	want = "Not in this run. The answer is: 64 bytes.\nThe belief behind it: Only the message travels\n" +
		"The message is only the innermost part.\nFive letters, three headers, one byte of padding and the\nFCS.\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := Feedback(&r.Predictions[1], true, &r.Predictions[1].Options[1], 60); !strings.HasPrefix(got, "Right: the server.\n") {
		t.Error(got)
	}
}

// docs/json.md speaks of every member that the JSON has.
func TestJSONIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(doc, []byte(Schema)) {
		t.Errorf("docs/json.md does not name the schema %s", Schema)
	}
	for _, run := range []*scenarios.Result{helloRun(), twoRuns()} {
		var out bytes.Buffer
		if err := Write(&out, run, Options{Format: FormatJSON}); err != nil {
			t.Fatal(err)
		}
		var value any
		if err := json.Unmarshal(out.Bytes(), &value); err != nil {
			t.Fatal(err)
		}
		eachKey(value, "", func(path, key string) {
			// Below these the keys are the scenario's, not ours.
			if path == "fields" || path == "counters" || path == "values" {
				return
			}
			if !bytes.Contains(doc, []byte("`"+key+"`")) {
				t.Errorf("docs/json.md does not speak of %q (in %q)", key, path)
			}
		})
	}
}

func eachKey(value any, path string, do func(path, key string)) {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			do(path, key)
			eachKey(inner, key, do)
		}
	case []any:
		for _, inner := range value {
			eachKey(inner, path, do)
		}
	}
}

func TestUseColor(t *testing.T) {
	for _, c := range []struct {
		mode     string
		terminal bool
		noColor  string
		want     bool
	}{
		{"auto", true, "", true}, {"auto", false, "", false}, {"auto", true, "1", false}, {"", true, "", true},
		{"always", false, "1", true}, {"never", true, "", false},
	} {
		if got, err := UseColor(c.mode, c.terminal, c.noColor); err != nil || got != c.want {
			t.Errorf("%+v: %v, %v", c, got, err)
		}
	}
	if _, err := UseColor("yes", true, ""); err == nil {
		t.Error(`"yes" is taken for a mode`)
	}
}
