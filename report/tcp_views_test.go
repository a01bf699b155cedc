package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/trace"
)

// transfer is a real run: of a text in pieces, one of which is lost.
func transfer(t *testing.T) *scenarios.Result {
	t.Helper()
	data, err := os.ReadFile("testdata/transfer.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc, err := scenarios.Load("transfer.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	r, err := sc.RunWith(scenarios.RunPlan, 1, sc.Defaults(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Failures() {
		t.Fatal(f)
	}
	return r
}

// Every segment that a host sent or received is a moment of the end that it
// belongs to, once, and every one that was sent has its reason.
func TestEverySegmentIsAMoment(t *testing.T) {
	v := transfer(t).Variants[0]
	moments := map[trace.ID]int{}
	ends := endsOf(v)
	if len(ends) != 2 {
		t.Fatalf("%d ends, want 2", len(ends))
	}
	for _, e := range ends {
		for _, m := range e.moments {
			if m.packet == nil {
				continue
			}
			moments[m.packet.ID]++
			if m.packet.Interface.Node != e.node {
				t.Errorf("%s has a segment of %s", e.node, m.packet.Interface.Node)
			}
			if m.packet.Direction == trace.Sent && e.reason(m) == "" {
				t.Errorf("segment %d of %s has no reason", m.packet.ID, e.node)
			}
		}
	}
	segments := 0
	for _, d := range v.Packets {
		if _, _, isTCP := sockets(d); isTCP && isHost(v, d.Interface) {
			segments++
			if moments[d.ID] != 1 {
				t.Errorf("segment %d (%s) is %d moments", d.ID, d.Info, moments[d.ID])
			}
		}
	}
	if segments == 0 {
		t.Error("the run has no segments")
	}
}

// What changes in one moment is where the next begins.
func TestVariablesBeforeAndAfter(t *testing.T) {
	for _, e := range endsOf(transfer(t).Variants[0]) {
		var known *trace.Event
		for i, m := range e.moments {
			if m.before != known {
				t.Errorf("%s, moment %d begins with other variables than were left", e.node, i)
			}
			if m.after != nil {
				if len(m.changes()) == 0 {
					t.Errorf("%s, moment %d changes nothing", e.node, i)
				}
				known = m.after
			}
		}
		if f, _ := known.Get("state"); e.node == "client" && f.String() != "TIME-WAIT" {
			t.Errorf("the client ends in %s", f)
		}
	}
}

// A segment that is sent again says which duplicate ACK or which timer was the
// reason, and Wireshark's label stands beside it.
func TestReasonAndLabelSideBySide(t *testing.T) {
	found := false
	for _, e := range endsOf(transfer(t).Variants[0]) {
		for _, m := range e.moments {
			if why := e.reason(m); m.sent != nil && strings.Contains(why, "(duplicate ACK 3)") {
				found = true
				if !strings.Contains(m.label(), "Retransmission") {
					t.Errorf("%q is labelled %q", why, m.label())
				}
			}
		}
	}
	if !found {
		t.Error("no segment is sent again for the third duplicate ACK")
	}
}

func TestFlow(t *testing.T) {
	r := transfer(t)
	flows := flowsOf(r, "")
	if len(flows) != 1 || flows[0].node != "client" {
		t.Fatalf("%d flows, want the client's", len(flows))
	}
	f := flows[0]
	if got := f.bytes(); got != 2000 {
		t.Errorf("%d bytes were sent, want 2000", got)
	}
	if n, bytes := f.resent(); n != 1 || bytes != 100 {
		t.Errorf("%d segments with %d bytes went out again, want 1 with 100", n, bytes)
	}
	if last := f.acked[len(f.acked)-1].value; last != 2001 {
		t.Errorf("acknowledged up to %d, want 2001", last)
	}
	carried := int64(0)
	for _, b := range f.goodput {
		carried += b.value * int64(f.bin) / 8e9
	}
	if carried < 1990 || carried > 2000 {
		t.Errorf("the throughput adds up to %d bytes, want 2000", carried)
	}
	if len(flowsOf(r, "server")) != 0 {
		t.Error("the server has sent nothing, but has a flow")
	}
}

func TestPlotsInTheTerminal(t *testing.T) {
	r := transfer(t)
	for _, w := range []int{40, 60, 80, 120} {
		for _, color := range []bool{false, true} {
			var out bytes.Buffer
			if err := Write(&out, r, Options{Views: []string{"plot", "variables"}, Width: w, Color: color}); err != nil {
				t.Fatal(err)
			}
			checkLines(t, "transfer", out.String(), w)
			for _, word := range []string{"R", "⠒ cwnd", "went out again", "acknowledged"} {
				if !strings.Contains(out.String(), word) {
					t.Errorf("width %d: no %q", w, word)
				}
			}
		}
	}
}

// The picture is well-formed, needs nothing outside it, names its scenario and
// seed, and is the same every time.
func TestSVG(t *testing.T) {
	var a, b bytes.Buffer
	if err := errors.Join(WriteSVG(&a, transfer(t), ""), WriteSVG(&b, transfer(t), "")); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two pictures of one run differ")
	}
	text := a.String()
	for _, word := range []string{"transfer, seed 1", ">bytes<", ">ms<", "bit/s<", ">time (s)<", ">cwnd<", ">ssthresh<", ">sent again<",
		`class="again"`, ">SRTT<", "prefers-color-scheme:dark"} {
		if !strings.Contains(text, word) {
			t.Errorf("there is no %s", word)
		}
	}
	d := xml.NewDecoder(&a)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			for _, at := range e.Attr {
				if at.Name.Local == "href" || at.Name.Local == "src" || strings.Contains(at.Value, "url(") {
					t.Errorf("<%s> needs %s", e.Name.Local, at.Value)
				}
			}
		}
	}
}

func TestSVGEscapes(t *testing.T) {
	s := &svg{}
	s.text(0, -15, "quiet", "start", `<&">`)
	if got := s.out.String(); got != `<text x="0" y="-1.5" class="quiet" text-anchor="start">&lt;&amp;&#34;&gt;</text>`+"\n" {
		t.Error(got)
	}
}

func TestNothingToPlot(t *testing.T) {
	var out bytes.Buffer
	if err := WriteSVG(&out, helloRun(), ""); !errors.Is(err, ErrNothingToPlot) || out.Len() > 0 {
		t.Errorf("the error is %v, and %d bytes were written", err, out.Len())
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		most, scale, n int64
		want           string
	}{
		{1000, 1, 4, "0|500|1 000"}, {1, 1, 4, "0|1"}, {12_345_678, 1, 4, "0|5 000 000|10 000 000"}, {3e6, 1e6, 4, "0|1|2|3"}, {400_000, 1e6, 4, "0|0.1|0.2|0.3|0.4"},
	} {
		var got []string
		for _, k := range ticks(c.most, c.scale, c.n) {
			got = append(got, k.text)
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%+v: %s", c, s)
		}
	}
}

func TestJSONOfTCPIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Write(&out, transfer(t), Options{Format: FormatJSON, Views: []string{"variables", "plot", "packets"}}); err != nil {
		t.Fatal(err)
	}
	var value struct{ Views any }
	if err := json.Unmarshal(out.Bytes(), &value); err != nil {
		t.Fatal(err)
	}
	eachKey(value.Views, "", func(path, key string) {
		if path != "before" && path != "after" && !bytes.Contains(doc, []byte("`"+key+"`")) {
			t.Errorf("docs/json.md does not speak of %q (in %q)", key, path)
		}
	})
}
