package programs_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/scenarios/plan"
	"github.com/packetwalk/packetwalk/scenarios/programs"
	"github.com/packetwalk/packetwalk/scenarios/value"
)

// The stage of these tests: client 10.0.0.1 and server 10.0.0.2, one link of
// 10 Mbit/s and 10 ms, and the programs under test on them.

// program is one on a host, with arguments as a scenario file writes them:
// "port", "80".
func program(t *testing.T, host, run string, args ...string) plan.Program {
	t.Helper()
	d := programs.Lookup(run)
	if d == nil {
		t.Fatalf("there is no program %s", run)
	}
	p := plan.Program{Name: run, Host: host, Run: run}
	for i := range d.Parameters {
		parameter := &d.Parameters[i]
		v := parameter.Default
		if at := slices.Index(args, parameter.Name); at >= 0 && at%2 == 0 {
			var err error
			if v, err = parameter.Parse(args[at+1]); err != nil {
				t.Fatal(err)
			}
			args = slices.Delete(slices.Clone(args), at, at+2)
		} else if parameter.Required {
			t.Fatalf("%s needs %s", run, parameter.Name)
		}
		p.Args = append(p.Args, plan.Setting{Name: parameter.Name, Value: v})
	}
	if len(args) > 0 {
		t.Fatalf("%s has no arguments %q", run, args)
	}
	return p
}

func background(p plan.Program) plan.Program {
	p.Background = true
	return p
}

// later begins a program when a server has surely opened its socket.
func later(p plan.Program) plan.Program {
	p.Start = time.Millisecond
	return p
}

// play runs programs on the stage; impair goes wrong on the way to the server.
func play(t *testing.T, impair []plan.Impairment, all ...plan.Program) *scenarios.Outcome {
	t.Helper()
	return playOn(t, stage(impair), all...)
}

func stage(impair []plan.Impairment) *plan.Plan {
	host := func(name, address string) plan.Host {
		return plan.Host{Name: name, Interfaces: []plan.Interface{{Link: "wire", Address: netip.MustParsePrefix(address)}}}
	}
	way := plan.Way{Rate: 10_000_000, Delay: 10 * time.Millisecond, Queue: 100, MTU: 1500}
	to, from := way, way
	to.From, to.To, to.Impairments = "client", "server", impair
	from.From, from.To = "server", "client"
	return &plan.Plan{
		Seed: 1, Until: time.Hour,
		Hosts: []plan.Host{host("client", "10.0.0.1/24"), host("server", "10.0.0.2/24")},
		Links: []plan.Link{{Name: "wire", Ends: [2]string{"client", "server"}, Ways: [2]plan.Way{to, from}}},
	}
}

func playOn(t *testing.T, p *plan.Plan, all ...plan.Program) *scenarios.Outcome {
	t.Helper()
	p.Programs = all
	out, err := scenarios.RunPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	if out.Err != nil {
		t.Fatalf("the run ended with: %v", out.Err)
	}
	return out
}

// result finds what became of a program by what it ran.
func result(t *testing.T, out *scenarios.Outcome, run string) *scenarios.ProgramResult {
	t.Helper()
	for _, r := range out.Programs {
		if r.Run == run {
			return r
		}
	}
	t.Fatalf("%s did not run", run)
	return nil
}

func wantLines(t *testing.T, r *scenarios.ProgramResult, want ...string) {
	t.Helper()
	var got []string
	for _, l := range r.Lines {
		got = append(got, l.Text)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s prints\n\t%s\nwant\n\t%s", r.Run, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// wantCounts wants the numbers that a program counted: "datagrams 3, bytes 12".
func wantCounts(t *testing.T, r *scenarios.ProgramResult, want string) {
	t.Helper()
	var got []string
	for _, v := range r.Values {
		got = append(got, fmt.Sprintf("%s %d", v.Name, v.Value))
	}
	if text := strings.Join(got, ", "); text != want {
		t.Errorf("%s counts %q, want %q", r.Run, text, want)
	}
}

func wantReturned(t *testing.T, r *scenarios.ProgramResult) {
	t.Helper()
	if !r.Returned || r.Err != nil {
		t.Errorf("%s returned: %v, with %v; want it to end well", r.Run, r.Returned, r.Err)
	}
}

// text joins what was read or written, a bar between two chunks.
func text(chunks []scenarios.Chunk) string {
	var parts []string
	for _, c := range chunks {
		parts = append(parts, string(c.Data))
	}
	return strings.Join(parts, "|")
}

// TestDeclarations: a scenario finds each program by its name, and what holds
// when it says nothing is allowed.
func TestDeclarations(t *testing.T) {
	all := programs.All()
	if len(all) == 0 {
		t.Fatal("no program is declared")
	}
	for i, d := range all {
		if programs.Lookup(d.Name) != d {
			t.Errorf("%s is not found by its name", d.Name)
		}
		if i > 0 && all[i-1].Name >= d.Name {
			t.Errorf("%s stands before %s", all[i-1].Name, d.Name)
		}
		for j := range d.Parameters {
			p := &d.Parameters[j]
			if d.Parameter(p.Name) != p {
				t.Errorf("%s: two arguments are called %s", d.Name, p.Name)
			}
			if err := p.Check(p.Default); !p.Required && (err != nil || p.Default.Kind() != p.Kind) {
				t.Errorf("%s: the default of %s is a %s %s: %v", d.Name, p.Name, p.Default.Kind(), p.Default, err)
			}
		}
	}
	if programs.Lookup("no-such-program") != nil || all[0].Parameter("no-such-argument") != nil {
		t.Error("something is found that nobody declared")
	}
}

func TestDeclarePanics(t *testing.T) {
	low, high := value.OfInt(1), value.OfInt(9)
	for want, d := range map[string]programs.Declaration{
		"programs: ping is declared twice": {Name: "ping"},
		"programs: the default of n of wrong is a text, not a int": {
			Name: "wrong", Parameters: []value.Parameter{{Name: "n", Kind: value.Int}}},
		"programs: the default of an argument of wrong: n is 10, but it must be between 1 and 9": {
			Name: "wrong", Parameters: []value.Parameter{{Name: "n", Kind: value.Int, Default: value.OfInt(10), Min: &low, Max: &high}}},
	} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("Declare panics with %v, want %q", got, want)
				}
			}()
			programs.Declare(d)
		}()
	}
}
