package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
)

// svg writes Scalable Vector Graphics (SVG 1.1): only what the plots need.
// Coordinates are tenths of a pixel, as whole numbers, so that the same plot
// has the same bytes on every machine.
type svg struct{ out bytes.Buffer }

// tenths writes a coordinate.
func tenths(n int64) string {
	if n%10 == 0 {
		return strconv.FormatInt(n/10, 10)
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return sign + strconv.FormatInt(n/10, 10) + "." + strconv.FormatInt(n%10, 10)
}

// escaped is text as XML wants it.
func escaped(s string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(s)) //nolint:errcheck // a buffer takes everything
	return b.String()
}

func (s *svg) open(tag, attributes string) { fmt.Fprintf(&s.out, "<%s%s>\n", tag, spaced(attributes)) }
func (s *svg) close(tag string)            { fmt.Fprintf(&s.out, "</%s>\n", tag) }

func spaced(attributes string) string {
	if attributes == "" {
		return ""
	}
	return " " + attributes
}

// element writes an element that holds text.
func (s *svg) element(tag, text string) {
	fmt.Fprintf(&s.out, "<%s>%s</%s>\n", tag, escaped(text), tag)
}

// text writes words; anchor is start, middle or end.
func (s *svg) text(x, y int64, class, anchor, words string) {
	fmt.Fprintf(&s.out, `<text x="%s" y="%s" class="%s" text-anchor="%s">%s</text>`+"\n", tenths(x), tenths(y), class, anchor, escaped(words))
}

func (s *svg) line(x1, y1, x2, y2 int64, class string) {
	fmt.Fprintf(&s.out, `<path class="%s" d="M%s %sL%s %s"/>`+"\n", class, tenths(x1), tenths(y1), tenths(x2), tenths(y2))
}

func (s *svg) rect(x, y, w, h int64, class string) {
	fmt.Fprintf(&s.out, `<rect x="%s" y="%s" width="%s" height="%s" class="%s"/>`+"\n", tenths(x), tenths(y), tenths(w), tenths(h), class)
}

// path collects the drawing commands of one shape; a command that goes nowhere
// is left out.
type path struct {
	d            bytes.Buffer
	atX, atY     int64
	begun, drawn bool
}

func (p *path) move(x, y int64) {
	fmt.Fprintf(&p.d, "M%s %s", tenths(x), tenths(y))
	p.atX, p.atY, p.begun = x, y, true
}

func (p *path) lineTo(x, y int64) {
	switch {
	case p.begun && x == p.atX && y == p.atY:
		return
	case x == p.atX:
		p.d.WriteString("V" + tenths(y))
	case y == p.atY:
		p.d.WriteString("H" + tenths(x))
	default:
		fmt.Fprintf(&p.d, "L%s %s", tenths(x), tenths(y))
	}
	p.atX, p.atY, p.drawn = x, y, true
}

func (s *svg) path(p *path, class string) {
	if p.drawn {
		fmt.Fprintf(&s.out, `<path class="%s" d="%s"/>`+"\n", class, p.d.String())
	}
}
