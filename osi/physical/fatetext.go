package physical

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// ErrFate is what text that is not a fate, or not a storm, is, for errors.Is.
var ErrFate = errors.New("not a fate")

// FateError says where a fate or storm cannot be read.
type FateError struct {
	Text     string // the whole text
	Column   int    // where in it, in bytes from 1
	Got      string
	Expected string
}

func (e *FateError) Error() string {
	return fmt.Sprintf("column %d of %q: expected %s, got %q", e.Column, e.Text, e.Expected, e.Got)
}

// Is makes a FateError an ErrFate.
func (e *FateError) Is(target error) bool { return target == ErrFate }

var simpleOps = map[string]Op{"drop": OpDrop, "outage": OpOutage, "dup": OpDuplicate}

// String is the fate as ParseFate reads it.
func (f Fate) String() string {
	switch f.Op {
	case OpDrop:
		return "drop"
	case OpOutage:
		return "outage"
	case OpDuplicate:
		return "dup"
	case OpFlip:
		if bits.OnesCount8(f.Mask) == 1 {
			return fmt.Sprintf("flip@%d.%d", f.At, bits.LeadingZeros8(f.Mask))
		}
		return fmt.Sprintf("flip@%d/0x%02x", f.At, f.Mask)
	case OpSwap:
		return fmt.Sprintf("swap@%d,%d", f.At, f.To)
	case OpDelay:
		return "delay@" + f.By.String()
	}
	switch {
	case f.Frames == 0:
		return "behind@" + f.By.String()
	case f.By == 0:
		return fmt.Sprintf("behind@%d", f.Frames)
	}
	return fmt.Sprintf("behind@%d,%s", f.Frames, f.By)
}

// ParseFate reads a fate:
//
//	drop             the frame does not arrive
//	outage           the same, because the wire is dead
//	dup              it arrives twice
//	flip@54.1        bit 1 of byte 54 flips; bit 0 is the most significant
//	flip@-4/0x81     the bits 0x81 of the fourth byte from the end flip
//	swap@40,42       the 16-bit words at bytes 40 and 42 change places
//	delay@5ms        it takes 5 ms longer
//	behind@3         it waits until 3 later frames have passed, at most DefaultHold
//	behind@3,1s      the same, at most 1 s
//	behind@5ms       it waits for 5 ms, so that later frames may pass
func ParseFate(text string) (Fate, error) { return parseFate(text, text, 1) }

// parseFate reads the fate that stands at a column of a text.
func parseFate(fate, text string, column int) (Fate, error) {
	name, rest, hasRest := strings.Cut(fate, "@")
	p := fateParser{text: text, rest: rest, column: column + len(name) + 1}
	f := Fate{}
	if op, ok := simpleOps[name]; ok {
		if hasRest {
			return f, &FateError{text, column, fate, name + " without @"}
		}
		f.Op = op
		return f, nil
	}
	switch {
	case !hasRest:
	case name == "flip":
		p.flip(&f)
		return f, p.end()
	case name == "swap":
		f.Op, f.At = OpSwap, p.number(",", "the byte offset of the first word")
		f.To = p.number("", "the byte offset of the second word")
		return f, p.end()
	case name == "delay":
		f.Op, f.By = OpDelay, p.duration()
		return f, p.end()
	case name == "behind":
		p.behind(&f)
		return f, p.end()
	}
	return f, &FateError{text, column, fate, "drop, outage, dup, flip@BYTE.BIT, swap@BYTE,BYTE, delay@TIME or behind@FRAMES"}
}

// fateParser reads what follows the @ and keeps the first error.
type fateParser struct {
	text, rest string
	column     int
	err        error
}

func (p *fateParser) fail(got, expected string) {
	if p.err == nil {
		p.err = &FateError{p.text, p.column, got, expected}
	}
}

func (p *fateParser) end() error { return p.err }

// until takes what stands before the separator, or the rest.
func (p *fateParser) until(sep string) string {
	if i := strings.Index(p.rest, sep); sep != "" && i >= 0 {
		word := p.rest[:i]
		p.rest = p.rest[i+len(sep):]
		return word
	}
	word := p.rest
	p.rest = ""
	return word
}

func (p *fateParser) number(sep, what string) int {
	before := len(p.rest)
	word := p.until(sep)
	n, err := strconv.ParseInt(word, 10, 32)
	if err != nil {
		p.fail(word, what)
	}
	p.column += before - len(p.rest)
	return int(n)
}

func (p *fateParser) duration() time.Duration {
	d, err := time.ParseDuration(p.rest)
	if err != nil || d <= 0 {
		p.fail(p.rest, "a time, as in 5ms")
	}
	return d
}

func (p *fateParser) flip(f *Fate) {
	f.Op = OpFlip
	if strings.Contains(p.rest, "/") {
		f.At = p.number("/", "a byte offset")
		mask, err := strconv.ParseUint(p.rest, 0, 8)
		if err != nil || mask == 0 {
			p.fail(p.rest, "the bits to flip, 0x01 to 0xff")
		}
		f.Mask = byte(mask)
		return
	}
	f.At = p.number(".", "a byte offset")
	bit := p.number("", "a bit, 0 to 7, after the byte and a point")
	if p.err == nil && (bit < 0 || bit > 7) {
		p.column -= len(strconv.Itoa(bit))
		p.fail(strconv.Itoa(bit), "a bit, 0 (most significant) to 7")
		return
	}
	f.Mask = 0x80 >> uint(bit&7)
}

func (p *fateParser) behind(f *Fate) {
	f.Op = OpBehind
	count, _, both := strings.Cut(p.rest, ",")
	if n, err := strconv.Atoi(count); err == nil {
		if n < 1 {
			p.fail(count, "at least 1 frame")
		}
		f.Frames = n
		if !both {
			return
		}
		p.until(",")
		p.column += len(count) + 1
	}
	f.By = p.duration()
}

// MarshalText is String, for YAML and JSON.
func (f Fate) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText is ParseFate, for YAML and JSON.
func (f *Fate) UnmarshalText(text []byte) error {
	v, err := ParseFate(string(text))
	if err == nil {
		*f = v
	}
	return err
}
