package capture

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/packetwalk/packetwalk/osi"
)

// goodFrame builds a frame with gopacket, an independent maker of bytes.
func goodFrame(tb testing.TB, above ...gopacket.SerializableLayer) []byte {
	tb.Helper()
	eth := &layers.Ethernet{SrcMAC: []byte{2, 0, 0, 0, 0, 1}, DstMAC: []byte{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
		append([]gopacket.SerializableLayer{eth}, above...)...); err != nil {
		tb.Fatal(err)
	}
	return append([]byte(nil), buf.Bytes()...)
}

var dissectStart = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// framePacket is a captured frame: data with its FCS behind it.
func framePacket(number int, at time.Time, data []byte) *Packet {
	data = binary.LittleEndian.AppendUint32(data[:len(data):len(data)], crc32.ChecksumIEEE(data))
	return &Packet{Number: number, Time: at, Data: data, Length: len(data), FCS: 4, LinkType: LinkEthernet}
}

// owned checks the promise of Dissection.Parts: every byte has one owner, and
// that owner has a field for it.
func owned(tb testing.TB, d *Dissection) {
	tb.Helper()
	owner := make([]int, len(d.Data))
	for i, part := range d.Parts {
		if len(part.Spans) == 0 {
			tb.Errorf("packet %d: the part %s has no span, not even an empty one", d.Number, part.Protocol)
		}
		last := 0
		for _, s := range part.Spans {
			if s.Length < 0 || s.Offset < last || s.End() > len(d.Data) {
				tb.Fatalf("packet %d: span %v of %s is not in ascending order within the %d bytes", d.Number, s, part.Protocol, len(d.Data))
			}
			last = s.End()
			for j := s.Offset; j < s.End(); j++ {
				if owner[j] != 0 {
					tb.Fatalf("packet %d: byte %d belongs to %s and to %s", d.Number, j, d.Parts[owner[j]-1].Protocol, part.Protocol)
				}
				owner[j] = i + 1
			}
		}
		named := make([]bool, len(d.Data))
		for _, f := range part.Fields {
			for j := max(f.Span.Offset, 0); j < min(f.Span.End(), len(d.Data)); j++ {
				named[j] = true
			}
			if f.Span.Offset < 0 || f.Span.Length < 0 || f.Span.End() > len(d.Data) {
				tb.Fatalf("packet %d: field %s of %s stands at %v, outside the %d bytes", d.Number, f.Key, part.Protocol, f.Span, len(d.Data))
			}
		}
		for _, s := range part.Spans {
			for j := s.Offset; j < s.End(); j++ {
				if !named[j] {
					tb.Fatalf("packet %d: no field of %s names its byte %d: %s", d.Number, part.Protocol, j, part.Summary)
				}
			}
		}
	}
	for j, o := range owner {
		if o == 0 {
			tb.Fatalf("packet %d: byte %d of %d has no owner; parts: %s", d.Number, j, len(d.Data), partNames(d))
		}
	}
}

func partNames(d *Dissection) (s string) {
	for _, p := range d.Parts {
		s += "[" + p.Layer.String() + " " + p.Protocol + ": " + p.Summary + "] "
	}
	return s
}

// hello is the five letters in a frame.
func hello(tb testing.TB) []byte {
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: []byte{10, 0, 0, 1}, DstIP: []byte{10, 0, 0, 2}}
	tcp := &layers.TCP{SrcPort: 49152, DstPort: 7000, Seq: 1001, Ack: 5001, PSH: true, ACK: true, Window: 65535}
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		tb.Fatal(err)
	}
	return goodFrame(tb, ip, tcp, gopacket.Payload("Hello"))
}

// datagram is a UDP datagram in an IP packet that is not yet in a frame.
func datagram(tb testing.TB, id uint16, src, dst layers.UDPPort, data []byte) (*layers.IPv4, []byte) {
	tb.Helper()
	ip := &layers.IPv4{Version: 4, TTL: 64, Id: id, Protocol: layers.IPProtocolUDP, SrcIP: []byte{10, 0, 0, 1}, DstIP: []byte{10, 0, 0, 2}}
	udp := &layers.UDP{SrcPort: src, DstPort: dst}
	if err := udp.SetNetworkLayerForChecksum(ip); err != nil {
		tb.Fatal(err)
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, udp, gopacket.Payload(data)); err != nil {
		tb.Fatal(err)
	}
	return ip, slices.Clone(buf.Bytes())
}

func dissectOne(tb testing.TB, data []byte) *Dissection {
	tb.Helper()
	d := NewDissector(DissectOptions{}).Dissect(framePacket(1, dissectStart, data))
	owned(tb, d)
	return d
}

func TestHelloWalksUpSevenLayers(t *testing.T) {
	d := dissectOne(t, hello(t))
	want := []struct {
		layer    osi.Layer
		protocol string
		bytes    int
	}{
		{osi.Physical, "Ethernet wire", 0}, {osi.DataLink, "Ethernet II", 14 + 1 + 4}, {osi.Network, "IPv4", 20}, {osi.Transport, "TCP", 20},
		{osi.Session, "dialogue", 0}, {osi.Presentation, "UTF-8 (ASCII)", 0}, {osi.Application, "Text", 5},
	}
	if len(d.Parts) != len(want) {
		t.Fatalf("%d parts, should be %d: %s", len(d.Parts), len(want), partNames(d))
	}
	for i, w := range want {
		p := &d.Parts[i]
		if p.Layer != w.layer || p.Protocol != w.protocol || p.Len() != w.bytes {
			t.Errorf("part %d is %v %s with %d bytes, should be %v", i, p.Layer, p.Protocol, p.Len(), w)
		}
		if p.Problem != "" {
			t.Errorf("%s has the problem %q", p.Protocol, p.Problem)
		}
		if w.bytes == 0 && !strings.HasPrefix(p.Summary, "no bytes") {
			t.Errorf("%s has no bytes and does not say why: %q", p.Protocol, p.Summary)
		}
	}
	for _, w := range [...][3]string{
		{"Ethernet II", "eth.fcs", ""}, {"Ethernet II", "eth.padding", "00"}, {"IPv4", "ip.len", "45"}, {"IPv4", "ip.checksum", ""},
		{"TCP", "tcp.flags", "PSH, ACK"}, {"TCP", "tcp.seq", "1"}, {"UTF-8 (ASCII)", "text.codepoints", "U+0048 U+0065 U+006C U+006C U+006F"},
		{"UTF-8 (ASCII)", "text.bytes", "48 | 65 | 6c | 6c | 6f"}, {"Text", "text.line", "Hello"},
	} {
		f, ok := d.Part(w[0]).Field(w[1])
		if !ok || w[2] != "" && f.Value != w[2] || w[2] == "" && f.Note != "correct" {
			t.Errorf("%s: %q, %q; should be %q or correct", w[1], f.Value, f.Note, w[2])
		}
	}
	if d.Source != "10.0.0.1" || d.Destination != "10.0.0.2" || d.Protocol != "Text" || !strings.Contains(d.Info, "Hello") || d.Stream != 0 {
		t.Errorf("columns: %q %q %q %q stream %d", d.Source, d.Destination, d.Protocol, d.Info, d.Stream)
	}
}

// A flipped bit is found by the check that covers it, with the right value.
func TestDamageIsNamed(t *testing.T) {
	good := framePacket(1, dissectStart, hello(t)).Data
	for _, c := range []struct {
		what     string
		at       int
		protocol string
		key      string
	}{
		{"MAC address", 3, "Ethernet II", "eth.fcs"},
		{"TTL", 22, "IPv4", "ip.checksum"},
		{"port", 35, "TCP", "tcp.checksum"},
		{"data", 55, "TCP", "tcp.checksum"},
		{"padding", 59, "Ethernet II", "eth.fcs"},
	} {
		data := slices.Clone(good)
		data[c.at] ^= 4
		d := NewDissector(DissectOptions{}).Dissect(&Packet{Number: 1, Time: dissectStart, Data: data, Length: len(data), FCS: 4, LinkType: LinkEthernet})
		owned(t, d)
		f, _ := d.Part(c.protocol).Field(c.key)
		if !strings.Contains(f.Problem, ", should be 0x") || d.Part(c.protocol).Problem == "" {
			t.Errorf("a bit of the %s is flipped; %s says %q, its part %q", c.what, c.key, f.Problem, d.Part(c.protocol).Problem)
		}
		if d.Part("Text") != nil {
			t.Errorf("a bit of the %s is flipped, and the text was read as if a receiver would take it", c.what)
		}
	}
	for _, key := range []string{"eth.fcs", "ip.checksum", "tcp.checksum"} {
		d := dissectOne(t, hello(t))
		for i := range d.Parts {
			if f, ok := d.Parts[i].Field(key); ok && (f.Problem != "" || f.Note != "correct") {
				t.Errorf("%s of a good frame: %q %q", key, f.Problem, f.Note)
			}
		}
	}
}

// Every beginning of a frame is read as far as it goes: the frame was sent so
// short, or the capture cut it.
func TestEveryPrefixIsOwned(t *testing.T) {
	frames := goodFrames(t)
	for _, frame := range frames {
		for n := range len(frame) + 1 {
			for _, p := range []*Packet{
				{Data: frame[:n], Length: n, LinkType: LinkEthernet},
				{Data: frame[:n], Length: len(frame), LinkType: LinkEthernet},
				{Data: frame[:n], Length: n, FCS: min(n, 4), LinkType: LinkEthernet},
				{Data: frame[min(n, 14):], Length: len(frame), LinkType: LinkRaw},
				{Data: frame[min(n, 14):], Length: len(frame), LinkType: 113},
			} {
				p.Number, p.Time = 1, dissectStart
				d := NewDissector(DissectOptions{}).Dissect(p)
				owned(t, d)
				if d.Info == "" && n > 14 {
					t.Errorf("nothing in the Info column for %x", p.Data)
				}
			}
		}
	}
}

// What the capture cut off is nobody's fault; what the sender left out is.
func TestCutByCaptureIsNoProblem(t *testing.T) {
	frame := hello(t)
	for n := 54; n < len(frame)-1; n++ {
		d := NewDissector(DissectOptions{}).Dissect(&Packet{Number: 1, Time: dissectStart, Data: frame[:n], Length: len(frame), LinkType: LinkEthernet})
		for _, p := range d.Parts {
			if p.Problem != "" {
				t.Errorf("cut by the capture after %d bytes: %s has the problem %q", n, p.Protocol, p.Problem)
			}
		}
		d = NewDissector(DissectOptions{}).Dissect(&Packet{Number: 1, Time: dissectStart, Data: frame[:n], Length: n, LinkType: LinkEthernet})
		if n < 59 && d.Part("IPv4").Problem == "" {
			t.Errorf("sent with only %d bytes: the missing ones are not named", n)
		}
	}
}

func TestUnknownIsData(t *testing.T) {
	for _, c := range []struct {
		etherType uint16
		says      string
	}{{0x86dd, "IPv6"}, {0x88cc, "LLDP"}, {0x1234, "0x1234"}, {46, "length"}} {
		frame := slices.Clone(hello(t))
		binary.BigEndian.PutUint16(frame[12:], c.etherType)
		d := dissectOne(t, frame)
		p := d.Part("data")
		if p == nil || !strings.Contains(p.Summary, c.says) || d.Part("IPv4") != nil {
			t.Errorf("EtherType %#x: %s", c.etherType, partNames(d))
		}
	}
}

// TestFragments: RFC 791 §3.2; the fragment that completes a datagram shows
// what it carries, whichever it is.
func TestFragments(t *testing.T) {
	text := bytesOf("0123456789abcdef", 4000)
	ip, whole := datagram(t, 77, 5000, 6000, text)
	var pieces [][]byte
	for at := 0; at < len(whole); at += 1480 {
		f := *ip
		f.FragOffset = uint16(at / 8)
		end := min(at+1480, len(whole))
		if end < len(whole) {
			f.Flags = layers.IPv4MoreFragments
		}
		pieces = append(pieces, goodFrame(t, &f, gopacket.Payload(whole[at:end])))
	}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 1, 0, 2}, {1, 2, 0}} {
		d := NewDissector(DissectOptions{})
		for i, k := range order {
			got := d.Dissect(framePacket(i+1, dissectStart, pieces[k]))
			owned(t, got)
			part := got.Part("IPv4 fragment")
			if part == nil || !strings.Contains(part.Summary, fmt.Sprintf("part %d of datagram 0x004d", i+1)) {
				t.Fatalf("order %v, fragment %d: %s", order, k, partNames(got))
			}
			if last := i == len(order)-1; (got.Part("UDP") != nil) != last {
				t.Errorf("order %v, fragment %d: %s", order, k, partNames(got))
			} else if last {
				sum, _ := got.Part("UDP").Field("udp.checksum")
				port, _ := got.Part("UDP").Field("udp.dstport")
				if sum.Note != "correct" && !strings.HasPrefix(sum.Note, "correct;") || port.Number != 6000 || got.Part("Text") == nil {
					t.Errorf("order %v: checksum %q %q, port %d: %s", order, sum.Note, sum.Problem, port.Number, partNames(got))
				}
				if k != 0 && !strings.Contains(port.Note, "in an earlier frame") {
					t.Errorf("order %v: the port is in another frame, and its note is %q", order, port.Note)
				}
			}
		}
	}
}

func bytesOf(s string, n int) []byte {
	return []byte(strings.Repeat(s, n/len(s)+1)[:n])
}

// goodFrames is one frame of each kind that is known.
func goodFrames(tb testing.TB) [][]byte {
	frames := [][]byte{hello(tb)}
	ip, udp := datagram(tb, 1, 4000, 5000, []byte("grüße, 世界\n"))
	frames = append(frames, goodFrame(tb, ip, gopacket.Payload(udp)))
	dns := &layers.DNS{ID: 7, QR: true, RD: true, Questions: []layers.DNSQuestion{{Name: []byte("www.example.com"), Type: layers.DNSTypeA, Class: layers.DNSClassIN}},
		Answers: []layers.DNSResourceRecord{{Name: []byte("www.example.com"), Type: layers.DNSTypeA, Class: layers.DNSClassIN, TTL: 300, IP: []byte{10, 0, 0, 9}}}}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true}, dns); err != nil {
		tb.Fatal(err)
	}
	ip, udp = datagram(tb, 2, 53, 5000, buf.Bytes())
	frames = append(frames, goodFrame(tb, ip, gopacket.Payload(udp)))
	icmp := &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(3, 3)}
	ip = &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolICMPv4, SrcIP: []byte{10, 0, 0, 2}, DstIP: []byte{10, 0, 0, 1}}
	frames = append(frames, goodFrame(tb, ip, icmp, gopacket.Payload(frames[1][14:14+28])))
	ip.Options = []layers.IPv4Option{{OptionType: 148, OptionLength: 4, OptionData: []byte{0, 0}}, {OptionType: 1}, {OptionType: 0}}
	frames = append(frames, goodFrame(tb, ip, &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(8, 0), Id: 1, Seq: 2}, gopacket.Payload("ping")))
	arp := &layers.ARP{AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4, Operation: layers.ARPRequest,
		SourceHwAddress: []byte{2, 0, 0, 0, 0, 1}, SourceProtAddress: []byte{10, 0, 0, 1}, DstHwAddress: make([]byte, 6), DstProtAddress: []byte{10, 0, 0, 2}}
	eth := &layers.Ethernet{SrcMAC: arp.SourceHwAddress, DstMAC: []byte{255, 255, 255, 255, 255, 255}, EthernetType: layers.EthernetTypeARP}
	buf = gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true}, eth, arp); err != nil {
		tb.Fatal(err)
	}
	frames = append(frames, slices.Clone(buf.Bytes()))
	for _, p := range packetsOf(tb, []wireSegment{{port: 1, seq: 9, flags: "S", window: 1000, scale: 7}, {port: 1, seq: 9, ack: 3, flags: "FA", data: 3000}}) {
		frames = append(frames, p.Data[:len(p.Data)-4])
	}
	return frames
}

func TestColumns(t *testing.T) {
	want := [][4]string{
		{"10.0.0.1", "10.0.0.2", "Text", "“Hello”"},
		{"10.0.0.1", "10.0.0.2", "Text", "“grüße, 世界”"},
		{"10.0.0.1", "10.0.0.2", "DNS", "Standard query response 0x0007 A www.example.com A 10.0.0.9"},
		{"10.0.0.2", "10.0.0.1", "ICMP", "Destination unreachable (Port unreachable)"},
		{"10.0.0.2", "10.0.0.1", "ICMP", "Echo (ping) request id=0x0001, seq=2, ttl=64"},
		{"02:00:00:00:00:01", "Broadcast", "ARP", "Who has 10.0.0.2? Tell 10.0.0.1"},
		{"10.0.0.1", "10.0.0.2", "TCP", "1 → 7000 [SYN] Seq=0 Win=1000 Len=0 MSS=1460 WS=128"},
	}
	for i, w := range want {
		d := dissectOne(t, goodFrames(t)[i])
		if got := [4]string{d.Source, d.Destination, d.Protocol, d.Info}; got != w {
			t.Errorf("frame %d: %q, should be %q", i, got, w)
		}
		for _, p := range d.Parts {
			if p.Problem != "" {
				t.Errorf("frame %d is good, but %s has the problem %q", i, p.Protocol, p.Problem)
			}
		}
	}
}
