package scenarios

import "github.com/packetwalk/packetwalk/scenarios/plan"

// Runner builds a laboratory from its plan and lets it run: the seam between
// what a scenario says and the machines that do it. The error is for a plan
// that cannot be built; how a run ended stands in its Outcome.
type Runner func(*plan.Plan) (*Outcome, error)

// RunWith carries a scenario out with a runner: once for each variant, then
// the story, the predictions and the expectations. without takes the lesson
// away, nil leaves it: the laboratory is then built without it, and what comes
// of that is held against what is said of the scenario as it is.
func (sc *Scenario) RunWith(run Runner, seed uint64, knobs Knobs, without *Removal) (*Result, error) {
	built := knobs
	if without != nil {
		turned, err := knobs.with(without.Set)
		if err != nil {
			return nil, err
		}
		built = turned
	}
	var runs []*VariantResult
	for _, v := range sc.variants() {
		p, err := sc.Plan(seed, built, v.Name.S, without)
		if err != nil {
			return nil, err
		}
		out, err := run(p)
		if err != nil {
			return nil, err
		}
		runs = append(runs, &VariantResult{Name: v.Name.S, Title: v.Title.S, Plan: p, Outcome: *out})
	}
	return sc.Resolve(seed, knobs, runs), nil
}
