package scenarios_test

import (
	"os"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/scenarios"
)

// The scenario in 20 lines that docs/scenarios.md begins with loads, runs as
// it says, and fails once its lesson is taken away.
func TestScenarioOfTheDocs(t *testing.T) {
	page, err := os.ReadFile("../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	text, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/scenarios.md shows no scenario")
	}
	if n := strings.Count(text, "\n"); n > 24 {
		t.Errorf("the scenario in 20 lines has %d", n)
	}
	sc, err := scenarios.Load("docs.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	wantSound(t, run(t, sc, 1, sc.Defaults(), nil), "as written")
	if len(run(t, sc, 1, sc.Defaults(), sc.Without[0]).Failures()) == 0 {
		t.Error("without its lesson it still passes")
	}
}
