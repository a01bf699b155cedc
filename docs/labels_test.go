package docs_test

import (
	"os"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/tcp"
)

// TestEveryReasonIsExplained: docs/labels.md has a row for each reason for which
// a segment is sent, and none for a reason that does not exist.
func TestEveryReasonIsExplained(t *testing.T) {
	text, err := os.ReadFile("labels.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n## Reasons\n")
	section, _, found := strings.Cut(rest, "\n## ")
	if !found {
		t.Fatal("docs/labels.md has no section Reasons")
	}
	known := map[string]bool{"why": true, "---": true}
	for c := tcp.CauseNone + 1; c.String() != "?"; c++ {
		known[c.String()] = true
		if !strings.Contains(section, "\n| "+c.String()+" |") {
			t.Errorf("docs/labels.md does not explain the reason %q", c)
		}
	}
	for line := range strings.SplitSeq(section, "\n") {
		if cell, ok := strings.CutPrefix(line, "| "); ok {
			if why, _, _ := strings.Cut(cell, " |"); !known[why] {
				t.Errorf("docs/labels.md explains the reason %q, which does not exist", why)
			}
		}
	}
}
