package main

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/packetwalk/packetwalk/report"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/spf13/cobra"
)

// defaultSeed is the seed of a run for which nobody chose one.
const defaultSeed = 1

type runOptions struct {
	output
	name      string
	seed      uint64
	turned    []turn // knobs, in the order in which they were turned
	views     []string
	at        string
	frame     int
	pcap      string
	plot      string
	captureAt []string
	predict   bool
	chosen    bool // a view or a notation was asked for
}

func newRun(s streams, args []string) *cobra.Command {
	var opts runOptions
	cmd := &cobra.Command{
		Use:   "run NAME|FILE.yaml",
		Short: "Run a scenario and show what happened",
		Long: `Run a scenario and show what happened. The same scenario, seed and knobs give the
same bytes, in the report and in the capture. Each knob of the scenario is a
flag; packetwalk run NAME --help lists them.

The exit status is 0 if all is as the scenario says it must be, 3 if not, 1 if
it could not be run, 2 if the command makes no sense.`,
		Example: `  packetwalk run hello-layers
  packetwalk run hello-layers --predict
  packetwalk run hello-layers --message Hi --view layers,hops
  packetwalk run hello-layers --pcap walk.pcapng --capture-at all
  packetwalk run hello-layers --pcap - | tshark -r -
  packetwalk run fast-retransmit --plot plots.svg
  packetwalk run mine.yaml --seed 7 --set loss=5% -o json`,
		Args:              exactly(1, "the name of a scenario or a scenario file (packetwalk list has the names)"),
		ValidArgsFunction: scenarioOrFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.name = args[0]
			if cmd.Flags().Changed("pcap") && opts.pcap == "" {
				return usagef("--pcap needs the name of a file, or - for standard output")
			}
			if cmd.Flags().Changed("plot") && opts.plot == "" {
				return usagef("--plot needs the name of a file, or - for standard output")
			}
			opts.chosen = cmd.Flags().Changed("view") || cmd.Flags().Changed("output")
			return runRun(s, &opts)
		},
	}
	cmd.Flags().SortFlags = false
	sc := scenarioIn(args)
	opts.knobFlags(cmd, sc)
	opts.ownFlags(cmd, sc)
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return unknownRunFlag(cmd, err, sc) })
	return cmd
}

// runRun is the course of one run: everything that can be refused is refused
// before it begins, and nothing is shown before it is over.
func runRun(s streams, o *runOptions) error {
	sc, err := open(o.name)
	if err != nil {
		return err
	}
	knobs, err := o.knobs(sc)
	if err != nil {
		return err
	}
	if err := o.check(s, sc); err != nil {
		return err
	}
	capture, err := o.openCapture(s, sc, knobs)
	if err != nil {
		return err
	}
	defer capture.abort()
	plots, err := o.openPlot(s)
	if err != nil {
		return err
	}
	defer plots.abort()

	result, err := sc.RunWith(scenarios.RunPlan, o.seed, knobs, nil)
	if err != nil {
		return err
	}
	// The report is made before anything is put anywhere: what cannot be shown
	// leaves no capture behind.
	shown, err := o.render(s, result)
	if err != nil {
		return err
	}
	if err := plots.draw(result); err != nil {
		return err
	}
	if o.predict {
		ask(s, result)
	}
	if err := capture.write(result); err != nil {
		return err
	}
	if err := plots.write(); err != nil {
		return err
	}
	if err := o.publish(s, result, shown); err != nil {
		return err
	}
	capture.tell()
	plots.tell(s.err)
	if failures := result.Failures(); len(failures) > 0 {
		for _, f := range failures {
			fmt.Fprintf(s.err, "packetwalk: %s: %s\n", sc.Name, f)
		}
		return errNotHeld
	}
	return nil
}

// check refuses what cannot be shown, before the run.
func (o *runOptions) check(s streams, sc *scenarios.Scenario) error {
	if err := o.output.check(s); err != nil {
		return err
	}
	if err := checkViews(o.views); err != nil {
		return err
	}
	for _, name := range o.captureAt {
		if name != everywhere && !isDevice(sc, name) {
			return usagef("--capture-at is %q, but %s has the devices %s", name, sc.Name, enumerate(devices(sc)))
		}
	}
	if len(o.captureAt) > 0 && o.pcap == "" {
		return usagef("--capture-at says where to capture, but --pcap FILE does not say where to put it")
	}
	if o.pcap == "-" && o.plot == "-" {
		return usagef("--pcap and --plot cannot both be written to standard output")
	}
	if o.at != "" && !isDevice(sc, o.at) {
		return usagef("--at is %q, but %s has the devices %s", o.at, sc.Name, enumerate(devices(sc)))
	}
	if o.frame < 0 {
		return usagef("--frame is %d, but frames are numbered from 1", o.frame)
	}
	return nil
}

// checkViews asks report, which knows its views, with a run of nothing.
func checkViews(names []string) error {
	known := map[string]bool{}
	for _, v := range report.Views() {
		known[v.Name] = true
	}
	for _, name := range names {
		if !known[name] {
			return usageError{&report.UnknownViewError{Name: name}}
		}
	}
	return nil
}

// render makes the report. Without --view, JSON holds every view.
func (o *runOptions) render(s streams, r *scenarios.Result) ([]byte, error) {
	width, color, err := o.resolve(s)
	if err != nil {
		return nil, err
	}
	var shown bytes.Buffer
	err = report.Write(&shown, r, report.Options{
		Views: o.views, Format: report.Format(o.format), Width: width, Color: color, At: o.at, Frame: o.frame,
	})
	var selection *report.SelectionError
	if errors.As(err, &selection) {
		return nil, usageError{err}
	}
	return shown.Bytes(), err
}

// publish writes the report to standard output. When the capture or the plot is
// there, the report goes to standard error if somebody asked for a particular one, and
// else nowhere but for how to repeat the run.
func (o *runOptions) publish(s streams, r *scenarios.Result, shown []byte) error {
	switch {
	case o.pcap != "-" && o.plot != "-":
		_, err := s.out.Write(shown)
		return written(err)
	case o.chosen:
		_, err := s.err.Write(shown)
		return written(err)
	}
	fmt.Fprintf(s.err, "Seed %d. The same run: %s\n", r.Seed, r.Command)
	return nil
}
