package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/report"
	"github.com/spf13/cobra"
)

// output is where and how a command's answer is shown.
type output struct {
	format string
	look
}

// flags adds -o, --width and --color to a command.
func (o *output) flags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&o.format, "output", "o", string(report.FormatTable), "the notation: table, markdown or json")
	cmd.Flags().IntVar(&o.width, "width", 0, "columns of the output (the terminal's, else 80)")
	cmd.Flags().StringVar(&o.mode, "color", "auto", "auto, always or never; auto heeds NO_COLOR and TERM=dumb")
	complete(cmd, "output", described(formatNames()...))
	complete(cmd, "color", described("auto\tcolours on a terminal, unless NO_COLOR is set", "always", "never"))
	complete(cmd, "width", described())
}

func formatNames() []string {
	about := map[report.Format]string{
		report.FormatTable: "text for a terminal", report.FormatMarkdown: "GitHub-flavoured Markdown", report.FormatJSON: "data",
	}
	var names []string
	for _, f := range report.Formats() {
		names = append(names, string(f)+"\t"+about[f])
	}
	return names
}

// check refuses a notation or a look that does not exist.
func (o *output) check(s streams) error {
	known := make([]string, 0, 3)
	for _, f := range report.Formats() {
		if string(f) == o.format {
			_, _, err := o.resolve(s)
			return err
		}
		known = append(known, string(f))
	}
	return usagef("--output is %q, but it must be one of %s", o.format, strings.Join(known, ", "))
}

// show writes a document, or its data when JSON is wanted.
func (o *output) show(s streams, d report.Document, data any) error {
	width, color, err := o.resolve(s)
	if err != nil {
		return err
	}
	switch report.Format(o.format) {
	case report.FormatJSON:
		return writeJSON(s, data)
	case report.FormatMarkdown:
		err = report.WriteMarkdown(s.out, d)
	default:
		err = report.WriteTerminal(s.out, d, width, color)
	}
	return written(err)
}

func writeJSON(s streams, data any) error {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(data); err != nil {
		return err
	}
	_, err := s.out.Write(out.Bytes())
	return written(err)
}

// written says that an error is one of writing the answer.
func written(err error) error {
	if err != nil {
		return fmt.Errorf("the output cannot be written: %w", err)
	}
	return nil
}

func cell(text string) report.Cell { return report.Cell{Text: text} }

func row(texts ...string) []report.Cell {
	cells := make([]report.Cell, len(texts))
	for i, t := range texts {
		cells[i] = cell(t)
	}
	return cells
}
