// Package programs holds the programs that a scenario file can name: clients,
// servers, senders and listeners, small enough to be read in a minute, and
// ordinary Go on top of a host's sockets.
//
//	programs:
//	  - {on: server, run: chat-server, with: {port: 80}, background: true}
//
// A program is declared once, in its own file, with its arguments and their
// types; the loader of scenarios checks a file against the declarations, and
// the documents list them.
package programs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/packetwalk/packetwalk/scenarios/value"
)

// Declaration says what a program is called, what it does and which arguments
// it takes.
type Declaration struct {
	Name       string // as a scenario file names it: "chat-server"
	Help       string // one line for the author of a scenario
	Parameters []value.Parameter
	Run        func(*Context) error
}

var declared = map[string]*Declaration{}

// Declare registers a program. It panics when the name is taken, or when a
// default is not allowed by its own parameter: both are mistakes in the
// program, found at its start.
func Declare(d Declaration) *Declaration {
	if _, taken := declared[d.Name]; taken {
		panic("programs: " + d.Name + " is declared twice")
	}
	for i := range d.Parameters {
		p := &d.Parameters[i]
		if p.Required {
			continue
		}
		if p.Default.Kind() != p.Kind {
			panic(fmt.Sprintf("programs: the default of %s of %s is a %s, not a %s", p.Name, d.Name, p.Default.Kind(), p.Kind))
		}
		if err := p.Check(p.Default); err != nil {
			panic(fmt.Sprintf("programs: the default of an argument of %s: %v", d.Name, err))
		}
	}
	p := &d
	declared[d.Name] = p
	return p
}

// Lookup finds a declared program by its name, nil if there is none.
func Lookup(name string) *Declaration { return declared[name] }

// All lists every declared program, ordered by name.
func All() []*Declaration {
	all := make([]*Declaration, 0, len(declared))
	for _, d := range declared {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b *Declaration) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Parameter finds a parameter by its name, nil if there is none.
func (d *Declaration) Parameter(name string) *value.Parameter {
	for i := range d.Parameters {
		if d.Parameters[i].Name == name {
			return &d.Parameters[i]
		}
	}
	return nil
}
