package docs_test

import (
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

const limitsIntro = `# What is simplified

Packetwalk teaches, so every place where it is simpler than the standard or than a real system is marked
in the code with ` + "`// Simplified:`" + ` and its reason. This page is collected from those marks by
` + "`go test ./docs -update`" + `; a test fails when it is not up to date.

`

// TestLimitsAreListed holds docs/limits.md to the marks in the code.
func TestLimitsAreListed(t *testing.T) {
	wantPage(t, "limits.md", limits(t))
}

func limits(t *testing.T) string {
	byPackage := map[string][]string{}
	eachGoFile(t, func(path, text string) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		for _, mark := range marks(text) {
			dir := filepath.Dir(path)
			byPackage[dir] = append(byPackage[dir], "- `"+filepath.Base(path)+"`: "+mark)
		}
	})
	var dirs []string
	for dir := range byPackage {
		dirs = append(dirs, dir)
	}
	sort.Strings(dirs)
	var b strings.Builder
	b.WriteString(limitsIntro)
	for _, dir := range dirs {
		b.WriteString("## " + dir + "\n\n" + strings.Join(byPackage[dir], "\n") + "\n\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// marks finds the comments that begin with "Simplified:" up to the end of
// their paragraph, each joined to one line.
func marks(text string) []string {
	var all []string
	var open []string
	flush := func() {
		if open != nil {
			all = append(all, strings.Join(open, " "))
			open = nil
		}
	}
	for _, line := range strings.Split(text, "\n") {
		_, comment, isComment := strings.Cut(line, "//")
		comment = strings.TrimSpace(comment)
		switch {
		case isComment && strings.HasPrefix(comment, "Simplified:"):
			flush()
			open = []string{strings.TrimSpace(strings.TrimPrefix(comment, "Simplified:"))}
		case open != nil && isComment && comment != "" && strings.HasPrefix(strings.TrimSpace(line), "//"):
			open = append(open, comment)
		default:
			flush()
		}
	}
	flush()
	return all
}
