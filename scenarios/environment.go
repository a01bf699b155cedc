package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/types"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/trace"
)

// An environment is what an expression can speak of. Each exists twice: as
// types, to check an expression when the file is loaded, and as values, to
// work it out after a run.
//
//	of one run       events frames programs fates end times event sent received counter
//	                 and what is always there
//	of several runs  variant.NAME, each with all of that; and what is always there
//	always           knob percent roughly nth several brief hex
//
// A story step adds its event or frame, as it, and an event's fields by name.

// alwaysTypes and alwaysValues: what every expression can speak of.
func (ck *checker) alwaysTypes() types.Map {
	knobs := types.Map{}
	for _, k := range ck.sc.Knobs {
		knobs[k.Name.S] = types.TypeOf(k.Parameter.Default.Any())
	}
	return types.Map{
		"knob":    knobs,
		"percent": types.TypeOf(percent),
		"roughly": types.TypeOf(roughly),
		"nth":     types.TypeOf(physical.Ordinal),
		"several": types.TypeOf(several),
		"brief":   types.TypeOf(brief),
		"hex":     types.TypeOf(hex),
	}
}

func alwaysValues(knobs Knobs) map[string]any {
	turned := map[string]any{}
	for _, s := range knobs {
		turned[s.Knob.Name.S] = s.Value.Any()
	}
	return map[string]any{"knob": turned, "percent": percent, "roughly": roughly, "nth": physical.Ordinal, "several": several, "brief": brief, "hex": hex}
}

// runTypes are the names of one run. Views stand in a types.Map as pointers:
// the library looks fields of a bare struct up only when it found the type
// itself.
func (ck *checker) runTypes() types.Map {
	programs := types.Map{}
	for _, name := range ck.programNames() {
		programs[name] = types.TypeOf(&programView{})
	}
	env := ck.alwaysTypes()
	for name, v := range runValues(&VariantResult{Outcome: Outcome{Recording: &trace.Recording{}}}) {
		env[name] = types.TypeOf(v)
	}
	env["programs"] = programs
	return env
}

// runNames are the names that make an expression speak of a run.
var runNames = []string{"events", "frames", "programs", "fates", "end", "times", "event", "sent", "received", "counter", "variant", "it"}

// runValues is one run for expressions.
func runValues(r *VariantResult) map[string]any {
	events := make([]eventView, len(r.Recording.Events))
	for i := range r.Recording.Events {
		events[i] = viewEvent(&r.Recording.Events[i])
	}
	frames := make([]frameView, len(r.Recording.Frames))
	for i := range r.Recording.Frames {
		frames[i] = viewFrame(r.packet(i), &r.Recording.Frames[i])
	}
	programs := map[string]any{}
	for _, p := range r.Programs {
		v := viewProgram(p)
		programs[p.Name] = &v
	}
	fates := make([]fateView, len(r.Fates))
	for i, f := range r.Fates {
		fates[i] = fateView{f.Link, f.From, f.K, f.What, int(f.Frame), time.Duration(f.Time)}
	}
	return map[string]any{
		"events": events, "frames": frames, "programs": programs, "fates": fates, "end": time.Duration(r.End),
		"times": func(id string, node ...string) int { return len(happened(events, id, node)) },
		"event": func(id string, node ...string) (eventView, error) {
			if all := happened(events, id, node); len(all) > 0 {
				return all[0], nil
			}
			return eventView{}, fmt.Errorf("no event %s%s happened", id, atNode(node))
		},
		"sent":     func(node string) []frameView { return passed(frames, node, trace.Sent) },
		"received": func(node string) []frameView { return passed(frames, node, trace.Received) },
		"counter": func(name string) (int, error) {
			return counted(r.Counters, name, "the run")
		},
	}
}

func atNode(node []string) string {
	if len(node) == 0 {
		return ""
	}
	return " at " + strings.Join(node, " or ")
}

func happened(events []eventView, id string, node []string) []eventView {
	var all []eventView
	for _, e := range events {
		if e.ID == id && (len(node) == 0 || slices.Contains(node, e.Node)) {
			all = append(all, e)
		}
	}
	return all
}

func passed(frames []frameView, node string, d trace.Direction) []frameView {
	all := []frameView{}
	for _, f := range frames {
		if f.At == node && f.Direction == d.String() {
			all = append(all, f)
		}
	}
	return all
}

// comparingTypes are the names of several runs, to be compared.
func (ck *checker) comparingTypes() types.Map {
	variants := types.Map{}
	for _, name := range ck.variantNames() {
		variants[name] = ck.runTypes()
	}
	env := ck.alwaysTypes()
	env["variant"] = variants
	return env
}

// environments are the values of a result's environments, each made once.
type environments struct {
	always   map[string]any
	runs     map[string]map[string]any
	together map[string]any
}

func newEnvironments(knobs Knobs, runs []*VariantResult) *environments {
	es := &environments{always: alwaysValues(knobs), runs: map[string]map[string]any{}}
	variants := map[string]any{}
	for _, r := range runs {
		es.runs[r.Name] = merged(es.always, runValues(r))
		variants[r.Name] = es.runs[r.Name]
	}
	es.together = merged(es.always, map[string]any{"variant": variants})
	return es
}

// of is the environment of a variant; of "", that of the only run, or of all
// together when there are several.
func (es *environments) of(variant string) map[string]any {
	if env, ok := es.runs[variant]; ok {
		return env
	}
	return es.together
}

func merged[M ~map[string]V, V any](maps ...M) M {
	all := M{}
	for _, m := range maps {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}

func namesIn(env types.Map) []string {
	var names []string
	for name := range env {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// percent is a share for people, to a tenth: percent(1, 3) is "33.3%".
func percent(part, whole int) (string, error) {
	if whole <= 0 || part < 0 {
		return "", errors.New("percent needs a share of something more than 0")
	}
	tenths := (part*1000 + whole/2) / whole
	if tenths%10 == 0 {
		return strconv.Itoa(tenths/10) + "%", nil
	}
	return fmt.Sprintf("%d.%d%%", tenths/10, tenths%10), nil
}

// roughly rounds a duration to three digits: roughly(1.000213s) is 1s.
func roughly(d time.Duration) time.Duration {
	step := time.Duration(1)
	for d/step >= 1000 || d/step <= -1000 {
		step *= 10
	}
	return d.Round(step)
}

// several counts things for people: several(1, "frame") is "1 frame", several(3,
// "frame") "3 frames".
func several(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// brief is the beginning of a text, for a sentence in which all of it would be
// too long.
func brief(text string) string {
	const longest = 40
	letters := []rune(text)
	if len(letters) <= longest {
		return text
	}
	return string(letters[:longest-1]) + "…"
}

// hex is a number as headers show it, in four digits at least: hex(80) is
// "0x0050".
func hex(n int) string { return fmt.Sprintf("0x%04x", n) }

// withEvent adds an event to an environment: it, node, time, and its fields by
// name.
func withEvent(env map[string]any, e *trace.Event) map[string]any {
	it := viewEvent(e)
	with := merged(env, map[string]any{"it": &it, "node": e.Node, "time": time.Duration(e.Time)})
	for _, f := range e.Fields {
		v := f.Value()
		if n, ok := v.(int64); ok {
			v = int(n)
		}
		with[f.Key] = v
	}
	return with
}

func withEventTypes(env types.Map, k *trace.Kind) types.Map {
	with := merged(env, types.Map{
		"it": types.TypeOf(&eventView{}), "node": types.String, "time": types.TypeOf(time.Duration(0)),
	})
	if k != nil {
		for _, key := range k.Fields {
			with[key] = types.Any
		}
	}
	return with
}

// withFrame adds a frame to an environment: it, node and time.
func withFrame(env map[string]any, f frameView) map[string]any {
	return merged(env, map[string]any{"it": &f, "node": f.At, "time": f.Time})
}

func withFrameTypes(env types.Map) types.Map {
	return merged(env, types.Map{
		"it": types.TypeOf(&frameView{}), "node": types.String, "time": types.TypeOf(time.Duration(0)),
	})
}
