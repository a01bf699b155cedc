package network_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

func recorded() (*trace.Log, *trace.Recording) {
	log, rec := trace.NewLog(sim.New(1)), &trace.Recording{}
	log.Subscribe(rec)
	return log, rec
}

// ids lists what was recorded, by kind.
func ids(rec *trace.Recording) []string {
	var all []string
	for i := range rec.Events {
		all = append(all, rec.Events[i].Kind.ID)
	}
	return all
}

// packet is a whole packet with this header.
func packet(h network.IPv4Header, payload []byte) []byte {
	h.TotalLen = h.Len() + len(payload)
	b := make([]byte, h.TotalLen)
	copy(b[h.Put(b):], payload)
	return b
}

// plain is the header of an ordinary packet from 10.0.1.2 to 10.0.2.2.
func plain() network.IPv4Header {
	return network.IPv4Header{TTL: 64, Protocol: network.ProtocolUDP, ID: 7, Src: addr("10.0.1.2"), Dst: addr("10.0.2.2")}
}

func drawAddr(t *rapid.T, label string) netip.Addr {
	return netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, label)))
}

func drawHeader(t *rapid.T) network.IPv4Header {
	return network.IPv4Header{
		TOS: rapid.Byte().Draw(t, "TOS"), ID: rapid.Uint16().Draw(t, "ID"),
		DF: rapid.Bool().Draw(t, "DF"), MF: rapid.Bool().Draw(t, "MF"),
		FragmentOffset: 8 * rapid.IntRange(0, 8191).Draw(t, "offset"),
		TTL:            rapid.Byte().Draw(t, "TTL"), Protocol: network.Protocol(rapid.Byte().Draw(t, "protocol")),
		Src: drawAddr(t, "src"), Dst: drawAddr(t, "dst"),
	}
}

func TestHeaderIsByteIdenticalWithGopacket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHeader(t)
		payload := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "payload")
		layer := &layers.IPv4{
			Version: 4, TOS: h.TOS, Id: h.ID, FragOffset: uint16(h.FragmentOffset / 8), TTL: h.TTL,
			Protocol: layers.IPProtocol(h.Protocol), SrcIP: h.Src.AsSlice(), DstIP: h.Dst.AsSlice(),
		}
		if h.DF {
			layer.Flags |= layers.IPv4DontFragment
		}
		if h.MF {
			layer.Flags |= layers.IPv4MoreFragments
		}
		buf := gopacket.NewSerializeBuffer()
		options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
		if err := gopacket.SerializeLayers(buf, options, layer, gopacket.Payload(payload)); err != nil {
			t.Fatal(err)
		}
		ours := packet(h, payload)
		if !bytes.Equal(ours, buf.Bytes()) {
			t.Fatalf("ours      % x\ngopacket's % x", ours, buf.Bytes())
		}
		got, body, err := network.ParseIPv4(append(slices.Clone(ours), 0, 0, 0)) // padded by the link
		h.TotalLen = len(ours)
		if err != nil || !bytes.Equal(body, payload) || !sameHeader(got, h) {
			t.Fatalf("read back as %+v, % x, %v, want %+v", got, body, err, h)
		}
	})
}

func sameHeader(a, b network.IPv4Header) bool {
	sameOptions := bytes.Equal(a.Options, b.Options)
	a.Options, b.Options = nil, nil
	return sameOptions && a.TOS == b.TOS && a.TotalLen == b.TotalLen && a.ID == b.ID && a.DF == b.DF && a.MF == b.MF &&
		a.FragmentOffset == b.FragmentOffset && a.TTL == b.TTL && a.Protocol == b.Protocol && a.Src == b.Src && a.Dst == b.Dst
}

func TestAHeaderFromRealTraffic(t *testing.T) {
	// 45 00 00 73 00 00 40 00 40 11 b8 61 c0 a8 00 01 c0 a8 00 c7: the header
	// that textbooks add up by hand.
	b, err := hex.DecodeString("450000730000400040" + "11b861c0a80001c0a800c7")
	if err != nil {
		t.Fatal(err)
	}
	h, _, err := network.ParseIPv4(append(b, make([]byte, 95)...))
	if err != nil {
		t.Fatal(err)
	}
	want := network.IPv4Header{TotalLen: 115, DF: true, TTL: 64, Protocol: network.ProtocolUDP, Src: addr("192.168.0.1"), Dst: addr("192.168.0.199")}
	if !sameHeader(h, want) {
		t.Errorf("read as %+v, want %+v", h, want)
	}
}

func TestDamagedHeaders(t *testing.T) {
	good := packet(plain(), []byte("Hello"))
	// resum puts the checksum right after a change, so that the change itself is
	// what is noticed.
	resum := func(b []byte) []byte {
		if n := int(b[0]&15) * 4; n >= 20 && n <= len(b) {
			b[10], b[11] = 0, 0
			var s uint32
			for i := 0; i < n; i += 2 {
				s += uint32(b[i])<<8 | uint32(b[i+1])
			}
			s = s>>16 + s&0xffff
			s = ^(s>>16 + s&0xffff)
			b[10], b[11] = byte(s>>8), byte(s)
		}
		return b
	}
	for _, c := range []struct {
		name   string
		change func(b []byte) []byte
		want   error
		event  string
	}{
		{"nothing at all", func([]byte) []byte { return nil }, network.ErrTruncated, "ip.bad-header"},
		{"19 bytes", func(b []byte) []byte { return b[:19] }, network.ErrTruncated, "ip.bad-header"},
		// RFC 1122 §3.2.1.1: "A datagram whose version number is not 4 MUST be
		// silently discarded."
		{"version 6", func(b []byte) []byte { b[0] = 0x65; return resum(b) }, network.ErrVersion, "ip.bad-header"},
		{"a header of 16 bytes", func(b []byte) []byte { b[0] = 0x44; return b }, network.ErrHeaderLength, "ip.bad-header"},
		{"a header longer than the packet", func(b []byte) []byte { b[0] = 0x4f; return b }, network.ErrHeaderLength, "ip.bad-header"},
		{"a total length within the header", func(b []byte) []byte { b[3] = 19; return resum(b) }, network.ErrTotalLength, "ip.bad-header"},
		{"a total length beyond what came", func(b []byte) []byte { b[3] = 26; return resum(b) }, network.ErrTotalLength, "ip.bad-header"},
		// RFC 1122 §3.2.1.2: "A host MUST verify the IP header checksum on every
		// received datagram and silently discard every datagram that has a bad
		// checksum."
		{"a flipped bit", func(b []byte) []byte { b[8] ^= 1; return b }, network.ErrChecksum, "ip.bad-checksum"},
	} {
		b := c.change(slices.Clone(good))
		if _, _, err := network.ParseIPv4(b); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		log, rec := recorded()
		if _, ok := new(network.IPv4Header).Receive(log, "router", 3, b); ok {
			t.Errorf("%s: received", c.name)
		}
		if got := ids(rec); !slices.Equal(got, []string{c.event}) || rec.Events[0].Frame != 3 {
			t.Errorf("%s: recorded %v, want %s about frame 3", c.name, got, c.event)
		}
	}
	if payload, ok := new(network.IPv4Header).Receive(nil, "", 0, good); !ok || string(payload) != "Hello" {
		t.Errorf("the good packet: %q, %v", payload, ok)
	}
}

func TestEveryFlippedBitOfAHeaderIsNoticed(t *testing.T) {
	good := packet(plain(), []byte("Hello"))
	for bit := range 20 * 8 {
		b := slices.Clone(good)
		b[bit/8] ^= 0x80 >> (bit % 8)
		if h, _, err := network.ParseIPv4(b); err == nil {
			t.Errorf("bit %d flipped: read as %+v", bit, h)
		}
	}
}

func TestOptionsAreCarriedAlong(t *testing.T) {
	h := plain()
	h.Options = []byte{0x94, 4, 0, 0, 1} // router alert (RFC 2113), no operation
	got, payload, err := network.ParseIPv4(packet(h, []byte("Hello")))
	if err != nil || h.Len() != 28 || got.Len() != 28 || string(payload) != "Hello" {
		t.Fatalf("header of %d bytes, read as %+v, %q, %v", h.Len(), got, payload, err)
	}
	if want := []byte{0x94, 4, 0, 0, 1, 0, 0, 0}; !bytes.Equal(got.Options, want) {
		t.Errorf("options % x, want % x: padded with zeroes to whole words", got.Options, want)
	}
}

func TestTrafficClass(t *testing.T) {
	h := network.IPv4Header{TOS: 0xb8 | uint8(network.ECT0)} // expedited forwarding (RFC 3246), ECN-capable
	if h.DSCP() != 46 || h.ECN() != network.ECT0 {
		t.Errorf("DSCP %d, ECN %d, want 46, %d", h.DSCP(), h.ECN(), network.ECT0)
	}
}

func TestDecrementTTL(t *testing.T) {
	// RFC 1624 §3: the checksum that is updated is the one that would be
	// computed anew.
	rapid.Check(t, func(t *rapid.T) {
		h := drawHeader(t)
		b := packet(h, []byte("Hello"))
		before := slices.Clone(b)
		if moved := network.DecrementTTL(b); moved != (h.TTL > 1) {
			t.Fatalf("a TTL of %d may go on: %v", h.TTL, moved)
		}
		if h.TTL <= 1 {
			if !bytes.Equal(b, before) {
				t.Fatal("a packet that must not go on was changed")
			}
			return
		}
		h.TTL--
		if want := packet(h, []byte("Hello")); !bytes.Equal(b, want) {
			t.Fatalf("got\n% x, want\n% x", b, want)
		}
	})
}

func TestTheCaseThatRFC1624Mends(t *testing.T) {
	// RFC 1624 §4: with m = 0x5555 changed to m' = 0x3285 under a checksum of
	// 0xdd2f, RFC 1141 gives 0xffff where 0x0000 is right.
	if got := network.UpdateChecksum(0xdd2f, 0x5555, 0x3285); got != 0 {
		t.Errorf("0x%04x, want 0x0000", got)
	}
}

func TestUpdateChecksum(t *testing.T) {
	// Against adding up anew; among the words are those that carry twice.
	word := rapid.OneOf(rapid.Uint16(), rapid.SampledFrom([]uint16{0, 1, 0xfffe, 0xffff}))
	add := func(words []uint16) uint16 {
		var s uint32
		for _, w := range words {
			s += uint32(w)
		}
		s = s>>16 + s&0xffff
		return ^uint16(s>>16 + s&0xffff)
	}
	rapid.Check(t, func(t *rapid.T) {
		// The first word is never 0, as in a header: RFC 1624 §2 rests on that.
		words := append([]uint16{0x4500}, rapid.SliceOfN(word, 1, 5).Draw(t, "words")...)
		before := add(words)
		i := rapid.IntRange(1, len(words)-1).Draw(t, "changed")
		old := words[i]
		words[i] = word.Draw(t, "to")
		if got, want := network.UpdateChecksum(before, old, words[i]), add(words); got != want {
			t.Fatalf("0x%04x, want 0x%04x", got, want)
		}
	})
	if got := network.UpdateChecksum(0x0000, 0x0000, 0x0001); got != 0xfffe {
		t.Errorf("a sum of 0xffff and 1 is complemented to 0x%04x, want 0xfffe", got)
	}
}

func TestIdentifications(t *testing.T) {
	var i network.Identifications
	// RFC 6864 §4.1: an atomic datagram may have any; ours say nothing.
	if got := i.Next(&network.IPv4Header{DF: true}); got != 0 {
		t.Errorf("an atomic packet has %d, want 0", got)
	}
	// RFC 6864 §4.2: "Sources emitting non-atomic datagrams MUST NOT repeat
	// IPv4 ID values within one MDL for a given source address/destination
	// address/protocol tuple." As long as the counter can go:
	seen := map[uint16]bool{}
	for n := range 65536 {
		id := i.Next(&network.IPv4Header{})
		if seen[id] = true; n < 3 && id != uint16(n+1) {
			t.Errorf("packet %d has %d: a reader cannot follow", n+1, id)
		}
	}
	if len(seen) != 65536 {
		t.Errorf("65536 packets had %d different values", len(seen))
	}
}
