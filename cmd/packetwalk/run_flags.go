package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/scenarios/value"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// turn is a knob as somebody turned it.
type turn struct{ knob, text string }

// knobFlag makes a knob a flag. What is typed is judged later, when the
// scenario is there to say what it allows.
type knobFlag struct {
	name, kind string
	turned     *[]turn
}

func (f knobFlag) String() string { return "" }
func (f knobFlag) Type() string   { return f.kind }

func (f knobFlag) Set(text string) error {
	*f.turned = append(*f.turned, turn{f.name, text})
	return nil
}

// pairFlag is --set knob=value.
type pairFlag struct{ turned *[]turn }

func (f pairFlag) String() string { return "" }
func (f pairFlag) Type() string   { return "knob=value" }

func (f pairFlag) Set(pair string) error {
	name, text, found := strings.Cut(pair, "=")
	if !found {
		return fmt.Errorf("--set is %q, but it must be of the form knob=value", pair)
	}
	*f.turned = append(*f.turned, turn{strings.TrimSpace(name), text})
	return nil
}

// scenarioIn finds the scenario that "run NAME ..." speaks of; nil when there
// is none, or when it cannot be loaded: then the command itself says why.
func scenarioIn(args []string) *scenarios.Scenario {
	if len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd) {
		args = args[1:]
	}
	if len(args) == 0 || args[0] != "run" {
		return nil
	}
	// What cannot be read is left out, from the end: the real command will say
	// what is wrong with it, or complete it.
	for end := len(args); end > 1; end-- {
		if name, ok := positional(args[1:end]); ok {
			if sc, err := open(name); err == nil {
				return sc
			}
			return nil
		}
	}
	return nil
}

// positional is the first argument of run that belongs to no flag. A flag that
// is not known takes the next argument as its value.
func positional(args []string) (name string, ok bool) {
	var ignored runOptions
	cmd := &cobra.Command{Use: "run"}
	ignored.knobFlags(cmd, nil)
	ignored.ownFlags(cmd, nil)
	cmd.Flags().BoolP("help", "h", false, "")
	cmd.Flags().ParseErrorsAllowlist.UnknownFlags = true
	if err := cmd.Flags().Parse(args); err != nil || cmd.Flags().NArg() == 0 {
		return "", false
	}
	return cmd.Flags().Arg(0), true
}

// knobFlags makes a flag of each of the scenario's knobs. Of the common ones
// that it lacks, or of all common ones when there is no scenario, there are
// flags too, so that run can say what is wrong with them.
func (o *runOptions) knobFlags(cmd *cobra.Command, sc *scenarios.Scenario) {
	if sc != nil {
		for _, k := range sc.Knobs {
			if reserved(k.Name.S) {
				continue // --set turns it
			}
			p := &k.Parameter
			f := o.knobFlag(cmd, k.Name.S, p.Kind.String(), fmt.Sprintf("%s (%s; default %s)", k.Help.S, p.Range(), quoted(p.Default)))
			if p.Kind == value.Bool {
				f.NoOptDefVal = "true"
			}
			f.Hidden = !k.Turnable()
			complete(cmd, k.Name.S, described(knobValues(k)...))
		}
	}
	about := map[string][2]string{
		"loss":  {"percent", "how many frames are lost: 5%"},
		"delay": {"duration", "how long a link takes: 40ms"},
		"rate":  {"rate", "how fast a link is: 10mbit"},
		"mtu":   {"bytes", "the largest packet: 576"}, "message": {"text", "what is said"},
	}
	for _, name := range scenarios.KnobFlags {
		if cmd.Flags().Lookup(name) == nil {
			f := o.knobFlag(cmd, name, about[name][0], "if the scenario has this knob: "+about[name][1])
			f.Hidden = sc != nil
			complete(cmd, name, described())
		}
	}
	cmd.Flags().Var(pairFlag{&o.turned}, "set", "turn a knob; may be repeated")
	complete(cmd, "set", pairs(sc))
}

func (o *runOptions) knobFlag(cmd *cobra.Command, name, kind, usage string) *pflag.Flag {
	return cmd.Flags().VarPF(knobFlag{name, kind, &o.turned}, name, "", usage)
}

func quoted(v value.Value) string {
	if v.Kind() == value.Text {
		return fmt.Sprintf("%q", v.String())
	}
	return v.String()
}

// ownFlags are the flags that every scenario has.
func (o *runOptions) ownFlags(cmd *cobra.Command, sc *scenarios.Scenario) {
	f := cmd.Flags()
	f.Uint64Var(&o.seed, "seed", defaultSeed, "all randomness comes from it")
	f.BoolVar(&o.predict, "predict", false, "be asked first what will happen")
	f.StringSliceVar(&o.views, "view", nil, "what to show, several with commas (default: a first reading)")
	f.StringVar(&o.at, "at", "", "device whose packets are listed")
	f.IntVar(&o.frame, "frame", 0, "frame to open, by its number in that list (default: the first with a message)")
	f.StringVar(&o.pcap, "pcap", "", "write a capture: pcapng, or pcap by the name's end; - is standard output")
	f.StringSliceVar(&o.captureAt, "capture-at", nil, "device to capture at, or all; may be repeated (default: the first host)")
	f.StringVar(&o.plot, "plot", "", "draw TCP over time as SVG: sequence numbers, windows, round trips, throughput; - is standard output")
	o.flags(cmd)
	complete(cmd, "seed", described())
	complete(cmd, "frame", described())
	complete(cmd, "view", views)
	complete(cmd, "pcap", files("pcapng", "pcap"))
	complete(cmd, "plot", files("svg"))
	var places []string
	if sc != nil {
		places = devices(sc)
	}
	complete(cmd, "at", described(places...))
	complete(cmd, "capture-at", described(append(slices.Clone(places), everywhere+"\tevery interface of every device")...))
}

// reserved says whether a knob's name is taken by a flag of run itself.
func reserved(name string) bool {
	var none runOptions
	cmd := &cobra.Command{Use: "run"}
	none.ownFlags(cmd, nil)
	return cmd.Flags().Lookup(name) != nil || name == "help" || name == "set" || len(name) < 2
}

// knobs are the scenario's knobs as they were turned.
func (o *runOptions) knobs(sc *scenarios.Scenario) (scenarios.Knobs, error) {
	knobs := sc.Defaults()
	for _, t := range o.turned {
		if !slices.ContainsFunc(sc.Knobs, func(k *scenarios.Knob) bool { return k.Name.S == t.knob }) {
			return nil, noKnob(sc, t.knob)
		}
		if err := knobs.Set(t.knob, t.text); err != nil {
			return nil, err
		}
	}
	return knobs, nil
}

// noKnob names the knobs that there are.
func noKnob(sc *scenarios.Scenario, name string) error {
	names := make([]string, len(sc.Knobs))
	for i, k := range sc.Knobs {
		names[i] = k.Name.S
	}
	if len(names) == 0 {
		return usagef("%s has no knob %q; it has no knobs at all", sc.Name, name)
	}
	return usagef("%s has no knob %q; it has %s", sc.Name, name, enumerate(names))
}

// unknownRunFlag explains a flag that is neither one of run's nor a knob.
func unknownRunFlag(cmd *cobra.Command, err error, sc *scenarios.Scenario) error {
	var unknown *pflag.NotExistError
	if sc == nil || !errors.As(err, &unknown) || len(unknown.GetSpecifiedName()) < 2 {
		return flagError(cmd, err)
	}
	return noKnob(sc, unknown.GetSpecifiedName())
}
