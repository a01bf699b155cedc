package sim

import (
	"errors"
	"os"
)

// ErrQueueClosed is the answer of a queue that was closed (and, for Get, is
// empty by now).
var ErrQueueClosed = errors.New("sim: the queue is closed")

// Queue is a bounded first-in first-out line of values, from programs and
// events to programs: what a buffered channel is to goroutines.
type Queue[T any] struct {
	items        []T // a circle
	first, n     int
	closed       bool
	filled, room Cond // something to get; room to put
}

// NewQueue makes a queue for up to capacity values, at least one. describe
// says what its programs wait for, as with NewCond.
func NewQueue[T any](s *Sim, capacity int, describe func() string) *Queue[T] {
	q := &Queue[T]{items: make([]T, max(capacity, 1))}
	q.filled.Init(s, describe)
	q.room.Init(s, describe)
	return q
}

// Len is the number of values in the queue.
func (q *Queue[T]) Len() int { return q.n }

// Cap is the number of values that the queue has room for.
func (q *Queue[T]) Cap() int { return len(q.items) }

// TryPut appends v if there is room. It never waits, so events may call it.
func (q *Queue[T]) TryPut(v T) bool {
	if q.closed || q.n == len(q.items) {
		return false
	}
	q.items[(q.first+q.n)%len(q.items)] = v
	q.n++
	q.filled.Signal()
	return true
}

// Put appends v; it waits for room. The error is ErrQueueClosed or nil.
func (q *Queue[T]) Put(v T) error {
	for !q.TryPut(v) {
		if q.closed {
			return ErrQueueClosed
		}
		q.room.Wait()
	}
	return nil
}

// TryGet takes the first value if there is one. It never waits.
func (q *Queue[T]) TryGet() (v T, ok bool) {
	if q.n == 0 {
		return v, false
	}
	var none T
	v, q.items[q.first] = q.items[q.first], none
	q.first = (q.first + 1) % len(q.items)
	q.n--
	q.room.Signal()
	return v, true
}

// Get takes the first value; it waits for one. The error is ErrQueueClosed
// once the queue is closed and empty, or nil.
func (q *Queue[T]) Get() (T, error) { return q.GetUntil(Never) }

// GetUntil is Get with a deadline, after which the error is
// os.ErrDeadlineExceeded. What is there already is taken in any case.
func (q *Queue[T]) GetUntil(at Time) (T, error) {
	for {
		if v, ok := q.TryGet(); ok {
			return v, nil
		}
		var none T
		if q.closed {
			return none, ErrQueueClosed
		}
		if !q.filled.WaitUntil(at) && q.n == 0 {
			return none, os.ErrDeadlineExceeded
		}
	}
}

// Close refuses further values and wakes all that wait. Values that are in the
// queue can still be taken.
func (q *Queue[T]) Close() {
	q.closed = true
	q.filled.Broadcast()
	q.room.Broadcast()
}
