// Package value holds the typed values that a scenario file can write: 5%,
// 40ms, 10mbit, 200MB, a number, a text, one of a list, yes or no.
//
// A file, a flag on the command line and a program's argument are all read by
// the same rules, so that "--loss 5%" and "loss: 5%" cannot mean two things.
// Values are integers underneath (millionths, nanoseconds, bits a second,
// bytes): what is written in decimal is taken exactly or refused, never
// rounded, and a run decides the same on every machine.
//
// Reading order: value.go (what a value is), units.go (how it is written),
// parameter.go (a name, a type and the range that is allowed).
package value

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// Kind is the type of a value.
type Kind uint8

// The kinds of value. The zero Kind is Text.
const (
	Text     Kind = iota // anything
	Percent              // a share or a chance: 5%
	Duration             // a span of time: 40ms
	Rate                 // bits a second: 10mbit
	Bytes                // an amount of data: 200MB
	Int                  // a whole number
	Choice               // one of a list of words
	Bool                 // true or false
)

var kindNames = [...]string{"text", "percent", "duration", "rate", "bytes", "int", "choice", "bool"}

// String is the kind's name in a scenario file.
func (k Kind) String() string { return kindNames[k] }

// KindNames lists the names of all kinds.
func KindNames() []string { return kindNames[:] }

// KindNamed finds a kind by its name.
func KindNamed(name string) (Kind, bool) {
	for i, n := range kindNames {
		if n == name {
			return Kind(i), true
		}
	}
	return 0, false
}

// Example shows how a value of the kind is written.
func (k Kind) Example() string {
	return [...]string{"a text", "5% or 0.25%", "40ms, 1.5s or 2min", "10mbit or 56kbit",
		"1500, 4kB or 200MB", "a whole number", "one of the choices", "true or false"}[k]
}

// Value is a typed value. The zero Value is the empty text.
type Value struct {
	kind Kind
	num  int64
	text string
}

// OfInt is a whole number.
func OfInt(n int64) Value { return Value{kind: Int, num: n} }

// OfText is a text.
func OfText(s string) Value { return Value{text: s} }

// Kind is the value's type.
func (v Value) Kind() Kind { return v.kind }

// Probability is a Percent as a chance.
func (v Value) Probability() sim.Probability { return sim.Probability(v.num) }

// Duration is a Duration.
func (v Value) Duration() time.Duration { return time.Duration(v.num) }

// BitsPerSecond is a Rate.
func (v Value) BitsPerSecond() int64 { return v.num }

// Bytes is a Bytes, in bytes.
func (v Value) Bytes() int64 { return v.num }

// Int is an Int.
func (v Value) Int() int64 { return v.num }

// Bool is a Bool.
func (v Value) Bool() bool { return v.num != 0 }

// Text is a Text or a Choice; of any other kind it is what String says.
func (v Value) Text() string { return v.String() }

// String is the value as a scenario file writes it. Parsing it again gives
// the same value.
func (v Value) String() string {
	switch v.kind {
	case Percent:
		return decimal(v.num, percentUnits[0].scale) + "%"
	case Duration, Rate, Bytes:
		return written(v.num, v.kind.units())
	case Int:
		return strconv.FormatInt(v.num, 10)
	case Bool:
		return strconv.FormatBool(v.num != 0)
	}
	return v.text
}

// Any is the value for an expression: a float64 in percent (5% is 5), a
// time.Duration, an int (bits a second, bytes, a number), a bool or a string.
func (v Value) Any() any {
	switch v.kind {
	case Percent:
		return float64(v.num) / float64(percentUnits[0].scale)
	case Duration:
		return time.Duration(v.num)
	case Rate, Bytes, Int:
		return int(v.num)
	case Bool:
		return v.num != 0
	}
	return v.text
}

// MarshalJSON writes numbers and truths as such, all else as text.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case Int:
		return json.Marshal(v.num)
	case Bool:
		return json.Marshal(v.num != 0)
	}
	return json.Marshal(v.String())
}

// Compare orders two values of one kind by size; texts and choices are never
// ordered and compare as equal.
func (v Value) Compare(w Value) int {
	switch {
	case v.num < w.num:
		return -1
	case v.num > w.num:
		return 1
	}
	return 0
}

// ParseError says that a text is not a value of the kind that was wanted.
type ParseError struct {
	Kind Kind
	Text string
	Why  string // "has no unit"; "" when there is nothing to add
}

func (e *ParseError) Error() string {
	why := ""
	if e.Why != "" {
		why = " (" + e.Why + ")"
	}
	return fmt.Sprintf("%q is not %s%s: write %s", e.Text, e.Kind.article(), why, e.Kind.Example())
}

func (k Kind) article() string {
	return [...]string{"a text", "a percentage", "a duration", "a rate", "an amount of bytes",
		"a whole number", "a choice", "true or false"}[k]
}

// Parse reads a value as a scenario file writes it. The error is a
// *ParseError.
func Parse(k Kind, text string) (Value, error) {
	v := Value{kind: k}
	switch k {
	case Text, Choice:
		v.text = text
		return v, nil
	case Bool:
		switch text {
		case "true":
			v.num = 1
		case "false":
		default:
			return Value{}, &ParseError{Kind: k, Text: text}
		}
		return v, nil
	}
	n, why := measure(text, k.units())
	if why == noNumber {
		return Value{}, &ParseError{Kind: k, Text: text}
	}
	if why != "" {
		return Value{}, &ParseError{Kind: k, Text: text, Why: why}
	}
	v.num = n
	return v, nil
}
