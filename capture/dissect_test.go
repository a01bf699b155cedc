package capture

import (
	"encoding/binary"
	"hash/crc32"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/packetwalk/packetwalk/osi"
)

// frameMaker builds good frames with gopacket, an independent maker of bytes.
type frameMaker struct {
	src, dst string
	id       uint16
}

func (b *frameMaker) frame(tb testing.TB, above ...gopacket.SerializableLayer) []byte {
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

// owned checks the promise of Dissection.Parts: every byte has one owner.
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
		for _, f := range part.Fields {
			if f.Span.Offset < 0 || f.Span.Length < 0 || f.Span.End() > len(d.Data) {
				tb.Fatalf("packet %d: field %s of %s stands at %v, outside the %d bytes", d.Number, f.Key, part.Protocol, f.Span, len(d.Data))
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

func TestHelloWalksUpSevenLayers(t *testing.T) {
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: []byte{10, 0, 0, 1}, DstIP: []byte{10, 0, 0, 2}}
	tcp := &layers.TCP{SrcPort: 49152, DstPort: 7000, Seq: 1001, Ack: 5001, PSH: true, ACK: true, Window: 65535}
	tcp.SetNetworkLayerForChecksum(ip)
	data := new(frameMaker).frame(t, ip, tcp, gopacket.Payload("Hello"))
	d := NewDissector(DissectOptions{}).Dissect(&Packet{Number: 1, Time: dissectStart, Data: data, Length: len(data), LinkType: LinkEthernet})
	owned(t, d)
	want := []osi.Layer{osi.Physical, osi.DataLink, osi.Network, osi.Transport, osi.Session, osi.Presentation, osi.Application}
	for i, l := range want {
		if i >= len(d.Parts) || d.Parts[i].Layer != l {
			t.Fatalf("part %d is not of layer %v: %s", i, l, partNames(d))
		}
	}
	for _, p := range d.Parts {
		t.Log(p.Layer, "|", p.Protocol, "|", p.Spans, "|", p.Summary, "|", p.Problem)
		for _, f := range p.Fields {
			t.Log("      ", f.Key, f.Span, f.Bits, "=", f.Value, "|", f.Note, f.Problem)
		}
	}
	t.Log(d.Source, d.Destination, d.Protocol, d.Info)
}
