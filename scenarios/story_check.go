package scenarios

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/types"
	"github.com/packetwalk/packetwalk/trace"
)

// checkStory looks at the story's steps and compiles what they say.
func (ck *checker) checkStory() {
	if ck.sc.Open != nil {
		ck.checkMoment(ck.sc.Open)
		if !ck.sc.Open.Frame.Given() {
			ck.add(ck.sc.Open.Place, "what is opened is a frame: {frame: ARP, node: client, direction: sent}")
		}
	}
	for _, st := range ck.sc.Story {
		if st.Variant.Given() {
			ck.known(st.Variant.Place, "variant", st.Variant.S, ck.variantNames())
		}
		if st.If.Given() {
			st.condition = ck.compileBool(st.If, ck.alwaysTypes())
		}
		known := len(ck.errors)
		env := ck.checkMoment(&st.Match)
		if len(ck.errors) > known {
			continue // what is said hangs on what is matched
		}
		var rewrite func(string) string
		if st.Match.Frame.Given() {
			rewrite = frameField
		}
		st.say = ck.template(st.Say, env, rewrite)
	}
}

// frameField turns {tcp.seq}, in a step about a frame, into the field; {it.length}
// and {knob.loss} are what they are anywhere.
func frameField(source string) string {
	first, _, _ := strings.Cut(source, ".")
	if fieldPath.MatchString(source) && !slices.Contains([]string{"it", "knob", "programs", "variant"}, first) {
		return `it.text("` + source + `")`
	}
	return source
}

// checkMoment looks at a step's match, and gives the environment of its
// expressions.
func (ck *checker) checkMoment(m *Moment) types.Map {
	if m.Event.Given() == m.Frame.Given() {
		ck.add(m.Place, "a step's match is of an event or of a frame: event: arp.request, or frame: TCP")
		return ck.runTypes()
	}
	if m.Node.Given() {
		ck.known(m.Node.Place, "node", m.Node.S, ck.placeNames())
	}
	if m.From.Given() {
		ck.oneOf(m.From, "place to search from", []string{"previous", "start"})
	}
	env := withFrameTypes(ck.runTypes())
	if m.Event.Given() {
		env = ck.checkEvent(m)
	} else if m.Direction.Given() {
		ck.oneOf(m.Direction, "direction", []string{"sent", "received"})
	}
	values := &drawer{checker: ck, knobs: ck.sc.Defaults()}
	for _, w := range m.Where {
		values.interpolate(w.Value)
	}
	if m.If.Given() {
		m.condition = ck.compileBool(m.If, env)
	}
	return env
}

func (ck *checker) checkEvent(m *Moment) types.Map {
	if m.Direction.Given() {
		ck.add(m.Direction.Place, "an event has no direction; a frame has")
	}
	kind := trace.Lookup(m.Event.S)
	if ck.known(m.Event.Place, "event", m.Event.S, eventIDs()) {
		for _, w := range m.Where {
			ck.known(w.Name.Place, "field of "+kind.ID, w.Name.S, kind.Fields)
		}
	}
	return withEventTypes(ck.runTypes(), kind)
}

// compileBool compiles a whole text that must be true or false.
func (ck *checker) compileBool(t Text, env types.Map) *expression {
	e := ck.compile(t, 0, t.S, env)
	if e == nil {
		return nil
	}
	if n := e.program.Node().Type(); n != nil && n.Kind().String() != "bool" && n.Kind().String() != "interface" {
		ck.add(t.Place, "this must be true or false, but it is %s", typeInWords(n))
	}
	return e
}

// typeInWords says what a value of a type is, for people.
func typeInWords(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int, reflect.Int64, reflect.Float64:
		if t == reflect.TypeFor[time.Duration]() {
			return "a duration"
		}
		return "a number"
	case reflect.String:
		return "a text"
	case reflect.Slice:
		return "a list"
	}
	return "something else"
}
