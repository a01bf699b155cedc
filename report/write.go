package report

import (
	"fmt"
	"io"
	"slices"

	"github.com/packetwalk/packetwalk/scenarios"
)

// Format is the notation that a report is written in.
type Format string

// The formats, as people name them.
const (
	FormatTable    Format = "table"    // text for a terminal
	FormatMarkdown Format = "markdown" // GitHub-flavoured
	FormatJSON     Format = "json"     // data; see docs/json.md
)

// Formats lists the formats.
func Formats() []Format { return []Format{FormatTable, FormatMarkdown, FormatJSON} }

// Options say what to show of a run, and how.
type Options struct {
	// Views names the views to show; none names those for a first reading. In
	// JSON, none names all of them.
	Views []string
	// Format is FormatTable when empty.
	Format Format
	// Width is the terminal's width in columns; 0 is 80, and nothing is made
	// narrower than 40.
	Width int
	// Color allows colours (FormatTable only).
	Color bool
	// At names the node whose interfaces' packets are listed; "" is every
	// host. Frame picks a packet by its number in the list of At (of the first
	// host, if At is empty) for the views that show one frame; 0 is the first
	// frame that carries a message.
	At    string
	Frame int
}

// Write shows a run.
func Write(w io.Writer, r *scenarios.Result, o Options) error {
	if o.Width == 0 {
		o.Width = 80
	}
	switch o.Format {
	case FormatJSON:
		return writeJSON(w, r, &o)
	case FormatTable, FormatMarkdown, "":
	default:
		return fmt.Errorf("there is no format %q; there are table, markdown and json", o.Format)
	}
	d, err := document(r, &o)
	if err != nil {
		return err
	}
	if o.Format == FormatMarkdown {
		return WriteMarkdown(w, d)
	}
	return WriteTerminal(w, d, o.Width, o.Color)
}

// document puts the chosen views together.
func document(r *scenarios.Result, o *Options) (Document, error) {
	views, err := chosen(o.Views, len(r.Variants))
	if err != nil {
		return Document{}, err
	}
	if err := checkSelection(r, o); err != nil {
		return Document{}, err
	}
	var d Document
	if r.Scenario != nil {
		d.Title = fmt.Sprintf("%s: %s", r.Scenario.Name, r.Scenario.Title)
	}
	for _, v := range views {
		sections := v.sections(r, o)
		if len(sections) == 0 && len(o.Views) > 0 {
			sections = []Section{{Title: v.Name, Blocks: []Block{Text("In this run there is nothing for this view to show.")}}}
		}
		d.Sections = append(d.Sections, sections...)
	}
	if end := repeat(r, o); len(end.Blocks) > 0 {
		d.Sections = append(d.Sections, end)
	}
	return d, nil
}

// repeat says how to have the same run again, and what else there is to see.
func repeat(r *scenarios.Result, o *Options) Section {
	if r.Command == "" {
		return Section{}
	}
	s := Section{Title: "Once more", Blocks: []Block{
		List{{Label: "Seed", Head: plain(fmt.Sprint(r.Seed))}, {Label: "The same run", Head: plain(r.Command)}},
	}}
	if len(o.Views) > 0 {
		return s
	}
	more := "Other views (--view NAME):"
	unasked, err := chosen(nil, len(r.Variants))
	for _, v := range registered {
		if err == nil && !slices.Contains(unasked, v) {
			more += "\n  " + v.Name + " – " + v.About
		}
	}
	s.add(Text(more))
	if n := len(r.Predictions); n > 0 {
		s.add(Text(fmt.Sprintf("%s can be asked about this run before it shows itself: add --predict.", count(n, "question"))))
	}
	return s
}

// UseColor decides about colour: mode is "auto", "always" or "never"; auto is
// colour on a terminal, unless NO_COLOR (https://no-color.org) is set to
// anything but the empty text.
func UseColor(mode string, terminal bool, noColor string) (bool, error) {
	switch mode {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto", "":
		return terminal && noColor == "", nil
	}
	return false, fmt.Errorf("color is %q, but it must be auto, always or never", mode)
}
