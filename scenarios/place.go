package scenarios

// Place is where something stands in a scenario file: Line and Column from 1,
// in characters. The zero Place is nowhere.
type Place struct{ Line, Column int }

// Text is a scalar of a scenario file, as it was written, with its place.
type Text struct {
	S     string
	Place Place
}

// String is the text.
func (t Text) String() string { return t.S }

// Given says whether the file has the text at all.
func (t Text) Given() bool { return t.Place.Line > 0 }
