package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/scenarios/plan"
)

// everywhere is what --capture-at says for all devices.
const everywhere = "all"

// captureFile is the capture that a run is to leave; nil when none is wanted.
type captureFile struct {
	streams streams
	sc      *scenarios.Scenario
	file    *capture.File
	path    string
	nodes   []string // nil for everywhere
}

// openCapture begins the file before the run, so that a path that cannot be
// written is refused before anything else happens.
func (o *runOptions) openCapture(s streams, sc *scenarios.Scenario, knobs scenarios.Knobs) (*captureFile, error) {
	if o.pcap == "" {
		return nil, nil
	}
	variant := ""
	if len(sc.Variants) > 0 {
		variant = sc.Variants[0].Name.S
	}
	p, err := sc.Plan(o.seed, knobs, variant, nil)
	if err != nil {
		return nil, err
	}
	c := &captureFile{streams: s, sc: sc, path: o.pcap, nodes: o.captureAt}
	switch {
	case slices.Contains(o.captureAt, everywhere):
		c.nodes = nil
	case len(o.captureAt) == 0:
		c.nodes = devices(sc)[:1]
	}
	c.file, err = capture.Create(o.pcap, s.out, capture.Options{
		Application: "packetwalk " + version(),
		Comment:     sc.Command(o.seed, knobs),
		Names:       hostNames(p),
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// abort leaves nothing behind, unless the file is complete.
func (c *captureFile) abort() {
	if c != nil {
		c.file.Abort()
	}
}

// write puts the frames of all variants into the file and the file in place.
func (c *captureFile) write(r *scenarios.Result) error {
	if c == nil {
		return nil
	}
	var takes []capture.Take
	for _, v := range r.Variants {
		takes = append(takes, capture.Take{Name: v.Name, Recording: v.Recording})
	}
	if err := capture.WriteRecordings(c.file.Writer, c.nodes, takes...); err != nil {
		return err
	}
	return c.file.Close()
}

// tell says what was captured, and how to get what was not.
func (c *captureFile) tell() {
	if c == nil {
		return
	}
	place := c.path
	if place == "-" {
		place = "standard output"
	}
	where := "every device"
	if c.nodes != nil {
		where = enumerate(c.nodes)
	}
	fmt.Fprintf(c.streams.err, "Captured at %s: %s.", where, place)
	others := slices.DeleteFunc(devices(c.sc), func(name string) bool { return slices.Contains(c.nodes, name) })
	if c.nodes != nil && len(others) > 0 {
		fmt.Fprintf(c.streams.err, " Elsewhere it looks different: --capture-at %s, or --capture-at %s.", strings.Join(others, " or "), everywhere)
	}
	fmt.Fprintln(c.streams.err)
}

// devices are the names of everything that has interfaces, hosts first.
func devices(sc *scenarios.Scenario) []string {
	var names []string
	for _, h := range sc.Topology.Hosts {
		names = append(names, h.Name.S)
	}
	for _, s := range sc.Topology.Switches {
		names = append(names, s.Name.S)
	}
	for _, r := range sc.Topology.Routers {
		names = append(names, r.Name.S)
	}
	return names
}

func isDevice(sc *scenarios.Scenario, name string) bool { return slices.Contains(devices(sc), name) }

// hostNames let Wireshark show names in place of addresses.
func hostNames(p *plan.Plan) []capture.Name {
	var names []capture.Name
	add := func(name string, all []plan.Interface) {
		for _, i := range all {
			if addr := i.Address.Addr(); addr != (netip.Addr{}) {
				names = append(names, capture.Name{Addr: addr, Name: name})
			}
		}
	}
	for _, h := range p.Hosts {
		add(h.Name, h.Interfaces)
	}
	for _, r := range p.Routers {
		add(r.Name, r.Interfaces)
	}
	return names
}
