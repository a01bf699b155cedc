package report

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMarkdownEscapes(t *testing.T) {
	var out bytes.Buffer
	err := WriteMarkdown(&out, Document{Title: "a_b", Sections: []Section{{Title: "*x*", Blocks: []Block{
		Text("1 < 2 & [link]"),
		&Table{
			Columns: []Column{{Title: "a|b"}, {Title: "n", Right: true}},
			Rows:    [][]Cell{plains("x|y\n`z`", "\x1b"), plains(`\`, "")},
			Footer:  plains("sum", "1"),
		},
		List{{Label: "1.", Head: plain("first"), More: plains("more *here*")}},
		Figure{plains("a|b ", "─> ")},
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	want := `# a\_b

## \*x\*

1 &lt; 2 &amp; \[link\]

| a\|b | n |
| --- | --: |
| x\|y<br>\` + "`z\\`" + ` | \\x1b |
| \\ | |
| sum | 1 |

- **1.** first` + "  " + `
  more \*here\*

` + "```text\na|b ─>\n```\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

// Whatever stands in its cells, a table keeps its rows and columns.
func TestMarkdownTableKeepsItsShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("a|\\`\n\r<é ")))
		table := &Table{Columns: make([]Column, 3)}
		for range rapid.IntRange(0, 4).Draw(t, "rows") {
			table.Rows = append(table.Rows, plains(text.Draw(t, "a"), text.Draw(t, "b"), text.Draw(t, "c")))
		}
		var out bytes.Buffer
		markdownTable(&out, table)
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(lines) != len(table.Rows)+2 {
			t.Fatalf("%d rows make %d lines:\n%s", len(table.Rows), len(lines), out.String())
		}
		for _, line := range lines {
			bare := strings.NewReplacer(`\\`, "", `\|`, "").Replace(line)
			if n := strings.Count(bare, "|"); n != 4 {
				t.Fatalf("%d borders in %q, want 4", n, line)
			}
		}
	})
}
