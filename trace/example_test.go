package trace_test

import (
	"fmt"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// A package declares what can happen in it.
var lamp = trace.Define(trace.Kind{
	ID: "lamp.lit", Layer: osi.Application,
	Sentence: "{node} lights its lamp: {why}",
	Fields:   []string{"why"},
})

// teller is a subscriber: it prints what it is told.
type teller struct{}

func (teller) Event(e *trace.Event) {
	fmt.Printf("%d (because of %d): %s\n", e.ID, e.Cause, e.Sentence())
}
func (teller) Frame(f *trace.Frame) {
	fmt.Printf("%d (because of %d): %s %s %d bytes\n", f.ID, f.Cause, f.Interface.Node, f.Direction, len(f.Data))
}
func (teller) Secret(*trace.Secret) {}

// Whoever wants to know what happens subscribes to the log. Each record says
// what led to it.
func Example() {
	log := trace.NewLog(sim.New(1))
	log.Subscribe(teller{})

	porch := &trace.Interface{Node: "porch", Name: "eth0"}
	arrival := log.Tap(porch, trace.Received, log.NextFrameID(), make([]byte, 64))
	before := log.Because(arrival)
	if log.On() {
		log.Emit("porch", lamp, 0, trace.String("why", "somebody comes"))
	}
	log.Because(before)
	// Output:
	// 1 (because of 0): porch received 64 bytes
	// 2 (because of 1): porch lights its lamp: somebody comes
}

// A Recording keeps the whole log, and matchers find things in it.
func ExampleRecording_Find() {
	log, rec := trace.NewLog(sim.New(1)), &trace.Recording{}
	log.Subscribe(rec)
	log.Emit("porch", lamp, 0, trace.String("why", "dusk"))
	log.Emit("cellar", lamp, 0, trace.String("why", "footsteps"))
	for _, e := range rec.Find(trace.All(trace.OfKind("lamp.lit"), trace.AtNode("cellar"))) {
		fmt.Println(e.Sentence())
	}
	// Output:
	// cellar lights its lamp: footsteps
}
