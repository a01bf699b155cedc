package report

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// roomForBoxes is the width from which tables have boxes round their cells.
// On a narrower screen those columns are better spent on words.
const roomForBoxes = 100

// terminal writes documents as text of a fixed width.
type terminal struct {
	out   bytes.Buffer
	width int
	color bool
}

// WriteTerminal shows a document as text in which no line is wider than width
// columns, with colours (ANSI SGR sequences) if asked for.
func WriteTerminal(w io.Writer, d Document, width int, color bool) error {
	t := &terminal{width: max(width, 40), color: color}
	if d.Title != "" {
		t.heading(d.Title, '═')
	}
	for i, s := range d.Sections {
		if i > 0 {
			t.out.WriteByte('\n')
		}
		if s.Title != "" {
			t.heading(s.Title, '─')
		}
		for j, b := range s.Blocks {
			if j > 0 {
				t.out.WriteByte('\n')
			}
			if err := t.block(b); err != nil {
				return err
			}
		}
	}
	_, err := w.Write(t.out.Bytes())
	return err
}

func (t *terminal) heading(s string, rule rune) {
	longest := 0
	for _, line := range wrap(clean(s), t.width) {
		t.line("", line, Plain, bold)
		longest = max(longest, width(line))
	}
	t.out.WriteString(strings.Repeat(string(rule), longest) + "\n\n")
}

func (t *terminal) block(b Block) error {
	switch b := b.(type) {
	case Text:
		for _, line := range wrap(clean(string(b)), min(t.width, 88)) {
			t.line("", line, Plain, "")
		}
	case List:
		t.list(b)
	case Figure:
		for _, row := range b {
			var line strings.Builder
			for _, c := range row {
				line.WriteString(t.paint(clean(c.Text), c.Tone))
			}
			t.out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
		}
	case *Table:
		return t.table(b)
	}
	return nil
}

// list writes items with hanging indentation.
func (t *terminal) list(l List) {
	hang := 0
	for _, it := range l {
		hang = max(hang, width(it.Label)+2)
	}
	for _, it := range l {
		lead := it.Label + strings.Repeat(" ", hang-width(it.Label))
		for _, c := range append([]Cell{it.Head}, it.More...) {
			for _, line := range wrap(clean(c.Text), min(t.width, 88)-hang) {
				t.line(lead, line, c.Tone, "")
				lead = strings.Repeat(" ", hang)
			}
		}
	}
}

func (t *terminal) line(lead, s string, tone Tone, code string) {
	painted := t.paint(s, tone)
	if code != "" && t.color {
		painted = code + s + reset
	}
	t.out.WriteString(strings.TrimRight(lead+painted, " ") + "\n")
}

// table lays the cells out itself, since only then is nothing ever clipped,
// and has tablewriter draw the grid.
func (t *terminal) table(tab *Table) error {
	boxed := t.width >= roomForBoxes
	// The grid costs "│ " and " " a column and a last "│", or two spaces
	// between columns.
	grid := 2 * (len(tab.Columns) - 1)
	if boxed {
		grid = 3*len(tab.Columns) + 1
	}
	widths := fitTable(tab, t.width-grid)

	var drawn bytes.Buffer
	g := newGrid(&drawn, tab, widths, boxed)
	titles := make([]Cell, len(tab.Columns))
	for i, c := range tab.Columns {
		titles[i] = plain(c.Title)
	}
	g.Header(t.lay(titles, widths))
	for _, row := range tab.Rows {
		if err := g.Append(t.lay(row, widths)); err != nil {
			return err
		}
	}
	if tab.Footer != nil {
		g.Footer(t.lay(tab.Footer, widths))
	}
	if err := g.Render(); err != nil {
		return err
	}
	lines := strings.Split(strings.TrimRight(drawn.String(), "\n"), "\n")
	for _, line := range lines {
		t.out.WriteString(trimLine(line) + "\n")
	}
	return nil
}

// lay wraps and colours one row's cells.
func (t *terminal) lay(row []Cell, widths []int) []string {
	laid := make([]string, len(widths))
	for i := range laid {
		if i >= len(row) {
			continue
		}
		lines := wrap(clean(row[i].Text), widths[i])
		for j := range lines {
			lines[j] = t.paint(lines[j], row[i].Tone)
		}
		laid[i] = strings.Join(lines, "\n")
	}
	return laid
}

// longestPiece is the longest word that is kept whole on a narrow screen: a
// MAC address.
const longestPiece = 17

// fitTable chooses the columns' widths from what stands in them. Where there
// is room, titles are not wrapped; else a title takes a line more rather than
// widen a column of numbers.
func fitTable(tab *Table, total int) []int {
	if natural, _, _ := wishes(tab, widestLine); sum(natural) <= total {
		return natural
	}
	natural, floor, words := wishes(tab, func(s string) int { return longestWord(s, longestPiece) })
	return fit(natural, floor, words, total)
}

// wishes is what the columns would like, what they need at least, and which
// hold sentences. title measures a heading.
func wishes(tab *Table, title func(string) int) (natural, floor []int, words []bool) {
	n := len(tab.Columns)
	natural, floor, words = make([]int, n), make([]int, n), make([]bool, n)
	rows := slices.Concat(tab.Rows, [][]Cell{tab.Footer})
	for i, c := range tab.Columns {
		natural[i] = max(title(c.Title), 1)
		floor[i] = max(natural[i], c.Min)
		for _, row := range rows {
			if i >= len(row) {
				continue
			}
			text := clean(row[i].Text)
			natural[i] = max(natural[i], widestLine(text))
			if c.Min == 0 {
				floor[i] = max(floor[i], longestWord(text, longestPiece))
			}
		}
		floor[i] = min(floor[i], natural[i])
		words[i] = c.Words
	}
	return natural, floor, words
}

func newGrid(w io.Writer, tab *Table, widths []int, boxed bool) *tablewriter.Table {
	between := tw.Off
	if tab.Ruled {
		between = tw.On
	}
	look := tw.Rendition{
		Symbols:  tw.NewSymbols(tw.StyleRounded),
		Settings: tw.Settings{Separators: tw.Separators{BetweenRows: between}},
	}
	padding := slices.Repeat([]tw.Padding{{Left: " ", Right: " ", Overwrite: true}}, len(widths))
	if !boxed {
		look.Borders = tw.BorderNone
		look.Symbols = tw.NewSymbolCustom("airy").WithRow("─").WithCenter("─").WithHeaderMid("─")
		look.Settings.Separators.BetweenColumns = tw.Off
		padding = slices.Repeat([]tw.Padding{{Right: "  ", Overwrite: true}}, len(widths))
		padding[len(widths)-1] = tw.Padding{Overwrite: true}
	}
	outer := tw.NewMapper[int, int]()
	aligns := make([]tw.Align, len(widths))
	for i, n := range widths {
		outer.Set(i, n+len(padding[i].Left+padding[i].Right))
		aligns[i] = tw.AlignLeft
		if tab.Columns[i].Right {
			aligns[i] = tw.AlignRight
		}
	}
	return tablewriter.NewTable(w,
		tablewriter.WithRenderer(renderer.NewBlueprint(look)),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithFooterAutoFormat(tw.Off),
		tablewriter.WithFooterAutoWrap(tw.WrapNone),
		tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithTrimLine(tw.Off),
		tablewriter.WithAutoHide(tw.Off),
		tablewriter.WithEastAsian(tw.Off),
		tablewriter.WithHeaderAlignmentConfig(tw.CellAlignment{PerColumn: aligns}),
		tablewriter.WithRowAlignmentConfig(tw.CellAlignment{PerColumn: aligns}),
		tablewriter.WithFooterAlignmentConfig(tw.CellAlignment{PerColumn: aligns}),
		tablewriter.WithHeaderPaddingPerColumn(padding),
		tablewriter.WithRowPaddingPerColumn(padding),
		tablewriter.WithFooterPaddingPerColumn(padding),
		tablewriter.WithColumnWidths(outer),
	)
}
