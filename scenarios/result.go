package scenarios

import (
	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/scenarios/plan"
	"github.com/packetwalk/packetwalk/scenarios/value"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// Result is everything that a run of a scenario left behind, as data: whoever
// shows it needs nothing else, and asks no protocol anything.
type Result struct {
	Scenario *Scenario
	Seed     uint64
	// Knobs are all knobs with the values of this run, in the file's order.
	Knobs []Setting
	// Command repeats the run: "packetwalk run fcs-flip --seed 1 --loss 5%".
	Command string
	// Variants are the runs, in the file's order: one, whose Name is "", when
	// the scenario has no variants.
	Variants []*VariantResult
	// Story, Predictions and Expectations are in the file's order; a story
	// step that is told of every variant stands here once for each.
	Story        []StepResult
	Predictions  []PredictionResult
	Expectations []ExpectationResult
}

// Setting is a knob and its value in a run.
type Setting struct {
	Knob  *Knob
	Value value.Value
	// Chosen says that the value is not the default.
	Chosen bool
}

// VariantResult is one run: the whole record of it, and what its programs
// came to.
type VariantResult struct {
	Name  string // "tcp"; "" when the scenario has no variants
	Title string // "over TCP"; "" when the scenario has no variants
	// Plan is the laboratory that ran, with all values filled in.
	Plan *plan.Plan
	// Opened is the frame to look into, nil when the scenario leaves that to
	// whoever shows the run.
	Opened *capture.Dissection
	Outcome
}

// Outcome is what the runner hands back after one run.
type Outcome struct {
	// Recording holds every event and every frame.
	Recording *trace.Recording
	// Interfaces are the vantage points, by Index.
	Interfaces []*trace.Interface
	// Packets are Recording.Frames, read back from their bytes, in the same
	// order: each frame once for every interface that saw it.
	Packets []*capture.Dissection
	// Programs are in the file's order.
	Programs []*ProgramResult
	// Counters are totals that the devices kept, in a fixed order.
	Counters []Counter
	// Fates are what befell the frames with application data, direction by
	// direction: the storm.
	Fates []Fate
	// End is when the run was over.
	End sim.Time
	// Err says how the run ended if not well: a deadlock, a panic. A program
	// that merely failed has that in its own result.
	Err error
}

// ProgramResult is what became of one program.
type ProgramResult struct {
	Name string // as expressions know it: "client"
	Host string
	Run  string // what it ran: "chat-client"
	// Lines are what it printed.
	Lines []Line
	// Sent and Received are what it handed to the network and what it got
	// from it: one Chunk for each write and each read that it made, without
	// the number that it may put in front of a piece.
	Sent, Received []Chunk
	// Values are further numbers that it counted, in a fixed order.
	Values []Counter
	// Err is what it returned, nil when all went well or when it still ran.
	Err error
	// Returned says whether it came to its end; Ended says when.
	Returned bool
	Ended    sim.Time
}

// Line is a line that a program printed.
type Line struct {
	Time sim.Time
	Text string
}

// Chunk is the bytes of one read or write.
type Chunk struct {
	Time sim.Time
	Data []byte
}

// Counter is a named total: "s1.flooded", 3.
type Counter struct {
	Name  string
	Value int64
}

// Fate is what the wire did to the K-th frame with application data in one
// direction of a link. Equal storms deal equal fates to the same K, whatever
// protocol the frames carry.
type Fate struct {
	Link string // the link
	From string // the node that sent the frame into it
	K    int    // from 1
	What string // "delivered", "lost", "corrupted", ...
	// Frame is the frame that it struck.
	Frame trace.FrameID
	Time  sim.Time
}

// StepResult is a step of the story, told of this run.
type StepResult struct {
	Step    *Step
	Number  int    // from 1, within its variant
	Variant string // "" when the scenario has none
	// Say is the step's sentence with the particulars filled in.
	Say string
	// Event is the event that it tells of, nil when it tells of a frame.
	Event *trace.Event
	// Packet is the frame that it tells of or that its event speaks of, at
	// the vantage point closest to it; nil when there is none.
	Packet *capture.Dissection
	// Time and Node are those of the event or packet.
	Time sim.Time
	Node string
	// Missed says why the step could not be told; "" when it could.
	Missed string
}

// PredictionResult is a question with the answer that this run gave.
type PredictionResult struct {
	Prediction *Prediction
	Ask        string // with the particulars filled in
	// Answer is the right answer, as people read it: "118 bytes".
	Answer string
	// Options are the answers to choose from, in an order that depends on
	// the seed and nothing else. Of a question for a number or a text they are
	// the answers that were foreseen, not a list to be shown beforehand.
	Options []Option
	Explain string // why the answer is what it is
	// Problem says why no right answer could be worked out; "" if it could.
	Problem string

	number float64 // the answer as a number, when Prediction.Kind is AskNumber
}

// Option is an answer that somebody may give.
type Option struct {
	Text  string
	Right bool
	// Belief is the idea behind a wrong answer, and Feedback speaks to it.
	Belief, Feedback string
}

// ExpectationResult is a fact that had to hold.
type ExpectationResult struct {
	Expectation *Expectation
	Variant     string // "" when it was checked once, for all variants
	That        string // with the particulars filled in
	Held        bool
	// Found says what was found instead, or why it could not be checked; ""
	// when it held.
	Found string
}

// Failures lists what is not as the scenario says it must be, one sentence
// each: steps without an event, expectations that do not hold, questions
// without an answer, runs that ended badly. None means that the run is sound.
func (r *Result) Failures() []string {
	var all []string
	for _, v := range r.Variants {
		if v.Err != nil {
			all = append(all, inVariant(v.Name)+"the run did not end well: "+v.Err.Error())
		}
	}
	for i := range r.Story {
		if s := &r.Story[i]; s.Missed != "" {
			all = append(all, inVariant(s.Variant)+"story: "+s.Missed)
		}
	}
	for i := range r.Predictions {
		if p := &r.Predictions[i]; p.Problem != "" {
			all = append(all, "prediction: "+p.Problem)
		}
	}
	for i := range r.Expectations {
		if e := &r.Expectations[i]; !e.Held {
			all = append(all, inVariant(e.Variant)+"expected that "+e.That+": "+e.Found)
		}
	}
	return all
}

func inVariant(name string) string {
	if name == "" {
		return ""
	}
	return name + ": "
}
