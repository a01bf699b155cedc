// Package trace records what happened in a run: frames, as each interface saw
// them, and decisions, as typed events. Every view of a run (tables, story,
// captures, JSON) is a function of this record; no view ever asks a protocol.
//
// A Log is a stream with subscribers. Without a subscriber nothing is built:
// code that emits asks On first, code that taps frames asks Tapped.
//
//	if log.On() {
//		log.Emit(node, tcp.Retransmit, frame, trace.Int("seq", seq))
//	}
//
// Reading order: kind.go (what can happen), event.go (what did), log.go (who
// is told), recording.go (a log kept whole), match.go (finding things in it).
package trace

import (
	"github.com/packetwalk/packetwalk/sim"
)

// Direction says which way a frame passed an interface.
type Direction uint8

// The directions. Unknown is found only in capture files that do not say.
const (
	Sent Direction = iota
	Received
	Unknown
)

func (d Direction) String() string {
	switch d {
	case Sent:
		return "sent"
	case Received:
		return "received"
	}
	return "unknown"
}

// Interface is a vantage point: where a capture can be taken.
type Interface struct {
	Node string // "client"
	Name string // "eth0"
	// Index is its place in the order in which the interfaces of the
	// laboratory were made, from 0.
	Index int
}

// Frame is a frame as one interface saw it.
type Frame struct {
	ID        ID
	Cause     ID
	Time      sim.Time
	Interface *Interface
	Direction Direction
	Frame     FrameID
	// Data is the frame from destination address to FCS, without preamble.
	// A subscriber that keeps it must copy it.
	Data []byte
}

// Secret is a line of TLS key material in the NSS key log format, recorded
// before the first frame that it opens.
type Secret struct {
	Node string
	Line string
}

// Subscriber is told what happens, as it happens. The pointers are valid only
// during the call.
type Subscriber interface {
	FrameTap
	Event(*Event)
	Secret(*Secret)
}

// FrameTap is told of frames only, so that a capture of a long transfer pays
// for no events. One that is a SecretTap too is told of TLS secrets.
type FrameTap interface {
	Frame(*Frame)
}

// SecretTap is told of TLS key material.
type SecretTap interface {
	Secret(*Secret)
}

// Log hands what happens to its subscribers and keeps the thread of causes.
// A nil *Log is a log that nobody reads.
type Log struct {
	sim    *sim.Sim
	subs   []Subscriber // told of events
	taps   []FrameTap   // told of frames and secrets
	last   ID
	cause  ID
	frames FrameID
	frame  Frame // reused for every call
}

// NewLog makes a log for a simulation, without subscribers.
func NewLog(s *sim.Sim) *Log { return &Log{sim: s} }

// Subscribe adds a reader of everything. Subscribe before the run begins.
func (l *Log) Subscribe(s Subscriber) {
	l.subs = append(l.subs, s)
	l.taps = append(l.taps, s)
}

// SubscribeFrames adds a reader of frames. Subscribe before the run begins.
func (l *Log) SubscribeFrames(t FrameTap) { l.taps = append(l.taps, t) }

// On says whether anybody reads the events.
func (l *Log) On() bool { return l != nil && len(l.subs) > 0 }

// Tapped says whether anybody reads the frames.
func (l *Log) Tapped() bool { return l != nil && len(l.taps) > 0 }

// NextFrameID numbers a new frame.
func (l *Log) NextFrameID() FrameID {
	if l == nil {
		return 0
	}
	l.frames++
	return l.frames
}

// Emit records an event and returns its number. Its cause is the current one
// (see Because). It costs allocations: ask On first.
func (l *Log) Emit(node string, kind *Kind, frame FrameID, fields ...Field) ID {
	if !l.On() {
		return 0
	}
	l.last++
	e := Event{ID: l.last, Cause: l.cause, Time: l.sim.Now(), Kind: kind, Node: node, Frame: frame, Fields: fields}
	for _, s := range l.subs {
		s.Event(&e)
	}
	return e.ID
}

// Tap records that an interface saw a frame and returns the record's number.
func (l *Log) Tap(at *Interface, d Direction, frame FrameID, data []byte) ID {
	if !l.Tapped() {
		return 0
	}
	l.last++
	l.frame = Frame{ID: l.last, Cause: l.cause, Time: l.sim.Now(), Interface: at, Direction: d, Frame: frame, Data: data}
	for _, t := range l.taps {
		t.Frame(&l.frame)
	}
	return l.last
}

// Secret records TLS key material.
func (l *Log) Secret(node, line string) {
	if !l.Tapped() {
		return
	}
	s := Secret{Node: node, Line: line}
	for _, t := range l.taps {
		if t, wants := t.(SecretTap); wants {
			t.Secret(&s)
		}
	}
}

// Because makes id the cause of what is recorded from now on and returns the
// cause until now, to be put back:
//
//	defer log.Because(log.Because(id))
func (l *Log) Because(id ID) (before ID) {
	if l == nil {
		return 0
	}
	before, l.cause = l.cause, id
	return before
}

// Cause is the current cause, for work that is put off until later.
func (l *Log) Cause() ID {
	if l == nil {
		return 0
	}
	return l.cause
}
