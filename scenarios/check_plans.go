package scenarios

import (
	"github.com/packetwalk/packetwalk/scenarios/plan"
	"github.com/packetwalk/packetwalk/scenarios/value"
)

// checkPlans draws the laboratory for every variant, at the default of every
// knob and at its bounds, so that no setting a learner may choose can fail.
func (ck *checker) checkPlans() {
	settings := []Knobs{ck.sc.Defaults()}
	for i, k := range ck.sc.Knobs {
		least, most := k.Parameter.Bounds()
		for _, bound := range []*value.Value{least, most} {
			if bound != nil {
				turned := ck.sc.Defaults()
				turned[i].Value, turned[i].Chosen = *bound, true
				settings = append(settings, turned)
			}
		}
		for _, c := range k.Parameter.Choices {
			turned := ck.sc.Defaults()
			turned[i].Value, _ = value.Parse(value.Choice, c)
			turned[i].Chosen = true
			settings = append(settings, turned)
		}
	}
	for _, v := range ck.sc.variants() {
		ck.checkSet(v.Set)
		for _, knobs := range settings {
			turned, err := knobs.with(v.Set)
			if err == nil {
				ck.draw(turned, v.Name.S, nil)
			}
			if len(ck.errors) > 0 {
				return // at another setting it would be the same again
			}
		}
	}
}

// checkSet looks at knobs that the file itself turns.
func (ck *checker) checkSet(set []*Argument) {
	for _, a := range set {
		if !ck.known(a.Name.Place, "knob", a.Name.S, ck.knobNames()) {
			continue
		}
		if _, err := ck.sc.Defaults().with([]*Argument{a}); err != nil {
			ck.add(a.Value.Place, "%v", err)
		}
	}
}

// setKnobs tells each knob which variants set it.
func (ck *checker) setKnobs() {
	for _, v := range ck.sc.Variants {
		for _, a := range v.Set {
			for _, k := range ck.sc.Knobs {
				if k.Name.S == a.Name.S {
					k.setBy = append(k.setBy, v.Name.S)
				}
			}
		}
	}
}

// variants are the scenario's variants, or a single one without a name.
func (sc *Scenario) variants() []*Variant {
	if len(sc.Variants) > 0 {
		return sc.Variants
	}
	return []*Variant{{}}
}

func (ck *checker) checkRemovals() {
	for _, r := range ck.sc.Without {
		if len(r.Set) == 0 && len(r.Remove) == 0 {
			ck.add(r.Place, "a way to take the lesson away says set or remove")
		}
		ck.checkSet(r.Set)
		for _, name := range r.Remove {
			ck.known(name.Place, "impairment or program", name.S, ck.removableNames())
		}
		knobs, err := ck.sc.Defaults().with(r.Set)
		if err != nil {
			continue // said already
		}
		for _, v := range ck.sc.variants() {
			if turned, err := knobs.with(v.Set); err == nil {
				ck.draw(turned, v.Name.S, r)
			}
		}
	}
}

// Plan draws the laboratory of one variant ("" when there are none) with the
// knobs as they are set, leaving out what the removal says (nil: nothing).
func (sc *Scenario) Plan(seed uint64, knobs Knobs, variant string, without *Removal) (*plan.Plan, error) {
	ck := &checker{complaints: newComplaints(sc.File, sc.Source), sc: sc}
	for _, v := range sc.variants() {
		if v.Name.S == variant {
			turned, err := knobs.with(v.Set)
			if err != nil {
				return nil, err
			}
			p := ck.draw(turned, variant, without)
			p.Seed = seed
			return p, ck.err()
		}
	}
	return nil, ck.noVariant(variant)
}
