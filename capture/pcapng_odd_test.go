package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/trace"
)

var testNames = []Name{{netip.MustParseAddr("10.0.0.1"), "a"}}

// rawFile writes blocks by hand, in a byte order of choice.
type rawFile struct {
	binary.AppendByteOrder
	b []byte
}

var little, big = binary.LittleEndian, binary.BigEndian

// words are 16-bit or 32-bit by their type, strings are bytes.
func (f *rawFile) words(vs ...any) []byte {
	var b []byte
	for _, v := range vs {
		switch v := v.(type) {
		case uint8:
			b = append(b, v)
		case uint16:
			b = f.AppendUint16(b, v)
		case uint32:
			b = f.AppendUint32(b, v)
		case uint64:
			b = f.AppendUint64(b, v)
		case string:
			b = append(b, v...)
		default:
			panic(fmt.Sprintf("%T is no word of a file", v))
		}
	}
	return b
}

func (f *rawFile) block(kind uint32, vs ...any) *rawFile {
	body := f.words(vs...)
	body = appendZeros(body, pad4(len(body)))
	n := uint32(len(body) + 12)
	f.b = append(f.b, f.words(kind, n)...)
	f.b = append(f.b, body...)
	f.b = append(f.b, f.words(n)...)
	return f
}

func (f *rawFile) section() *rawFile {
	return f.block(blockSection, uint32(byteOrderMagic), uint16(1), uint16(0), ^uint64(0))
}

func newRaw(o binary.AppendByteOrder) *rawFile { return (&rawFile{AppendByteOrder: o}).section() }

// oddFiles are captures that are right and look like none of ours.
var oddFiles = []struct {
	name string
	file func() []byte
	want string // the packets: interface, time, direction, data/length, FCS
}{
	{"pcapng big-endian, microseconds by default, unknown blocks between", func() []byte {
		return newRaw(big).
			block(blockInterface, uint16(1), uint16(0), uint32(0), uint16(ifName), uint16(3), "en0\x00").
			block(0x0bad, uint32(99), "custom").
			block(0x40000bad, uint32(99)).
			block(blockEnhanced, uint32(0), uint32(0), uint32(1_500_000), uint32(3), uint32(9), "abc").
			b
	}, "0 en0 1.500000000 unknown abc/9 0"},
	{"two sections of different byte order, each counting its interfaces from 0", func() []byte {
		a := newRaw(little).
			block(blockInterface, uint16(1), uint16(0), uint32(0), uint16(ifName), uint16(1), "a\x00\x00\x00").
			block(blockEnhanced, uint32(0), uint32(0), uint32(7), uint32(1), uint32(1), "x")
		b := newRaw(big).
			block(blockInterface, uint16(101), uint16(0), uint32(0), uint16(ifName), uint16(1), "b\x00\x00\x00").
			block(blockEnhanced, uint32(0), uint32(0), uint32(8), uint32(1), uint32(1), "y")
		return append(a.b, b.b...)
	}, "0 a 0.000007000 unknown x/1 0; 1 b 0.000008000 unknown y/1 0"},
	{"simple packets, cut at the interface's snapshot length", func() []byte {
		return newRaw(little).
			block(blockInterface, uint16(1), uint16(0), uint32(2)).
			block(blockSimple, uint32(5), "ab").
			b
	}, "0   unknown ab/5 0"},
	{"an obsolete packet block with a drop count", func() []byte {
		return newRaw(big).
			block(blockInterface, uint16(1), uint16(0), uint32(0)).
			block(blockPacket, uint16(0), uint16(3), uint32(0), uint32(1), uint32(1), uint32(1), "z\x00\x00\x00", uint16(epbFlags), uint16(4), uint32(flagInbound|4<<flagFCSShift)).
			b
	}, "0  0.000001000 received z/1 1"},
	{"resolution 2^-10 with an offset of a minute", func() []byte {
		return newRaw(little).
			block(blockInterface, uint16(1), uint16(0), uint32(0),
				uint16(ifTsResol), uint16(1), "\x8a\x00\x00\x00", uint16(ifTsOffset), uint16(8), uint64(60), uint32(0)).
			block(blockEnhanced, uint32(0), uint32(0), uint32(1536), uint32(0), uint32(0)).
			b
	}, "0  61.500000000 unknown /0 0"},
	{"classic big-endian, microseconds, FCS of 4", func() []byte {
		f := &rawFile{AppendByteOrder: big}
		return f.words(uint32(magicMicro), uint16(2), uint16(4), uint64(0), uint32(65535), uint32(1|linkFCSPresent|2<<linkFCSShift),
			uint32(5), uint32(6), uint32(6), uint32(8), "abcdef")
	}, "0  5.000006000 unknown abcdef/8 2"},
	{"classic 2.2: the lengths the other way round", func() []byte {
		f := &rawFile{AppendByteOrder: little}
		return f.words(uint32(magicMicro), uint16(2), uint16(2), uint64(0), uint32(65535), uint32(101),
			uint32(5), uint32(6), uint32(9), uint32(2), "ab")
	}, "0  5.000006000 unknown ab/9 0"},
	{"classic, Kuznetsov's longer record header", func() []byte {
		f := &rawFile{AppendByteOrder: little}
		return f.words(uint32(magicModified), uint16(2), uint16(4), uint64(0), uint32(65535), uint32(1),
			uint32(5), uint32(6), uint32(2), uint32(2), uint64(77), "ab")
	}, "0  5.000006000 unknown ab/2 0"},
}

func TestOddFiles(t *testing.T) {
	for _, c := range oddFiles {
		ps, _, err := readAll(bytes.NewReader(c.file()))
		var lines []string
		for _, p := range ps {
			at := ""
			if !p.Time.IsZero() {
				at = fmt.Sprintf("%d.%09d", p.Time.Unix(), p.Time.Nanosecond())
			}
			lines = append(lines, fmt.Sprintf("%d %s %s %s %s/%d %d", p.Interface.Index, p.Interface.Name, at, p.Direction, p.Data, p.Length, p.FCS))
		}
		if got := strings.Join(lines, "; "); err != nil || got != c.want {
			t.Errorf("%s:\n\t%s (%v)\nwant\n\t%s", c.name, got, err, c.want)
		}
	}
}

func TestBrokenFiles(t *testing.T) {
	header := func() *rawFile { return newRaw(little).block(blockInterface, uint16(1), uint16(0), uint32(0)) }
	classic := func(vs ...any) []byte {
		f := &rawFile{AppendByteOrder: little}
		return append(f.words(uint32(magicNano), uint16(2), uint16(4), uint64(0), uint32(65535), uint32(1)), f.words(vs...)...)
	}
	for _, c := range []struct {
		name, want string
		file       []byte
		short      bool
	}{
		{"empty", "capture: header, byte 0: expected a pcapng or pcap file (0a0d0d0a, d4c3b2a1, 4d3cb2a1 at its start), found a file of 0 bytes", nil, true},
		{"not a capture", "capture: header, byte 0: expected a pcapng or pcap file (0a0d0d0a, d4c3b2a1, 4d3cb2a1 at its start), found 23212f62", []byte("#!/bin/sh"), false},
		{"cut in the section header", "pcapng: block 1, byte 10: expected 4 bytes of the byte-order magic, found the end of the file after 2", newRaw(little).b[:10], true},
		{"no byte-order magic", "pcapng: block 1, byte 8: expected the byte-order magic 1a2b3c4d in either order, found 00000000", append(newRaw(little).b[:8], make([]byte, 20)...), false},
		{"a later version", "pcapng: block 1, byte 12: expected version 1, found 2.0", (&rawFile{AppendByteOrder: little}).block(blockSection, uint32(byteOrderMagic), uint16(2), uint16(0), ^uint64(0)).b, false},
		{"a length below the least", "pcapng: block 3, byte 52: expected a block length that is a multiple of 4 and at least 12, found 8", append(header().b, little.AppendUint32(little.AppendUint32(nil, 6), 8)...), false},
		{"a huge length with nothing behind it", "pcapng: block 3, byte 56: expected 1000000 bytes of a block, found the end of the file after 0", append(header().b, little.AppendUint32(little.AppendUint32(nil, 6), 1000008)...), true},
		{"an absurd length", "pcapng: block 3, byte 52: expected a block of at most 17825792 bytes, found 4294967292", append(header().b, little.AppendUint32(little.AppendUint32(nil, 6), 1<<32-4)...), false},
		{"two lengths that differ", "pcapng: block 3, byte 80: expected the block's length 36 again, found 3", func() []byte {
			b := header().block(blockEnhanced, uint32(0), uint32(0), uint32(0), uint32(1), uint32(1), "x").b
			b[len(b)-4] = 3
			return b
		}(), false},
		{"more captured bytes than the block has", "pcapng: block 3, byte 68: expected at most 4 captured bytes, as the block has, found 5", header().block(blockEnhanced, uint32(0), uint32(0), uint32(0), uint32(5), uint32(5), "x").b, false},
		{"a packet of no interface", "pcapng: block 3, byte 56: expected one of the 1 interfaces described so far, found interface 1", header().block(blockEnhanced, uint32(1), uint32(0), uint32(0), uint32(0), uint32(0)).b, false},
		{"an option longer than its block", "pcapng: block 3, byte 78: expected an option of at most 4 bytes, as the block has, found 40", header().block(blockEnhanced, uint32(0), uint32(0), uint32(0), uint32(0), uint32(0), uint16(1), uint16(40), "abcd").b, false},
		{"an unknown resolution", "pcapng: block 2, byte 36: expected a time resolution of 10^-0 to 10^-19 s or 2^-0 to 2^-63 s, found if_tsresol 0x14", newRaw(little).block(blockInterface, uint16(1), uint16(0), uint32(0), uint16(ifTsResol), uint16(1), "\x14").b, false},
		{"secrets longer than their block", "pcapng: block 2, byte 40: expected at most 4 bytes of secrets, as the block has, found 5", newRaw(little).block(blockSecrets, uint32(secretsTLS), uint32(5), "abcd").b, false},
		{"an unknown block cut short", "pcapng: block 3, byte 57: expected 88 bytes of a block, found the end of the file after 1", append(header().b, little.AppendUint32(little.AppendUint32(nil, 77), 100)...), true},
		{"classic, cut in the file header", "pcap: header, byte 10: expected 24 bytes of the file header, found the end of the file after 10", classic()[:10], true},
		{"classic, cut in a record header", "pcap: record 1, byte 28: expected 16 bytes of a record header, found the end of the file after 4", classic(uint32(1)), true},
		{"classic, cut in the data", "pcap: record 1, byte 42: expected 6 bytes of packet data, found the end of the file after 2", classic(uint32(1), uint32(1), uint32(6), uint32(6), "ab"), true},
		{"classic, an absurd length", "pcap: record 1, byte 32: expected at most 16777216 captured bytes, found 4294967295", classic(uint32(1), uint32(1), ^uint32(0), ^uint32(0)), false},
	} {
		if c.name == "an unknown block cut short" {
			c.file = append(c.file, 0)
		}
		_, _, err := readAll(bytes.NewReader(c.file))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\n\t%v\nwant\n\t%s", c.name, err, c.want)
		}
		if errors.Is(err, io.ErrUnexpectedEOF) != c.short {
			t.Errorf("%s: is io.ErrUnexpectedEOF: %v, want %v", c.name, !c.short, c.short)
		}
	}
}

// A length that a file claims costs no memory before its bytes are there.
func TestClaimedLengthCostsNothing(t *testing.T) {
	f := newRaw(little)
	f.b = append(f.b, f.words(uint32(blockInterface), uint32(maxBlock))...)
	grown := testing.AllocsPerRun(1, func() {
		in, err := NewReader(bytes.NewReader(f.b))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := in.Next(); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatal(err)
		}
		if r := in.(*pcapngReader); cap(r.buf) > 2*step {
			t.Fatalf("the reader keeps %d bytes for a file of %d", cap(r.buf), len(f.b))
		}
	})
	if grown > 20 {
		t.Errorf("%v allocations for a block that is not there", grown)
	}
}

// An error of the disk is not taken for the file's.
func TestReadErrorPassesThrough(t *testing.T) {
	broken := errors.New("disk on fire")
	var out bytes.Buffer
	write(t, NewPcapngWriter(&out, Options{}), testPackets())
	_, _, err := readAll(io.MultiReader(bytes.NewReader(out.Bytes()[:100]), failingReader{broken}))
	if !errors.Is(err, broken) {
		t.Errorf("%v, want %v", err, broken)
	}
}

type failingReader struct{ error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.error }

func TestPacketsBelongToTheCaller(t *testing.T) {
	var out bytes.Buffer
	write(t, NewPcapngWriter(&out, Options{}), testPackets())
	ps, _ := mustRead(t, out.Bytes())
	for i, p := range ps {
		if p.Number != i+1 || !bytes.Equal(p.Data, testPackets()[i].Data) {
			t.Errorf("packet %d changed after the next one was read", i+1)
		}
	}
	if ps[0].Direction != trace.Sent || ps[0].Time.Location() != time.UTC {
		t.Error("direction or time zone lost")
	}
}
