package tcp

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/sim"
)

// TestMain makes a thousand draws of every property the default.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		checks := "1000"
		if testing.Short() {
			checks = "100"
		}
		if err := flag.Set("rapid.checks", checks); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// storm is a path that loses, repeats and delays.
type storm struct {
	r                  *rand.Rand
	loss, dup, reorder int // percent
	delay              time.Duration
	end                sim.Time // then it clears up, so that everything can finish
	out                [3]time.Duration
}

func (s *storm) fate(p *pair) func(int, *Segment) []time.Duration {
	return func(int, *Segment) []time.Duration {
		out := s.out[:0]
		copies := 1
		if p.now < s.end {
			if s.r.IntN(100) < s.loss {
				copies = 0
			}
			if s.r.IntN(100) < s.dup {
				copies++
			}
		}
		for range copies {
			d := s.delay
			if p.now < s.end && s.r.IntN(100) < s.reorder {
				d += time.Duration(s.r.Int64N(int64(4*s.delay) + 1))
			}
			out = append(out, d)
		}
		return out
	}
}

func drawSwitch(t *rapid.T, name string) Switch {
	return rapid.SampledFrom([]Switch{ByProfile, On, Off}).Draw(t, name)
}

func drawConfig(t *rapid.T, name string) *Config {
	return &Config{
		Profile:       rapid.SampledFrom([]Profile{RFC, Linux}).Draw(t, name+" profile"),
		MSS:           rapid.SampledFrom([]uint16{0, 64, 536, 1000, 8960}).Draw(t, name+" MSS"),
		SendBuffer:    rapid.SampledFrom([]uint32{0, 1000, 5000, 65535, 100_000}).Draw(t, name+" send buffer"),
		ReceiveBuffer: rapid.SampledFrom([]uint32{0, 2000, 5000, 65535, 100_000}).Draw(t, name+" receive buffer"),
		SYNRetries:    12, // enough to outlast every storm
		Congestion:    rapid.SampledFrom(Congestions()).Draw(t, name+" congestion control"),
		NoDelay:       rapid.Bool().Draw(t, name+" no delay"),
		NoSACK:        rapid.Bool().Draw(t, name+" no SACK"),
		NoTimestamps:  rapid.Bool().Draw(t, name+" no timestamps"),
		NoWindowScale: rapid.Bool().Draw(t, name+" no window scale"),
		NoDelayedACK:  rapid.Bool().Draw(t, name+" no delayed ACK"),
		NoDSACK:       rapid.Bool().Draw(t, name+" no D-SACK"),
		HyStart:       rapid.Bool().Draw(t, name+" HyStart++"),
		PRR:           drawSwitch(t, name+" PRR"),
		RACK:          drawSwitch(t, name+" RACK"),
		FRTO:          drawSwitch(t, name+" F-RTO"),
		Eifel:         drawSwitch(t, name+" Eifel"),
		MTUProbing:    rapid.Bool().Draw(t, name+" MTU probing"),
		ECN:           rapid.SampledFrom([]ECNMode{ECNPassive, ECNActive, ECNNever}).Draw(t, name+" ECN"),
	}
}

// Whatever the path does for the first minutes: what is read is always a
// prefix of what was written, and all of it when both sides have closed; both
// ends come to rest in CLOSED and leave nothing behind. (That SND.UNA ≤
// SND.NXT, that windows do not shrink and that the test ends is checked at
// every step by the pair; that transitions are legal, by setState.)
func TestStorms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &storm{
			r:       rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)),
			loss:    rapid.IntRange(0, 40).Draw(t, "loss"),
			dup:     rapid.IntRange(0, 30).Draw(t, "dup"),
			reorder: rapid.SampledFrom([]int{0, 5, 50}).Draw(t, "reorder"),
			delay:   rapid.SampledFrom([]time.Duration{0, time.Millisecond, 50 * time.Millisecond}).Draw(t, "delay"),
			end:     sim.Time(100 * time.Second),
		}
		p := newPair(t, drawConfig(t, "A"), drawConfig(t, "B"))
		p.fate = s.fate(p)
		marks := rapid.SampledFrom([]int{0, 5, 100}).Draw(t, "marks")
		p.marks = func(int, *Segment) bool { return s.r.IntN(100) < marks }
		sent := [2][]byte{}
		for i, e := range p.ends {
			sent[i] = pattern(rapid.IntRange(0, 60_000).Draw(t, e.name+" bytes"))
			e.toWrite, e.closeAt = sent[i], len(sent[i])
			e.stalled = rapid.Bool().Draw(t, e.name+" stalls")
		}
		if rapid.Bool().Draw(t, "both open") {
			p.openBoth()
		} else {
			p.open()
		}
		for at := sim.Time(time.Second); p.step(at); {
			checkPrefix(t, p, &sent)
		}
		for _, e := range p.ends {
			e.stalled = false
			if e.conn != nil {
				p.settle(e)
			}
		}
		for p.step(sim.Never) {
			checkPrefix(t, p, &sent)
		}
		checkPrefix(t, p, &sent)
		checkFinished(t, p, sent)
	})
}

// Programs that read and write crumbs at their leisure, over windows of every
// size: nothing is lost, no window shrinks, and it ends.
func TestLeisurelyPrograms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &storm{
			r:       rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2)),
			loss:    rapid.SampledFrom([]int{0, 0, 3, 20}).Draw(t, "loss"),
			reorder: rapid.SampledFrom([]int{0, 0, 20}).Draw(t, "reorder"),
			delay:   rapid.SampledFrom([]time.Duration{0, time.Millisecond, 50 * time.Millisecond}).Draw(t, "delay"),
			end:     sim.Time(100 * time.Second),
		}
		p := newPair(t, drawConfig(t, "A"), drawConfig(t, "B"))
		p.fate = s.fate(p)
		marks := rapid.SampledFrom([]int{0, 5, 100}).Draw(t, "marks")
		p.marks = func(int, *Segment) bool { return s.r.IntN(100) < marks }
		sent := [2][]byte{}
		for i, e := range p.ends {
			sent[i] = pattern(rapid.IntRange(0, 30_000).Draw(t, e.name+" bytes"))
			e.toWrite, e.closeAt = sent[i], len(sent[i])
			most := rapid.SampledFrom([]int{10, 300, 5000}).Draw(t, e.name+" crumbs")
			slow := rapid.SampledFrom([]time.Duration{time.Millisecond, 30 * time.Millisecond}).Draw(t, e.name+" sleep")
			if rapid.Bool().Draw(t, e.name+" has leisure") {
				e.pace = func() (int, int, time.Duration) {
					return s.r.IntN(most), 1 + s.r.IntN(most), time.Duration(s.r.Int64N(int64(slow)))
				}
			}
		}
		p.open()
		for p.step(sim.Never) {
			checkPrefix(t, p, &sent)
		}
		checkFinished(t, p, sent)
	})
}

func checkPrefix(t *rapid.T, p *pair, sent *[2][]byte) {
	for i, e := range p.ends {
		from := sent[1-i]
		if len(e.got) > len(from) || !bytes.Equal(e.got, from[:len(e.got)]) {
			t.Fatalf("%s read what was not written", e.name)
		}
		e.got, sent[1-i] = e.got[:0], from[len(e.got):]
	}
}

func checkFinished(t *rapid.T, p *pair, left [2][]byte) {
	for i, e := range p.ends {
		if e.conn == nil {
			t.Fatalf("%s was never reached", e.name)
		}
		if e.conn.Err() != nil || !errors.Is(e.readErr, io.EOF) || len(left[1-i]) > 0 {
			t.Fatalf("%s: error %v, reading ended with %v, %d bytes were not read", e.name, e.conn.Err(), e.readErr, len(left[1-i]))
		}
		if !e.conn.Released() {
			t.Fatalf("%s rests in %v", e.name, e.conn.State())
		}
		c := e.conn
		if c.sendBuf.buf != nil || c.receiveBuf.buf != nil || c.queue.segs != nil || c.reassembly.blocks != nil {
			t.Fatalf("%s still holds memory", e.name)
		}
	}
}
