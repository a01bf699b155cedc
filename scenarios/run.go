package scenarios

import (
	"errors"
	"fmt"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/scenarios/plan"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// RunPlan builds the laboratory of a plan, lets it run to its end, and hands
// back what it left behind. The error is a plan that cannot be built; how the
// run itself ended is Outcome.Err.
func RunPlan(p *plan.Plan) (*Outcome, error) {
	st := &stage{plan: p, lab: host.NewLab(p.Seed), devices: map[string]device{}}
	recording := &trace.Recording{}
	st.lab.Log().Subscribe(recording)
	if err := st.build(); err != nil {
		return nil, err
	}
	st.startPrograms()
	st.lab.Sim().Until(sim.Time(p.Until))
	err := st.lab.Run()
	out := &Outcome{
		Recording: recording, Interfaces: st.lab.Interfaces(), Programs: st.results,
		Packets: dissect(recording), Counters: st.counters(), Fates: st.fates(recording),
		End: st.lab.Sim().Now(), Err: endOfRun(err),
	}
	return out, nil
}

// endOfRun leaves out what the programs' own results say already.
func endOfRun(err error) error {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return err
	}
	var rest []error
	for _, one := range joined.Unwrap() {
		var failure *host.ProgramError
		if !errors.As(one, &failure) {
			rest = append(rest, one)
		}
	}
	return errors.Join(rest...)
}

// dissect reads every frame back from its bytes. Each vantage point has a
// dissector of its own, and counts its own packets, as each would in life.
func dissect(r *trace.Recording) []*capture.Dissection {
	readers := map[*trace.Interface]*capture.Dissector{}
	numbers := map[*trace.Interface]int{}
	all := make([]*capture.Dissection, len(r.Frames))
	for i := range r.Frames {
		f := &r.Frames[i]
		reader := readers[f.Interface]
		if reader == nil {
			reader = capture.NewDissector(capture.DissectOptions{})
			for _, s := range r.Secrets {
				reader.Secret(s.Line)
			}
			readers[f.Interface] = reader
		}
		numbers[f.Interface]++
		all[i] = reader.Dissect(numbered(numbers[f.Interface], f))
	}
	return all
}

// counters are what the links counted, way by way.
func (st *stage) counters() []Counter {
	var all []Counter
	for i, l := range st.plan.Links {
		link := st.lab.Links()[i]
		for way, port := range []interface{ Counters() physicalCounters }{link.A(), link.B()} {
			c := port.Counters()
			name := fmt.Sprintf("%s.%s", l.Name, l.Ways[way].From)
			all = append(all,
				Counter{name + ".sent", int64(c.Sent)}, Counter{name + ".delivered", int64(c.Delivered)},
				Counter{name + ".lost", int64(c.Lost + c.Outage)}, Counter{name + ".queue_full", int64(c.QueueFull)},
				Counter{name + ".marked", int64(c.Marked)}, Counter{name + ".corrupted", int64(c.Corrupted)}, Counter{name + ".duplicated", int64(c.Duplicated)},
			)
		}
	}
	return all
}

func numbered(n int, f *trace.Frame) *capture.Packet {
	p := capture.FromFrame(f)
	p.Number = n
	return p
}
