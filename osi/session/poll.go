package session

import (
	"errors"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// Poll is the server's side of polling: a dialogue in which it may speak only
// when asked, and once for each question. With Hold 0 it answers at once,
// mostly with nothing (short polling); else it holds the question open until
// there is something to say or the time is up (long polling, RFC 6202 §2).
type Poll struct {
	// Hold is how long a question may wait for an answer. RFC 6202 §5.5 finds
	// 30 seconds safe: longer, and something on the way may give up first.
	Hold time.Duration

	asked bool
	until sim.Time
}

// Errors of a poll.
var (
	// ErrSecondPoll: a client asked again before it was answered. There must
	// be one question at a time, or the order of answers is lost.
	ErrSecondPoll = errors.New("session: a second poll came before the first was answered: expected one at a time")
	// ErrNotAsked: the server has something to say, and no question is open.
	ErrNotAsked = errors.New("session: no poll is open: the server may speak only when asked")
)

// Ask opens a question.
func (p *Poll) Ask(now sim.Time) error {
	if p.asked {
		return ErrSecondPoll
	}
	p.asked, p.until = true, now.Add(p.Hold)
	return nil
}

// Answer uses the open question up: the server may send one answer now.
func (p *Poll) Answer() error {
	if !p.asked {
		return ErrNotAsked
	}
	p.asked = false
	return nil
}

// Open says whether a question waits for its answer.
func (p *Poll) Open() bool { return p.asked }

// Abandon forgets the question: the client went away without waiting.
func (p *Poll) Abandon() { p.asked = false }

// NextDeadline is when the open question must be answered, with nothing if
// need be.
func (p *Poll) NextDeadline() (sim.Time, bool) { return p.until, p.asked }

// Due says whether that moment has come.
func (p *Poll) Due(now sim.Time) bool { return p.asked && now >= p.until }
