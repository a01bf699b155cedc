package scenarios

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// What the loader takes, the schema for editors takes: a small validator of
// the few words of JSON Schema that the schema uses holds every scenario
// against it.
func TestEditorSchemaTakesWhatLoads(t *testing.T) {
	text, err := EditorSchema()
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	all, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, &Scenario{File: "testdata/hello.yaml", Source: fixture(t)})
	for _, sc := range all {
		var doc any
		if err := yaml.Unmarshal(sc.Source, &doc); err != nil {
			t.Fatal(err)
		}
		if why := violates(schema, schema, doc, ""); why != "" {
			t.Errorf("%s: %s", sc.File, why)
		}
	}
	if why := violates(schema, schema, map[string]any{"nom": "x"}, ""); why == "" {
		t.Error("the schema takes a key that there is not")
	}
}

// violates says where a document breaks a schema, "" if nowhere.
func violates(root, s map[string]any, doc any, at string) string {
	if ref, ok := s["$ref"].(string); ok {
		return violates(root, root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any), doc, at)
	}
	if several, ok := s["anyOf"].([]any); ok {
		var why string
		for _, one := range several {
			if why = violates(root, one.(map[string]any), doc, at); why == "" {
				return ""
			}
		}
		return why
	}
	if want, got := s["type"].(string), jsonType(doc); want != got && (want != "number" || got != "integer") {
		return at + " is a " + got + ", the schema wants a " + want
	}
	if enum, ok := s["enum"].([]any); ok && !slices.Contains(enum, doc) {
		return at + " is none of the words"
	}
	switch doc := doc.(type) {
	case map[string]any:
		return violatesObject(root, s, doc, at)
	case []any:
		for _, one := range doc {
			if why := violates(root, s["items"].(map[string]any), one, at+"[]"); why != "" {
				return why
			}
		}
	}
	return ""
}

func violatesObject(root, s map[string]any, doc map[string]any, at string) string {
	required, _ := s["required"].([]any)
	for _, key := range required {
		if _, ok := doc[key.(string)]; !ok {
			return at + " lacks " + key.(string)
		}
	}
	properties, _ := s["properties"].(map[string]any)
	for key, v := range doc {
		sub, ok := properties[key].(map[string]any)
		if !ok {
			if sub, ok = s["additionalProperties"].(map[string]any); !ok {
				return at + " has the unknown key " + key
			}
		}
		if why := violates(root, sub, v, at+"."+key); why != "" {
			return why
		}
	}
	return ""
}

func jsonType(doc any) string {
	switch reflect.ValueOf(doc).Kind() {
	case reflect.Invalid:
		return "null"
	case reflect.Map:
		return "object"
	case reflect.Slice:
		return "array"
	case reflect.Bool:
		return "boolean"
	case reflect.Float64:
		return "number"
	case reflect.String:
		return "string"
	}
	return "integer"
}

// docs/scenarios.md speaks of every key of the form, of everything that an
// expression can ask for, and of every option of a host.
func TestEveryKeyIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	said := func(word, what string) {
		if !strings.Contains(string(page), "`"+word+"`") {
			t.Errorf("docs/scenarios.md does not speak of %s `%s`", what, word)
		}
	}
	for typ, name := range called {
		fields, _, _ := fieldsOf(typ)
		for _, f := range fields {
			said(f.key, "the key, in "+name+",")
		}
	}
	for _, v := range viewed {
		for i := range v.view.NumField() {
			said(v.view.Field(i).Tag.Get("expr"), "the name, of "+v.what+",")
		}
	}
	for _, option := range HostOptions {
		said(option.Name, "the option")
	}
	for _, name := range runNames {
		said(name, "the name")
	}
	for _, deed := range everyDeed {
		said(deed, "the deed")
	}
	for _, class := range frameClasses() {
		said(class, "the class of frames")
	}
}
