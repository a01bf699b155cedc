package report

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// However long its words, no table is wider than the screen, and no character
// of a cell is lost.
func TestTableFitsAndClipsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 7).Draw(t, "columns")
		table := &Table{Ruled: rapid.Bool().Draw(t, "ruled")}
		for range n {
			table.Columns = append(table.Columns, Column{
				Title: rapid.SampledFrom([]string{"No.", "Bytes added", "What matters"}).Draw(t, "title"),
				Right: rapid.Bool().Draw(t, "right"), Words: rapid.Bool().Draw(t, "words"),
				Min: rapid.SampledFrom([]int{0, 5, whole}).Draw(t, "min"),
			})
		}
		want := map[rune]int{}
		for range rapid.IntRange(1, 5).Draw(t, "rows") {
			var row []Cell
			for range n {
				text := rapid.StringOfN(rapid.RuneFrom([]rune("QZ  \n")), 0, 60, -1).Draw(t, "text")
				for _, r := range text {
					want[r]++
				}
				row = append(row, Cell{Text: text, Tone: rapid.SampledFrom([]Tone{Plain, Good, 4}).Draw(t, "tone")})
			}
			table.Rows = append(table.Rows, row)
		}
		w := rapid.SampledFrom([]int{40, 60, 80, 100, 120}).Draw(t, "width")
		var out bytes.Buffer
		if err := WriteTerminal(&out, Document{Sections: []Section{{Blocks: []Block{table}}}}, w, rapid.Bool().Draw(t, "color")); err != nil {
			t.Fatal(err)
		}
		text := sgr.ReplaceAllString(out.String(), "")
		for line := range strings.SplitSeq(text, "\n") {
			if width(line) > w {
				t.Fatalf("%d columns, there are %d:\n%s", width(line), w, text)
			}
		}
		for _, r := range "QZ" {
			if got := strings.Count(text, string(r)); got != want[r] {
				t.Fatalf("%c stands there %d times, want %d:\n%s", r, got, want[r], text)
			}
		}
	})
}

// Colour adds escape sequences and nothing else.
func TestColourCarriesNoMeaning(t *testing.T) {
	doc := Document{Title: "t", Sections: []Section{{Blocks: append(layerTable(helloSample(), 0), hexTable(helloSample()))}}}
	for _, w := range []int{80, 120} {
		var plain, coloured bytes.Buffer
		if err := WriteTerminal(&plain, doc, w, false); err != nil {
			t.Fatal(err)
		}
		if err := WriteTerminal(&coloured, doc, w, true); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(coloured.String(), "\x1b[") {
			t.Error("there is no colour")
		}
		if got := sgr.ReplaceAllString(coloured.String(), ""); got != plain.String() {
			t.Errorf("without its colours the text is\n%s\nwant\n%s", got, plain.String())
		}
	}
}
