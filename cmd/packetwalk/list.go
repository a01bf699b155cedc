package main

import (
	"strconv"

	"github.com/packetwalk/packetwalk/report"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/spf13/cobra"
)

func newList(s streams) *cobra.Command {
	var opts output
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the scenarios in the order of the course",
		Example: `  packetwalk list
  packetwalk list -o json`,
		Args:              exactly(0, "no arguments"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(*cobra.Command, []string) error { return runList(s, &opts) },
	}
	opts.flags(cmd)
	return cmd
}

// entry is a scenario of the list, as JSON.
type entry struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Topic   string `json:"topic"`
	Level   string `json:"level"`
	Minutes int    `json:"minutes"`
	Summary string `json:"summary"`
}

func entryOf(sc *scenarios.Scenario) entry {
	return entry{Name: sc.Name.S, Title: sc.Title.S, Topic: sc.Topic.S, Level: sc.Level.S, Minutes: sc.Minutes, Summary: sc.Summary.S}
}

func runList(s streams, o *output) error {
	if err := o.check(s); err != nil {
		return err
	}
	all, err := scenarios.Catalogue()
	if err != nil {
		return err
	}
	entries := []entry{}
	for _, sc := range all {
		entries = append(entries, entryOf(sc))
	}
	return o.show(s, listDocument(entries), entries)
}

// listDocument is the course, a table for each topic.
func listDocument(all []entry) report.Document {
	var d report.Document
	var table *report.Table
	for i, e := range all {
		if i == 0 || e.Topic != all[i-1].Topic {
			table = &report.Table{Columns: []report.Column{
				{Title: "Name", Min: len(longestName(all))}, {Title: "Level"}, {Title: "Minutes", Right: true}, {Title: "What you see", Words: true},
			}}
			d.Sections = append(d.Sections, report.Section{Title: e.Topic, Blocks: []report.Block{table}})
		}
		table.Rows = append(table.Rows, row(e.Name, e.Level, strconv.Itoa(e.Minutes), e.Summary))
	}
	d.Sections = append(d.Sections, report.Section{Blocks: []report.Block{
		report.Text("Look at one with packetwalk show NAME, run it with packetwalk run NAME."),
	}})
	return d
}

// longestName lets the tables of all topics have first columns of one width.
func longestName(all []entry) string {
	longest := ""
	for _, e := range all {
		if len(e.Name) > len(longest) {
			longest = e.Name
		}
	}
	return longest
}
