package scenarios

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/packetwalk/packetwalk/scenarios/value"
)

// decoder fills the structs of schema.go from a syntax tree, by their tags. A
// key that no field has is a mistake, and so is a missing key that is
// required; every scalar keeps its place.
type decoder struct{ *complaints }

// What a mapping of each type is called in messages.
var called = map[reflect.Type]string{
	reflect.TypeFor[Scenario]():    "a scenario",
	reflect.TypeFor[Knob]():        "a knob",
	reflect.TypeFor[Topology]():    "the topology",
	reflect.TypeFor[Host]():        "a host",
	reflect.TypeFor[Switch]():      "a switch",
	reflect.TypeFor[Router]():      "a router",
	reflect.TypeFor[Route]():       "a route",
	reflect.TypeFor[NAT]():         "nat",
	reflect.TypeFor[Link]():        "a link",
	reflect.TypeFor[DirectedWay](): "a link's direction",
	reflect.TypeFor[Impairment]():  "an impairment",
	reflect.TypeFor[Match]():       "a match of frames",
	reflect.TypeFor[Program]():     "a program",
	reflect.TypeFor[Variant]():     "a variant",
	reflect.TypeFor[Step]():        "a story step",
	reflect.TypeFor[Moment]():      "a step's match",
	reflect.TypeFor[Prediction]():  "a prediction",
	reflect.TypeFor[Choice]():      "a choice",
	reflect.TypeFor[Expectation](): "an expectation",
	reflect.TypeFor[Removal]():     "a way to take the lesson away",
}

// field is a field of a struct as the file knows it.
type field struct {
	key      string
	required bool
	index    []int
}

// fieldsOf lists a struct's keys in their order, those of inlined structs
// included, and the fields with a role of their own.
func fieldsOf(t reflect.Type) (fields []field, key, val []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, inFile := f.Tag.Lookup("yaml")
		name, role, _ := strings.Cut(tag, ",")
		switch {
		case name == "-" || !inFile:
		case role == "key":
			key = f.Index
		case role == "value":
			val = f.Index
		case role == "inline":
			inner, _, _ := fieldsOf(f.Type)
			for _, in := range inner {
				in.index = append(slices.Clone(f.Index), in.index...)
				fields = append(fields, in)
			}
		default:
			fields = append(fields, field{name, role == "required", f.Index})
		}
	}
	return fields, key, val
}

func (d *decoder) decode(n ast.Node, into reflect.Value, what string) {
	switch {
	case into.Type() == reflect.TypeFor[Text]():
		if t, ok := d.text(n, what); ok {
			into.Set(reflect.ValueOf(t))
		}
	case into.Kind() == reflect.Int:
		d.integer(n, into, what)
	case into.Kind() == reflect.Bool:
		d.truth(n, into, what)
	case into.Kind() == reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		d.decode(n, into.Elem(), what)
	case into.Kind() == reflect.Struct:
		d.mapping(n, into)
	case into.Kind() == reflect.Slice:
		d.list(n, into, what)
	default:
		panic("scenarios: the form has a field of type " + into.Type().String())
	}
}

func (d *decoder) integer(n ast.Node, into reflect.Value, what string) {
	t, ok := d.text(n, what)
	if !ok {
		return
	}
	v, err := value.Parse(value.Int, t.S)
	const most = 1 << 30
	if err != nil || v.Int() < 0 || v.Int() > most {
		d.add(t.Place, "%s: %q is not a whole number of 0 or more", what, t.S)
		return
	}
	into.SetInt(v.Int())
}

func (d *decoder) truth(n ast.Node, into reflect.Value, what string) {
	t, ok := d.text(n, what)
	if !ok {
		return
	}
	v, err := value.Parse(value.Bool, t.S)
	if err != nil {
		d.add(t.Place, "%s: %v", what, err)
		return
	}
	into.SetBool(v.Bool())
}

// list fills a slice: from a sequence, or, when its elements are named by the
// keys of a mapping, from that. A single text stands for a list of one.
func (d *decoder) list(n ast.Node, into reflect.Value, what string) {
	elem := into.Type().Elem()
	if elem.Kind() == reflect.Pointer {
		if _, key, val := fieldsOf(elem.Elem()); key != nil {
			d.named(n, into, key, val, what)
			return
		}
	}
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		if _, scalar := n.(ast.ScalarNode); scalar && elem == reflect.TypeFor[Text]() && n.Type() != ast.NullType {
			one := reflect.New(elem).Elem()
			d.decode(n, one, what)
			into.Set(reflect.Append(into, one))
			return
		}
		d.add(place(n), "%s must be a list (each entry begins with \"- \"), but this is %s", what, described(n))
		return
	}
	for _, entry := range seq.Values {
		one := reflect.New(elem).Elem()
		d.decode(entry, one, "an entry of "+what)
		into.Set(reflect.Append(into, one))
	}
}

// named fills a slice of structs from a mapping, each key being a name.
func (d *decoder) named(n ast.Node, into reflect.Value, key, val []int, what string) {
	m, ok := n.(ast.MapNode)
	if !ok {
		d.add(place(n), "%s must be names with a colon and what belongs to each, but this is %s", what, described(n))
		return
	}
	for it := m.MapRange(); it.Next(); {
		name, ok := d.text(it.Key(), what)
		if !ok {
			continue
		}
		one := reflect.New(into.Type().Elem().Elem())
		one.Elem().FieldByIndex(key).Set(reflect.ValueOf(name))
		switch {
		case val != nil:
			d.decode(it.Value(), one.Elem().FieldByIndex(val), what+"."+name.S)
		case it.Value().Type() == ast.NullType:
			d.require(one.Elem(), nil, name.Place) // "s1:" alone is {}
		default:
			d.decode(it.Value(), one.Elem(), what+"."+name.S)
		}
		into.Set(reflect.Append(into, one))
	}
}

func (d *decoder) mapping(n ast.Node, into reflect.Value) {
	name := called[into.Type()]
	m, ok := n.(ast.MapNode)
	if !ok {
		d.add(place(n), "%s must be keys with a colon and a value, but this is %s", name, described(n))
		return
	}
	if at := into.FieldByName("Place"); at.IsValid() {
		at.Set(reflect.ValueOf(place(n)))
	}
	fields, _, _ := fieldsOf(into.Type())
	seen := map[string]bool{}
	for it := m.MapRange(); it.Next(); {
		key, ok := d.text(it.Key(), "a key of "+name)
		if !ok {
			continue
		}
		seen[key.S] = true
		i := slices.IndexFunc(fields, func(f field) bool { return f.key == key.S })
		if i < 0 {
			d.add(key.Place, "%s has no key %q%s", name, key.S, didYouMean(key.S, keysOf(fields)))
			continue
		}
		d.decode(it.Value(), into.FieldByIndex(fields[i].index), key.S)
	}
	d.require(into, seen, place(n))
}

// require complains about required keys that were not seen.
func (d *decoder) require(into reflect.Value, seen map[string]bool, at Place) {
	fields, _, _ := fieldsOf(into.Type())
	var missing []string
	for _, f := range fields {
		if f.required && !seen[f.key] {
			missing = append(missing, fmt.Sprintf("%q", f.key))
		}
	}
	if len(missing) > 0 {
		d.add(at, "%s needs %s", called[into.Type()], strings.Join(missing, ", "))
	}
}

func keysOf(fields []field) []string {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	return keys
}
