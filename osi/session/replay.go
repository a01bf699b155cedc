package session

import (
	"fmt"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// Offset counts what was ever appended to a Replay, from 1. 0 is "nothing yet".
type Offset uint64

// Limits bound what a Replay keeps. A limit of 0 is none, and at least one
// should be set: a buffer without a bound is a leak with a delay.
type Limits struct {
	Items int           // how many
	Bytes int           // how large together
	Age   time.Duration // how long; what has this age exactly is still kept
}

// Item is something kept.
type Item[T any] struct {
	Offset Offset
	At     sim.Time // when it was appended
	Value  T
	size   int
}

// Replay remembers the latest of what was sent, so that a peer that comes back
// and says what it saw last can be sent the rest:
//
//	discarded │ 4 │ 5 │ 6 │ 7 │
//	          └ oldest        └ newest
//	Since(5) = 6, 7      Since(3) = 4, 5, 6, 7      Since(2) = gone: 3 is lost
//
// It never hides a gap: a peer that was away for too long is told so.
type Replay[T any] struct {
	limits Limits
	items  []Item[T]
	first  int // where the oldest item stands in items
	bytes  int
	newest Offset
}

// NewReplay makes an empty buffer.
func NewReplay[T any](l Limits) *Replay[T] { return &Replay[T]{limits: l} }

// GoneError says that something after the offset asked for is no longer kept.
type GoneError struct {
	Asked  Offset
	Oldest Offset // the oldest still kept; Newest+1 when nothing is
	Newest Offset
}

func (e *GoneError) Error() string {
	return fmt.Sprintf("session: what came after %d is gone: kept are %d to %d", e.Asked, e.Oldest, e.Newest)
}

// AheadError says that the peer claims to have seen what was never sent: it
// speaks of another session.
type AheadError struct{ Asked, Newest Offset }

func (e *AheadError) Error() string {
	return fmt.Sprintf("session: %d was never sent: expected an offset of at most %d", e.Asked, e.Newest)
}

// Append keeps a value of so many bytes and returns its offset. Older ones
// make room; a value that is larger than all the room is not kept at all, and
// is gone from the start.
func (r *Replay[T]) Append(now sim.Time, value T, size int) Offset {
	r.newest++
	r.items = append(r.items, Item[T]{r.newest, now, value, size})
	r.bytes += size
	r.discard(now)
	return r.newest
}

// Since lists what came after an offset, oldest first. The slice is good until
// the next call; the error is a *GoneError or an *AheadError.
func (r *Replay[T]) Since(now sim.Time, o Offset) ([]Item[T], error) {
	r.discard(now)
	kept := r.items[r.first:]
	oldest := r.newest + 1 - Offset(len(kept))
	switch {
	case o > r.newest:
		return nil, &AheadError{o, r.newest}
	case o+1 < oldest:
		return nil, &GoneError{o, oldest, r.newest}
	}
	return kept[o+1-oldest:], nil
}

// Len is how many values are kept. Old ones are discarded when the buffer is
// used, so it may count some whose time is up.
func (r *Replay[T]) Len() int { return len(r.items) - r.first }

// Size is how large they are together, in bytes.
func (r *Replay[T]) Size() int { return r.bytes }

func (r *Replay[T]) discard(now sim.Time) {
	for r.Len() > 0 && r.excess(now) {
		r.bytes -= r.items[r.first].size
		r.items[r.first] = Item[T]{} // let go of the value
		r.first++
	}
	// Half of the slice is unused: move the rest to its front, which costs
	// each item at most one move per time it is halved.
	if r.first > len(r.items)/2 {
		n := copy(r.items, r.items[r.first:])
		clear(r.items[n:])
		r.items, r.first = r.items[:n], 0
	}
}

// excess says whether the oldest item is beyond a limit.
func (r *Replay[T]) excess(now sim.Time) bool {
	l := &r.limits
	return l.Items > 0 && r.Len() > l.Items ||
		l.Bytes > 0 && r.bytes > l.Bytes ||
		l.Age > 0 && now.Sub(r.items[r.first].At) > l.Age
}
