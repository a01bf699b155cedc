package host_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"net/netip"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/tcp"
)

var seeds = flag.Int("seeds", 2000, "how many storms the properties are tried on")

// storm is a connection under weather that a seed has chosen.
type storm struct {
	lab       *host.Lab
	a, b      *host.Host
	dice      *sim.Stream
	message   []byte
	delivered bytes.Buffer
	sentAll   bool
	readEOF   bool
	heardEnd  bool // the writer, of the reader's close
	failure   error
}

func newStorm(seed uint64) *storm {
	s := &storm{lab: host.NewLab(seed), dice: sim.NewStream(seed, "weather")}
	s.a, s.b = s.lab.Host("a"), s.lab.Host("b")
	for _, h := range []*host.Host{s.a, s.b} {
		h.TCP = tcp.Config{
			Profile: tcp.Profile(s.dice.Below(2)), NoDelay: s.chance(2), NoSACK: s.chance(3), NoTimestamps: s.chance(3),
			NoWindowScale: s.chance(3), NoDelayedACK: s.chance(3),
			SendBuffer: uint32(2000 + s.dice.Below(60000)), ReceiveBuffer: uint32(2000 + s.dice.Below(60000)),
		}
	}
	cfg := physical.LinkConfig{A: s.weather(), B: s.weather(), HalfDuplex: s.chance(6)}
	na, nb := s.a.NIC(netip.MustParsePrefix("10.0.0.1/24")), s.b.NIC(netip.MustParsePrefix("10.0.0.2/24"))
	if s.chance(4) {
		mtu := 300 + int(s.dice.Below(1200))
		na.SetMTU(mtu)
		nb.SetMTU(mtu)
	}
	s.lab.Connect(na, nb, cfg)
	s.message = make([]byte, 1+s.dice.Below(40000))
	must2(s.dice.Read(s.message))
	return s
}

func (s *storm) chance(oneIn uint64) bool { return s.dice.Below(oneIn) == 0 }

func (s *storm) weather() physical.DirectionConfig {
	d := physical.DirectionConfig{
		Rate:  physical.Rate(100_000 + s.dice.Below(20_000_000)),
		Delay: time.Duration(s.dice.Below(uint64(100 * time.Millisecond))),
		Queue: 3 + int(s.dice.Below(40)),
	}
	if s.chance(3) {
		d.Jitter = time.Duration(s.dice.Below(uint64(30 * time.Millisecond)))
	}
	add := func(im physical.Impairment) { d.Impairments = append(d.Impairments, im) }
	percent := func(most uint64) sim.Probability { return sim.Probability(s.dice.Below(most * 10_000)) }
	if s.chance(2) {
		add(physical.Loss{Chance: percent(25)})
	}
	if s.chance(4) {
		add(physical.Burst{GoodToBad: percent(5), BadToGood: percent(50) + 100_000, LossInBad: percent(90)})
	}
	if s.chance(3) {
		add(physical.Duplicate{Chance: percent(20)})
	}
	if s.chance(3) {
		add(physical.Reorder{Chance: percent(20), Frames: int(s.dice.Below(6))})
	}
	if s.chance(4) {
		add(physical.BitErrors{OneIn: 50_000 + s.dice.Below(1_000_000)})
	}
	if s.chance(5) {
		from := sim.Time(s.dice.Below(uint64(time.Second)))
		add(physical.Outage{From: from, Until: from.Add(time.Duration(s.dice.Below(uint64(2 * time.Second))))})
	}
	return d
}

// writer sends the message in pieces of its own liking and closes.
func (s *storm) writer() error {
	c, err := s.a.Dial("tcp", "b:80")
	if err != nil {
		s.failure = err
		return nil
	}
	for rest := s.message; len(rest) > 0; {
		n := min(len(rest), 1+int(s.dice.Below(5000)))
		if _, err := c.Write(rest[:n]); err != nil {
			s.failure = err
			return nil
		}
		rest = rest[n:]
		if s.chance(10) {
			s.a.Sleep(time.Duration(s.dice.Below(uint64(300 * time.Millisecond))))
		}
	}
	s.sentAll = true
	if s.chance(2) {
		must(c.(*host.TCPConn).CloseWrite())
		_, s.failure = io.Copy(io.Discard, c)
		s.heardEnd = s.failure == nil
	}
	return c.Close()
}

// reader takes what comes, sometimes slowly, and closes at the end. A peer that
// has given up may leave it alone for ever, so it has its patience too.
func (s *storm) reader() error {
	l, err := s.b.Listen("tcp", ":80")
	if err != nil {
		return err
	}
	must(l.(*host.Listener).SetDeadline(s.b.Now().Add(time.Hour)))
	c, err := l.Accept()
	if err != nil {
		return nil
	}
	must(c.SetReadDeadline(s.b.Now().Add(3 * time.Hour)))
	buf := make([]byte, 1+s.dice.Below(8000))
	for {
		n, err := c.Read(buf)
		s.delivered.Write(buf[:n])
		if err != nil {
			s.readEOF = errors.Is(err, io.EOF)
			return c.Close()
		}
		if s.chance(20) {
			s.b.Sleep(time.Duration(s.dice.Below(uint64(500 * time.Millisecond))))
		}
	}
}

// TestDeliveredIsAPrefixOfSent: whatever the weather, what TCP delivers is
// always a prefix of what was sent, and all of it once both ends have closed;
// the simulation ends; nothing panics; and every frame is given back.
func TestDeliveredIsAPrefixOfSent(t *testing.T) {
	complete := 0
	for seed := uint64(1); seed <= uint64(*seeds); seed++ {
		s := newStorm(seed)
		s.lab.Sim().Until(sim.Time(24 * time.Hour))
		s.b.Go("reader", s.reader)
		s.a.Go("writer", s.writer)
		err := s.lab.Run()
		var late *sim.TimeLimitError
		switch {
		case errors.As(err, &late):
			t.Fatalf("seed %d: the simulation does not end: %v", seed, err)
		case err != nil:
			t.Fatalf("seed %d: %v", seed, err)
		case !bytes.HasPrefix(s.message, s.delivered.Bytes()):
			t.Fatalf("seed %d: what was delivered (%d bytes) is no prefix of what was sent", seed, s.delivered.Len())
		case s.readEOF && s.sentAll && s.delivered.Len() != len(s.message):
			t.Fatalf("seed %d: the reader saw the end after %d of %d bytes", seed, s.delivered.Len(), len(s.message))
		case s.heardEnd && !s.readEOF:
			t.Fatalf("seed %d: the writer saw the end of a reader that did not see its own", seed)
		case s.lab.FramesOut() != 0:
			t.Fatalf("seed %d: %d frames were never given back", seed, s.lab.FramesOut())
		}
		if s.readEOF && s.delivered.Len() == len(s.message) {
			complete++
		}
	}
	if complete < *seeds*9/10 {
		t.Errorf("only %d of %d transfers were complete: the weather is not meant to be that bad", complete, *seeds)
	}
}
