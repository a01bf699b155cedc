package physical_test

import (
	"slices"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
)

const turn = 67200 // ns: preamble, 64 bytes and gap at 10 Mbit/s

func half(delay time.Duration) physical.LinkConfig {
	c := physical.DirectionConfig{Rate: 10e6, Delay: delay}
	return physical.LinkConfig{A: c, B: c, HalfDuplex: true}
}

func times(in inbox) []sim.Time {
	var all []sim.Time
	for _, g := range in.got {
		all = append(all, g.at)
	}
	return all
}

// IEEE 802.3 §4.2.3.2.1: a station defers to passing traffic.
func TestHalfDuplexWaits(t *testing.T) {
	l := newLab(t, 1, half(time.Microsecond))
	l.at(0, func() { l.send("x") })
	l.at(10*time.Microsecond, func() {
		l.B().Send(l.frame(64, 'y'))
		l.B().Send(l.frame(64, 'z'))
	})
	l.run()
	// The medium is quiet at both ends when frame, gap and delay are over.
	want := []sim.Time{turn + 1000 + 57600 + 1000, 2*(turn+1000) + 57600 + 1000}
	if got := times(l.a); !slices.Equal(got, want) {
		t.Errorf("frames arrive at A at %v, want %v", got, want)
	}
	told := []string{"b waits 58.2µs before it sends: a is speaking on the same medium"}
	if got := l.told("wire.deferred"); !slices.Equal(got, told) {
		t.Errorf("told %q, want %q: once for the wait, though two frames waited", got, told)
	}
}

func TestHalfDuplexTakesTurns(t *testing.T) {
	l := newLab(t, 1, half(0))
	l.at(0, func() {
		l.send("uvw")
		for _, c := range []byte("xyz") {
			l.B().Send(l.frame(64, c))
		}
	})
	l.run()
	if got, want := times(l.b), []sim.Time{57600, 57600 + 2*turn, 57600 + 4*turn}; !slices.Equal(got, want) {
		t.Errorf("frames arrive at B at %v, want %v: every second turn", got, want)
	}
	if got, want := times(l.a), []sim.Time{57600 + turn, 57600 + 3*turn, 57600 + 5*turn}; !slices.Equal(got, want) {
		t.Errorf("frames arrive at A at %v, want %v: every other turn", got, want)
	}
	// A waits before its second and third frame, B before each of its three.
	if a, b := l.A().Counters().Deferred, l.B().Counters().Deferred; a != 2 || b != 3 {
		t.Errorf("A waited %d times and B %d times, want 2 and 3", a, b)
	}
}

func TestFullDuplexDoesNotWait(t *testing.T) {
	cfg := half(0)
	cfg.HalfDuplex = false
	l := newLab(t, 1, cfg)
	l.at(0, func() {
		l.send("x")
		l.B().Send(l.frame(64, 'y'))
	})
	l.run()
	if times(l.a)[0] != 57600 || times(l.b)[0] != 57600 {
		t.Errorf("frames arrive at %v and %v, want both at 57600", times(l.a), times(l.b))
	}
	if got := l.told("wire.deferred"); got != nil {
		t.Errorf("told %q, want nothing", got)
	}
}
