package tcp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/osi/checksum"
)

var src4, dst4 = netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
var src6, dst6 = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")

// encode puts a segment and its text into bytes.
func encode(s *Segment, text []byte, src, dst netip.Addr) []byte {
	b := make([]byte, s.HeaderLen()+len(text))
	copy(b[s.HeaderLen():], text)
	s.Put(b, src, dst)
	return b
}

func drawSegment(t *rapid.T) *Segment {
	s := &Segment{
		SrcPort: rapid.Uint16().Draw(t, "source"), DstPort: rapid.Uint16().Draw(t, "destination"),
		SEQ: Seq(rapid.Uint32().Draw(t, "SEQ")), ACK: Seq(rapid.Uint32().Draw(t, "ACK")),
		Flags: Flags(rapid.Byte().Draw(t, "flags")),
		WND:   rapid.Uint16().Draw(t, "WND"), URG: rapid.Uint16().Draw(t, "URG"),
	}
	o := &s.Options
	if o.HasTimestamps = rapid.Bool().Draw(t, "timestamps"); o.HasTimestamps {
		o.TSval, o.TSecr = rapid.Uint32().Draw(t, "TSval"), rapid.Uint32().Draw(t, "TSecr")
	}
	if s.Flags&SYN != 0 {
		o.MSS = rapid.Uint16().Draw(t, "MSS")
		o.SACKPermitted = rapid.Bool().Draw(t, "SACK permitted")
		if o.HasWScale = rapid.Bool().Draw(t, "window scale"); o.HasWScale {
			o.WScale = rapid.Byte().Draw(t, "shift")
		}
		return s
	}
	most := 4
	if o.HasTimestamps {
		most = 3
	}
	o.NSACK = uint8(rapid.IntRange(0, most).Draw(t, "SACK blocks"))
	for i := range o.SACK[:o.NSACK] {
		o.SACK[i] = Block{Seq(rapid.Uint32().Draw(t, "start")), Seq(rapid.Uint32().Draw(t, "end"))}
	}
	return s
}

func TestParseReadsWhatPutWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSegment(t)
		text := rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "text")
		src, dst := src4, dst4
		if rapid.Bool().Draw(t, "IPv6") {
			src, dst = src6, dst6
		}
		var got Segment
		if err := Parse(encode(s, text, src, dst), src, dst, &got); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Data, text) {
			t.Fatalf("text is % x, want % x", got.Data, text)
		}
		got.Data = nil
		if d := cmp.Diff(*s, got, cmp.AllowUnexported(Segment{})); d != "" {
			t.Fatal(d)
		}
	})
}

// The two encoders, ours and gopacket's, agree on every byte.
func TestBytesAreThoseOfGopacket(t *testing.T) {
	buf := gopacket.NewSerializeBuffer()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSegment(t)
		text := rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "text")
		l := toGopacket(s)
		ip := &layers.IPv4{SrcIP: net.IP(src4.AsSlice()), DstIP: net.IP(dst4.AsSlice()), Protocol: layers.IPProtocolTCP}
		if err := l.SetNetworkLayerForChecksum(ip); err != nil {
			t.Fatal(err)
		}
		options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
		if err := gopacket.SerializeLayers(buf, options, l, gopacket.Payload(text)); err != nil {
			t.Fatal(err)
		}
		if got, want := encode(s, text, src4, dst4), buf.Bytes(); !bytes.Equal(got, want) {
			t.Fatalf("bytes are\n% x, gopacket makes\n% x", got, want)
		}
	})
}

func toGopacket(s *Segment) *layers.TCP {
	l := &layers.TCP{
		SrcPort: layers.TCPPort(s.SrcPort), DstPort: layers.TCPPort(s.DstPort),
		Seq: uint32(s.SEQ), Ack: uint32(s.ACK), Window: s.WND, Urgent: s.URG,
		FIN: s.Flags&FIN != 0, SYN: s.Flags&SYN != 0, RST: s.Flags&RST != 0, PSH: s.Flags&PSH != 0,
		ACK: s.Flags&ACK != 0, URG: s.Flags&URG != 0, ECE: s.Flags&ECE != 0, CWR: s.Flags&CWR != 0,
	}
	add := func(kind layers.TCPOptionKind, data []byte) {
		l.Options = append(l.Options, layers.TCPOption{OptionType: kind, OptionLength: uint8(2 + len(data)), OptionData: data})
	}
	nop := func() {
		l.Options = append(l.Options, layers.TCPOption{OptionType: layers.TCPOptionKindNop, OptionLength: 1})
	}
	be := binary.BigEndian
	o := &s.Options
	if o.MSS != 0 {
		add(layers.TCPOptionKindMSS, be.AppendUint16(nil, o.MSS))
	}
	if o.SACKPermitted {
		if !o.HasTimestamps {
			nop()
			nop()
		}
		add(layers.TCPOptionKindSACKPermitted, nil)
	}
	if o.HasTimestamps {
		if !o.SACKPermitted {
			nop()
			nop()
		}
		add(layers.TCPOptionKindTimestamps, be.AppendUint32(be.AppendUint32(nil, o.TSval), o.TSecr))
	}
	if o.HasWScale {
		nop()
		add(layers.TCPOptionKindWindowScale, []byte{o.WScale})
	}
	if o.NSACK > 0 {
		var blocks []byte
		for _, k := range o.SACK[:o.NSACK] {
			blocks = be.AppendUint32(be.AppendUint32(blocks, uint32(k.Start)), uint32(k.End))
		}
		nop()
		nop()
		add(layers.TCPOptionKindSACK, blocks)
	}
	return l
}

// withOptions is a header with these option bytes and a right checksum.
func withOptions(options ...byte) []byte {
	for len(options)%4 != 0 {
		options = append(options, optEnd)
	}
	b := append(encode(&Segment{Flags: ACK}, nil, src4, dst4), options...)
	b[12] = byte(len(b)/4) << 4
	b[16], b[17] = 0, 0
	sum := checksum.Sum(b, checksum.PseudoHeader(src4, dst4, Protocol, len(b)))
	binary.BigEndian.PutUint16(b[16:], checksum.Finish(sum))
	return b
}

func TestParseRefuses(t *testing.T) {
	good := encode(&Segment{Flags: ACK}, []byte("hello"), src4, dst4)
	change := func(at int, to byte) []byte {
		b := bytes.Clone(good)
		b[at] = to
		return b
	}
	for _, c := range []struct {
		name string
		b    []byte
		want error
	}{
		{"nothing at all", nil, ErrTruncated},
		{"19 bytes", good[:19], ErrTruncated},
		{"a header of 16 bytes", change(12, 4<<4), ErrDataOffset},
		{"a header longer than the segment", change(12, 15<<4), ErrDataOffset},
		{"a flipped bit of text", change(24, 'O'), ErrChecksum},
		{"a segment whose last byte is missing", good[:24], ErrChecksum},
		// "MUST be prepared to handle an illegal option length (e.g., zero)" (MUST-7)
		{"an option of length 0", withOptions(optMSS, 0, 5, 0xb4), ErrOption},
		{"an option of length 1", withOptions(optTimestamps, 1, 0, 0), ErrOption},
		{"an option beyond the header", withOptions(optNOP, optNOP, optSACK, 10), ErrOption},
		{"a kind without a length", withOptions(optNOP, optNOP, optNOP, optWScale), ErrOption},
	} {
		if err := Parse(c.b, src4, dst4, new(Segment)); !errors.Is(err, c.want) {
			t.Errorf("%s: error is %v, want %v", c.name, err, c.want)
		}
	}
	if err := Parse(good, src4, dst6, new(Segment)); !errors.Is(err, ErrChecksum) {
		t.Errorf("another destination: error is %v, want %v: the pseudo-header counts", err, ErrChecksum)
	}
}

func TestChecksumErrorNamesTheRightOne(t *testing.T) {
	b := encode(&Segment{Flags: ACK}, []byte("hello"), src4, dst4)
	right := binary.BigEndian.Uint16(b[16:])
	b[16] ^= 0x40
	err := Parse(b, src4, dst4, new(Segment))
	want := errorText(right, binary.BigEndian.Uint16(b[16:]))
	if err == nil || err.Error() != want {
		t.Errorf("error is %q, want %q", err, want)
	}
}

func errorText(right, came uint16) string {
	hex := func(v uint16) string {
		const digits = "0123456789abcdef"
		return string([]byte{'0', 'x', digits[v>>12], digits[v>>8&15], digits[v>>4&15], digits[v&15]})
	}
	return "tcp: checksum is wrong: " + hex(came) + " came, should be " + hex(right)
}

// "A TCP implementation MUST (MUST-6) ignore without error any TCP Option it
// does not implement, assuming that the option has a length field" (RFC 9293 §3.1).
func TestParseSkipsWhatItDoesNotKnow(t *testing.T) {
	for _, c := range []struct {
		name    string
		options []byte
		want    Options
	}{
		{"an unknown option before MSS", []byte{253, 4, 1, 2, optMSS, 4, 5, 0xb4}, Options{MSS: 1460}},
		{"everything behind the end", []byte{optEnd, optMSS, 4, 5, 0xb4}, Options{}},
		{"an MSS of the wrong length", []byte{optMSS, 3, 5, optNOP}, Options{}},
		{"a SACK option with half a block", []byte{optSACK, 6, 0, 0, 0, 1}, Options{}},
		{"a SACK option without blocks", []byte{optSACK, 2}, Options{}},
	} {
		var s Segment
		if err := Parse(withOptions(c.options...), src4, dst4, &s); err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if s.Options != c.want {
			t.Errorf("%s: options are %+v, want %+v", c.name, s.Options, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(encode(&Segment{Flags: SYN, Options: Options{MSS: 1460, SACKPermitted: true, HasWScale: true, WScale: 7, HasTimestamps: true}}, nil, src4, dst4))
	f.Add(encode(&Segment{Flags: ACK, Options: Options{NSACK: 2, HasTimestamps: true}}, []byte("text"), src4, dst4))
	f.Add(withOptions(optMSS, 0, 5, 0xb4))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s Segment
		if err := Parse(b, src4, dst4, &s); err != nil {
			// Make the checksum right: the rest of the parser is of interest.
			if len(b) < headerLen || !errors.Is(err, ErrChecksum) {
				return
			}
			b[16], b[17] = 0, 0
			sum := checksum.Sum(b, checksum.PseudoHeader(src4, dst4, Protocol, len(b)))
			binary.BigEndian.PutUint16(b[16:], checksum.Finish(sum))
			if err := Parse(b, src4, dst4, &s); errors.Is(err, ErrChecksum) {
				t.Fatalf("the checksum was made right, but %v", err)
			} else if err != nil {
				return
			}
		}
		if off := int(b[12]>>4) * 4; len(s.Data) != len(b)-off || int(s.Options.NSACK) > len(s.Options.SACK) {
			t.Fatalf("%d bytes of text and %d SACK blocks in %d bytes", len(s.Data), s.Options.NSACK, len(b))
		}
	})
}

func BenchmarkPut(b *testing.B) {
	s := &Segment{Flags: ACK, Options: Options{HasTimestamps: true}}
	buf := make([]byte, 1480)
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		s.Put(buf, src4, dst4)
	}
}

func BenchmarkParse(b *testing.B) {
	buf := encode(&Segment{Flags: ACK, Options: Options{HasTimestamps: true}}, pattern(1448), src4, dst4)
	var s Segment
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		if err := Parse(buf, src4, dst4, &s); err != nil {
			b.Fatal(err)
		}
	}
}
