package main

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/bench"
)

// TestJSONIsDocumented: docs/json.md names each member of what list, show and
// bench write. (Package report holds the page to what run writes.)
func TestJSONIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	_, others, found := strings.Cut(string(page), "## Other commands")
	if !found {
		t.Fatal("docs/json.md does not speak of other commands")
	}
	for _, form := range []any{entry{}, card{}, knobCard{}, bench.Report{}} {
		of := reflect.TypeOf(form)
		for _, f := range reflect.VisibleFields(of) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name != "" && !strings.Contains(others, "`"+name+"`") {
				t.Errorf("docs/json.md does not speak of the member %s of %s", name, of)
			}
		}
	}
}
