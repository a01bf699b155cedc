package session

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

// X.225: the data token gives its owner, and nobody else, the right to send.
func TestHalfDuplexStory(t *testing.T) {
	d := NewDialogue(HalfDuplex, Caller)
	for i, step := range []struct {
		do   func(Side) error
		by   Side
		want string // "" when it succeeds
	}{
		{d.Speak, Caller, ""},
		{d.Speak, Called, "session: the called side cannot speak: it is the other side's turn"},
		{d.Give, Called, "session: the called side cannot give the token: it is the other side's turn"},
		{d.Please, Caller, "session: the caller cannot ask for the token: it holds it"},
		{d.Please, Called, ""},
		{d.Give, Caller, ""},
		{d.Speak, Caller, "session: the caller cannot speak: it is the other side's turn"},
		{d.Speak, Called, ""},
		{d.Finish, Caller, "session: the caller cannot finish: it is the other side's turn"},
		{d.Finish, Called, ""},
		{d.Speak, Called, "session: the called side cannot speak: it has finished"},
		{d.Please, Called, "session: the called side cannot ask for the token: it has finished"},
		{d.Speak, Caller, ""},
		{d.Give, Caller, "session: the caller cannot give the token: the other side has finished"},
		{d.Finish, Caller, ""},
	} {
		err := step.do(step.by)
		var turn *TurnError
		if step.want == "" && err != nil || step.want != "" && (!errors.As(err, &turn) || err.Error() != step.want) {
			t.Errorf("step %d: %v, want %q", i+1, err, step.want)
		}
	}
	if !d.Over() {
		t.Error("both have finished, and the dialogue is not over")
	}
}

func TestFullDuplex(t *testing.T) {
	var d Dialogue
	if _, has := d.Holder(); has || !d.May(Caller) || !d.May(Called) {
		t.Error("in full duplex both may speak, and there is no token")
	}
	if d.Give(Caller) == nil || d.Please(Called) == nil {
		t.Error("a token that does not exist was given or asked for")
	}
	if err := d.Finish(Caller); err != nil || d.May(Caller) || !d.May(Called) || d.Over() {
		t.Errorf("after the caller finished (%v) the other side goes on", err)
	}
}

// Whatever steps are tried, in half duplex never both may speak, and until the
// dialogue is over one always may: it cannot get stuck.
func TestHalfDuplexProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := NewDialogue(HalfDuplex, rapid.SampledFrom([]Side{Caller, Called}).Draw(t, "first"))
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			by := rapid.SampledFrom([]Side{Caller, Called}).Draw(t, "by")
			before := d
			step := rapid.SampledFrom([]func(Side) error{d.Speak, d.Give, d.Please, d.Finish}).Draw(t, "step")
			if err := step(by); err != nil && d != before {
				t.Fatalf("a refused step changed %+v to %+v", before, d)
			}
			caller, called := d.May(Caller), d.May(Called)
			if caller && called || !caller && !called && !d.Over() || d.Over() && (caller || called) {
				t.Fatalf("the caller may speak: %v, the other side: %v, over: %v", caller, called, d.Over())
			}
			if d.Wanted() && d.finished[d.token.Other()] {
				t.Fatal("a side that has finished wants the token")
			}
		}
	})
}
