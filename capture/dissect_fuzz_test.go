package capture

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/trace"
)

// small bounds, so that a short input reaches them.
var smallBounds = DissectOptions{MaxConnections: 3, MaxMessage: 300, MaxWaiting: 500, MaxFragmented: 2}

// FuzzDissect reads a sequence of frames: each byte-owning promise holds for
// any input, nothing panics, and nothing is remembered beyond the bounds. A
// frame in the input is a byte of options, two of length, and the bytes.
func FuzzDissect(f *testing.F) {
	var all []byte
	for _, frame := range goodFrames(f) {
		one := append(binary.BigEndian.AppendUint16([]byte{4}, uint16(len(frame))), frame...)
		f.Add(one)
		all = append(all, one...)
	}
	f.Add(all)
	// Bytes that announce a frame of each link type.
	links := [...]uint16{LinkRaw, LinkNull, LinkLoop, LinkCooked, LinkCooked2}
	for _, p := range foreignFrames(f) {
		o := byte(4)
		if i := slices.Index(links[:], p.LinkType); i >= 0 {
			o = byte(i) << 5
		}
		f.Add(append(binary.BigEndian.AppendUint16([]byte{o}, uint16(len(p.Data))), p.Data...))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		d := NewDissector(smallBounds)
		at := [2]*trace.Interface{{Name: "a"}, {Name: "b"}}
		for number := 1; len(input) > 3 && number < 64; number++ {
			o := input[0]
			n := min(int(binary.BigEndian.Uint16(input[1:])), len(input)-3)
			p := &Packet{Number: number, Time: dissectStart.Add(time.Duration(number) * time.Millisecond), Data: input[3 : 3+n], Length: n,
				FCS: min(int(o&3), n), LinkType: LinkEthernet, Interface: at[o>>3&1]}
			if o&4 == 0 {
				p.LinkType, p.FCS = links[int(o>>5)%len(links)], 0
			}
			if o&16 != 0 {
				p.Length += int(o >> 5)
			}
			input = input[3+n:]
			owned(t, d.Dissect(p))
		}
		bounded(t, d)
	})
}

// FuzzStreams lets the input say what the two ends of a connection send, in
// segments with right checksums, so that the readers above TCP are reached.
// A segment is a byte that says who, how and where, one of length, the data.
func FuzzStreams(f *testing.F) {
	for _, s := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		"hello\nworld\n", "\x16\x03\x01\x00\x06\x01\x00\x00\x02\x03\x03", "\x00\x1d\x00\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x03com\x00\x00\x01\x00\x01",
	} {
		for _, size := range []int{3, 20, 200} {
			var in []byte
			for rest := s; len(rest) > 0; {
				n := min(size, len(rest))
				in = append(append(in, 0x10, byte(n)), rest[:n]...)
				rest = rest[n:]
			}
			f.Add(in, uint16(80))
		}
	}
	f.Fuzz(func(t *testing.T, input []byte, port uint16) {
		var segments []wireSegment
		next := [2]uint32{1, 1}
		var data []string
		for len(input) > 2 && len(segments) < 40 {
			o, n := input[0], min(int(input[1]), len(input)-2)
			from := int(o & 1)
			s := wireSegment{port: port, fromServer: from == 1, seq: next[from], ack: next[1-from], flags: "A", window: 1000, after: time.Millisecond}
			switch o >> 1 & 7 {
			case 1:
				s.seq += uint32(n) // a hole
			case 2:
				s.seq -= uint32(o >> 5) // again
			case 3:
				s.flags = "SA"
			case 4:
				s.flags = "FA"
			case 5:
				s.seq += 1 << 31
			default:
				next[from] += uint32(n)
			}
			if o&0x10 != 0 {
				s.flags += "P"
			}
			segments, data = append(segments, s), append(data, string(input[2:2+n]))
			input = input[2+n:]
		}
		d := NewDissector(smallBounds)
		for i, p := range packetsWith(t, segments, data) {
			got := d.Dissect(p)
			owned(t, got)
			for _, part := range got.Parts {
				if strings.Contains(part.Summary, "%!") && !strings.Contains(strings.Join(data, ""), "%") {
					t.Fatalf("packet %d: %s", i, part.Summary)
				}
			}
		}
		bounded(t, d)
	})
}

func BenchmarkDissect(b *testing.B) {
	for _, c := range []struct {
		name string
		data int
	}{{"ACK", 0}, {"full segment", 1448}} {
		b.Run(c.name, func(b *testing.B) {
			var segments []wireSegment
			for i := range 64 {
				segments = append(segments, wireSegment{port: 5000, seq: 1 + uint32(i*c.data), ack: 1, flags: "A", window: 1000, data: c.data})
			}
			packets := packetsOf(b, segments)
			b.SetBytes(int64(len(packets[0].Data)))
			b.ReportAllocs()
			var d *Dissector
			for i := 0; b.Loop(); i++ {
				if i%64 == 0 {
					d = NewDissector(DissectOptions{})
				}
				if got := d.Dissect(packets[i%64]); len(got.Parts) < 4 {
					b.Fatal(fmt.Sprint("parts: ", partNames(got)))
				}
			}
		})
	}
}
