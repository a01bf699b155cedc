package trace

import (
	"strconv"
	"strings"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// ID numbers what a log has seen, from 1 in the order it happened; frames and
// events share the numbers. 0 means "nothing".
type ID uint64

// FrameID identifies a frame from the moment it is first sent on a wire. A
// switch forwards the same frame; a router ends one and begins another.
type FrameID uint64

// Event is one thing that happened.
type Event struct {
	ID    ID
	Cause ID // the event or frame that led to it; 0 when a program or the start did
	Time  sim.Time
	Kind  *Kind
	Node  string  // the device it happened at, or the link
	Frame FrameID // the frame it speaks of, 0 if none
	// Fields carry the particulars, in the order of Kind.Fields.
	Fields []Field
}

// Field is one particular of an event: a key with a number, a duration, a
// truth or a text.
type Field struct {
	Key  string
	kind fieldKind
	num  int64
	str  string
}

type fieldKind uint8

const (
	isInt fieldKind = iota
	isDuration
	isBool
	isString
)

// Int is a field that holds a whole number.
func Int[T ~int | ~int64 | ~int32 | ~uint32 | ~uint16 | ~uint8 | ~uint64](key string, n T) Field {
	return Field{Key: key, kind: isInt, num: int64(n)}
}

// Duration is a field that holds a span of time.
func Duration(key string, d time.Duration) Field {
	return Field{Key: key, kind: isDuration, num: int64(d)}
}

// Bool is a field that holds a truth.
func Bool(key string, v bool) Field {
	f := Field{Key: key, kind: isBool}
	if v {
		f.num = 1
	}
	return f
}

// String is a field that holds a text.
func String(key, s string) Field { return Field{Key: key, kind: isString, str: s} }

// Reason is a field that holds the text of an error, without the name of the
// package that stands in front of it: for people, who know the node and the
// layer already.
func Reason(key string, err error) Field {
	text := err.Error()
	if head, rest, found := strings.Cut(text, ": "); found && !strings.Contains(head, " ") {
		text = rest
	}
	return String(key, text)
}

// Value is the field's value: an int64, a time.Duration, a bool or a string.
func (f Field) Value() any {
	switch f.kind {
	case isDuration:
		return time.Duration(f.num)
	case isBool:
		return f.num != 0
	case isString:
		return f.str
	}
	return f.num
}

// String is the value as text.
func (f Field) String() string {
	switch f.kind {
	case isDuration:
		return time.Duration(f.num).String()
	case isBool:
		return strconv.FormatBool(f.num != 0)
	case isString:
		return f.str
	}
	return strconv.FormatInt(f.num, 10)
}

// Get finds a field by its key.
func (e *Event) Get(key string) (Field, bool) {
	for _, f := range e.Fields {
		if f.Key == key {
			return f, true
		}
	}
	return Field{}, false
}

// Sentence says what happened, for people.
func (e *Event) Sentence() string {
	var b strings.Builder
	rest := e.Kind.Sentence
	for {
		text, behind, found := strings.Cut(rest, "{")
		b.WriteString(text)
		if !found {
			return b.String()
		}
		place, after, closed := strings.Cut(behind, "}")
		words, known := e.fill(place)
		if !closed || !known {
			words, after = "{", behind
		}
		b.WriteString(words)
		rest = after
	}
}

// fill is what stands in a sentence for a placeholder, without its braces.
func (e *Event) fill(place string) (words string, known bool) {
	key, noun, counts := strings.Cut(place, " ")
	if key == "node" {
		return e.Node, true
	}
	f, ok := e.Get(key)
	words = f.String()
	if counts && words == "1" {
		words += " " + noun
	} else if counts {
		words += " " + noun + "s"
	}
	return words, ok
}
