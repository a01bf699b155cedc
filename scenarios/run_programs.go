package scenarios

import (
	"errors"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/scenarios/plan"
	"github.com/packetwalk/packetwalk/scenarios/programs"
	"github.com/packetwalk/packetwalk/sim"
)

// journal takes down what a program does, with the time.
type journal struct {
	sim    *sim.Sim
	result *ProgramResult
}

func (j *journal) Print(line string) {
	j.result.Lines = append(j.result.Lines, Line{j.sim.Now(), line})
}

func (j *journal) Sent(data []byte) { j.result.Sent = append(j.result.Sent, j.chunk(data)) }

func (j *journal) Received(data []byte) { j.result.Received = append(j.result.Received, j.chunk(data)) }

func (j *journal) chunk(data []byte) Chunk {
	return Chunk{j.sim.Now(), append([]byte(nil), data...)}
}

// Count adds to a number that the program keeps.
func (j *journal) Count(name string, n int64) {
	for i := range j.result.Values {
		if j.result.Values[i].Name == name {
			j.result.Values[i].Value += n
			return
		}
	}
	j.result.Values = append(j.result.Values, Counter{name, n})
}

// startPrograms puts every program on its host, to begin when the plan says.
func (st *stage) startPrograms() {
	returned := map[string]*sim.Cond{}
	for i := range st.plan.Programs {
		p := &st.plan.Programs[i]
		r := &ProgramResult{Name: p.Name, Host: p.Host, Run: p.Run}
		st.results = append(st.results, r)
		name := p.Name
		returned[name] = sim.NewCond(st.lab.Sim(), func() string { return "the end of " + name })
		st.start(p, r, returned)
	}
}

func (st *stage) start(p *plan.Program, r *ProgramResult, returned map[string]*sim.Cond) {
	s := st.lab.Sim()
	h := st.devices[p.Host].host
	body := func() error {
		st.waitForTurn(p, returned)
		ctx := &programs.Context{Host: h, Args: p.Args, Journal: &journal{s, r}}
		err := programs.Lookup(p.Run).Run(ctx)
		if errors.Is(err, host.ErrEnded) {
			return nil
		}
		r.Err, r.Returned, r.Ended = err, true, s.Now()
		returned[p.Name].Broadcast()
		return err
	}
	if p.Background {
		h.Background(p.Name, body)
	} else {
		h.Go(p.Name, body)
	}
}

// waitForTurn lets the time before a program begins pass.
func (st *stage) waitForTurn(p *plan.Program, returned map[string]*sim.Cond) {
	if p.After != "" {
		for !st.hasReturned(p.After) {
			returned[p.After].Wait()
		}
	}
	if p.Start > 0 {
		st.lab.Sim().Sleep(p.Start)
	}
}

func (st *stage) hasReturned(name string) bool {
	for _, r := range st.results {
		if r.Name == name {
			return r.Returned
		}
	}
	return false
}
