package report

import (
	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/trace"
)

// A segment has two names: our reason for sending it, and the label that
// Wireshark gives it where it was seen. The reason is the same everywhere, so
// it is found by following the frame back to the host that sent it.

// reasons finds, for each TCP segment, why it was sent.
type reasons struct {
	log *log
	why map[trace.ID]string // by the event that says so
}

func reasonsOf(v *scenarios.VariantResult) *reasons {
	r := &reasons{indexLog(v), map[trace.ID]string{}}
	for _, e := range endsOf(v) {
		for _, m := range e.moments {
			if m.sent != nil {
				r.why[m.sent.ID] = e.reason(m)
			}
		}
	}
	return r
}

// of is why a segment was sent, "" if nobody recorded it.
func (r *reasons) of(d *capture.Dissection) string {
	if _, _, isTCP := sockets(d); !isTCP || r == nil {
		return ""
	}
	seen := d
	for id := d.Cause; id != 0; {
		if why, ok := r.why[id]; ok {
			return why
		}
		if e := r.log.events[id]; e != nil {
			id = e.Cause
			continue
		}
		before := r.log.packets[id]
		if before == nil || seen.Direction == trace.Sent && !passesOn(before, seen) {
			return "" // an answer to that one, not the same on its way
		}
		seen, id = before, before.Cause
	}
	return ""
}
