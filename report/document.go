package report

import "github.com/packetwalk/packetwalk/osi"

// Document is what there is to say, before anyone decides how it looks. Views
// make documents; the terminal and the Markdown writer show them.
type Document struct {
	Title    string
	Sections []Section
}

// Section is a part of a document under a heading of its own.
type Section struct {
	Title  string
	Blocks []Block
}

func (s *Section) add(b ...Block) { s.Blocks = append(s.Blocks, b...) }

// Block is one of Text, List, *Table and Figure.
type Block interface{ block() }

// Text is a paragraph.
type Text string

// List is a sequence of items, each with a label in front: a number, a letter.
type List []Item

// Item is one entry of a list: its first line, and lines that say more.
type Item struct {
	Label string
	Head  Cell
	More  []Cell
}

// Table is a grid of cells. The footer is a last row that stands apart: a
// total. Nil means none.
type Table struct {
	Columns []Column
	Rows    [][]Cell
	Footer  []Cell
	// Ruled draws a line between rows, for tables whose cells have several
	// lines each.
	Ruled bool
}

// Column is a column of a table.
type Column struct {
	Title string
	Right bool // numbers are aligned to the right
	// Min is how narrow the column may become when the screen is narrow, if
	// what stands in it needs as much; 0 is as narrow as its longest word.
	Min int
	// Words says that the column holds sentences: the others give way to it.
	Words bool
}

// Figure is a drawing made of characters, which no writer may wrap. Its maker
// is told the width there is.
type Figure [][]Cell

// whole is the Min of a column that is never wrapped: times, bytes.
const whole = 1 << 20

func (Text) block()   {}
func (List) block()   {}
func (*Table) block() {}
func (Figure) block() {}

// Cell is a piece of text with a tone. A line break in the text is a line
// break in the cell. The tone never says anything that the text does not.
type Cell struct {
	Text string
	Tone Tone
}

// Tone is what a text's colour would stand for, where there is colour.
type Tone uint8

// Tones. The first eight are plain text and the seven layers.
const (
	Plain Tone = 0
	Good  Tone = 8 + iota
	Bad
	Quiet
)

// layerTone is the colour that marks a layer in every view.
func layerTone(l osi.Layer) Tone { return Tone(l) }

func plain(s string) Cell { return Cell{Text: s} }

func plains(texts ...string) []Cell {
	cells := make([]Cell, len(texts))
	for i, s := range texts {
		cells[i].Text = s
	}
	return cells
}
