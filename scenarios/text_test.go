package scenarios

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/expr-lang/expr/types"
	"pgregory.net/rapid"
)

func TestTemplate(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"plain", "plain"},
		{"{{literal}} and {n}", "{literal} and 3"},
		{"{n + 1}{n}", "43"},
		{`{"a } in quotes"}`, "a } in quotes"},
		{`{ {"a": n}.a }`, "3"},
		{"{several(n, 'frame')}, the {nth(n)}", "3 frames, the 3rd"},
		{"{several(1, 'frame')}", "1 frame"},
		{"{brief('seven')} {brief(repeat('é', 40))} {brief(repeat('é', 41))}", "seven " + strings.Repeat("é", 40) + " " + strings.Repeat("é", 39) + "…"},
		{"{percent(5, 59)} and {percent(1, 2)}", "8.5% and 50%"},
		{"{n / 2}", "1.5"},
		{`{["a", "b"]}`, "a, b"},
		{`{roughly(duration("1.000213s"))} {roughly(duration("999us"))}`, "1s 999µs"},
	} {
		sc := &Scenario{}
		ck := &checker{complaints: newComplaints("x", []byte(c.text)), sc: sc}
		env := merged(ck.alwaysTypes(), types.Map{"n": types.Int})
		tp := ck.template(Text{S: c.text, Place: Place{1, 1}}, env, nil)
		if err := ck.err(); err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		got, err := tp.fill(nil, merged(alwaysValues(nil), map[string]any{"n": 3}))
		if err != nil || got != c.want {
			t.Errorf("%s: got %q (%v), want %q", c.text, got, err, c.want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	known := []string{"tcp.retransmit", "tcp.rto", "arp.request"}
	for name, want := range map[string]string{
		"tcp.retransmitt": `; did you mean "tcp.retransmit"?`,
		"TCP.RTO":         `; did you mean "tcp.rto"?`,
		"arp.reqeust":     `; did you mean "arp.request"?`,
		"dns":             "; there are: tcp.retransmit, tcp.rto, arp.request",
	} {
		if got := didYouMean(name, known); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// The distance is a metric on what matters here: 0 exactly for equal words, the
// same both ways, and never more than the longer word is long.
func TestDistance(t *testing.T) {
	word := rapid.StringMatching(`[a-d]{0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		d := distance(a, b)
		if (d == 0) != (a == b) || d != distance(b, a) || d > max(len(a), len(b)) {
			t.Fatalf("distance(%q, %q) is %d", a, b, d)
		}
	})
}

// The place of a mistake inside a text is the place in the file, however the
// text is written.
func TestPlaceInsideTexts(t *testing.T) {
	whole := string(fixture(t))
	for name, said := range map[string]string{
		"plain":    `    say: here it is {wrong}`,
		"quoted":   `    say: "here it is {wrong}"`,
		"escaped":  `    say: "h\u0065re\tit is {wrong}"`,
		"folded":   "    say: here\n      it is\n      {wrong}",
		"block":    "    say: |\n      here it is\n      {wrong}",
		"unicode":  `    say: "hëre → it is {wrong}"`,
		"overhead": "    say: >\n\n      here it is {wrong}",
	} {
		changed := strings.Replace(whole, `    say: "again, at {roughly(time)}"`, said, 1)
		_, err := Load("x.yaml", []byte(changed))
		var errs Errors
		if !errors.As(err, &errs) || len(errs) != 1 {
			t.Errorf("%s: got %v, want one mistake", name, err)
			continue
		}
		lines := strings.Split(changed, "\n")
		p := errs[0].Place
		if rest, _ := fromColumn(lines[p.Line-1], p.Column); !strings.HasPrefix(rest, "wrong") {
			t.Errorf("%s: the mistake is placed at %d:%d, where the file has %q", name, p.Line, p.Column, rest)
		}
	}
}

func TestRoughlyKeepsShortTimes(t *testing.T) {
	for d, want := range map[time.Duration]time.Duration{
		0: 0, 999: 999, 1000: 1000, 1234: 1230, -1235: -1240, time.Hour + time.Second: time.Hour,
	} {
		if got := roughly(d); got != want {
			t.Errorf("roughly(%d) is %d, want %d", d, got, want)
		}
	}
}

// The catalogue is in the order of the course, and a file bears its scenario's
// name.
func TestCatalogueOrder(t *testing.T) {
	text := func(name, topic, order string) *fstest.MapFile {
		s := strings.Replace(string(fixture(t)), "name: hello\n", "name: "+name+"\n", 1)
		s = strings.Replace(s, "topic: OSI", "topic: "+topic, 1)
		return &fstest.MapFile{Data: []byte(strings.Replace(s, "order: 1", "order: "+order, 1))}
	}
	all, err := catalogue(fstest.MapFS{
		"a.yaml": text("a", "UDP", "1"), "b.yaml": text("b", "OSI", "2"), "c.yaml": text("c", "OSI", "1"), "d.yaml": text("d", "Mine", "1"), "e.yaml": text("e", "TCP", "9"),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, sc := range all {
		got.WriteString(sc.Name.S)
	}
	if got.String() != "cbead" {
		t.Errorf("the order is %s, want cbead", got.String())
	}
	if _, err := catalogue(fstest.MapFS{"f.yaml": text("g", "OSI", "1")}); err == nil {
		t.Error("a file that bears another name than its scenario must be refused")
	}
}

func TestFind(t *testing.T) {
	sc, err := Find("hello-layers")
	if err != nil || sc.Name.S != "hello-layers" || !sc.Embedded() {
		t.Fatalf("got %v, %v", sc, err)
	}
	_, err = Find("helo-layers")
	if err == nil || err.Error() != `there is no scenario "helo-layers"; did you mean "hello-layers"?` {
		t.Errorf("got %v", err)
	}
	if _, err := Find("../scenarios/hello-layers"); err == nil {
		t.Error("a path is no name")
	}
}
