package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// WriteMarkdown shows a document as GitHub-flavoured Markdown.
func WriteMarkdown(w io.Writer, d Document) error {
	var out bytes.Buffer
	if d.Title != "" {
		fmt.Fprintf(&out, "# %s\n", escapeMarkdown(d.Title))
	}
	for _, s := range d.Sections {
		if s.Title != "" {
			if out.Len() > 0 {
				out.WriteByte('\n')
			}
			fmt.Fprintf(&out, "## %s\n", escapeMarkdown(s.Title))
		}
		for _, b := range s.Blocks {
			if out.Len() > 0 {
				out.WriteByte('\n')
			}
			markdownBlock(&out, b)
		}
	}
	_, err := w.Write(out.Bytes())
	return err
}

func markdownBlock(out *bytes.Buffer, b Block) {
	switch b := b.(type) {
	case Text:
		out.WriteString(markdownLines(string(b), "  \n") + "\n")
	case List:
		for _, it := range b {
			label, indent := "- ", "  "
			if it.Label != "" {
				label = "- **" + escapeMarkdown(it.Label) + "** "
			}
			out.WriteString(label + markdownLines(it.Head.Text, "  \n"+indent))
			for _, c := range it.More {
				out.WriteString("  \n" + indent + markdownLines(c.Text, "  \n"+indent))
			}
			out.WriteByte('\n')
		}
	case Figure:
		out.WriteString("```text\n")
		for _, row := range b {
			var line strings.Builder
			for _, c := range row {
				line.WriteString(clean(c.Text))
			}
			out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
		}
		out.WriteString("```\n")
	case *Table:
		markdownTable(out, b)
	}
}

func markdownTable(out *bytes.Buffer, t *Table) {
	titles, rule := make([]Cell, len(t.Columns)), make([]string, len(t.Columns))
	for i, c := range t.Columns {
		titles[i], rule[i] = plain(c.Title), "---"
		if c.Right {
			rule[i] = "--:"
		}
	}
	markdownRow(out, titles)
	out.WriteString("| " + strings.Join(rule, " | ") + " |\n")
	for _, row := range t.Rows {
		markdownRow(out, row)
	}
	if t.Footer != nil {
		markdownRow(out, t.Footer)
	}
}

func markdownRow(out *bytes.Buffer, row []Cell) {
	for _, c := range row {
		out.WriteString("| " + markdownLines(c.Text, "<br>"))
		if c.Text != "" {
			out.WriteByte(' ')
		}
	}
	out.WriteString("|\n")
}

func markdownLines(s, lineBreak string) string {
	return strings.ReplaceAll(escapeMarkdown(clean(s)), "\n", lineBreak)
}

// escapeMarkdown makes every character stand for itself (GFM §2.4: any ASCII
// punctuation character may be escaped with a backslash; `|` must be, in a
// cell). The rest of the punctuation is harmless inside a line.
func escapeMarkdown(s string) string { return markdownEscapes.Replace(s) }

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "#", `\#`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;")
