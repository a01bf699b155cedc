package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sample is a command in a comment and, fenced, what it prints.
var sample = regexp.MustCompile("(?s)<!-- packetwalk ([^\n]*) -->\n```text\n(.*?)```\n")

// TestSamplesInREADME: what the README says a command prints is what it prints.
func TestSamplesInREADME(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "packetwalk")
	build := exec.Command("go", "build", "-o", binary, "./cmd/packetwalk")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	samples := sample.FindAllStringSubmatch(string(text), -1)
	if len(samples) == 0 {
		t.Fatal("the README has no sample")
	}
	changed := string(text)
	for _, s := range samples {
		out, err := exec.Command(binary, strings.Fields(s[1])...).Output()
		if err != nil {
			t.Fatalf("packetwalk %s: %v", s[1], err)
		}
		if string(out) != s[2] {
			t.Errorf("packetwalk %s prints something else than the README says: run go test ./docs -update", s[1])
			changed = strings.Replace(changed, s[0], "<!-- packetwalk "+s[1]+" -->\n```text\n"+string(out)+"```\n", 1)
		}
	}
	if *update && changed != string(text) {
		if err := os.WriteFile("../README.md", []byte(changed), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
