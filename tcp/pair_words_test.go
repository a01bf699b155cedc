package tcp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// spell writes a segment as the RFC's figures do: <SEQ=100><ACK=301><CTL=SYN,ACK>.
func spell(s *Segment) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<SEQ=%d>", s.SEQ)
	if s.Flags&ACK != 0 {
		fmt.Fprintf(&b, "<ACK=%d>", s.ACK)
	}
	if s.text > 0 {
		fmt.Fprintf(&b, "<DATA=%d>", s.text)
	}
	flags := s.Flags &^ PSH
	fmt.Fprintf(&b, "<CTL=%s>", strings.ReplaceAll(flags.String(), ", ", ","))
	return b.String()
}

// wantWire compares what was sent since the last call with the lines.
func (p *pair) wantWire(what string, lines ...string) {
	p.t.Helper()
	got, want := strings.Join(p.wire, "\n"), strings.Join(lines, "\n")
	p.wire = nil
	if got != want {
		p.t.Errorf("%s: sent\n%s\nwant\n%s", what, got, want)
	}
}

// wantStates checks the states that an end went through, from both peers.
func (p *pair) wantStates(what string, a, b string) {
	p.t.Helper()
	for i, want := range []string{a, b} {
		var names []string
		for _, s := range p.ends[i].states {
			names = append(names, s.String())
		}
		if got := strings.Join(names, " "); got != want {
			p.t.Errorf("%s: %s went through %s, want %s", what, p.ends[i].name, got, want)
		}
	}
}

// wantAll checks that what one end wrote is what the other one read, and that
// then came the end of the stream.
func (p *pair) wantAll(to *end, sent []byte) {
	p.t.Helper()
	if !bytes.Equal(to.got, sent) {
		p.t.Fatalf("%s read %d bytes, which are not the %d that were written", to.name, len(to.got), len(sent))
	}
	if !errors.Is(to.readErr, io.EOF) {
		p.t.Fatalf("%s: reading ended with %v, want io.EOF (state %v)", to.name, to.readErr, to.conn.State())
	}
}

// pattern is n bytes in which no stretch repeats soon.
func pattern(n int) []byte {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}
