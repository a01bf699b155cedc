package main

import (
	"errors"
	"testing"
)

// The width and the colour of what is written follow the terminal, unless the
// command line says otherwise.
func TestLook(t *testing.T) {
	terminal, pipe := streams{outWidth: 132}, streams{}
	quiet := streams{outWidth: 132, noColor: "1"}
	for _, c := range []struct {
		name  string
		look  look
		to    streams
		width int
		color bool
	}{
		{"a terminal", look{mode: "auto"}, terminal, 132, true},
		{"a pipe", look{mode: "auto"}, pipe, 80, false},
		{"a terminal with NO_COLOR", look{mode: "auto"}, quiet, 132, false},
		{"--color always beats NO_COLOR", look{mode: "always"}, quiet, 132, true},
		{"--color never", look{mode: "never"}, terminal, 132, false},
		{"--width beats the terminal", look{mode: "auto", width: 60}, terminal, 60, true},
		{"--width in a pipe", look{mode: "always", width: 200}, pipe, 200, true},
	} {
		width, color, err := c.look.resolve(c.to)
		if err != nil || width != c.width || color != c.color {
			t.Errorf("%s: %d columns, colour %v, %v; want %d, %v", c.name, width, color, err, c.width, c.color)
		}
	}
	for _, l := range []look{{mode: "blue"}, {mode: "auto", width: 39}, {mode: "auto", width: -1}, {mode: "auto", width: 1001}} {
		var usage usageError
		if _, _, err := l.resolve(pipe); !errors.As(err, &usage) {
			t.Errorf("%+v gives %v, want a usage error", l, err)
		}
	}
}
