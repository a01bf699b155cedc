package scenarios

import "regexp"

var mentionsVariant = regexp.MustCompile(`\bvariant\s*[.\[]`)

// Resolve makes a Result of finished runs: it finds the story's events,
// works the predictions out and checks the expectations. It is a function of
// what it is given and nothing else. knobs are those of the run, before any
// variant turned its own.
func (sc *Scenario) Resolve(seed uint64, knobs Knobs, runs []*VariantResult) *Result {
	res := &Result{Scenario: sc, Seed: seed, Knobs: knobs, Command: sc.Command(seed, knobs), Variants: runs}
	es := newEnvironments(knobs, runs)
	for _, r := range runs {
		turned := sc.turnedBy(r.Name, knobs)
		r.Opened = sc.opened(r, turned, es.of(r.Name))
		res.Story = append(res.Story, sc.tell(r, turned, es.of(r.Name))...)
	}
	for _, p := range sc.Predict {
		env := es.of(p.Variant.S)
		if p.Variant.S == "" && len(sc.Variants) > 0 {
			env = es.together
		}
		res.Predictions = append(res.Predictions, p.predict(seed, knobs, env, es.always))
	}
	for _, ex := range sc.Expect {
		res.Expectations = append(res.Expectations, sc.verify(ex, runs, knobs, es)...)
	}
	return res
}

// turnedBy are the knobs as a variant has them.
func (sc *Scenario) turnedBy(variant string, knobs Knobs) Knobs {
	for _, v := range sc.Variants {
		if v.Name.S == variant {
			if turned, err := knobs.with(v.Set); err == nil {
				return turned
			}
		}
	}
	return knobs
}
