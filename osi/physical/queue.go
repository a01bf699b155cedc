package physical

import (
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// waiting is a frame in the queue before the transmitter.
type waiting struct {
	frame *Frame
	since sim.Time
	cause trace.ID // why it was sent
}

// QueueState is what waits for a transmitter.
type QueueState struct {
	Frames int           // how many frames
	Bytes  int           // how many bytes, FCS included
	Waited time.Duration // how long the first of them has waited
}

// Verdict is what a Discipline decides about a frame.
type Verdict uint8

// The verdicts.
const (
	Keep Verdict = iota
	Drop
	// Mark tells the sender of congestion by a mark in the frame, if it is of
	// a kind that can be marked (DirectionConfig.Mark), and by its loss if not.
	Mark
)

// Discipline manages a queue: it is asked when a frame wants to join, and
// again when a frame's turn to leave has come, so that a discipline can judge
// by length (drop-tail, RED) as well as by the time a frame has waited
// (CoDel). Each direction has one of its own, which may keep state.
type Discipline interface {
	// Enqueue judges f, which finds the queue as q.
	Enqueue(now sim.Time, f *Frame, q QueueState) Verdict
	// Dequeue judges f, which has waited for q.Waited and is counted in q.
	Dequeue(now sim.Time, f *Frame, q QueueState) Verdict
}

// DropTail is the simplest discipline: who finds the queue full is dropped.
type DropTail struct{ Limit int } // in frames

// Enqueue drops a frame that finds the queue full.
func (d DropTail) Enqueue(_ sim.Time, _ *Frame, q QueueState) Verdict {
	if q.Frames >= d.Limit {
		return Drop
	}
	return Keep
}

// Dequeue keeps every frame.
func (DropTail) Dequeue(sim.Time, *Frame, QueueState) Verdict { return Keep }

// discipline is what the configuration asks for.
func (c *DirectionConfig) discipline() Discipline {
	switch {
	case c.Discipline != nil:
		return c.Discipline()
	case c.Queue == 0:
		return DropTail{DefaultQueue}
	}
	return DropTail{max(c.Queue, 0)}
}

// tailLimit spares the usual discipline the report on the queue that others
// are asked with: it is the limit of a DropTail, else negative.
func tailLimit(d Discipline) int {
	if tail, ok := d.(DropTail); ok {
		return max(tail.Limit, 0)
	}
	return -1
}

func (d *direction) queueState() QueueState {
	q := QueueState{Frames: d.queue.len(), Bytes: d.queued}
	if q.Frames > 0 {
		q.Waited = d.sim.Now().Sub(d.queue.at(0).since)
	}
	return q
}

// enqueue lets a frame wait, if the discipline permits.
func (d *direction) enqueue(f *Frame) {
	now := d.sim.Now()
	if d.tail < 0 || d.queue.len() >= d.tail {
		if q := d.queueState(); !d.admits(f, q, d.discipline.Enqueue(now, f, q)) {
			d.dropFromQueue(f, q, 0)
			return
		}
	}
	d.queue.push(waiting{f, now, d.log.Cause()})
	d.queued += len(f.Data)
	d.medium.wait(d)
}

// dequeue takes the next frame whose turn it is, false if none is left.
func (d *direction) dequeue() (waiting, bool) {
	for d.queue.len() > 0 {
		var q QueueState
		if d.tail < 0 {
			q = d.queueState()
		}
		w := d.queue.pop()
		d.queued -= len(w.frame.Data)
		if d.tail >= 0 {
			return w, true
		}
		before := d.log.Because(w.cause)
		stays := d.admits(w.frame, q, d.discipline.Dequeue(d.sim.Now(), w.frame, q))
		if !stays {
			d.dropFromQueue(w.frame, q, q.Waited)
		}
		d.log.Because(before)
		if stays {
			return w, true
		}
	}
	d.deferring = false
	return waiting{}, false
}

// admits carries out a verdict as far as it changes the frame, and says
// whether the frame stays.
func (d *direction) admits(f *Frame, q QueueState, v Verdict) bool {
	if v != Mark {
		return v == Keep
	}
	if d.cfg.Mark == nil || !d.cfg.Mark(f) {
		return false
	}
	d.count.Marked++
	if d.log.On() {
		d.log.Emit(d.link.Name, Marked, f.ID, trace.String("from", d.from), trace.String("to", d.toNode),
			trace.Int("size", len(f.Data)), trace.Int("waiting", q.Frames), trace.Duration("waited", q.Waited))
	}
	return true
}

func (d *direction) dropFromQueue(f *Frame, q QueueState, waited time.Duration) {
	d.count.QueueFull++
	if d.log.On() {
		d.log.Emit(d.link.Name, QueueFull, f.ID, trace.String("from", d.from), trace.String("to", d.toNode),
			trace.Int("size", len(f.Data)), trace.Int("waiting", q.Frames), trace.Duration("waited", waited))
	}
	d.pool.Put(f)
}
