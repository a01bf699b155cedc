package udp_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
	"github.com/packetwalk/packetwalk/udp"
)

var (
	client = netip.MustParseAddrPort("10.0.1.2:5000")
	server = netip.MustParseAddrPort("10.0.2.2:53")
	v6     = netip.MustParseAddr("2001:db8::1")
)

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

// datagram is a whole one from the client to the server.
func datagram(payload []byte) []byte {
	b := make([]byte, udp.HeaderLen+len(payload))
	copy(b[udp.HeaderLen:], payload)
	udp.Header{SrcPort: client.Port(), DstPort: server.Port()}.Put(b, client.Addr(), server.Addr())
	return b
}

func drawAddr(t *rapid.T, n int, label string) netip.Addr {
	a, _ := netip.AddrFromSlice(rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, label))
	return a
}

func TestDatagramsAreByteIdenticalWithGopacket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int{4, 16}).Draw(t, "bytes in an address")
		src, dst := drawAddr(t, size, "src"), drawAddr(t, size, "dst")
		h := udp.Header{SrcPort: rapid.Uint16().Draw(t, "from"), DstPort: rapid.Uint16().Draw(t, "to")}
		payload := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "payload")

		layer := &layers.UDP{SrcPort: layers.UDPPort(h.SrcPort), DstPort: layers.UDPPort(h.DstPort)}
		var below gopacket.NetworkLayer = &layers.IPv4{SrcIP: src.AsSlice(), DstIP: dst.AsSlice(), Protocol: layers.IPProtocolUDP}
		if size == 16 {
			below = &layers.IPv6{SrcIP: src.AsSlice(), DstIP: dst.AsSlice(), NextHeader: layers.IPProtocolUDP}
		}
		if err := layer.SetNetworkLayerForChecksum(below); err != nil {
			t.Fatal(err)
		}
		buf := gopacket.NewSerializeBuffer()
		options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
		if err := gopacket.SerializeLayers(buf, options, layer, gopacket.Payload(payload)); err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(buf.Bytes())
		if binary.BigEndian.Uint16(want[6:]) == 0 {
			want[6], want[7] = 0xff, 0xff // where gopacket errs, see TestAComputedZeroIsSentAsAllOnes
		}
		got := make([]byte, udp.HeaderLen+len(payload))
		copy(got[udp.HeaderLen:], payload)
		h.Put(got, src, dst)
		if !bytes.Equal(got, want) {
			t.Fatalf("ours      % x\ngopacket's % x", got, want)
		}
		back, body, err := udp.Parse(append(got, 0xee, 0xee), src, dst) // bytes behind Length belong to nobody
		if err != nil || back != h || !bytes.Equal(body, payload) {
			t.Fatalf("read back as %+v, % x, %v", back, body, err)
		}
	})
}

func TestAComputedZeroIsSentAsAllOnes(t *testing.T) {
	// RFC 768: "If the computed checksum is zero, it is transmitted as all ones".
	// The first two bytes of the payload are chosen so that it is.
	b := datagram([]byte{0, 0, 'o', 'k'})
	copy(b[8:], b[6:8])
	udp.Header{SrcPort: client.Port(), DstPort: server.Port()}.Put(b, client.Addr(), server.Addr())
	if got := binary.BigEndian.Uint16(b[6:]); got != 0xffff {
		t.Fatalf("the checksum is 0x%04x, want 0xffff", got)
	}
	h, payload, err := udp.Parse(b, client.Addr(), server.Addr())
	if err != nil || h.NoChecksum || string(payload[2:]) != "ok" {
		t.Errorf("read back as %+v, %q, %v", h, payload, err)
	}
}

func TestNoChecksumIsNoCheck(t *testing.T) {
	// RFC 768: "An all zero transmitted checksum value means that the transmitter
	// generated no checksum".
	b := append(make([]byte, udp.HeaderLen), "Hello"...)
	udp.Header{SrcPort: 1, DstPort: 2, NoChecksum: true}.Put(b, client.Addr(), server.Addr())
	b[8] = 'J'
	h, payload, err := udp.Parse(b, client.Addr(), server.Addr())
	if err != nil || !h.NoChecksum || string(payload) != "Jello" {
		t.Errorf("read as %+v, %q, %v: without a checksum damage goes unnoticed", h, payload, err)
	}
	// RFC 8200 §8.1: "IPv6 receivers must discard UDP packets containing a zero
	// checksum".
	if _, _, err := udp.Parse(b, v6, v6); !errors.Is(err, udp.ErrChecksum) {
		t.Errorf("over IPv6: %v, want ErrChecksum", err)
	}
}

func TestDamagedDatagrams(t *testing.T) {
	good := datagram([]byte("Hello"))
	change := func(at int, to byte) []byte { b := slices.Clone(good); b[at] = to; return b }
	for _, c := range []struct {
		name  string
		b     []byte
		want  error
		event string
	}{
		{"seven bytes", good[:7], udp.ErrTruncated, "udp.bad-length"},
		{"a length within the header", change(5, 7), udp.ErrLength, "udp.bad-length"},
		{"a length beyond what came", change(5, 14), udp.ErrLength, "udp.bad-length"},
		// RFC 1122 §4.1.3.4: "non-zero and invalid": discarded in silence.
		{"a changed letter", change(8, 'J'), udp.ErrChecksum, "udp.bad-checksum"},
		{"another port", change(3, 54), udp.ErrChecksum, "udp.bad-checksum"},
		{"a shorter length", change(5, 12), udp.ErrChecksum, "udp.bad-checksum"},
	} {
		log, rec := recorded()
		_, _, err := udp.Parse(c.b, client.Addr(), server.Addr())
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if _, _, ok := udp.Receive(log, "server", 9, c.b, client.Addr(), server.Addr()); ok {
			t.Errorf("%s: received", c.name)
		}
		if got := ids(rec); !slices.Equal(got, []string{c.event}) || rec.Events[0].Frame != 9 {
			t.Errorf("%s: recorded %v, want %s about frame 9", c.name, got, c.event)
		}
	}
	// The pseudo-header: the same bytes at another host are wrong.
	if _, _, err := udp.Parse(good, client.Addr(), netip.MustParseAddr("10.0.2.3")); !errors.Is(err, udp.ErrChecksum) {
		t.Errorf("at another host: %v, want ErrChecksum", err)
	}
	if _, payload, ok := udp.Receive(nil, "", 0, good, client.Addr(), server.Addr()); !ok || string(payload) != "Hello" {
		t.Errorf("the good one: %q, %v", payload, ok)
	}
}

func TestAWrongChecksumIsToldWithTheRightOne(t *testing.T) {
	good := datagram([]byte("Hello"))
	b := slices.Clone(good)
	b[6], b[7] = 0x12, 0x34
	_, _, err := udp.Parse(b, client.Addr(), server.Addr())
	want := "udp: checksum is wrong: 0x1234 (expected 0x" + hex16(good[6:8]) + ")"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func hex16(b []byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[b[0]>>4], digits[b[0]&15], digits[b[1]>>4], digits[b[1]&15]})
}

func TestPortUnreachableIsRecorded(t *testing.T) {
	log, rec := recorded()
	udp.NotePortUnreachable(log, "server", 3, udp.Header{SrcPort: 5000, DstPort: 99}, client.Addr(), 5)
	want := "server has no program at port 99: the datagram from 10.0.1.2:5000 is discarded"
	if len(rec.Events) != 1 || rec.Events[0].Sentence() != want {
		t.Errorf("recorded %v, want %q", rec.Events, want)
	}
}

// A datagram may be empty; less than a header is none.
func TestShortestDatagram(t *testing.T) {
	b := datagram(nil)
	h, payload, err := udp.Parse(b, client.Addr(), server.Addr())
	if err != nil || len(payload) != 0 || h.SrcPort != 5000 {
		t.Errorf("%+v, %q, %v", h, payload, err)
	}
	if _, _, err := udp.Parse(b[:udp.HeaderLen-1], client.Addr(), server.Addr()); err == nil {
		t.Error("seven bytes are taken for a datagram")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(nil), false)
	f.Add(datagram([]byte("Hello")), false)
	f.Add(append(datagram(nil), 1, 2, 3), false)
	f.Add([]byte{0, 1, 0, 2, 0, 9, 0, 0, 'x'}, true)
	f.Fuzz(func(t *testing.T, b []byte, six bool) {
		src, dst := client.Addr(), server.Addr()
		if six {
			src, dst = v6, v6
		}
		h, payload, err := udp.Parse(b, src, dst)
		if err != nil {
			return
		}
		again := append(make([]byte, udp.HeaderLen), payload...)
		h.Put(again, src, dst)
		if !bytes.Equal(again, b[:len(again)]) {
			t.Fatalf("read\n% x and wrote\n% x", b, again)
		}
	})
}
