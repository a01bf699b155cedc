// Package scenarios is the catalogue: the named lessons of the laboratory, one
// YAML file each, and what reads, checks, runs and judges them.
//
// The question it answers: how does a teacher who writes no Go make a lesson
// that cannot rot? By writing down four things that a machine can hold against
// the run. The laboratory (topology, programs) is declared and built as it
// says. The story is tied to events of the run: a step whose event does not
// happen is a failure. The answers to questions are worked out from the run,
// never written down. And what must hold (expect) is checked on every run, and
// must fail once the lesson is taken away (without).
//
//	file ──parse, decode──> Scenario ──check──> Scenario, sound
//	                            │
//	           knobs, variant, seed ──draw──> plan.Plan ──RunPlan──> Outcome
//	                                                                   │
//	           story, predictions, expectations ──Resolve──> Result <──┘
//
// Everything on the way to a Result is data and pure functions, except RunPlan,
// which builds devices of package host and lets time pass. What people read is
// made of the Result alone, by package report.
//
// docs/scenarios.md is the page for authors: a scenario in 20 lines, and every
// key. Reading order of the code:
//
//	schema.go                    the form: its keys, with their meaning
//	syntax.go, decode.go         from text to the structs, strictly
//	place.go, error.go,          where a mistake stands, and how it is shown
//	suggest.go
//	check.go, names.go           do the names and values make sense?
//	draw.go, draw_*.go,          a plan with every value filled in
//	parameters.go
//	expression.go, template.go,  expressions over a run, and texts with holes
//	environment.go, view.go      what they can speak of
//	story.go, predict.go,        the three things that are held against a run
//	expect.go, resolve.go
//	run.go, run_*.go             a plan built, run and recorded
//	perform.go, result.go        one run from beginning to end, and its outcome
//	knobs.go, catalogue.go,      what a learner turns; the course; the schema
//	jsonschema.go                for editors
//
// What it leaves out: loops and conditions (a scenario is data, and a lesson
// that needs more than ${knob}, if and variants is two lessons), and lessons
// about IPv6, whose addresses the form does not take yet.
package scenarios
