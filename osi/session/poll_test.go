package session

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

func TestLongPoll(t *testing.T) {
	p := Poll{Hold: 30 * time.Second}
	at := func(s int) sim.Time { return sim.Time(s) * sim.Time(time.Second) }
	if err := p.Answer(); !errors.Is(err, ErrNotAsked) {
		t.Errorf("an answer without a question: %v", err)
	}
	if err := p.Ask(at(10)); err != nil || !p.Open() || p.Due(at(39)) || !p.Due(at(40)) {
		t.Errorf("asked at 10 s (%v): open %v, due at 39 s %v, at 40 s %v", err, p.Open(), p.Due(at(39)), p.Due(at(40)))
	}
	if deadline, ok := p.NextDeadline(); !ok || deadline != at(40) {
		t.Errorf("deadline %s %v, want 40 s", deadline, ok)
	}
	if err := p.Ask(at(11)); !errors.Is(err, ErrSecondPoll) {
		t.Errorf("a second question: %v", err)
	}
	if err := p.Answer(); err != nil || p.Open() || p.Due(at(50)) {
		t.Errorf("answered (%v): open %v, due %v", err, p.Open(), p.Due(at(50)))
	}
	if err := p.Answer(); !errors.Is(err, ErrNotAsked) {
		t.Errorf("a second answer to one question: %v", err)
	}
}

func TestShortPollIsDueAtOnce(t *testing.T) {
	var p Poll
	if err := p.Ask(5); err != nil || !p.Due(5) {
		t.Errorf("%v, due at once: %v", err, p.Due(5))
	}
	p.Abandon()
	if err := p.Ask(6); err != nil {
		t.Errorf("after the client went away: %v", err)
	}
}

func TestID(t *testing.T) {
	a, err := NewID(sim.NewStream(1, "server"))
	if err != nil || len(a) != 22 {
		t.Fatalf("%q, %v: want 22 characters", a, err)
	}
	if again, _ := NewID(sim.NewStream(1, "server")); again != a {
		t.Errorf("one stream gives %q and %q", a, again)
	}
	if other, _ := NewID(sim.NewStream(2, "server")); other == a {
		t.Error("two streams give one id")
	}
	if got, err := ParseID(string(a)); err != nil || got != a {
		t.Errorf("ParseID: %q, %v", got, err)
	}
	for _, bad := range []string{"", "short", string(a) + "A", strings.Repeat("!", 22), string(a[:21]) + "="} {
		if _, err := ParseID(bad); err == nil {
			t.Errorf("%q was taken for an id", bad)
		}
	}
	if _, err := NewID(strings.NewReader("too short")); err == nil {
		t.Error("an id without enough randomness")
	}
}
