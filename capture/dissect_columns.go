package capture

import (
	"strings"

	"github.com/packetwalk/packetwalk/osi"
)

// message tells the columns of a message that was read: the first names the
// protocol, and all of them are listed.
func (w *walk) message(protocol, summary string) {
	if w.messages == 0 {
		w.protocol, w.info = protocol, summary
	} else if len(w.info) < 200 {
		w.info += ", " + summary
	}
	w.messages++
}

// note adds a remark to the Info column.
func (w *walk) note(remark string) {
	if w.messages == 0 {
		w.info += " " + remark
	}
}

func (w *walk) has(layer osi.Layer) bool {
	for i := range w.out.Parts {
		if w.out.Parts[i].Layer == layer {
			return true
		}
	}
	return false
}

// columns fills in the packet list's columns.
func (w *walk) columns() {
	out := w.out
	out.Source, out.Destination, out.Protocol, out.Info = w.source, w.destination, w.protocol, w.info
	if out.Protocol == "" {
		out.Protocol = "data"
		if len(out.Parts) > 0 {
			out.Info = out.Parts[len(out.Parts)-1].Summary
		}
	}
	// A message in a segment that the analysis has something to say about: say
	// that first, as for a segment.
	if w.messages > 0 && out.Label != "" {
		out.Info = "[TCP " + strings.ReplaceAll(out.Label, ", ", "] [TCP ") + "] " + out.Info
	}
}
