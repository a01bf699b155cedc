package scenarios

import (
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/packetwalk/packetwalk/scenarios/plan"
	"github.com/packetwalk/packetwalk/scenarios/value"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

func race(t *testing.T) *Scenario {
	t.Helper()
	data, err := os.ReadFile("testdata/race.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc, err := Load("race.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

func drawn(t *testing.T, variant string, without *Removal) *plan.Plan {
	t.Helper()
	sc := race(t)
	p, err := sc.Plan(3, sc.Defaults(), variant, without)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlanOfLinks(t *testing.T) {
	flip := plan.Impairment{Do: plan.Flip, Nth: []int{2, 4}, Match: plan.Match{Of: "tcp.data"}, Byte: 3, Bit: -1, With: -1, End: time.Hour}
	outage := plan.Impairment{Do: plan.Outage, Always: true, Start: time.Second, End: 2 * time.Second, Byte: -1, Bit: -1, With: -1}
	plain := plan.Way{Rate: 100_000_000, Queue: 1000, AQM: plan.DropTail, MTU: 1500}
	way := func(w plan.Way, from, to string) plan.Way {
		w.From, w.To = from, to
		return w
	}
	want := []plan.Link{
		{Name: "left-right", Ends: [2]string{"left", "right"}, Ways: [2]plan.Way{
			{From: "left", To: "right", Rate: 100_000_000, Delay: 10 * time.Millisecond, Queue: 1000, AQM: plan.DropTail, MTU: 1000, Impairments: []plan.Impairment{flip}},
			{From: "right", To: "left", Rate: 56_000, Delay: 10 * time.Millisecond, Queue: 3, AQM: plan.CoDel, MTU: 1000, Impairments: []plan.Impairment{flip, outage}},
		}},
		{Name: "side", HalfDuplex: true, Ends: [2]string{"left", "sw"}, Ways: [2]plan.Way{way(plain, "left", "sw"), way(plain, "sw", "left")}},
		{Name: "right-sw", Ends: [2]string{"right", "sw"}, Ways: [2]plan.Way{way(plain, "right", "sw"), way(plain, "sw", "right")}},
	}
	p := drawn(t, "one", nil)
	if diff := cmp.Diff(want, p.Links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if p.Seed != 3 || p.Until != time.Hour {
		t.Errorf("seed %d, until %s; want 3 and 1h", p.Seed, p.Until)
	}
}

func TestPlanOfDevices(t *testing.T) {
	p := drawn(t, "one", nil)
	want := []plan.Host{
		{Name: "left", Interfaces: []plan.Interface{
			{Link: "left-right", Address: netip.MustParsePrefix("10.0.0.1/24")}, {Link: "side", Address: netip.MustParsePrefix("10.0.9.1/24")}}},
		{Name: "right", Interfaces: []plan.Interface{
			{Link: "left-right", Address: netip.MustParsePrefix("10.0.0.2/24")}, {Link: "right-sw", Address: netip.MustParsePrefix("10.0.9.2/24")}}},
	}
	if diff := cmp.Diff(want, p.Hosts, cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}), cmpopts.IgnoreFields(plan.Host{}, "Options")); diff != "" {
		t.Errorf("hosts (-want +got):\n%s", diff)
	}
	sack, said := p.Hosts[1].Options.Get("sack")
	if !said || sack.Kind() != value.Bool || sack.Bool() {
		t.Errorf("right's option sack is %v, want false", sack)
	}
	if p.Switches[0].Ageing != 10*time.Second {
		t.Errorf("the switch forgets after %s, want 10s", p.Switches[0].Ageing)
	}
}

func names(p *plan.Plan) string {
	var all []string
	for _, prog := range p.Programs {
		all = append(all, prog.Name)
	}
	return strings.Join(all, " ")
}

func TestPlanOfPrograms(t *testing.T) {
	sc := race(t)
	for _, c := range []struct {
		variant string
		without *Removal
		want    string
	}{
		{"one", nil, "right left again"}, {"two", nil, "right again"}, {"one", sc.Without[0], "right left"},
	} {
		if got := names(drawn(t, c.variant, c.without)); got != c.want {
			t.Errorf("in variant %s (removal: %v) run %q, want %q", c.variant, c.without != nil, got, c.want)
		}
	}
	p := drawn(t, "one", nil).Programs
	port, _ := p[0].Args.Get("port")
	if !p[0].Background || port.Int() != 7 || p[1].Start != 2*time.Second {
		t.Errorf("the programs are %+v", p)
	}
	if to, _ := p[2].Args.Get("to"); to.Text() != "cost${x}" {
		t.Errorf("$${ must become ${, got %q", to)
	}
	if m, _ := p[2].Args.Get("message"); m.Text() != "hi" {
		t.Errorf("an argument that nobody gave has its default, got %q", m)
	}
	if _, err := sc.Plan(1, sc.Defaults(), "three", nil); err == nil {
		t.Error("a variant that there is not must be refused")
	}
}

// Expectations are checked in every variant, in one, or once for all together.
func TestVariantsAreCompared(t *testing.T) {
	sc := race(t)
	ends := map[string]sim.Time{"one": 5e9, "two": 3e9}
	r, err := sc.RunWith(func(p *plan.Plan) (*Outcome, error) {
		variant := "two"
		if len(p.Programs) == 3 {
			variant = "one"
		}
		tp := newTape()
		tp.event(0, "left", testAsked, 0, trace.Int("count", 7))
		tp.out.End = ends[variant]
		return &tp.out, nil
	}, 1, sc.Defaults(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range r.Expectations {
		got = append(got, strings.TrimSpace(e.Variant+" "+e.That+" "+e.Found))
	}
	want := []string{"one somebody asked", "two somebody asked", "two only two asks at left", "one is sooner 5s is not sooner"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("expectations (-want +got):\n%s", diff)
	}
	if p := r.Predictions[0]; p.Answer != "two" || p.Explain != "5s against 3s" {
		t.Errorf("the answer is %q, explained by %q (%s)", p.Answer, p.Explain, p.Problem)
	}
	if len(r.Story) != 1 || r.Story[0].Variant != "two" || r.Story[0].Say != "left in false" {
		t.Errorf("the story is %+v", r.Story)
	}
}
