package scenarios

import (
	"regexp"
	"slices"
	"strings"

	"github.com/packetwalk/packetwalk/scenarios/value"
)

// checker finds out whether what a scenario says makes sense: after the form
// has been read, before anything runs.
type checker struct {
	*complaints
	sc *Scenario
}

// Levels are the levels of a scenario, the easiest first.
var Levels = []string{"beginner", "intermediate", "advanced"}

var (
	scenarioName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	simpleName   = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

func (ck *checker) check() {
	ck.checkHead()
	ck.checkKnobs()
	ck.checkNames()
	if len(ck.errors) > 0 {
		return // later checks stand on these
	}
	ck.setKnobs()
	ck.checkPlans()
	if len(ck.errors) > 0 {
		return
	}
	ck.checkStory()
	ck.checkPredictions()
	ck.checkExpectations()
	ck.checkRemovals()
}

func (ck *checker) checkHead() {
	sc := ck.sc
	if !scenarioName.MatchString(sc.Name.S) {
		ck.add(sc.Name.Place, "the name %q is not of lower-case words joined by hyphens: fcs-flip", sc.Name.S)
	}
	for _, t := range []Text{sc.Title, sc.Topic, sc.Summary} {
		if strings.TrimSpace(t.S) == "" || strings.Contains(t.S, "\n") {
			ck.add(t.Place, "a title, topic or summary is one line that is not empty")
		}
	}
	ck.oneOf(sc.Level, "level", Levels)
	if sc.Minutes < 1 {
		ck.add(sc.Name.Place, "minutes must be 1 or more")
	}
	if len(sc.Learn) == 0 || len(sc.Expect) == 0 || len(sc.Without) == 0 {
		ck.add(sc.Name.Place, "learn, expect and without each need at least one entry")
	}
}

// oneOf complains when the text is not one of the words.
func (ck *checker) oneOf(t Text, what string, words []string) bool {
	if slices.Contains(words, t.S) {
		return true
	}
	ck.add(t.Place, "%q is no %s%s", t.S, what, didYouMean(t.S, words))
	return false
}

// known complains when a name is not among those that there are. what may be
// "program", or "argument of chat-server".
func (ck *checker) known(at Place, what, name string, names []string) bool {
	if slices.Contains(names, name) {
		return true
	}
	if part, whole, ok := strings.Cut(what, " of "); ok {
		ck.add(at, "%s has no %s %q%s", whole, part, name, didYouMean(name, names))
	} else {
		ck.add(at, "there is no %s %q%s", what, name, didYouMean(name, names))
	}
	return false
}

func (ck *checker) checkKnobs() {
	for _, k := range ck.sc.Knobs {
		if !simpleName.MatchString(k.Name.S) {
			ck.add(k.Name.Place, "the knob %q is not named by lower-case letters, digits and _", k.Name.S)
		}
		p := &k.Parameter
		p.Name, p.Help = k.Name.S, k.Help.S
		kind, ok := value.KindNamed(k.Type.S)
		if !ok {
			ck.add(k.Type.Place, "there is no type %q%s", k.Type.S, didYouMean(k.Type.S, value.KindNames()))
			continue
		}
		p.Kind = kind
		for _, c := range k.Choices {
			p.Choices = append(p.Choices, c.S)
		}
		if (kind == value.Choice) != (len(k.Choices) > 0) {
			ck.add(k.Type.Place, "choices belong to a knob of the type choice, and to no other")
		}
		p.Min, p.Max = ck.bound(k.Min, p), ck.bound(k.Max, p)
		if p.Min != nil && p.Max != nil && p.Min.Compare(*p.Max) > 0 {
			ck.add(k.Min.Place, "min is %s, which is more than max, %s", p.Min, p.Max)
			continue
		}
		v, err := p.Parse(k.Default.S)
		if err != nil {
			ck.add(k.Default.Place, "the default of %v", err)
		}
		p.Default = v
	}
}

func (ck *checker) bound(t Text, p *value.Parameter) *value.Value {
	if !t.Given() {
		return nil
	}
	kind := p.Kind
	switch kind {
	case value.Choice, value.Bool:
		ck.add(t.Place, "a knob of the type %s has no min or max", p.Kind)
		return nil
	case value.Text:
		kind = value.Int // how many letters
	}
	v, err := value.Parse(kind, t.S)
	if err != nil {
		ck.add(t.Place, "%v", err)
		return nil
	}
	return &v
}

// checkNames looks at the names that the file gives: of devices, links,
// programs and variants.
func (ck *checker) checkNames() {
	seen := map[string]bool{}
	device := func(t Text) {
		ck.newName(t, "a device", seen)
	}
	top := &ck.sc.Topology
	for _, h := range top.Hosts {
		device(h.Name)
	}
	for _, s := range top.Switches {
		device(s.Name)
	}
	for _, r := range top.Routers {
		device(r.Name)
	}
	if len(ck.errors) > 0 {
		return // what follows speaks of devices
	}
	for _, l := range top.Links {
		ck.checkLinkName(l, seen)
	}
	programs := map[string]bool{}
	for _, p := range ck.sc.Programs {
		ck.known(p.On.Place, "host", p.On.S, ck.hostNames())
		if !p.Name.Given() {
			p.Name = Text{S: p.On.S, Place: p.On.Place}
			if programs[p.Name.S] {
				ck.add(p.Place, "a second program on %s needs a name of its own: name: ...", p.On.S)
			}
		}
		ck.newName(p.Name, "a program", programs)
	}
	variants := map[string]bool{}
	for _, v := range ck.sc.Variants {
		ck.newName(v.Name, "a variant", variants)
	}
	if len(ck.sc.Variants) == 1 {
		ck.add(ck.sc.Variants[0].Name.Place, "a single variant compares nothing: there must be two or more, or none")
	}
}

func (ck *checker) newName(t Text, what string, seen map[string]bool) {
	switch {
	case !simpleName.MatchString(t.S):
		ck.add(t.Place, "%q is no name for %s: lower-case letters, digits and _, a letter first", t.S, what)
	case seen[t.S]:
		ck.add(t.Place, "%s called %q is there already", what, t.S)
	}
	seen[t.S] = true
}

func (ck *checker) checkLinkName(l *Link, seen map[string]bool) {
	if len(l.Between) != 2 {
		ck.add(l.Place, "a link is between two nodes: between: [client, s1]")
		return
	}
	nodes := ck.deviceNames()
	for _, n := range l.Between {
		ck.known(n.Place, "node", n.S, nodes)
	}
	if l.Between[0].S == l.Between[1].S {
		ck.add(l.Between[1].Place, "a link joins two different nodes")
	}
	if !l.Name.Given() {
		l.Name = Text{S: l.Between[0].S + "-" + l.Between[1].S, Place: l.Place}
	}
	if seen[l.Name.S] {
		ck.add(l.Name.Place, "a link called %q is there already: give it a name of its own", l.Name.S)
	}
	seen[l.Name.S] = true
}
