package docs_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/osi"
	_ "github.com/packetwalk/packetwalk/scenarios" // and with it whatever records an event
	"github.com/packetwalk/packetwalk/trace"
)

const eventsIntro = `# What is recorded

A run records two things: every frame, as each interface saw it, and every decision, as an event. An event
has a number, a moment, the node it happened at (the device, or the link for events of a wire), the
event or frame that caused it, and the fields below. What a view prints of it is the sentence, with the
fields filled in; ` + "`packetwalk run NAME --view events`" + ` prints them all. A scenario names events by the words in
the first column. They do not change.

This page is written from the declarations in the code by ` + "`go test ./docs -update`" + `; a test fails when it is
not up to date.
`

// TestEventsAreListed holds docs/events.md to the kinds of events.
func TestEventsAreListed(t *testing.T) { wantPage(t, "events.md", events()) }

func events() string {
	var b strings.Builder
	b.WriteString(eventsIntro)
	kinds := trace.Kinds()
	for _, layer := range slices.Backward(osi.Layers[:]) {
		rows := [][]string{{"event", "what happens", "fields", "rule"}}
		for _, k := range kinds {
			if k.Layer == layer {
				rows = append(rows, []string{"`" + k.ID + "`", plural.ReplaceAllString(k.Sentence, "{$1} ${2}s"), strings.Join(k.Fields, ", "), k.Ref})
			}
		}
		if len(rows) > 1 {
			fmt.Fprintf(&b, "\n## Layer %d: %s\n\n", layer, layer)
			table(&b, rows...)
		}
	}
	return b.String()
}

// plural finds a number with its noun: {bytes byte}.
var plural = regexp.MustCompile(`\{(\w+) (\w+)\}`)

// TestEveryEventIsOnThePage: a package that declares events and that
// scenarios do not reach would be left out in silence.
func TestEveryEventIsOnThePage(t *testing.T) {
	reached := reachedFrom("scenarios", listPackages(t))
	declares := 0
	eachGoFile(t, func(path, text string) {
		dir := filepath.ToSlash(filepath.Dir(path))
		if strings.HasSuffix(path, "_test.go") || dir == "trace" || !strings.Contains(text, "trace.Define(") {
			return
		}
		declares++
		if !reached[dir] {
			t.Errorf("%s declares events, but scenarios do not import it: import it here so that docs/events.md lists them", path)
		}
	})
	if declares == 0 {
		t.Error("found no file that declares an event")
	}
}

// reachedFrom is a package and all that it imports, at first or second hand.
func reachedFrom(dir string, all []goPackage) map[string]bool {
	imports := map[string][]string{}
	for _, p := range all {
		if from, ok := local(p.ImportPath); ok {
			imports[from] = p.Imports
		}
	}
	reached := map[string]bool{}
	for next := []string{dir}; len(next) > 0; {
		dir, next = next[0], next[1:]
		if reached[dir] {
			continue
		}
		reached[dir] = true
		for _, path := range imports[dir] {
			if to, ok := local(path); ok {
				next = append(next, to)
			}
		}
	}
	return reached
}

// TestEventsReadWell: what a learner meets in every view has one form.
func TestEventsReadWell(t *testing.T) {
	id := regexp.MustCompile(`^[a-z]+\.[a-z]+(-[a-z]+)*$`)
	for _, k := range trace.Kinds() {
		switch {
		case !id.MatchString(k.ID):
			t.Errorf("%s: an ID is lower case, with one dot, its words joined by hyphens", k.ID)
		case k.Layer < osi.Physical || k.Layer > osi.Application:
			t.Errorf("%s belongs to no layer", k.ID)
		case k.Sentence == "" || strings.HasSuffix(k.Sentence, "."):
			t.Errorf("%s: %q is no sentence without its full stop", k.ID, k.Sentence)
		}
		seen := map[string]bool{"node": true}
		for _, key := range k.Fields {
			if seen[key] {
				t.Errorf("%s has two fields %q", k.ID, key)
			}
			seen[key] = true
		}
	}
}
