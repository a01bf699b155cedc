package tcp

import (
	"fmt"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// State is a state of a connection (RFC 9293 §3.3.2). A listening port is the
// host's; a connection begins where it leaves LISTEN.
type State uint8

// The states.
const (
	Closed State = iota
	Listen
	SynSent
	SynReceived
	Established
	FinWait1
	FinWait2
	CloseWait
	Closing
	LastAck
	TimeWait
	numStates
)

var stateNames = [numStates]string{
	"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED",
	"FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
}

// String is the state's name in the RFC's spelling, as "SYN-RECEIVED".
func (s State) String() string {
	if s < numStates {
		return stateNames[s]
	}
	return "?"
}

// Transition is a legal step from one state to another, and what makes it.
type Transition struct {
	From, To State
	Why      string
}

// Transitions is the state diagram of RFC 9293 §3.3.2 (Figure 5) with the
// steps that its notes and §3.10 add: resets, time-outs, aborts.
var Transitions = []Transition{
	{Closed, SynSent, "active OPEN / SYN"},
	{Listen, SynReceived, "SYN / SYN,ACK"},
	{SynSent, SynReceived, "SYN / SYN,ACK (simultaneous open)"},
	{SynSent, Established, "SYN,ACK / ACK"},
	{SynSent, Closed, "CLOSE, RST or time-out"},
	{SynReceived, Established, "ACK of SYN"},
	{SynReceived, FinWait1, "CLOSE / FIN"},
	{SynReceived, Closed, "RST, SYN, ABORT or time-out"},
	{Established, FinWait1, "CLOSE / FIN"},
	{Established, CloseWait, "FIN / ACK"},
	{Established, Closed, "RST, ABORT or time-out"},
	{FinWait1, FinWait2, "ACK of FIN"},
	{FinWait1, Closing, "FIN / ACK"},
	{FinWait1, TimeWait, "FIN, ACK of FIN / ACK"},
	{FinWait1, Closed, "RST, ABORT or time-out"},
	{FinWait2, TimeWait, "FIN / ACK"},
	{FinWait2, Closed, "RST, ABORT or time-out"},
	{CloseWait, LastAck, "CLOSE / FIN"},
	{CloseWait, Closed, "RST, ABORT or time-out"},
	{Closing, TimeWait, "ACK of FIN"},
	{Closing, Closed, "RST, ABORT or time-out"},
	{LastAck, Closed, "ACK of FIN, RST, ABORT or time-out"},
	{TimeWait, Closed, "2 MSL passed, RST or ABORT"},
}

var legal = func() (table [numStates][numStates]bool) {
	for _, t := range Transitions {
		table[t.From][t.To] = true
	}
	return table
}()

// setState is the only place at which the state of a connection changes. (Accept
// puts a new one into LISTEN.)
func (c *Conn) setState(now sim.Time, to State) {
	from := c.state
	if !legal[from][to] {
		panic(fmt.Sprintf("tcp: no transition from %v to %v in RFC 9293", from, to))
	}
	if c.em.Log.On() {
		c.emit(StateChange, trace.String("from", from.String()), trace.String("to", to.String()))
	}
	c.state = to
	switch to {
	case TimeWait:
		c.startTimeWait(now)
	case Closed:
		c.releaseAll()
	}
}

// synchronised: the states in which both sides know both initial sequence
// numbers (RFC 9293 §3.5.1).
func (s State) synchronised() bool { return s >= Established }

// maySend: the states in which text and FIN of ours may still be on their way.
func (s State) maySend() bool {
	switch s {
	case Established, FinWait1, CloseWait, Closing, LastAck:
		return true
	}
	return false
}

// mayReceive: the states in which the other side may still send text.
func (s State) mayReceive() bool { return s == Established || s == FinWait1 || s == FinWait2 }
