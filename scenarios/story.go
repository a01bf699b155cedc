package scenarios

import (
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/trace"
)

// tell finds the event or frame of every step of the story in one run, each
// after the one before it, and says its sentence.
func (sc *Scenario) tell(r *VariantResult, knobs Knobs, env map[string]any) []StepResult {
	var told []StepResult
	var last trace.ID
	for _, st := range sc.Story {
		if st.Variant.Given() && st.Variant.S != r.Name {
			continue
		}
		if st.condition != nil {
			if v, err := st.condition.run(env); err == nil && v == false {
				continue
			}
		}
		res := StepResult{Step: st, Number: len(told) + 1, Variant: r.Name}
		from := last
		if st.Match.From.S == "start" {
			from = 0
		}
		at := search{run: r, knobs: knobs, env: env, after: from}
		at.find(&st.Match)
		res.take(&at, st, knobs)
		if res.Missed == "" {
			last = at.id()
		}
		told = append(told, res)
	}
	return told
}

// opened is the frame that the scenario wants to be looked into, nil if it
// names none or the run has none such.
func (sc *Scenario) opened(r *VariantResult, knobs Knobs, env map[string]any) *capture.Dissection {
	if sc.Open == nil {
		return nil
	}
	at := search{run: r, knobs: knobs, env: env}
	if at.find(sc.Open); !at.found {
		return nil
	}
	return r.packet(at.frame)
}

// search looks for a step's event or frame.
type search struct {
	run   *VariantResult
	knobs Knobs
	env   map[string]any
	after trace.ID // what it finds comes after this

	event  *trace.Event
	frame  int            // index of the frame, if that is what was sought
	found  bool           //
	within map[string]any // the environment with what was found
	seen   int            // how many matched
	err    error
}

func (s *search) id() trace.ID {
	if s.event != nil {
		return s.event.ID
	}
	return s.run.Recording.Frames[s.frame].ID
}

func (s *search) find(m *Moment) {
	if m.Event.Given() {
		s.findEvent(m)
	} else {
		s.findFrame(m)
	}
}

func (s *search) findEvent(m *Moment) {
	for i := range s.run.Recording.Events {
		e := &s.run.Recording.Events[i]
		if e.ID <= s.after || e.Kind.ID != m.Event.S || m.Node.Given() && e.Node != m.Node.S || !s.eventHas(e, m.Where) {
			continue
		}
		if s.accept(m, func() map[string]any { return withEvent(s.env, e) }) {
			s.event = e
			return
		}
	}
}

func (s *search) eventHas(e *trace.Event, where []*Argument) bool {
	for _, w := range where {
		f, ok := e.Get(w.Name.S)
		if !ok || !strings.EqualFold(f.String(), s.filled(w.Value)) {
			return false
		}
	}
	return true
}

func (s *search) findFrame(m *Moment) {
	for i := range s.run.Recording.Frames {
		f, d := &s.run.Recording.Frames[i], s.run.packet(i)
		if f.ID <= s.after || d == nil || m.Node.Given() && f.Interface.Node != m.Node.S ||
			m.Direction.Given() && f.Direction.String() != m.Direction.S || !has(d, m.Frame.S) || !s.frameHas(d, m.Where) {
			continue
		}
		if s.accept(m, func() map[string]any { return withFrame(s.env, viewFrame(d, f)) }) {
			s.frame = i
			return
		}
	}
}

func (s *search) frameHas(d *capture.Dissection, where []*Argument) bool {
	for _, w := range where {
		f, ok := findField(d, w.Name.S)
		want := s.filled(w.Value)
		if !ok || !strings.EqualFold(f.Value, want) && fmt.Sprint(f.Number) != want {
			return false
		}
	}
	return true
}

// accept applies a candidate to the last two conditions: if and nth.
func (s *search) accept(m *Moment, env func() map[string]any) bool {
	var with map[string]any
	if m.condition != nil {
		with = env()
		v, err := m.condition.run(with)
		if err != nil {
			s.err = err
			return false
		}
		if yes, ok := v.(bool); !ok || !yes {
			return false
		}
	}
	if s.seen++; s.seen < max(1, m.Nth) {
		return false
	}
	if with == nil {
		with = env()
	}
	s.found, s.within = true, with
	return true
}

// filled is a text of the file with knobs filled in.
func (s *search) filled(t Text) string {
	text, _, _ := s.knobs.fill(t.S) // the loader has seen that it can be
	return text
}

// take makes the result of what the search found.
func (res *StepResult) take(s *search, st *Step, knobs Knobs) {
	if !s.found {
		res.Say = st.Say.S
		res.Missed = fmt.Sprintf("step %d (line %d) finds no %s: %q", res.Number, st.Place.Line, s.sought(&st.Match), st.Say.S)
		return
	}
	if s.event != nil {
		res.Event, res.Time, res.Node = s.event, s.event.Time, s.event.Node
		res.Packet = s.run.packetOf(s.event)
	} else {
		f := &s.run.Recording.Frames[s.frame]
		res.Packet, res.Time, res.Node = s.run.packet(s.frame), f.Time, f.Interface.Node
	}
	say, err := st.say.fill(knobs, s.within)
	if err != nil {
		res.Say = st.Say.S
		res.Missed = fmt.Sprintf("step %d (line %d) cannot be told: %v", res.Number, st.Place.Line, err)
		return
	}
	res.Say = say
}

// sought says what a step looked for and how far it got.
func (s *search) sought(m *Moment) string {
	var b strings.Builder
	if m.Event.Given() {
		fmt.Fprintf(&b, "event %s", m.Event)
	} else {
		fmt.Fprintf(&b, "frame with %s", m.Frame)
	}
	if m.Node.Given() {
		fmt.Fprintf(&b, " at %s", m.Node)
	}
	for _, w := range m.Where {
		fmt.Fprintf(&b, " with %s %s", w.Name, s.filled(w.Value))
	}
	if m.If.Given() {
		fmt.Fprintf(&b, " for which %s", m.If)
	}
	if s.after > 0 {
		b.WriteString(" after the previous step")
	}
	if m.Nth > 1 {
		fmt.Fprintf(&b, ", only %d of %d", s.seen, m.Nth)
	}
	if s.err != nil {
		fmt.Fprintf(&b, " (%v)", s.err)
	}
	return b.String()
}

// packetOf is the frame that an event speaks of, at the vantage point closest
// to it: the very sighting that caused it, else one at the event's own node,
// else the first.
func (r *VariantResult) packetOf(e *trace.Event) *capture.Dissection {
	if e.Frame == 0 {
		return nil
	}
	best, rank := -1, 0
	for i := range r.Recording.Frames {
		f := &r.Recording.Frames[i]
		closeness := 1
		switch {
		case f.Frame != e.Frame:
			continue
		case f.ID == e.Cause:
			closeness = 3
		case f.Interface.Node == e.Node:
			closeness = 2
		}
		if closeness > rank {
			best, rank = i, closeness
		}
	}
	if best < 0 {
		return nil
	}
	return r.packet(best)
}
