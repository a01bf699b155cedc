package docs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/scenarios/programs"
	"github.com/packetwalk/packetwalk/scenarios/value"
)

const programsIntro = `# What runs on a host

A scenario file puts these programs on its hosts, and sets how a host behaves with these options:
[scenarios.md](scenarios.md) says how. They are ordinary Go on a host's sockets; each is a file of
` + "`scenarios/programs`" + ` that can be read in a minute.

This page is written from the declarations in the code by ` + "`go test ./docs -update`" + `; a test fails when it is
not up to date.

## Programs
`

const optionsIntro = `
## Options of a host

Where a scenario sets none of them, the defaults of the protocols hold.

`

// TestProgramsAreListed holds docs/programs.md to the programs and options
// that are declared.
func TestProgramsAreListed(t *testing.T) { wantPage(t, "programs.md", programsPage()) }

func programsPage() string {
	var b strings.Builder
	b.WriteString(programsIntro)
	for _, d := range programs.All() {
		fmt.Fprintf(&b, "\n### %s\n\n%s%s.\n\n", d.Name, strings.ToUpper(d.Help[:1]), d.Help[1:])
		if len(d.Parameters) > 0 {
			table(&b, parameterRows("argument", d.Parameters, ifNotSaid)...)
		} else {
			b.WriteString("It takes no arguments.\n")
		}
	}
	b.WriteString(optionsIntro)
	table(&b, parameterRows("option", scenarios.HostOptions, nil)...)
	return b.String()
}

// parameterRows is a table of parameters, without a column for what holds when
// nothing is said if otherwise is nil.
func parameterRows(what string, all []value.Parameter, otherwise func(*value.Parameter) string) [][]string {
	rows := [][]string{{what, "type", "meaning"}}
	if otherwise != nil {
		rows[0] = append(rows[0], "if not said")
	}
	for i := range all {
		p := &all[i]
		kind := p.Kind.String()
		if p.Min != nil || p.Max != nil || p.Kind == value.Choice {
			kind += ", " + p.Range()
		}
		row := []string{"`" + p.Name + "`", kind, p.Help}
		if otherwise != nil {
			row = append(row, otherwise(p))
		}
		rows = append(rows, row)
	}
	return rows
}

func ifNotSaid(p *value.Parameter) string {
	switch {
	case p.Required:
		return "must be said"
	case p.Default.String() == "":
		return "nothing"
	}
	return p.Default.String()
}

// TestProgramsReadWell: what an author reads of them has one form.
func TestProgramsReadWell(t *testing.T) {
	for _, d := range programs.All() {
		if d.Help == "" || strings.HasSuffix(d.Help, ".") {
			t.Errorf("%s: the help %q is no sentence without its full stop", d.Name, d.Help)
		}
		for _, p := range d.Parameters {
			if p.Help == "" {
				t.Errorf("%s: the argument %s has no help", d.Name, p.Name)
			}
		}
	}
	for _, p := range scenarios.HostOptions {
		if p.Help == "" {
			t.Errorf("the option %s of a host has no help", p.Name)
		}
	}
}
