package report

import (
	"fmt"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/trace"
)

// SelectionError is a request for a node or a frame that the run does not have.
type SelectionError struct{ Problem string }

func (e *SelectionError) Error() string { return e.Problem }

// checkSelection refuses Options that point at nothing.
func checkSelection(r *scenarios.Result, o *Options) error {
	if o.At == "" && o.Frame == 0 || len(r.Variants) == 0 {
		return nil
	}
	for _, v := range r.Variants {
		seen := seenAt(v, o.At)
		switch {
		case o.At != "" && !hasNode(v, o.At):
			return &SelectionError{fmt.Sprintf("no interface belongs to %q; there are %s", o.At, nodes(v))}
		case o.Frame < 0 || o.Frame > len(seen):
			return &SelectionError{fmt.Sprintf("there is no frame %d; those seen there are numbered 1 to %d", o.Frame, len(seen))}
		}
	}
	return nil
}

func hasNode(v *scenarios.VariantResult, node string) bool {
	for _, i := range v.Interfaces {
		if i.Node == node {
			return true
		}
	}
	return false
}

func nodes(v *scenarios.VariantResult) string {
	text, last := "", ""
	for _, i := range v.Interfaces {
		if i.Node != last {
			if text != "" {
				text += ", "
			}
			text, last = text+i.Node, i.Node
		}
	}
	return text
}

// seenAt lists what the first interface of a node saw; of the first host's,
// when no node is named.
func seenAt(v *scenarios.VariantResult, node string) []*capture.Dissection {
	for _, seen := range vantages(v.Packets) {
		if node == "" && (isHost(v, seen.at) || seen.at == nil) || seen.at != nil && seen.at.Node == node {
			return seen.packets
		}
	}
	return nil
}

// isHost says whether an interface is an end system's. Without a plan, as for
// a capture file, every interface counts as one.
func isHost(v *scenarios.VariantResult, i *trace.Interface) bool {
	if i == nil || v.Plan == nil {
		return true
	}
	for _, h := range v.Plan.Hosts {
		if h.Name == i.Node {
			return i.Name != "lo"
		}
	}
	return false
}

// shown is the frame that the views of one frame show: the one that was asked
// for; else the one that the scenario names; else the first that a host sent
// with a program's bytes in it; else the first that a host sent. It is nil when
// there is none.
func shown(v *scenarios.VariantResult, o *Options) *capture.Dissection {
	if o.Frame > 0 {
		if seen := seenAt(v, o.At); o.Frame <= len(seen) {
			return seen[o.Frame-1]
		}
		return nil
	}
	if o.At == "" && v.Opened != nil {
		return v.Opened
	}
	var first *capture.Dissection
	for _, d := range v.Packets {
		if d.Direction != trace.Sent || !isHost(v, d.Interface) || o.At != "" && (d.Interface == nil || d.Interface.Node != o.At) {
			continue
		}
		if topBytes(d) > osi.Transport {
			return d
		}
		if first == nil {
			first = d
		}
	}
	return first
}

// whereabouts says which frame it is that a view shows.
func whereabouts(d *capture.Dissection) string {
	if d.Interface == nil {
		return fmt.Sprintf("Frame %d of the capture, %s s after it began.", d.Number, seconds(runTime(d.Time)))
	}
	verb := "leaves"
	if d.Direction == trace.Received {
		verb = "reaches"
	}
	return fmt.Sprintf("The frame that %s %s (%s) after %s s: %s.", verb, d.Interface.Node, d.Interface.Name,
		seconds(runTime(d.Time)), cells.Truncate(d.Info, 60, "…"))
}

// rateAt is the rate in bit/s of the link that an interface sends into, 0 if
// that is not known: a node with several links does not say which is whose.
func rateAt(v *scenarios.VariantResult, i *trace.Interface) int64 {
	if v.Plan == nil || i == nil {
		return 0
	}
	rate := int64(0)
	for _, l := range v.Plan.Links {
		for _, way := range l.Ways {
			if way.From == i.Node {
				if rate != 0 && rate != way.Rate {
					return 0
				}
				rate = way.Rate
			}
		}
	}
	return rate
}
