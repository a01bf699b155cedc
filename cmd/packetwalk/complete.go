package main

import (
	"strings"

	"github.com/packetwalk/packetwalk/report"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/scenarios/value"
	"github.com/spf13/cobra"
)

type completion = cobra.CompletionFunc

// complete gives a flag its completion.
func complete(cmd *cobra.Command, flag string, f completion) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err) // a mistake in the program: no such flag, or twice
	}
}

// described completes to fixed words, each with what it means behind a tab.
func described(words ...string) completion {
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}

// files completes to files of the given kinds, named without their dot.
func files(kinds ...string) completion {
	return cobra.FixedCompletions(kinds, cobra.ShellCompDirectiveFilterFileExt)
}

// scenarioOrFile completes the one argument that names a scenario: to the
// catalogue's names with their summaries, or, once it looks like a path, to
// scenario files.
func scenarioOrFile(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	if strings.ContainsAny(begun, "./\\") {
		return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
	}
	all, err := scenarios.Catalogue()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, sc := range all {
		names = append(names, sc.Name.S+"\t"+sc.Summary.S)
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// views completes to report's views; several may be given, with commas.
func views(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	before := begun[:strings.LastIndexByte(begun, ',')+1]
	var names []string
	for _, v := range report.Views() {
		names = append(names, before+v.Name+"\t"+v.About)
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// knobValues completes to values that a knob can take.
func knobValues(k *scenarios.Knob) []string {
	p := &k.Parameter
	words := []string{p.Default.String() + "\tthe default"}
	switch p.Kind {
	case value.Choice:
		words = p.Choices
	case value.Bool:
		words = []string{"true", "false"}
	default:
		if least, most := p.Bounds(); least != nil && most != nil {
			words = append(words, least.String()+"\tthe least", most.String()+"\tthe greatest")
		}
	}
	return words
}

// pairs completes --set to knob=value.
func pairs(sc *scenarios.Scenario) completion {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		if sc == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var words []string
		for _, k := range sc.Turnable() {
			name := k.Name.S + "="
			if !strings.HasPrefix(begun, name) {
				words = append(words, name+"\t"+k.Help.S)
				continue
			}
			for _, w := range knobValues(k) {
				words = append(words, name+w)
			}
		}
		return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}
