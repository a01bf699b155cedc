package main

import (
	"io"
	"os"

	"github.com/packetwalk/packetwalk/report"
	"golang.org/x/term"
)

// streams are what a command reads from and writes to.
type streams struct {
	in       io.Reader
	out, err io.Writer
	// outWidth and errWidth are the columns of the terminal that shows them;
	// 0 when that is no terminal.
	outWidth, errWidth int
	noColor            string // what in the environment speaks against colours
}

// system is the process's own streams.
func system() streams {
	return streams{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		outWidth: columns(os.Stdout), errWidth: columns(os.Stderr), noColor: noColor(),
	}
}

// noColor is NO_COLOR, or a terminal that says it can show text only.
func noColor() string {
	if kind := os.Getenv("TERM"); kind == "dumb" {
		return kind
	}
	return os.Getenv("NO_COLOR")
}

func columns(f *os.File) int {
	if !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return plainWidth
	}
	return width
}

// plainWidth is how wide text is where nobody says how wide it may be.
const plainWidth = 80

// look is how a document is to look: what --width and --color decide.
type look struct {
	width int
	mode  string // of colour: auto, always, never
}

// narrowest is what --width may ask for: below it no table can be read.
const narrowest, widest = 40, 1000

// resolve turns what was asked for into what a writer is told.
func (l look) resolve(s streams) (width int, color bool, err error) {
	color, err = report.UseColor(l.mode, s.outWidth > 0, s.noColor)
	if err != nil {
		return 0, false, usagef("--%v", err)
	}
	switch {
	case l.width == 0 && s.outWidth > 0:
		return s.outWidth, color, nil
	case l.width == 0:
		return plainWidth, color, nil
	case l.width < narrowest || l.width > widest:
		return 0, false, usagef("--width is %d, but it must be between %d and %d", l.width, narrowest, widest)
	}
	return l.width, color, nil
}
