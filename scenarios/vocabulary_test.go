package scenarios_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/scenarios/programs"
	"github.com/packetwalk/packetwalk/scenarios/value"
	"github.com/packetwalk/packetwalk/trace"
)

// docs/vocabulary.md lists what a scenario can name: programs with their
// arguments, events with their fields. It is written from the declarations:
//
//	go test ./scenarios -run TestVocabularyPage -update
func TestVocabularyPage(t *testing.T) {
	const path = "../docs/vocabulary.md"
	page := vocabularyPage()
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != page {
		t.Errorf("%s is not up to date: go test ./scenarios -run TestVocabularyPage -update", path)
	}
}

func vocabularyPage() string {
	var b strings.Builder
	b.WriteString("# What a scenario can name\n\nThis page is written from the declarations in the code; [scenarios.md](scenarios.md) says how to use it.\n\n")
	b.WriteString("## Programs\n")
	for _, d := range programs.All() {
		if strings.HasPrefix(d.Name, "test-") {
			continue // of the tests
		}
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n", d.Name, sentence(d.Help))
		if len(d.Parameters) > 0 {
			b.WriteString("| argument | type | if not said | meaning |\n| --- | --- | --- | --- |\n")
		}
		for i := range d.Parameters {
			p := &d.Parameters[i]
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", p.Name, p.Kind, ifNotSaid(p), cell(p.Help))
		}
	}
	b.WriteString("\n## Events\n\n| event | layer | what happened | fields | rule |\n| --- | --- | --- | --- | --- |\n")
	for _, k := range trace.Kinds() {
		if !strings.HasPrefix(k.ID, "test.") {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", k.ID, k.Layer, cell(k.Sentence), strings.Join(k.Fields, ", "), k.Ref)
		}
	}
	return b.String()
}

func ifNotSaid(p *value.Parameter) string {
	switch {
	case p.Required:
		return "must be said"
	case p.Default.String() == "":
		return "nothing"
	}
	return p.Default.String()
}

func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] + "." }

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
