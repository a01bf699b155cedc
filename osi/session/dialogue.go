package session

import "fmt"

// Side is one of the two that talk.
type Side uint8

// The sides. Which side opened the session says nothing about who may speak.
const (
	Caller Side = iota
	Called
)

func (s Side) String() string {
	if s == Caller {
		return "the caller"
	}
	return "the called side"
}

// Other is the peer.
func (s Side) Other() Side { return 1 - s }

// Mode is how turns are taken (ITU-T X.225: the duplex and the half-duplex
// functional unit).
type Mode uint8

// The modes.
const (
	// FullDuplex: both may speak at any time. There is no token.
	FullDuplex Mode = iota
	// HalfDuplex: only the side that holds the data token may speak.
	HalfDuplex
)

// Dialogue keeps the turns of a conversation. The zero value is full duplex;
// in half duplex it is the caller's turn first.
type Dialogue struct {
	mode     Mode
	token    Side // who holds the data token, in half duplex
	wanted   bool // the other side has asked for it
	finished [2]bool
}

// NewDialogue begins a conversation. In half duplex the first turn is first's.
func NewDialogue(mode Mode, first Side) Dialogue {
	return Dialogue{mode: mode, token: first}
}

// TurnError is the refusal of a step that is not for this side to take now.
type TurnError struct {
	By   Side
	Step string // "speak", "give the token", …
	Why  string
}

func (e *TurnError) Error() string {
	return fmt.Sprintf("session: %s cannot %s: %s", e.By, e.Step, e.Why)
}

// May says whether a side may speak now.
func (d *Dialogue) May(by Side) bool { return d.Speak(by) == nil }

// Speak checks that a side may speak now; if not, it returns a *TurnError.
func (d *Dialogue) Speak(by Side) error { return d.check(by, "speak") }

func (d *Dialogue) check(by Side, step string) error {
	switch {
	case d.finished[by]:
		return &TurnError{by, step, "it has finished"}
	case d.mode == HalfDuplex && d.token != by:
		return &TurnError{by, step, "it is the other side's turn"}
	}
	return nil
}

// Holder is the side that holds the token; in full duplex there is none.
func (d *Dialogue) Holder() (Side, bool) { return d.token, d.mode == HalfDuplex }

// Please asks for the token (X.225: PLEASE TOKENS). The holder need not give
// it; Wanted tells it that somebody waits.
func (d *Dialogue) Please(by Side) error {
	switch {
	case d.mode == FullDuplex:
		return &TurnError{by, "ask for the token", "in full duplex there is none"}
	case d.finished[by]:
		return &TurnError{by, "ask for the token", "it has finished"}
	case d.token == by:
		return &TurnError{by, "ask for the token", "it holds it"}
	}
	d.wanted = true
	return nil
}

// Wanted says whether the side without the token has asked for it.
func (d *Dialogue) Wanted() bool { return d.wanted }

// Give hands the token to the other side (X.225: GIVE TOKENS).
func (d *Dialogue) Give(by Side) error {
	const step = "give the token"
	if d.mode == FullDuplex {
		return &TurnError{by, step, "in full duplex there is none"}
	}
	if err := d.check(by, step); err != nil {
		return err
	}
	if d.finished[by.Other()] {
		return &TurnError{by, step, "the other side has finished"}
	}
	d.token, d.wanted = by.Other(), false
	return nil
}

// Finish ends what a side has to say (X.225: FINISH; it needs the token too).
// In half duplex the last turn is then the other side's.
func (d *Dialogue) Finish(by Side) error {
	if err := d.check(by, "finish"); err != nil {
		return err
	}
	d.finished[by] = true
	if d.mode == HalfDuplex && !d.finished[by.Other()] {
		d.token, d.wanted = by.Other(), false
	}
	return nil
}

// Over says whether both sides have finished.
func (d *Dialogue) Over() bool { return d.finished[Caller] && d.finished[Called] }
