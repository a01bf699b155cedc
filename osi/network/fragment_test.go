package network_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/sim"
)

// failer is a test, of testing or of rapid.
type failer interface {
	Fatal(...any)
	Fatalf(string, ...any)
}

// piece is a fragment on its way.
type piece struct {
	h       network.IPv4Header
	payload []byte
}

// cut makes the fragments of a packet; each goes through bytes and back.
func cut(t failer, h network.IPv4Header, payload []byte, mtu int) []piece {
	fragments, err := network.FragmentIPv4(h, payload, mtu)
	if err != nil {
		t.Fatal(err)
	}
	var all []piece
	for fh, part := range fragments {
		b := packet(fh, part)
		if len(b) != fh.TotalLen || len(b) > mtu {
			t.Fatalf("a fragment of %d bytes says it has %d, on a link for %d", len(b), fh.TotalLen, mtu)
		}
		read, body, err := network.ParseIPv4(b)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, piece{read, body})
	}
	return all
}

func bytesFrom(seed uint64, n int) []byte {
	rnd := rand.New(rand.NewPCG(seed, 0))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return b
}

func TestFragments(t *testing.T) {
	type part struct {
		offset, length int
		more           bool
	}
	for _, c := range []struct {
		name         string
		payload, mtu int
		first        network.IPv4Header
		want         []part
	}{
		{"fits", 1480, 1500, plain(), []part{{0, 1480, false}}},
		{"one byte too long", 1481, 1500, plain(), []part{{0, 1480, true}, {1480, 1, false}}},
		{"4000 bytes of UDP on Ethernet", 4008, 1500, plain(), []part{{0, 1480, true}, {1480, 1480, true}, {2960, 1048, false}}},
		// RFC 791 §3.2: offsets count blocks of 8 bytes: an MTU of 1006 leaves
		// room for 986, of which 984 are used.
		{"an MTU that leaves no multiple of 8", 1000, 1006, plain(), []part{{0, 984, true}, {984, 16, false}}},
		{"the last may use all of the room", 986 + 984, 1006, plain(), []part{{0, 984, true}, {984, 986, false}}},
		{"the narrowest link there is", 100, 68, plain(), []part{{0, 48, true}, {48, 48, true}, {96, 4, false}}},
		{"a middle fragment, cut again", 48, 52, network.IPv4Header{MF: true, FragmentOffset: 1480, Src: addr("10.0.0.1"), Dst: addr("10.0.0.2")},
			[]part{{1480, 32, true}, {1512, 16, true}}},
		{"options count too", 1477, 1500, network.IPv4Header{Options: []byte{0x94, 4, 0, 0}, Src: addr("10.0.0.1"), Dst: addr("10.0.0.2")},
			[]part{{0, 1472, true}, {1472, 5, false}}},
		{"nothing", 0, 68, plain(), []part{{0, 0, false}}},
	} {
		var got []part
		for _, p := range cut(t, c.first, make([]byte, c.payload), c.mtu) {
			got = append(got, part{p.h.FragmentOffset, len(p.payload), p.h.MF})
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestFragmentsThatMustNotBe(t *testing.T) {
	h := plain()
	h.DF = true
	_, err := network.FragmentIPv4(h, make([]byte, 1481), 1500)
	var needed *network.FragmentationNeededError
	if !errors.As(err, &needed) || needed.MTU != 1500 || needed.Size != 1501 {
		t.Errorf("DF is set: %v, want a FragmentationNeededError of 1501 for 1500 bytes", err)
	}
	if _, err := network.FragmentIPv4(plain(), make([]byte, 100), 27); !errors.Is(err, network.ErrMTU) {
		t.Errorf("an MTU of 27: %v, want ErrMTU", err)
	}
	if _, err := network.FragmentIPv4(plain(), make([]byte, 65516), 1500); !errors.Is(err, network.ErrTotalLength) {
		t.Errorf("65,536 bytes: %v, want ErrTotalLength", err)
	}
}

func TestOptionsInFragments(t *testing.T) {
	// RFC 791 §3.1: the copied flag says whether an option goes into every
	// fragment: record route (7) does not, router alert (0x94) does.
	h := plain()
	h.Options = []byte{7, 3, 4, 1, 0x94, 4, 0, 0}
	pieces := cut(t, h, make([]byte, 200), 100)
	for i, p := range pieces {
		want := []byte{0x94, 4, 0, 0}
		if i == 0 {
			want = h.Options
		}
		if !bytes.Equal(p.h.Options, want) {
			t.Errorf("fragment %d has the options % x, want % x", i, p.h.Options, want)
		}
	}
	r := network.NewIPv4Reassembler(network.ReassemblyConfig{})
	for i, p := range pieces {
		memory := slices.Clone(p.h.Options)
		p.h.Options = memory
		got, _, whole := r.Add(0, 0, p.h, p.payload)
		clear(memory) // the frame's memory is used again
		if whole != (i == len(pieces)-1) || whole && !bytes.Equal(got.Options, h.Options) {
			t.Errorf("after fragment %d: whole %v, options % x", i, whole, got.Options)
		}
	}
	h.Options = []byte{0x94, 99} // its length lies: nothing of it is copied
	for i, p := range cut(t, h, make([]byte, 200), 100) {
		if i > 0 && len(p.h.Options) != 0 {
			t.Errorf("fragment %d has % x of a damaged option", i, p.h.Options)
		}
	}
}

// TestThereAndBack: a packet that is cut, cut again, shuffled and repeated on
// its way comes out as it went in, once, among fragments of others.
func TestThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rnd := rand.New(rand.NewPCG(2, rapid.Uint64().Draw(t, "seed")))
		var pieces []piece
		var want [][]byte
		for id := range rapid.IntRange(1, 3).Draw(t, "packets") {
			h := plain()
			h.ID = uint16(id)
			payload := bytesFrom(rnd.Uint64(), rapid.IntRange(1, 9000).Draw(t, "length"))
			want = append(want, payload)
			mtu := rapid.IntRange(68, 2000).Draw(t, "MTU")
			narrower := rapid.IntRange(68, 2000).Draw(t, "next MTU")
			for _, p := range cut(t, h, payload, mtu) {
				pieces = append(pieces, cut(t, p.h, p.payload, narrower)...)
			}
		}
		sent := len(pieces)
		for range rapid.IntRange(0, 5).Draw(t, "repeated") {
			pieces = append(pieces, pieces[rnd.IntN(sent)])
		}
		rnd.Shuffle(len(pieces), func(i, j int) { pieces[i], pieces[j] = pieces[j], pieces[i] })

		r := network.NewIPv4Reassembler(network.ReassemblyConfig{})
		got := make([][]byte, len(want))
		for _, p := range pieces {
			h, payload, whole := r.Add(0, 0, p.h, p.payload)
			if !whole {
				continue
			}
			if h.IsFragment() || h.TotalLen != h.Len()+len(payload) {
				t.Fatalf("a whole packet has the header %+v and %d bytes", h, len(payload))
			}
			if got[h.ID] != nil && len(pieces) == sent {
				t.Fatalf("packet %d came out twice", h.ID)
			}
			got[h.ID] = slices.Clone(payload)
		}
		for id := range want {
			if !bytes.Equal(got[id], want[id]) {
				t.Fatalf("packet %d went in with %d bytes and came out with %d", id, len(want[id]), len(got[id]))
			}
		}
	})
}

func fragment(offset, length int, more bool) piece {
	h := plain()
	h.FragmentOffset, h.MF, h.TotalLen = offset, more, h.Len()+length
	return piece{h, bytesFrom(uint64(offset), length)}
}

func TestFragmentsNobodyShouldBelieve(t *testing.T) {
	other := func(p piece) piece { p.payload = bytes.Repeat([]byte{0xee}, len(p.payload)); return p }
	zero := func(p piece) piece { clear(p.payload); return p }
	for _, c := range []struct {
		name    string
		pieces  []piece
		dropped int
	}{
		// RFC 5722 §3: an overlap makes the whole datagram worthless.
		{"teardrop: the second lies within the first, with other bytes",
			[]piece{fragment(0, 32, true), other(fragment(24, 4, false)), fragment(32, 8, false)}, 2},
		{"the second begins within the first", []piece{fragment(0, 32, true), fragment(24, 16, false), fragment(32, 8, false)}, 2},
		{"the first again, with other bytes", []piece{fragment(0, 16, true), other(fragment(0, 16, true)), fragment(16, 8, false)}, 2},
		// RFC 1858 §4: a second TCP header over the first.
		{"the second covers the first", []piece{fragment(8, 8, true), fragment(0, 24, true), fragment(24, 8, false)}, 2},
		{"the second covers the first, and all is zero",
			[]piece{zero(fragment(8, 8, true)), zero(fragment(0, 16, true)), fragment(0, 8, true)}, 2},
		{"two different ends", []piece{fragment(16, 8, false), fragment(24, 8, false), fragment(0, 16, true)}, 2},
		{"the end before what is there", []piece{fragment(32, 8, true), fragment(8, 8, false), fragment(0, 8, true)}, 2},
		{"something behind the end", []piece{fragment(8, 8, false), fragment(16, 8, true), fragment(0, 8, true)}, 2},
		{"ping of death: behind 65,535 bytes", []piece{fragment(65528, 100, false)}, 1},
		{"no multiple of 8 before the end", []piece{fragment(0, 9, true)}, 1},
		{"nothing in it", []piece{fragment(8, 0, true)}, 1},
	} {
		log, rec := recorded()
		r := network.NewIPv4Reassembler(network.ReassemblyConfig{Log: log})
		for i, p := range c.pieces {
			if _, payload, whole := r.Add(0, 0, p.h, p.payload); whole {
				t.Errorf("%s: fragment %d made a packet of %d bytes", c.name, i, len(payload))
			}
		}
		if got := ids(rec); len(got) != c.dropped || got[0] != "ip.fragment-dropped" {
			t.Errorf("%s: recorded %v, want ip.fragment-dropped %d times", c.name, got, c.dropped)
		}
		why, _ := rec.Events[len(rec.Events)-1].Get("why")
		if refused := why.String() == "an earlier one of its packet overlapped"; refused != (c.dropped == 2) {
			t.Errorf("%s: the last was discarded since %s", c.name, why)
		}
		r.TimerExpired(sim.Never - 1)
		if e, ok := r.Expired(); ok || len(rec.Events) != c.dropped {
			t.Errorf("%s: its time-out is told: %+v, %v", c.name, e, ids(rec))
		}
		if _, left := r.NextDeadline(); left {
			t.Errorf("%s: something is left after its time", c.name)
		}
	}
}

func TestReassemblyTimesOut(t *testing.T) {
	first, last := fragment(0, 600, true), fragment(608, 8, false)
	for _, c := range []struct {
		name   string
		pieces []piece
		quoted bool
	}{
		// RFC 1122 §3.3.2: "If this timeout expires, the partially-reassembled
		// datagram MUST be discarded and an ICMP Time Exceeded message sent to
		// the source host (if fragment zero has been received)."
		{"with the first fragment", []piece{first, last}, true},
		{"without it", []piece{last}, false},
	} {
		log, rec := recorded()
		r := network.NewIPv4Reassembler(network.ReassemblyConfig{Log: log})
		for i, p := range c.pieces {
			r.Add(sim.Time(i)*sim.Time(time.Second), 0, p.h, p.payload)
		}
		due, ok := r.NextDeadline()
		if want := sim.Time(30 * time.Second); !ok || due != want {
			t.Errorf("%s: gives up at %v, want %v: the time runs from the first that came", c.name, due, want)
		}
		r.TimerExpired(due - 1)
		if _, ok := r.Expired(); ok {
			t.Errorf("%s: gave up too early", c.name)
		}
		r.TimerExpired(due)
		e, ok := r.Expired()
		if !ok || (e.First != nil) != c.quoted {
			t.Errorf("%s: %+v, %v", c.name, e, ok)
		}
		if c.quoted && !bytes.Equal(e.First, packet(first.h, first.payload)) {
			t.Errorf("%s: quoted % x", c.name, e.First)
		}
		if got := ids(rec); !slices.Equal(got, []string{"ip.reassembly-timeout"}) {
			t.Errorf("%s: recorded %v", c.name, got)
		}
		if _, _, whole := r.Add(due, 0, fragment(600, 8, true).h, fragment(600, 8, true).payload); whole {
			t.Errorf("%s: what was given up was completed", c.name)
		}
	}
}

func TestReassemblyMemoryIsBounded(t *testing.T) {
	log, rec := recorded()
	r := network.NewIPv4Reassembler(network.ReassemblyConfig{MaxBytes: 1 << 20, Log: log})
	for id := range 200 { // the last 8 bytes of 200 packets of 64 kB
		p := fragment(65504, 8, false)
		p.h.ID = uint16(id)
		r.Add(sim.Time(id), 0, p.h, p.payload)
	}
	evicted := len(rec.Events)
	if evicted < 200-17 || ids(rec)[0] != "ip.reassembly-evicted" {
		t.Errorf("200 packets of 64 kB in 1 MiB: %d were given up", evicted)
	}
	if r.Held() > 1<<20 {
		t.Errorf("%d bytes are held, at most 1 MiB may be", r.Held())
	}
	if got, _ := rec.Events[0].Get("id"); got.String() != "0" {
		t.Errorf("the first to go is %v, want the oldest", got)
	}
}

func TestManySmallFragmentsAreBoundedToo(t *testing.T) {
	log, rec := recorded()
	r := network.NewIPv4Reassembler(network.ReassemblyConfig{MaxBytes: 1 << 20, Log: log})
	for id := range 10_000 {
		p := fragment(0, 8, true)
		p.h.ID = uint16(id)
		r.Add(0, 0, p.h, p.payload)
	}
	if left := 10_000 - len(rec.Events); left > 1<<20/500 {
		t.Errorf("%d packets are being put together in 1 MiB", left)
	}
}

func TestNoPacketIsLongerThanAPacketCanBe(t *testing.T) {
	// The fragments without options end at 65,535; the first one's options make
	// the whole too long.
	log, rec := recorded()
	r := network.NewIPv4Reassembler(network.ReassemblyConfig{Log: log})
	first, last := fragment(0, 65504, true), fragment(65504, 11, false)
	first.h.Options = []byte{0x94, 4, 0, 0}
	r.Add(0, 0, last.h, last.payload)
	if h, _, whole := r.Add(0, 0, first.h, first.payload); whole {
		t.Errorf("a packet of %d bytes", h.TotalLen)
	}
	if got := ids(rec); !slices.Equal(got, []string{"ip.fragment-dropped"}) {
		t.Errorf("recorded %v", got)
	}
}

func TestCongestionMarksSurviveReassembly(t *testing.T) {
	// RFC 3168 §5.3.
	for _, c := range []struct {
		name        string
		first, last network.ECN
		want        network.ECN
		whole       bool
	}{
		{"none can bear a mark", network.NotECT, network.NotECT, network.NotECT, true},
		{"none was marked", network.ECT0, network.ECT0, network.ECT0, true},
		{"the first was", network.CE, network.ECT0, network.CE, true},
		{"the last was", network.ECT0, network.CE, network.CE, true},
		{"one was, the other cannot", network.CE, network.NotECT, 0, false},
	} {
		r := network.NewIPv4Reassembler(network.ReassemblyConfig{})
		first, last := fragment(0, 8, true), fragment(8, 8, false)
		first.h.TOS, last.h.TOS = uint8(c.first), uint8(c.last)
		r.Add(0, 0, last.h, last.payload)
		h, _, whole := r.Add(0, 0, first.h, first.payload)
		if whole != c.whole || whole && h.ECN() != c.want {
			t.Errorf("%s: whole %v, ECN %d, want %v, %d", c.name, whole, h.ECN(), c.whole, c.want)
		}
	}
}

func TestWholePacketsPassThroughReassembly(t *testing.T) {
	r := network.NewIPv4Reassembler(network.ReassemblyConfig{})
	if h, payload, whole := r.Add(0, 0, plain(), []byte("Hello")); !whole || h.ID != 7 || string(payload) != "Hello" {
		t.Errorf("%+v, %q, %v", h, payload, whole)
	}
}
