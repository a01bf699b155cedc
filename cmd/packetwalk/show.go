package main

import (
	"encoding/json"

	"github.com/packetwalk/packetwalk/report"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/spf13/cobra"
)

type showOptions struct {
	output
	name string
	file bool
}

func newShow(s streams) *cobra.Command {
	var opts showOptions
	cmd := &cobra.Command{
		Use:   "show NAME|FILE.yaml",
		Short: "Show what a scenario teaches, its network and its knobs",
		Example: `  packetwalk show hello-layers
  packetwalk show hello-layers --file > mine.yaml`,
		Args:              exactly(1, "the name of a scenario or a scenario file"),
		ValidArgsFunction: scenarioOrFile,
		RunE: func(_ *cobra.Command, args []string) error {
			opts.name = args[0]
			return runShow(s, &opts)
		},
	}
	opts.flags(cmd)
	cmd.Flags().BoolVar(&opts.file, "file", false, "print the scenario's file itself, byte for byte")
	return cmd
}

func runShow(s streams, o *showOptions) error {
	if err := o.check(s); err != nil {
		return err
	}
	sc, err := open(o.name)
	if err != nil {
		return err
	}
	if o.file {
		_, err := s.out.Write(sc.Source)
		return written(err)
	}
	width, _, err := o.resolve(s)
	if err != nil {
		return err
	}
	d, err := showDocument(sc, width)
	if err != nil {
		return err
	}
	return o.show(s, d, cardOf(sc))
}

// card is a scenario, as JSON.
type card struct {
	entry
	Learn      []string   `json:"learn"`
	Knobs      []knobCard `json:"knobs"`
	Variants   []string   `json:"variants"`
	Questions  int        `json:"questions"`
	References []string   `json:"references"`
	Limits     []string   `json:"limits"`
	Wireshark  string     `json:"wireshark,omitempty"`
	Command    string     `json:"command"`
}

type knobCard struct {
	Name    string          `json:"name"`
	Type    string          `json:"type"`
	Default json.RawMessage `json:"default"`
	Allowed string          `json:"allowed"`
	Help    string          `json:"help"`
	Try     string          `json:"try,omitempty"`
}

func cardOf(sc *scenarios.Scenario) card {
	c := card{
		entry: entryOf(sc), Learn: textsOf(sc.Learn), Knobs: []knobCard{}, Variants: []string{}, Questions: len(sc.Predict),
		References: textsOf(sc.References), Limits: textsOf(sc.Limits), Wireshark: sc.Wireshark.S, Command: runCommand(sc),
	}
	for _, k := range sc.Turnable() {
		value, err := json.Marshal(k.Parameter.Default)
		if err != nil {
			panic(err) // a value is a number, a truth or a text
		}
		c.Knobs = append(c.Knobs, knobCard{k.Name.S, k.Type.S, value, k.Parameter.Range(), k.Help.S, k.Try.S})
	}
	for _, v := range sc.Variants {
		c.Variants = append(c.Variants, v.Name.S)
	}
	return c
}

func textsOf(all []scenarios.Text) []string {
	texts := []string{}
	for _, t := range all {
		texts = append(texts, t.S)
	}
	return texts
}

func runCommand(sc *scenarios.Scenario) string { return sc.Command(defaultSeed, sc.Defaults()) }

// showDocument is the scenario as a page.
func showDocument(sc *scenarios.Scenario, width int) (report.Document, error) {
	d := report.Document{Title: sc.Name.S + ": " + sc.Title.S}
	add := func(title string, blocks ...report.Block) {
		d.Sections = append(d.Sections, report.Section{Title: title, Blocks: blocks})
	}
	add("", report.Text(sc.Summary.S), report.Text(sc.Topic.S+", "+sc.Level.S+", "+count(sc.Minutes, "minute")+"."))
	add("You will see", bullets(sc.Learn))
	network, err := networkBlocks(sc, width)
	if err != nil {
		return d, err
	}
	add("The network", network...)
	if knobs := sc.Turnable(); len(knobs) > 0 {
		add("Knobs", knobTable(knobs))
	}
	if len(sc.Variants) > 0 {
		var runs report.List
		for _, v := range sc.Variants {
			runs = append(runs, report.Item{Label: v.Name.S, Head: cell(v.Title.S)})
		}
		add("It runs once for each of these, and the runs are compared", runs)
	}
	if len(sc.Limits) > 0 {
		add("What the model leaves out", bullets(sc.Limits))
	}
	if len(sc.References) > 0 {
		add("Read on", bullets(sc.References))
	}
	if sc.Wireshark.Given() {
		add("In Wireshark", report.Text("Display filter: "+sc.Wireshark.S))
	}
	add("Run it", howToRun(sc))
	return d, nil
}

func bullets(texts []scenarios.Text) report.List {
	var all report.List
	for _, t := range texts {
		all = append(all, report.Item{Label: "-", Head: cell(t.S)})
	}
	return all
}

// networkBlocks draw the first variant's network at the knobs' defaults.
func networkBlocks(sc *scenarios.Scenario, width int) ([]report.Block, error) {
	variant := ""
	if len(sc.Variants) > 0 {
		variant = sc.Variants[0].Name.S
	}
	p, err := sc.Plan(defaultSeed, sc.Defaults(), variant, nil)
	if err != nil {
		return nil, err
	}
	var blocks []report.Block
	for _, section := range report.Topology(p, width).Sections {
		blocks = append(blocks, section.Blocks...)
	}
	return blocks, nil
}

func knobTable(knobs []*scenarios.Knob) *report.Table {
	t := &report.Table{Columns: []report.Column{
		{Title: "Knob"}, {Title: "Default"}, {Title: "Allowed", Words: true}, {Title: "What it is", Words: true},
	}}
	for _, k := range knobs {
		help := k.Help.S
		if k.Try.Given() {
			help += "\nTry: " + k.Try.S
		}
		t.Rows = append(t.Rows, row("--"+k.Name.S, k.Parameter.Default.String(), k.Parameter.Range(), help))
	}
	return t
}

func howToRun(sc *scenarios.Scenario) report.List {
	command := runCommand(sc)
	l := report.List{
		{Label: "Show it", Head: cell(command)},
		{Label: "In Wireshark", Head: cell(command + " --pcap - | wireshark -k -i -")},
	}
	if n := len(sc.Predict); n > 0 {
		asked := report.Item{Label: "Be asked first", Head: cell(command + " --predict"), More: row("(" + count(n, "question") + ")")}
		l = append(report.List{asked}, l...)
	}
	return l
}
