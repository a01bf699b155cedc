package value

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/packetwalk/packetwalk/sim"
)

// Parameter is something that takes a value: a knob of a scenario, an
// argument of a program, a setting of a host.
type Parameter struct {
	Name string
	Kind Kind
	// Default is what it is when nobody says; Required that somebody must.
	Default  Value
	Required bool
	// Min and Max bound it, both included; nil is no bound but the natural
	// one: a percentage lies between 0% and 100%, and no duration, rate or
	// amount of bytes is below 0. Of a Text they are Ints: how many letters.
	Min, Max *Value
	// Choices are the words allowed when Kind is Choice.
	Choices []string
	Help    string // one line for people
}

// ErrRange is what every value out of its range is, for errors.Is.
var ErrRange = errors.New("out of range")

// RangeError says that a value is well formed but not allowed.
type RangeError struct {
	Parameter *Parameter
	Value     Value
}

func (e *RangeError) Error() string {
	if e.Parameter.Kind == Text {
		return fmt.Sprintf("%s is %q, but it must be %s", e.Parameter.Name, e.Value, e.Parameter.Range())
	}
	return fmt.Sprintf("%s is %s, but it must be %s", e.Parameter.Name, e.Value, e.Parameter.Range())
}

// Is makes every RangeError an ErrRange.
func (e *RangeError) Is(target error) bool { return target == ErrRange }

// Range says in words what is allowed: "between 0% and 90%".
func (p *Parameter) Range() string {
	least, most := p.Bounds()
	switch {
	case p.Kind == Choice:
		return "one of " + strings.Join(p.Choices, ", ")
	case p.Kind == Text && (p.Min != nil || p.Max != nil):
		return "a text whose number of letters is " + p.letters().Range()
	case least != nil && most != nil:
		return fmt.Sprintf("between %s and %s", least, most)
	case least != nil:
		return fmt.Sprintf("%s or more", least)
	case most != nil:
		return fmt.Sprintf("%s or less", most)
	}
	return p.Kind.article()
}

// Parse reads a value for the parameter and checks its range. The error names
// the parameter, what came and what is allowed.
func (p *Parameter) Parse(text string) (Value, error) {
	v, err := Parse(p.Kind, text)
	if err != nil {
		return Value{}, fmt.Errorf("%s: %w", p.Name, err)
	}
	return v, p.Check(v)
}

// Check says whether the value is allowed; the error is a *RangeError.
func (p *Parameter) Check(v Value) error {
	if p.Kind == Choice {
		for _, c := range p.Choices {
			if c == v.text {
				return nil
			}
		}
		return &RangeError{p, v}
	}
	if p.Kind == Text {
		if p.letters().Check(OfInt(int64(utf8.RuneCountInString(v.text)))) != nil {
			return &RangeError{p, v}
		}
		return nil
	}
	least, most := p.Bounds()
	if least != nil && v.Compare(*least) < 0 || most != nil && v.Compare(*most) > 0 {
		return &RangeError{p, v}
	}
	return nil
}

// letters is how many letters a text may have.
func (p *Parameter) letters() *Parameter {
	return &Parameter{Name: p.Name, Kind: Int, Min: p.Min, Max: p.Max}
}

// Bounds are Min and Max, or the natural bounds of the kind where they are
// nil; nil where there is none either, as for every text.
func (p *Parameter) Bounds() (least, most *Value) {
	if p.Kind == Text {
		return nil, nil
	}
	least, most = p.Min, p.Max
	switch p.Kind {
	case Percent, Duration, Rate, Bytes:
		if least == nil {
			least = &Value{kind: p.Kind}
		}
	}
	if p.Kind == Percent && most == nil {
		most = &Value{kind: Percent, num: int64(sim.Certain)}
	}
	return least, most
}
