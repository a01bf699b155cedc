package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with testdata/name, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got; -update writes it anew):\n%s", path, diff)
	}
}

// goldenDocument holds a document to its golden files: the terminal at both
// widths, and Markdown.
func goldenDocument(t *testing.T, name string, build func(width int) Document) {
	t.Helper()
	for _, w := range []int{80, 120} {
		var out bytes.Buffer
		if err := WriteTerminal(&out, build(w), w, false); err != nil {
			t.Fatal(err)
		}
		checkLines(t, name, out.String(), w)
		golden(t, fmt.Sprintf("%s.%d.txt", name, w), out.Bytes())
	}
	var out bytes.Buffer
	if err := WriteMarkdown(&out, build(100)); err != nil {
		t.Fatal(err)
	}
	golden(t, name+".md", out.Bytes())
}

var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

// checkLines demands that no line is wider than it may be, and that none
// carries spaces that nobody sees.
func checkLines(t *testing.T, name, text string, w int) {
	t.Helper()
	for i, line := range strings.Split(text, "\n") {
		line = sgr.ReplaceAllString(line, "")
		if width(line) > w {
			t.Errorf("%s: line %d has %d columns, at most %d may be:\n%s", name, i+1, width(line), w, line)
		}
		if strings.HasSuffix(line, " ") {
			t.Errorf("%s: line %d ends in a space: %q", name, i+1, line)
		}
	}
}
