package tcp_test

import (
	"fmt"
	"time"

	"github.com/packetwalk/packetwalk/tcp"
)

// book is a file of stories.
type book struct {
	prologues map[string][]step
	stories   []*story
}

// story is one case.
type story struct {
	name     string
	file     string
	line     int
	settings settings
	steps    []step
}

// settings are what a story says about the two ends before it begins.
type settings struct {
	cfg       tcp.Config
	iss, irs  tcp.Seq       // what the relative numbers are relative to
	tolerance time.Duration // of the times at which segments are sent
	peer      peer
}

// peer is what the other end, which the story plays, offers when a line does
// not say otherwise.
type peer struct {
	window  uint32
	options options
	clock   bool // it puts timestamps into its segments by itself
}

// step is one line: something that happens, or must happen.
type step struct {
	file   string
	line   int
	text   string // as it stands in the file
	when   when
	expect *pattern           // a segment that must be sent
	do     func(r *run) error // anything else
	check  bool               // it only looks: asserts and events
}

func (s *step) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", s.file, s.line, fmt.Sprintf(format, args...))
}

// when is the time of a line: after the story's beginning, or after the line
// before it.
type when struct {
	at       time.Duration
	absolute bool
	within   time.Duration // the tolerance; -1 means the story's
}

func defaults() settings {
	s := settings{iss: 1_000_000, irs: 5_000_000}
	s.peer = peer{window: 65535, options: options{kinds: hasMSS, mss: 1000}}
	return s
}
