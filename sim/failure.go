package sim

import "fmt"

// PanicError is a panic in a program, or in an event if Program is empty.
type PanicError struct {
	Program string
	At      Time
	Value   any    // what was panicked with
	Stack   []byte // of the panic, as debug.Stack prints it
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("sim: %s panicked at %s: %v\n%s", who(e.Program), e.At, e.Value, e.Stack)
}

// Unwrap is the value of the panic if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// GoexitError is a program (or an event, if Program is empty) that left with
// runtime.Goexit, as t.Fatal does. The run is broken off there.
type GoexitError struct {
	Program string
	At      Time
}

func (e *GoexitError) Error() string {
	return fmt.Sprintf("sim: %s left with runtime.Goexit (as t.Fatal does) at %s", who(e.Program), e.At)
}

// StuckError is a program that has not come back to the event loop for longer
// than Sim.Patience on the wall clock: it waits for a channel, a mutex or a
// time.Sleep, which freezes simulated time for ever, or it computes for ever.
// The simulation is left as it stands; its goroutines cannot be freed.
type StuckError struct {
	Program string
	Line    string // the program's own line at which it is stuck, "file.go:12"
	Stack   []byte // all of it
}

func (e *StuckError) Error() string {
	return fmt.Sprintf("sim: %s has not come back: it is stuck at %s. "+
		"A program waits with Sleep, Cond, Queue or a simulated socket, never with a channel, a lock or time.Sleep\n%s",
		who(e.Program), e.Line, e.Stack)
}

// ForeignGoroutineError is the refusal of a call from a goroutine that is not
// a program of the simulation.
type ForeignGoroutineError struct {
	Call  string // the function that was called: "host.(*Conn).Read"
	From  string // who called it: "main.main.func1 (main.go:12)"
	Stack []byte
}

func (e *ForeignGoroutineError) Error() string {
	return fmt.Sprintf("sim: %s was called by %s on a goroutine of its own. "+
		"Only programs may: start one with Go of the simulation or of a host, instead of with a go statement",
		e.Call, e.From)
}

func who(program string) string {
	if program == "" {
		return "an event"
	}
	return fmt.Sprintf("the program %q", program)
}
