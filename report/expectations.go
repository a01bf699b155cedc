package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/packetwalk/packetwalk/scenarios"
)

// Expectations: the facts by which a scenario checks itself.

var _ = register(&view{
	View:      View{"checks", "the facts that must hold in this run, and whether they do"},
	place:     100,
	byDefault: always,
	sections: func(r *scenarios.Result, _ *Options) []Section {
		s := Section{Title: "Does it hold?"}
		held := 0
		t := &Table{Columns: []Column{{Title: "Check", Min: whole}, {Title: "Fact", Words: true}}}
		for i := range r.Expectations {
			e := &r.Expectations[i]
			verdict, fact := Cell{"holds", Good}, e.That
			if e.Variant != "" {
				fact = e.Variant + ": " + fact
			}
			if e.Held {
				held++
			} else {
				verdict, fact = Cell{"FAILS", Bad}, join(fact, e.Found)
			}
			t.Rows = append(t.Rows, []Cell{verdict, plain(fact)})
		}
		if len(t.Rows) > 0 {
			s.add(t, Text(fmt.Sprintf("Facts that hold: %d of %d.", held, len(t.Rows))))
		}
		var others List
		for _, f := range r.Failures() {
			if !slices.ContainsFunc(r.Expectations, func(e scenarios.ExpectationResult) bool {
				return !e.Held && strings.Contains(f, e.That)
			}) {
				others = append(others, Item{Label: "FAILS", Head: Cell{f, Bad}})
			}
		}
		if len(others) > 0 {
			s.add(others)
		}
		if len(s.Blocks) == 0 {
			return nil
		}
		return []Section{s}
	},
	data: func(r *scenarios.Result, _ *Options) any {
		all := []checkData{}
		for i := range r.Expectations {
			e := &r.Expectations[i]
			all = append(all, checkData{e.Variant, e.That, e.Held, e.Found})
		}
		return all
	},
})

type checkData struct {
	Variant string `json:"variant,omitempty"`
	That    string `json:"that"`
	Held    bool   `json:"held"`
	Found   string `json:"found,omitempty"`
}
