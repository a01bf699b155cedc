package scenarios

import (
	"strings"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/trace"
)

// way is one direction of a link and the interface that feeds it.
type way struct {
	link, from string
	feeds      *trace.Interface
}

// fates lists what befell every frame with application data, direction by
// direction, in the order in which they were sent.
func (st *stage) fates(r *trace.Recording) []Fate {
	struck := strikes(r)
	var all []Fate
	for _, w := range st.ways {
		k := 0
		for i := range r.Frames {
			f := &r.Frames[i]
			if f.Interface != w.feeds || f.Direction != trace.Sent || !host.CarriesData(&physical.Frame{Data: f.Data}) {
				continue
			}
			what := struck[strike{w.link, w.from, f.Frame}]
			if what == nil || what.counts {
				k++
			}
			all = append(all, what.fate(w, k, f))
		}
	}
	return all
}

// strike is a frame on its way over one direction of a link.
type strike struct {
	link, from string
	frame      trace.FrameID
}

// blow is what the wire did to it.
type blow struct {
	words  []string
	counts bool // the wire counted the frame among those with data
}

func (b *blow) fate(w way, k int, f *trace.Frame) Fate {
	fate := Fate{Link: w.link, From: w.from, K: k, What: "delivered", Frame: f.Frame, Time: f.Time}
	if b != nil {
		fate.What = strings.Join(b.words, ", ")
	}
	return fate
}

// fateWords name what the wire's events say. A frame that never got as far as
// the wire (its queue was full) is not counted by it.
var fateWords = map[*trace.Kind]string{
	physical.Lost: "lost", physical.Interrupted: "lost in an outage", physical.Corrupted: "corrupted",
	physical.Duplicated: "duplicated", physical.Reordered: "held back", physical.Delayed: "delayed",
	physical.QueueFull: "dropped by the queue", physical.TooLong: "too long",
}

func strikes(r *trace.Recording) map[strike]*blow {
	all := map[strike]*blow{}
	for i := range r.Events {
		e := &r.Events[i]
		word, ok := fateWords[e.Kind]
		if !ok || e.Frame == 0 {
			continue
		}
		from, _ := e.Get("from")
		key := strike{e.Node, from.String(), e.Frame}
		if all[key] == nil {
			all[key] = &blow{counts: e.Kind != physical.QueueFull && e.Kind != physical.TooLong}
		}
		all[key].words = append(all[key].words, word)
	}
	return all
}
