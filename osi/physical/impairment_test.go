package physical_test

import (
	"hash/crc32"
	"slices"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
)

// with is one direction with impairments and 1 ms of delay.
func with(ims ...physical.Impairment) physical.LinkConfig {
	return oneWay(physical.DirectionConfig{Delay: time.Millisecond, Impairments: ims, Classify: isData})
}

func chosen(fate string, nth ...int) physical.Explicit {
	f, err := physical.ParseFate(fate)
	if err != nil {
		panic(err)
	}
	return physical.Explicit{Fate: f, Nth: nth}
}

// What each chosen fate does to the letters sent, and what is told of it.
func TestChosenFates(t *testing.T) {
	cases := []struct {
		name  string
		ims   []physical.Impairment
		sent  string
		want  string
		kind  string
		tells []string
	}{
		{
			"drop the 2nd of all", []physical.Impairment{chosen("drop", 2)}, "abc", "ac", "wire.lost",
			[]string{"frame 2 from a to b (64 bytes) is lost: chosen: the 2nd frame"},
		},
		{
			"drop the 1st and 3rd that match",
			[]physical.Impairment{physical.Explicit{Nth: []int{1, 3}, Match: begins('c'), Words: "frame that begins with c"}},
			"accac", "aca", "wire.lost", []string{
				"frame 2 from a to b (64 bytes) is lost: chosen: the 1st frame that begins with c",
				"frame 5 from a to b (64 bytes) is lost: chosen: the 3rd frame that begins with c",
			},
		},
		{
			"drop every one", []physical.Impairment{chosen("drop")}, "a", "", "wire.lost",
			[]string{"frame 1 from a to b (64 bytes) is lost: chosen: every frame"},
		},
		{
			"duplicate", []physical.Impairment{chosen("dup", 1)}, "ab", "aab", "wire.duplicated",
			[]string{"frame 1 from a to b (64 bytes) arrives twice: chosen: the 1st frame"},
		},
		{
			"delay", []physical.Impairment{chosen("delay@1ms", 1)}, "ab", "ba", "wire.delayed",
			[]string{"frame 1 from a to b (64 bytes) takes 1ms longer: chosen: the 1st frame"},
		},
		{
			"behind two later ones", []physical.Impairment{chosen("behind@2", 1)}, "abcd", "bcad", "wire.reordered",
			[]string{"frame 1 from a to b (64 bytes) is held back until 2 later frames have passed, at most 100ms: chosen: the 1st frame"},
		},
		{
			"a lost frame has not passed", []physical.Impairment{chosen("behind@2", 1), chosen("drop", 2)}, "abcde", "cdae", "wire.lost",
			[]string{"frame 2 from a to b (64 bytes) is lost: chosen: the 2nd frame"},
		},
		{
			"let go before enough have passed", []physical.Impairment{chosen("behind@2,1500ns", 1)}, "abc", "bac", "wire.lost", nil,
		},
		{
			"two behind one", []physical.Impairment{chosen("behind@1", 1), chosen("behind@1", 2)}, "abcd", "cabd", "wire.lost", nil,
		},
		{
			"a loss hides what else would have happened", []physical.Impairment{chosen("dup", 1), chosen("drop", 1)}, "ab", "b", "wire.duplicated", nil,
		},
		{
			"a flip that misses", []physical.Impairment{chosen("flip@64.0", 1)}, "a", "a", "wire.missed",
			[]string{"frame 1 from a to b (64 bytes) is left as it is: flip@64.0 changes nothing, the frame has no such byte (chosen: the 1st frame)"},
		},
		{
			"a swap that overlaps", []physical.Impairment{chosen("swap@40,41", 1)}, "a", "a", "wire.missed",
			[]string{"frame 1 from a to b (64 bytes) is left as it is: swap@40,41 changes nothing, the words overlap (chosen: the 1st frame)"},
		},
		{
			"a flip", []physical.Impairment{chosen("flip@54.1", 1)}, "a", "a", "wire.corrupted",
			[]string{"frame 1 from a to b (64 bytes) is damaged, bit 1 of byte 54: 0x36 becomes 0x76 (chosen: the 1st frame)"},
		},
		{
			"a flip of several bits, from the end", []physical.Impairment{chosen("flip@-2/0x81", 1)}, "a", "a", "wire.corrupted",
			[]string{"frame 1 from a to b (64 bytes) is damaged, bits 0, 7 of byte 62: 0x3e becomes 0xbf (chosen: the 1st frame)"},
		},
		{
			"a swap", []physical.Impairment{chosen("swap@40,44", 1)}, "a", "a", "wire.corrupted",
			[]string{"frame 1 from a to b (64 bytes) is damaged, the words at bytes 40 and 44: 0x2829 0x2c2d becomes 0x2c2d 0x2829 (chosen: the 1st frame)"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t, 1, with(c.ims...))
			for i := range c.sent {
				l.at(time.Duration(i)*time.Microsecond, func() { l.send(c.sent[i : i+1]) })
			}
			l.run()
			if got := firsts(l.b); got != c.want {
				t.Errorf("sent %q, %q arrived, want %q", c.sent, got, c.want)
			}
			if got := l.told(c.kind); !slices.Equal(got, c.tells) {
				t.Errorf("%s told\n%q, want\n%q", c.kind, got, c.tells)
			}
		})
	}
}

// A frame that nobody overtakes does not wait for ever.
func TestHeldFrameIsLetGo(t *testing.T) {
	l := newLab(t, 1, with(chosen("behind@3,5ms", 1)))
	l.at(0, func() { l.send("ab") })
	l.run()
	if got, at := firsts(l.b), l.b.got[1].at; got != "ba" || at != sim.Time(6*time.Millisecond) {
		t.Errorf("%q arrived, the last at %v; want ba at 6 ms", got, at)
	}
}

// RFC 1071 §2: the sum does not depend on the order of the words. So two words
// that change places pass the checksums of IP, UDP and TCP; the CRC of
// Ethernet catches them.
func TestSwappedWordsAreInvisibleToTheChecksum(t *testing.T) {
	l := newLab(t, 1, with(chosen("swap@40,44", 2)))
	l.at(0, func() { l.send("aa") })
	l.run()
	plain, swapped := l.b.got[0], l.b.got[1]
	if plain.data == swapped.data || swapped.intact || !plain.intact {
		t.Fatalf("the second frame came changed: %v, intact: %v; want changed and not intact", plain.data != swapped.data, swapped.intact)
	}
	if a, b := onesComplement(plain.data), onesComplement(swapped.data); a != b {
		t.Errorf("checksums %#04x and %#04x, want equal", a, b)
	}
	if crc32.ChecksumIEEE([]byte(plain.data)) == crc32.ChecksumIEEE([]byte(swapped.data)) {
		t.Error("the CRCs are equal, want different")
	}
}

// onesComplement is the Internet checksum, the slow way.
func onesComplement(data string) uint16 {
	var sum uint32
	for i := 0; i+1 < len(data); i += 2 {
		sum += uint32(data[i])<<8 | uint32(data[i+1])
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}

// The trailer that the damaged frame carries is that of the true bytes.
func TestDamagedFrameKeepsItsTrailer(t *testing.T) {
	l := newLab(t, 1, with(chosen("flip@0.7", 1)))
	l.at(0, func() { l.send("ba") })
	l.run()
	flipped, whole := l.b.got[0].data, l.b.got[1].data // 'b' with its lowest bit flipped is 'c'
	if flipped[0] != 'c' || flipped[63]-whole[63] != 'b'-'a' {
		t.Errorf("the damaged frame begins with %c and its trailer differs by %d, want c and 1", flipped[0], flipped[63]-whole[63])
	}
}

// A word of the trailer has to exist before it can change places.
func TestSwapWithTheTrailer(t *testing.T) {
	l := newLab(t, 1, with(chosen("swap@40,-2", 1)))
	l.at(0, func() { l.send("aa") })
	l.run()
	swapped, whole := []byte(l.b.got[0].data), l.b.got[1].data
	for i := range 2 {
		swapped[40+i], swapped[62+i] = swapped[62+i], swapped[40+i]
	}
	if string(swapped) != whole {
		t.Errorf("swapped back it is % x, want % x", swapped, whole)
	}
}

func TestSmallestFrameFitsAnyMTU(t *testing.T) {
	l := newLab(t, 1, oneWay(physical.DirectionConfig{MTU: 20}))
	l.at(0, func() { l.send("x"); l.A().Send(l.frame(65, 'y')) })
	l.run()
	if got := firsts(l.b); got != "x" {
		t.Errorf("%q arrived, want x: 64 bytes is as short as a padded frame gets", got)
	}
}

func TestMTU(t *testing.T) {
	l := newLab(t, 1, oneWay(physical.DirectionConfig{MTU: 1500}))
	l.at(0, func() {
		l.A().Send(l.frame(1518, 'x'))
		l.A().Send(l.frame(1519, 'y'))
	})
	l.run()
	if got := firsts(l.b); got != "x" {
		t.Errorf("%q arrived, want x: 18 bytes of header and trailer surround 1500 of payload", got)
	}
	want := []string{"a frame of 1519 bytes from a to b is dropped: the wire takes at most 1518 (an MTU of 1500)"}
	if got := l.told("wire.too-long"); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestOutage(t *testing.T) {
	cfg := with(physical.Outage{From: sim.Time(100 * time.Microsecond), Until: sim.Time(200 * time.Microsecond)})
	cfg.A.Rate = 10e6
	l := newLab(t, 1, cfg)
	l.at(0, func() { l.send("a") })                    // its last bit leaves at 57.6 µs
	l.at(70*time.Microsecond, func() { l.send("b") })  // begins before the outage, ends in it
	l.at(150*time.Microsecond, func() { l.send("c") }) // in it
	l.at(220*time.Microsecond, func() { l.send("d") }) // when c's gap is over
	l.run()
	if got := firsts(l.b); got != "ad" {
		t.Errorf("%q arrived, want ad: a was on its way when the wire died", got)
	}
	want := []string{
		"frame 2 from a to b (64 bytes) is lost: the wire is dead from 0.000100 s to 0.000200 s",
		"frame 3 from a to b (64 bytes) is lost: the wire is dead from 0.000100 s to 0.000200 s",
	}
	if got := l.told("wire.outage"); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

// The wire is alive again at Until, and dead at From already.
func TestOutageBorders(t *testing.T) {
	cfg := with(physical.Outage{From: sim.Time(100 * time.Microsecond), Until: sim.Time(200 * time.Microsecond)})
	l := newLab(t, 1, cfg)
	l.at(100*time.Microsecond, func() { l.send("a") })
	l.at(200*time.Microsecond, func() { l.send("b") })
	l.run()
	if got := firsts(l.b); got != "b" {
		t.Errorf("%q arrived, want b", got)
	}
}

func TestJitterStaysWithinBounds(t *testing.T) {
	cfg := with()
	cfg.A.Jitter = time.Millisecond
	l := newLab(t, 1, cfg)
	l.at(0, func() {
		for range 1000 {
			l.send("a")
		}
	})
	l.run()
	low, high := l.b.got[0].at, l.b.got[999].at
	if low < sim.Time(time.Millisecond) || high > sim.Time(2*time.Millisecond) {
		t.Errorf("arrivals from %v to %v, want within 1 to 2 ms", low, high)
	}
	if low > sim.Time(time.Millisecond+10*time.Microsecond) || high < sim.Time(2*time.Millisecond-10*time.Microsecond) {
		t.Errorf("arrivals from %v to %v, want them to use the whole range", low, high)
	}
	if inOrder := slices.IsSortedFunc(l.b.got, func(a, b arrived) int { return int(a.id) - int(b.id) }); inOrder {
		t.Error("1000 frames with jitter arrived in the order they were sent")
	}
}
