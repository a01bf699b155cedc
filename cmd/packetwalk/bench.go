package main

import (
	"fmt"
	"strconv"

	"github.com/packetwalk/packetwalk/report"
	"github.com/spf13/cobra"
)

func newBench(s streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:               "bench",
		Short:             "Measure how fast this machine simulates",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("packetwalk bench has no measurement %q; there is bulk", args[0])
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(newBenchBulk(s))
	return cmd
}

// figure is a row of a measurement.
func figure(what, value, unit string) []report.Cell { return row(what, value, unit) }

func figures(rows ...[]report.Cell) *report.Table {
	return &report.Table{
		Columns: []report.Column{{Title: "Measured", Words: true}, {Title: "Value", Right: true, Min: 8}, {Title: "Unit"}},
		Rows:    rows,
	}
}

func decimals(x float64, digits int) string { return strconv.FormatFloat(x, 'f', digits, 64) }

// measuredOr shows what this platform tells, and says so when it does not.
func measuredOr(x float64, digits int) string {
	if x == 0 {
		return "not told"
	}
	return decimals(x, digits)
}

func whole(n int) string { return fmt.Sprint(n) }
