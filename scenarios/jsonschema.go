package scenarios

import (
	"encoding/json"
	"reflect"

	"github.com/invopop/jsonschema"
	"github.com/packetwalk/packetwalk/scenarios/value"
)

// EditorSchema is a JSON Schema of the YAML form, for editors that complete
// and check while one types. It is made from the structs of schema.go, so that
// it cannot say anything else than the loader does; what a name refers to, and
// whether an expression is right, only the loader knows.
func EditorSchema() ([]byte, error) {
	s := &schemaMaker{defs: jsonschema.Definitions{}}
	root := s.object(reflect.TypeFor[Scenario]())
	root.Version = jsonschema.Version
	root.Title = "Packetwalk scenario"
	root.Definitions = s.defs
	return json.MarshalIndent(root, "", "  ")
}

type schemaMaker struct{ defs jsonschema.Definitions }

// words are the values that a key can have, for completion.
func words(key string) []string {
	switch key {
	case "level":
		return Levels
	case "type":
		return value.KindNames()
	case "do":
		return everyDeed
	case "of":
		return frameClasses()
	case "run":
		return declaredPrograms()
	case "event":
		return eventIDs()
	case "duplex":
		return []string{"full", "half"}
	case "in":
		return []string{"frame", "payload"}
	case "direction":
		return []string{"sent", "received"}
	}
	return nil
}

// object is the schema of a struct: its keys and no others.
func (s *schemaMaker) object(t reflect.Type) *jsonschema.Schema {
	o := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
	fields, _, _ := fieldsOf(t)
	for _, f := range fields {
		goField := t.FieldByIndex(f.index)
		property := s.of(goField.Type, f.key)
		property.Description = goField.Tag.Get("jsonschema_description")
		o.Properties.Set(f.key, property)
		if f.required {
			o.Required = append(o.Required, f.key)
		}
	}
	return o
}

func (s *schemaMaker) of(t reflect.Type, key string) *jsonschema.Schema {
	switch {
	case t == reflect.TypeFor[Text]():
		return scalar(key)
	case t.Kind() == reflect.Int:
		return &jsonschema.Schema{Type: "integer", Minimum: "0"}
	case t.Kind() == reflect.Bool:
		return &jsonschema.Schema{Type: "boolean"}
	case t.Kind() == reflect.Slice:
		return s.list(t.Elem(), key)
	case t.Kind() == reflect.Pointer:
		return s.of(t.Elem(), key)
	}
	return s.reference(t)
}

// scalar is a text, or a number or truth, which the loader takes as it is
// written.
func scalar(key string) *jsonschema.Schema {
	if all := words(key); all != nil {
		w := &jsonschema.Schema{Type: "string"}
		for _, one := range all {
			w.Enum = append(w.Enum, one)
		}
		return w
	}
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string"}, {Type: "number"}, {Type: "boolean"}}}
}

func (s *schemaMaker) list(elem reflect.Type, key string) *jsonschema.Schema {
	if elem == reflect.TypeFor[Text]() {
		one := scalar("")
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "array", Items: one}, one}}
	}
	_, name, val := fieldsOf(elem.Elem())
	switch {
	case val != nil:
		return &jsonschema.Schema{Type: "object", AdditionalProperties: scalar("")}
	case name != nil:
		one := &jsonschema.Schema{AnyOf: []*jsonschema.Schema{s.reference(elem.Elem()), {Type: "null"}}}
		return &jsonschema.Schema{Type: "object", AdditionalProperties: one}
	}
	return &jsonschema.Schema{Type: "array", Items: s.of(elem, key)}
}

// reference refers to the definition of a struct, which it makes when it is
// not there yet.
func (s *schemaMaker) reference(t reflect.Type) *jsonschema.Schema {
	name := t.Name()
	if s.defs[name] == nil {
		s.defs[name] = &jsonschema.Schema{} // for structs that hold themselves
		s.defs[name] = s.object(t)
	}
	return &jsonschema.Schema{Ref: "#/$defs/" + name}
}
