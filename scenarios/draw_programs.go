package scenarios

import (
	"slices"

	"github.com/packetwalk/packetwalk/scenarios/plan"
	"github.com/packetwalk/packetwalk/scenarios/programs"
)

// programs draws the programs of the variant that are not switched off.
func (d *drawer) programs() []plan.Program {
	var all []plan.Program
	for _, p := range d.sc.Programs {
		drawn := d.program(p) // checked even when it will not run
		if d.runs(p) && d.value(p.If, ifParameter).Bool() {
			all = append(all, drawn)
		}
	}
	for _, p := range all {
		if p.After != "" && !slices.ContainsFunc(all, func(q plan.Program) bool { return q.Name == p.After }) && len(d.removed) == 0 {
			d.add(d.declared(p.Name).After.Place, "%s waits for %s, which does not run here", p.Name, p.After)
		}
	}
	return all
}

func (d *drawer) declared(name string) *Program {
	i := slices.IndexFunc(d.sc.Programs, func(p *Program) bool { return p.Name.S == name })
	return d.sc.Programs[i]
}

// runs says whether the program is part of the variant and was not removed.
func (d *drawer) runs(p *Program) bool {
	if slices.Contains(d.removed, p.Name.S) {
		return false
	}
	in := func(v Text) bool { return v.S == d.variant }
	return len(p.Variants) == 0 || slices.ContainsFunc(p.Variants, in)
}

func (d *drawer) program(p *Program) plan.Program {
	out := plan.Program{
		Name: p.Name.S, Host: p.On.S, Run: p.Run.S, Background: p.Background, After: p.After.S,
		Start: d.value(p.Start, startParameter).Duration(),
	}
	for _, v := range p.Variants {
		d.known(v.Place, "variant", v.S, d.variantNames())
	}
	if p.After.Given() {
		d.checkAfter(p)
	}
	decl := programs.Lookup(p.Run.S)
	if decl == nil {
		d.known(p.Run.Place, "program", p.Run.S, declaredPrograms())
		return out
	}
	known := len(d.errors)
	given := d.settings(p.With, decl.Parameters, "argument of "+decl.Name)
	for i := range decl.Parameters {
		param := &decl.Parameters[i]
		v, ok := given.Get(param.Name)
		if !ok && param.Required && len(d.errors) == known {
			d.add(p.Run.Place, "%s needs the argument %q: %s", decl.Name, param.Name, param.Help)
		}
		if !ok {
			v = param.Default
		}
		out.Args = append(out.Args, plan.Setting{Name: param.Name, Value: v})
	}
	return out
}

// checkAfter complains when a program waits for none, for itself, or for one
// that waits for it.
func (d *drawer) checkAfter(p *Program) {
	if !d.known(p.After.Place, "program", p.After.S, d.programNames()) {
		return
	}
	first := d.declared(p.After.S)
	if first.Background {
		d.add(p.After.Place, "%s runs in the background, and nobody waits for its return", first.Name)
	}
	for q, hops := first, 0; q.After.Given() && hops <= len(d.sc.Programs); hops++ {
		if q == p {
			d.add(p.After.Place, "%s and %s would wait for each other", p.Name, p.After)
			return
		}
		if !slices.Contains(d.programNames(), q.After.S) {
			return
		}
		q = d.declared(q.After.S)
	}
}

func declaredPrograms() []string {
	var names []string
	for _, d := range programs.All() {
		names = append(names, d.Name)
	}
	return names
}
