package physical_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
)

// bad is weather of every kind.
var bad = []physical.Impairment{
	physical.Loss{Chance: 100_000},
	physical.Burst{GoodToBad: 20_000, BadToGood: 300_000, LossInBad: 900_000},
	physical.BitErrors{OneIn: 5000},
	physical.Duplicate{Chance: 50_000},
	physical.Reorder{Chance: 50_000, Frames: 2},
}

func stormy(ims ...physical.Impairment) physical.LinkConfig {
	return oneWay(physical.DirectionConfig{
		Rate: 10e6, Delay: time.Millisecond, Impairments: ims, Classify: isData, RecordStorm: true,
	})
}

// traffic sends frames, a millisecond apart: small letters are data.
func (l *lab) traffic(frames string) *lab {
	for i := range frames {
		l.at(time.Duration(i)*time.Millisecond, func() { l.send(frames[i : i+1]) })
	}
	l.run()
	return l
}

// Two protocols send the same data, one with a handshake before it and
// acknowledgements between: frame k with data meets the same fate.
func TestSameStormForDifferentTraffic(t *testing.T) {
	data := strings.Repeat("abcdefgh", 25)
	plain := newLab(t, 3, stormy(bad...)).traffic(data)
	var mixed strings.Builder
	mixed.WriteString("SAS")
	for i, c := range data {
		mixed.WriteString(strings.Repeat("A", i%3))
		mixed.WriteRune(c)
	}
	busy := newLab(t, 3, stormy(bad...)).traffic(mixed.String())

	one, other := plain.A().Storm(), busy.A().Storm()
	if len(one) < 20 {
		t.Fatalf("only %d fates struck 200 frames, too few to show anything: %s", len(one), one)
	}
	if one.String() != other.String() {
		t.Errorf("the storms differ:\n%s\n%s", one, other)
	}
	if busy.A().Counters().Sent == plain.A().Counters().Sent {
		t.Error("both sent the same number of frames, so nothing was shown")
	}
	if next := newLab(t, 4, stormy(bad...)).traffic(data).A().Storm(); next.String() == one.String() {
		t.Error("another seed made the same storm")
	}
}

// What is told of a frame says which of those with data it was.
func TestEventsCarryK(t *testing.T) {
	l := newLab(t, 1, stormy(chosen("drop"))).traffic("AaBbb")
	var ks []string
	for _, e := range l.rec.Events {
		n, _ := e.Get("n")
		k, _ := e.Get("k")
		ks = append(ks, n.String()+":"+k.String())
	}
	if want := []string{"1:0", "2:1", "3:0", "4:2", "5:3"}; !slices.Equal(ks, want) {
		t.Errorf("n:k are %v, want %v", ks, want)
	}
	if got := l.A().Storm().String(); got != "1:drop 2:drop 3:drop" {
		t.Errorf("the storm is %q: only frames with data have a place in it", got)
	}
}

// A recorded storm, written down, read and replayed, delivers the same frames
// at the same times with the same damage.
func TestReplayIsIdentical(t *testing.T) {
	data := strings.Repeat("abcdefgh", 25)
	outage := physical.Outage{From: sim.Time(20 * time.Millisecond), Until: sim.Time(24 * time.Millisecond)}
	first := newLab(t, 5, stormy(append([]physical.Impairment{outage}, bad...)...)).traffic(data)
	text := first.A().Storm().String()
	for _, what := range []string{"drop", "outage", "flip@", "dup", "behind@"} {
		if !strings.Contains(text, what) {
			t.Fatalf("the storm has no %s, so its replay would show nothing: %s", what, text)
		}
	}
	storm, err := physical.ParseStorm(text)
	if err != nil {
		t.Fatal(err)
	}
	again := newLab(t, 99, stormy(physical.Replay{Storm: storm})).traffic(data)
	if !slices.Equal(first.b.got, again.b.got) {
		t.Error("the replay delivered something else")
	}
	if a, b := first.A().Counters(), again.A().Counters(); a != b {
		t.Errorf("the replay counted\n%+v, want\n%+v", b, a)
	}
	if got := again.A().Storm().String(); got != text {
		t.Errorf("the replay's own recording is\n%s, want\n%s", got, text)
	}
}

// Frames without data pass between the fates.
func TestReplayLeavesOthersAlone(t *testing.T) {
	storm := physical.Storm{{K: 2, Fate: physical.Fate{Op: physical.OpDrop}}, {K: 1, Fate: physical.Fate{Op: physical.OpDuplicate}}}
	l := newLab(t, 1, stormy(physical.Replay{Storm: storm})).traffic("AaBbCc")
	if got := firsts(l.b); got != "AaaBCc" {
		t.Errorf("%q arrived, want AaaBCc", got)
	}
	if storm[0].K != 2 {
		t.Error("replaying sorted the caller's storm")
	}
}

// A configuration has no state: both of two links made from it begin anew.
func TestConfigurationCanBeUsedTwice(t *testing.T) {
	cfg := stormy(append([]physical.Impairment{chosen("drop", 3)}, bad...)...)
	a := newLab(t, 3, cfg).traffic("abcdefghabcdefgh").A().Storm().String()
	b := newLab(t, 3, cfg).traffic("abcdefghabcdefgh").A().Storm().String()
	if a != b || a == "" {
		t.Errorf("storms %q and %q, want the same", a, b)
	}
}

// Two links of one run share a storm when they share the name of its stream.
func TestNamedStream(t *testing.T) {
	data := strings.Repeat("abcdefgh", 25)
	storm := func(name, stream string) string {
		cfg := stormy(bad...)
		cfg.Name, cfg.Stream, cfg.EndA, cfg.EndB = name, stream, "a", "b"
		return newLab(t, 3, cfg).traffic(data).A().Storm().String()
	}
	if a, b := storm("left", "both"), storm("right", "both"); a != b {
		t.Errorf("one stream, two storms:\n%s\n%s", a, b)
	}
	if a, b := storm("left", ""), storm("right", ""); a == b {
		t.Error("two links have one storm though nobody asked for it")
	}
}

func TestParseStorm(t *testing.T) {
	const text = "3:drop 7:flip@54.1 7:dup 9:flip@-4/0x81 10:swap@40,-4 11:delay@5ms 12:behind@3 13:behind@3,1s 14:behind@5ms 15:outage"
	s, err := physical.ParseStorm(text)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.String(); got != text {
		t.Errorf("read and written:\n%s, want\n%s", got, text)
	}
	want := physical.Struck{K: 7, Fate: physical.Fate{Op: physical.OpFlip, At: 54, Mask: 0x40}}
	if s[1] != want {
		t.Errorf("7:flip@54.1 is %+v, want %+v: bit 0 is the most significant", s[1], want)
	}
	if s, err := physical.ParseStorm("\n 9:dup\t\n3:drop \n"); err != nil || s.String() != "3:drop 9:dup" {
		t.Errorf("lines in any order read as %q, %v", s, err)
	}
	if s, err := physical.ParseStorm(""); err != nil || len(s) != 0 {
		t.Errorf("no weather reads as %q, %v", s, err)
	}
}

func TestParseStormNamesThePlace(t *testing.T) {
	cases := []struct {
		text   string
		column int
		says   string
	}{
		{"3:flop", 3, "expected drop"},
		{"1:dup 3:flop", 9, `got "flop"`},
		{"1:dup 0:drop", 7, "from 1"},
		{"1:dup drop", 7, "from 1"},
		{"1:drop@3", 3, "drop without @"},
		{"1:flip@x.1", 8, "a byte offset"},
		{"1:flip@54", 10, "a bit"},
		{"1:flip@54.8", 11, "0 (most significant) to 7"},
		{"1:flip@54/0", 11, "0x01 to 0xff"},
		{"1:flip@54/0x100", 11, "0x01 to 0xff"},
		{"1:flip", 3, "flip@BYTE.BIT"},
		{"1:swap@40", 10, "second word"},
		{"1:swap@,40", 8, "first word"},
		{"1:delay@soon", 9, "as in 5ms"},
		{"1:delay@-5ms", 9, "as in 5ms"},
		{"1:behind@0", 10, "at least 1"},
		{"1:behind@3,x", 12, "as in 5ms"},
		{"1:behind@", 10, "as in 5ms"},
	}
	for _, c := range cases {
		_, err := physical.ParseStorm(c.text)
		var at *physical.FateError
		if !errors.As(err, &at) || !errors.Is(err, physical.ErrFate) {
			t.Errorf("%q: %v, want a FateError", c.text, err)
			continue
		}
		if at.Column != c.column || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v; want column %d and %q", c.text, err, c.column, c.says)
		}
	}
}

func anyFate(t *rapid.T) physical.Fate {
	f := physical.Fate{Op: physical.Op(rapid.IntRange(0, int(physical.OpBehind)).Draw(t, "op"))}
	offset := rapid.IntRange(-2000, 2000)
	switch f.Op {
	case physical.OpFlip:
		f.At, f.Mask = offset.Draw(t, "at"), rapid.ByteRange(1, 255).Draw(t, "mask")
	case physical.OpSwap:
		f.At, f.To = offset.Draw(t, "at"), offset.Draw(t, "to")
	case physical.OpDelay:
		f.By = time.Duration(rapid.Int64Range(1, 1e12).Draw(t, "by"))
	case physical.OpBehind:
		f.Frames = rapid.IntRange(0, 20).Draw(t, "frames")
		if f.Frames == 0 || rapid.Bool().Draw(t, "limited") {
			f.By = time.Duration(rapid.Int64Range(1, 1e12).Draw(t, "by"))
		}
	}
	return f
}

func TestFateReadsItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyFate(t)
		if got, err := physical.ParseFate(want.String()); err != nil || got != want {
			t.Fatalf("%s reads as %+v, %v; want %+v", want, got, err, want)
		}
	})
}

func FuzzParseStorm(f *testing.F) {
	for _, seed := range []string{"3:drop 7:flip@54.1 9:dup", "1:flip@-4/0x81", "2:behind@3,1s", "2:swap@1,", "1:flip@1.99999999999", "1:behind@,", "9:delay@9999999h"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := physical.ParseStorm(text)
		if err != nil {
			var at *physical.FateError
			if !errors.As(err, &at) || at.Column < 1 || at.Column > len(text)+1 {
				t.Fatalf("%q: %v points outside the text", text, err)
			}
			return
		}
		written := s.String()
		again, err := physical.ParseStorm(written)
		if err != nil || fmt.Sprint(again) != fmt.Sprint(s) {
			t.Fatalf("%q was written as %q, which reads as %v, %v", text, written, again, err)
		}
	})
}
