package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// execute carries out one command line and says how the process is to end.
func execute(s streams, args []string) int {
	root := newRoot(s, args)
	err := root.Execute()
	if err != nil && !silent(err) {
		fmt.Fprintf(s.err, "packetwalk: %v\n", err)
	}
	return exitStatus(err)
}

// The groups of commands in the help, in the order in which they are needed.
const (
	groupLearn   = "learn"
	groupMake    = "make"
	groupMeasure = "measure"
	groupOther   = "other"
)

// newRoot builds all commands. It is shown the arguments because the knobs of
// the scenario named there become flags of run.
func newRoot(s streams, args []string) *cobra.Command {
	cobra.EnableCommandSorting = false // groups and commands stand in the order of need
	root := &cobra.Command{
		Use:   "packetwalk",
		Short: "A network laboratory: follow a message through every layer",
		Long: `Packetwalk runs small networks of real bytes and shows what happened in them:
how a message walks down the layers into frames, crosses switches and routers,
gets lost, is sent again, and comes up at the other end. The same run opens in
Wireshark.`,
		Example: `  packetwalk list
  packetwalk run hello-layers
  packetwalk run hello-layers --message 'How are you?' --pcap walk.pcapng
  packetwalk run hello-layers --pcap - | wireshark -k -i -`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		SilenceErrors:     true,

		SuggestionsMinimumDistance: 2, // letters
		SilenceUsage:               true,
		Version:                    versionLine(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.SetArgs(args)
	root.SetFlagErrorFunc(flagError)
	root.AddGroup(
		&cobra.Group{ID: groupLearn, Title: "Learn:"},
		&cobra.Group{ID: groupMake, Title: "Make and read your own:"},
		&cobra.Group{ID: groupMeasure, Title: "Measure:"},
		&cobra.Group{ID: groupOther, Title: "Other:"},
	)
	root.SetHelpCommand(newHelp())
	root.SetHelpCommandGroupID(groupOther)
	root.SetCompletionCommandGroupID(groupOther)
	for _, group := range []struct {
		id       string
		commands []*cobra.Command
	}{
		{groupLearn, []*cobra.Command{newList(s), newShow(s), newRun(s, args)}},
		{groupMake, []*cobra.Command{newValidate(s), newExplain(s)}},
		{groupMeasure, []*cobra.Command{newBench(s)}},
		{groupOther, []*cobra.Command{newVersion(s)}},
	} {
		for _, cmd := range group.commands {
			cmd.GroupID = group.id
			root.AddCommand(cmd)
		}
	}
	return root
}

// unknownCommand says what was probably meant.
func unknownCommand(root *cobra.Command, name string) error {
	if _, err := scenarios.Find(name); err == nil {
		return usagef("there is no command %q, but a scenario: packetwalk run %s", name, name)
	}
	if near := root.SuggestionsFor(name); len(near) > 0 {
		return usagef("there is no command %q; did you mean %s?", name, strings.Join(near, " or "))
	}
	return usagef("there is no command %q; packetwalk help lists them", name)
}

// flagError turns what pflag says of a flag into one sentence.
func flagError(cmd *cobra.Command, err error) error {
	var (
		unknown  *pflag.NotExistError
		valueBad *pflag.InvalidValueError
		noValue  *pflag.ValueRequiredError
	)
	switch {
	case errors.As(err, &unknown):
		return usagef("%s has no flag %s; see %s --help", cmd.CommandPath(), dashed(unknown.GetSpecifiedName()), cmd.CommandPath())
	case errors.As(err, &noValue):
		return usagef("%s needs a value", dashed(noValue.GetSpecifiedName()))
	case errors.As(err, &valueBad):
		flag := valueBad.GetFlag()
		switch flag.Value.Type() {
		case "uint64":
			return usagef("--%s is %q, but it must be a whole number, 0 or more", flag.Name, valueBad.GetValue())
		case "int":
			return usagef("--%s is %q, but it must be a whole number", flag.Name, valueBad.GetValue())
		case "bool":
			return usagef("--%s is %q, but it must be true or false", flag.Name, valueBad.GetValue())
		}
		return usageError{valueBad.Unwrap()}
	}
	return usageError{err}
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// exactly demands so many arguments and says what they are.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < n:
			return usagef("%s needs %s", cmd.CommandPath(), what)
		case len(args) > n:
			return usagef("%s takes %s, but %q came as well", cmd.CommandPath(), what, args[n])
		}
		return nil
	}
}
