package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/packetwalk/packetwalk/scenarios/value"
)

// Knobs are a scenario's knobs and their values, in the file's order.
type Knobs []Setting

// ErrKnob is what every refusal to set a knob is, for errors.Is: a mistake of
// the person who typed it.
var ErrKnob = errors.New("scenarios: a knob cannot be set so")

// KnobError says which knob could not be set, and why.
type KnobError struct {
	Knob    string
	Message string
}

func (e *KnobError) Error() string { return e.Message }

// Is makes every KnobError an ErrKnob.
func (e *KnobError) Is(target error) bool { return target == ErrKnob }

// Defaults are the scenario's knobs as they stand before anybody turns one.
func (sc *Scenario) Defaults() Knobs {
	knobs := make(Knobs, len(sc.Knobs))
	for i, k := range sc.Knobs {
		knobs[i] = Setting{Knob: k, Value: k.Parameter.Default}
	}
	return knobs
}

// Set turns a knob. The error is a *KnobError whose one sentence names the
// range: "loss is 120%, but it must be between 0% and 90%".
func (ks Knobs) Set(name, text string) error {
	i := slices.IndexFunc(ks, func(s Setting) bool { return s.Knob.Name.S == name })
	if i < 0 {
		return &KnobError{name, fmt.Sprintf("this scenario has no knob %q%s", name, didYouMean(name, ks.names()))}
	}
	if k := ks[i].Knob; !k.Turnable() {
		return &KnobError{name, fmt.Sprintf("%s cannot be turned here: the variants %s set it", name, strings.Join(k.setBy, " and "))}
	}
	return ks.turn(i, text)
}

// Turnable says whether the learner may turn the knob: not if variants set it.
func (k *Knob) Turnable() bool { return len(k.setBy) == 0 }

// Turnable lists the knobs that the learner may turn.
func (sc *Scenario) Turnable() []*Knob {
	var all []*Knob
	for _, k := range sc.Knobs {
		if k.Turnable() {
			all = append(all, k)
		}
	}
	return all
}

func (ks Knobs) turn(i int, text string) error {
	k := ks[i].Knob
	v, err := k.Parameter.Parse(text)
	if err != nil {
		return &KnobError{k.Name.S, err.Error()}
	}
	ks[i].Value, ks[i].Chosen = v, v != k.Parameter.Default
	return nil
}

// SetPair turns a knob as "--set loss=5%" says it.
func (ks Knobs) SetPair(pair string) error {
	name, text, found := strings.Cut(pair, "=")
	if !found {
		return &KnobError{pair, fmt.Sprintf("%q is not of the form knob=value", pair)}
	}
	return ks.Set(strings.TrimSpace(name), text)
}

// Value is a knob's value; the zero Value if there is no such knob.
func (ks Knobs) Value(name string) value.Value {
	for _, s := range ks {
		if s.Knob.Name.S == name {
			return s.Value
		}
	}
	return value.Value{}
}

// KnobFlags are the knobs so common that the command line has a flag for each;
// the others are turned with --set.
var KnobFlags = []string{"loss", "delay", "rate", "mtu", "message"}

// fill puts knobs' values in the place of ${name}; $${ is ${ itself. When a
// name is unknown, or missing, at is where its ${ begins; it is -1 when all
// went well.
func (ks Knobs) fill(text string) (filled, unknown string, at int) {
	var b strings.Builder
	for i := 0; i < len(text); {
		rest := text[i:]
		switch {
		case strings.HasPrefix(rest, "$${"):
			b.WriteString("${")
			i += len("$${")
		case strings.HasPrefix(rest, "${"):
			name, after, closed := strings.Cut(rest[len("${"):], "}")
			if !closed || !slices.Contains(ks.names(), name) {
				if !closed {
					name = ""
				}
				return "", name, i
			}
			b.WriteString(ks.Value(name).String())
			i = len(text) - len(after)
		default:
			b.WriteByte(rest[0])
			i++
		}
	}
	return b.String(), "", -1
}

// Flags are the command-line flags that turn the knobs to what they are now:
// only the chosen ones, each quoted for a shell where needed.
func (ks Knobs) Flags() string {
	var b strings.Builder
	for _, s := range ks {
		switch name := s.Knob.Name.S; {
		case !s.Chosen:
		case slices.Contains(KnobFlags, name):
			fmt.Fprintf(&b, " --%s %s", name, shellWord(s.Value.String()))
		default:
			fmt.Fprintf(&b, " --set %s", shellWord(name+"="+s.Value.String()))
		}
	}
	return b.String()
}

func (ks Knobs) names() []string {
	names := make([]string, len(ks))
	for i, s := range ks {
		names[i] = s.Knob.Name.S
	}
	return names
}

// with is a copy with some knobs turned, as a variant or a removal says. What
// it says was checked when the file was loaded.
func (ks Knobs) with(set []*Argument) (Knobs, error) {
	turned := slices.Clone(ks)
	for _, a := range set {
		i := slices.Index(ks.names(), a.Name.S)
		if i < 0 {
			return nil, &KnobError{a.Name.S, fmt.Sprintf("there is no knob %q", a.Name.S)}
		}
		if err := turned.turn(i, a.Value.S); err != nil {
			return nil, err
		}
	}
	return turned, nil
}

// shellWord quotes a word for a POSIX shell if it needs it.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=.,:/%+@", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// Command is the command that repeats a run.
func (sc *Scenario) Command(seed uint64, knobs Knobs) string {
	name := sc.Name.S
	if !sc.Embedded() {
		name = sc.File
	}
	return fmt.Sprintf("packetwalk run %s --seed %d%s", shellWord(name), seed, knobs.Flags())
}
