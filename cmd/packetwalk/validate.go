package main

import (
	"fmt"

	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/spf13/cobra"
)

func newValidate(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "validate FILE...",
		Short: "Check scenario files without running them",
		Long: `Check scenario files: their form, every name in them, every value at the default,
least and greatest setting of every knob, and every expression. All mistakes of
a file are listed with their places; then the exit status is 1.`,
		Example: `  packetwalk validate my-lesson.yaml`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s needs the scenario files to check", cmd.CommandPath())
			}
			return nil
		},
		ValidArgsFunction: files("yaml", "yml"),
		RunE:              func(_ *cobra.Command, args []string) error { return runValidate(s, args) },
	}
}

func runValidate(s streams, paths []string) error {
	bad := false
	for _, path := range paths {
		sc, err := scenarios.LoadFile(path)
		if err != nil {
			fmt.Fprintf(s.err, "%v\n", err)
			bad = true
			continue
		}
		if _, err := fmt.Fprintf(s.out, "%s: good: %s, %q\n", path, sc.Name, sc.Title.S); err != nil {
			return written(err)
		}
	}
	if bad {
		return errSaid
	}
	return nil
}
