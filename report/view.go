package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/packetwalk/packetwalk/scenarios"
)

// View is one way to look at a run.
type View struct {
	Name  string // what people type: "layers"
	About string // one line for help and completion
}

// view is a View and how it is made. A file of this package that adds one
// calls register from a variable's initialiser.
type view struct {
	View
	// place orders the views: that of a reader who knows nothing yet.
	place int
	// byDefault says when the view is shown if nobody asks for any.
	byDefault occasion
	// sections is the view as text. It has no sections when the run has
	// nothing for it to show.
	sections func(*scenarios.Result, *Options) []Section
	// data is the view in JSON, without anything that only looks good. Nil
	// when the run has nothing for it to show.
	data func(*scenarios.Result, *Options) any
}

// occasion is when a view is shown unasked.
type occasion uint8

const (
	onRequest occasion = iota // never
	always
	forOneRun // when there are no variants to compare
)

var registered []*view

// register puts a view into its place.
func register(v *view) *view { //nolint:unparam // a variable's initialiser needs a value
	at, _ := slices.BinarySearchFunc(registered, v.place, func(a *view, place int) int { return a.place - place })
	registered = slices.Insert(registered, at, v)
	return v
}

// Views lists all views in the order of reading.
func Views() []View {
	all := make([]View, len(registered))
	for i, v := range registered {
		all[i] = v.View
	}
	return all
}

// UnknownViewError is a request for a view that does not exist.
type UnknownViewError struct{ Name string }

func (e *UnknownViewError) Error() string {
	names := make([]string, len(registered))
	for i, v := range registered {
		names[i] = v.Name
	}
	return fmt.Sprintf("there is no view %q; there are %s", e.Name, strings.Join(names, ", "))
}

// chosen are the views of the names, in the order of reading; without names,
// those that are shown by default.
func chosen(names []string, variants int) ([]*view, error) {
	var some []*view
	for _, v := range registered {
		unasked := v.byDefault == always || v.byDefault == forOneRun && variants < 2
		if len(names) == 0 && unasked || slices.Contains(names, v.Name) {
			some = append(some, v)
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(registered, func(v *view) bool { return v.Name == name }) {
			return nil, &UnknownViewError{name}
		}
	}
	return some, nil
}

// eachVariant makes a section for each variant of the run and titles it.
func eachVariant(r *scenarios.Result, title string, blocks func(*scenarios.VariantResult) []Block) []Section {
	var all []Section
	for _, v := range r.Variants {
		if b := blocks(v); len(b) > 0 {
			all = append(all, Section{Title: titleFor(title, v), Blocks: b})
		}
	}
	return all
}

func titleFor(title string, v *scenarios.VariantResult) string {
	if v.Title == "" {
		return title
	}
	return title + ", " + v.Title
}
