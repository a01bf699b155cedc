package capture

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
	"pgregory.net/rapid"
)

var (
	clientEth0 = &trace.Interface{Node: "client", Name: "eth0", Index: 0}
	serverEth0 = &trace.Interface{Node: "server", Name: "eth0", Index: 3}
)

// testFrame is an ARP request, padded, with a right FCS.
func testFrame() []byte {
	b, err := hex.DecodeString("ffffffffffff020000000001" + "0806" +
		"0001080006040001" + "020000000001" + "0a000101" + "000000000000" + "0a000102" +
		strings.Repeat("00", 18))
	if err != nil {
		panic(err)
	}
	return appendFCS(b)
}

func testPackets() []*Packet {
	at := func(ns int) time.Time { return sim.Time(ns).Calendar() }
	f := testFrame()
	return []*Packet{
		{Number: 1, Time: at(1), Interface: clientEth0, Direction: trace.Sent, Data: f, Length: 64, FCS: 4, LinkType: LinkEthernet, Comments: []string{"the first frame", "a second remark — with a dash"}},
		{Number: 2, Time: at(123456789), Interface: serverEth0, Direction: trace.Received, Data: f, Length: 64, FCS: 4, LinkType: LinkEthernet},
		{Number: 3, Time: at(2_000_000_001), Interface: serverEth0, Direction: trace.Sent, Data: f[:61], Length: 64, FCS: 1, LinkType: LinkEthernet},
	}
}

func write(t testing.TB, w *Writer, ps []*Packet) {
	t.Helper()
	for _, p := range ps {
		if err := w.WritePacket(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func readAll(r io.Reader) ([]*Packet, *About, error) {
	in, err := NewReader(r)
	if err != nil {
		return nil, nil, err
	}
	var ps []*Packet
	for {
		p, err := in.Next()
		if errors.Is(err, io.EOF) {
			return ps, in.About(), nil
		}
		if err != nil {
			return ps, in.About(), err
		}
		ps = append(ps, p)
	}
}

func mustRead(t testing.TB, data []byte) ([]*Packet, *About) {
	t.Helper()
	ps, about, err := readAll(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return ps, about
}

func TestPcapngRoundTrip(t *testing.T) {
	var out bytes.Buffer
	ns := []Name{{netip.MustParseAddr("10.0.1.1"), "client"}, {netip.MustParseAddr("2001:db8::1"), "server"}}
	w := NewPcapngWriter(&out, Options{Application: "packetwalk test", Comment: "a test", Interfaces: []*trace.Interface{clientEth0}, Names: ns})
	w.Secret("CLIENT_RANDOM aa bb")
	w.Secret("CLIENT_RANDOM cc dd")
	want := testPackets()
	write(t, w, want)

	got, about := mustRead(t, out.Bytes())
	for _, p := range want {
		at := *p.Interface
		if at.Node == "server" {
			at.Index = 1 // its number in the file
		}
		p.Interface = &at
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("packets changed on the way through the file (-wrote +read):\n%s", d)
	}
	wantAbout := &About{Format: "pcapng", Application: "packetwalk test", Comments: []string{"a test"},
		Interfaces: []*trace.Interface{want[0].Interface, want[1].Interface}, Names: ns,
		Secrets: []string{"CLIENT_RANDOM aa bb", "CLIENT_RANDOM cc dd"}}
	if d := cmp.Diff(wantAbout, about, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
		t.Errorf("what the file says of itself changed (-wrote +read):\n%s", d)
	}
}

func TestClassicRoundTrip(t *testing.T) {
	var out bytes.Buffer
	want := testPackets()[:2]
	write(t, NewPcapWriter(&out, Options{}), want)
	got, about := mustRead(t, out.Bytes())
	if about.Format != "pcap" || len(got) != len(want) {
		t.Fatalf("read %d packets of %s, want %d of pcap", len(got), about.Format, len(want))
	}
	for i, p := range got {
		if !p.Time.Equal(want[i].Time) || !bytes.Equal(p.Data, want[i].Data) || p.FCS != 4 || p.Length != 64 || p.Direction != trace.Unknown {
			t.Errorf("packet %d is %+v, want %+v without direction", i+1, p, want[i])
		}
	}
}

// Any packets, in either format, come back as they went in.
func TestRoundTripProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classic := rapid.Bool().Draw(t, "classic")
		var out bytes.Buffer
		w := NewPcapngWriter(&out, Options{})
		if classic {
			out.Reset()
			w = NewPcapWriter(&out, Options{})
		}
		var want []*Packet
		for range rapid.IntRange(0, 20).Draw(t, "packets") {
			p := &Packet{
				Time:      time.Unix(rapid.Int64Range(0, 1<<32-1).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).UTC(),
				Interface: rapid.SampledFrom([]*trace.Interface{clientEth0, serverEth0, {Node: "r", Name: "eth9", Index: 1 << 20}}).Draw(t, "interface"),
				Direction: rapid.SampledFrom([]trace.Direction{trace.Sent, trace.Received, trace.Unknown}).Draw(t, "direction"),
				Data:      rapid.SliceOfN(rapid.Byte(), 4, 2000).Draw(t, "data"),
				LinkType:  LinkEthernet, FCS: 4,
			}
			p.Length = len(p.Data)
			if !classic {
				p.Comments = rapid.SliceOfN(rapid.StringMatching(`[^\x00]{1,40}`), 0, 3).Draw(t, "comments")
			}
			want = append(want, p)
			if err := w.WritePacket(p); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, _, err := readAll(&out)
		if err != nil || len(got) != len(want) {
			t.Fatalf("read %d packets of %d: %v", len(got), len(want), err)
		}
		for i, g := range got {
			p := want[i]
			if !g.Time.Equal(p.Time) || !bytes.Equal(g.Data, p.Data) || strings.Join(g.Comments, "|") != strings.Join(p.Comments, "|") {
				t.Fatalf("packet %d came back as %+v, want %+v", i+1, g, p)
			}
			if !classic && (g.Direction != p.Direction) {
				t.Fatalf("packet %d was %s, came back %s", i+1, p.Direction, g.Direction)
			}
		}
	})
}

func TestGopacketReadsOurs(t *testing.T) {
	want := testPackets()[:2]
	for _, format := range []string{"pcapng", "pcap"} {
		var out bytes.Buffer
		w := NewPcapngWriter(&out, Options{Application: "packetwalk"})
		if format == "pcap" {
			w = NewPcapWriter(&out, Options{})
		}
		write(t, w, want)
		var src gopacket.PacketDataSource
		var err error
		if format == "pcap" {
			src, err = pcapgo.NewReader(withoutFCSBits(out.Bytes()))
		} else {
			src, err = pcapgo.NewNgReader(&out, pcapgo.DefaultNgReaderOptions)
		}
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		for i, p := range want {
			data, ci, err := src.ReadPacketData()
			if err != nil || !bytes.Equal(data, p.Data) || !ci.Timestamp.Equal(p.Time) {
				t.Errorf("%s: gopacket reads packet %d as %s %x (%v), want %s %x", format, i+1, ci.Timestamp, data, err, p.Time, p.Data)
			}
		}
	}
}

// gopacket takes the whole link type field for the link type.
func withoutFCSBits(file []byte) io.Reader {
	file = bytes.Clone(file)
	file[23] = 0
	return bytes.NewReader(file)
}

func TestWeReadGopackets(t *testing.T) {
	f := testFrame()
	ci := gopacket.CaptureInfo{Timestamp: sim.Time(1234567891).Calendar(), CaptureLength: len(f), Length: len(f)}
	var ng, classic bytes.Buffer
	w, err := pcapgo.NewNgWriterInterface(&ng, pcapgo.NgInterface{Name: "en 0", LinkType: layers.LinkTypeEthernet, TimestampResolution: 9}, pcapgo.DefaultNgWriterOptions)
	if err != nil {
		t.Fatal(err)
	}
	c := pcapgo.NewWriterNanos(&classic)
	for _, err := range []error{w.WritePacket(ci, f), w.Flush(), c.WriteFileHeader(65535, layers.LinkTypeEthernet), c.WritePacket(ci, f)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []*bytes.Buffer{&ng, &classic} {
		ps, about := mustRead(t, file.Bytes())
		if len(ps) != 1 || !ps[0].Time.Equal(ci.Timestamp) || !bytes.Equal(ps[0].Data, f) || ps[0].FCS != 0 {
			t.Errorf("%s: read %+v", about.Format, ps)
		}
		if about.Format == "pcapng" && (ps[0].Interface.Name != "en 0" || ps[0].Interface.Node != "") {
			t.Errorf("a stranger's interface is %+v, want its whole name and no node", ps[0].Interface)
		}
	}
}

func TestGzippedCapture(t *testing.T) {
	var plain, zipped bytes.Buffer
	write(t, NewPcapngWriter(&plain, Options{}), testPackets())
	z := gzip.NewWriter(&zipped)
	for _, err := range []error{second(z.Write(plain.Bytes())), z.Close()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if ps, _ := mustRead(t, zipped.Bytes()); len(ps) != 3 {
		t.Errorf("read %d packets of a gzipped file, want 3", len(ps))
	}
}

func second[T any](_ T, err error) error { return err }

func TestWriterRefuses(t *testing.T) {
	good := testPackets()[0]
	for _, c := range []struct {
		name   string
		change func(*Packet)
		want   string
	}{
		{"a time before 1970", func(p *Packet) { p.Time = time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC) }, "1970 to 2262"},
		{"a second link type on an interface", func(p *Packet) { p.LinkType = LinkRaw }, "one link type per interface"},
		{"too long a packet", func(p *Packet) { p.Data = make([]byte, maxPacket+1) }, "at most 16777216"},
	} {
		w := NewPcapngWriter(io.Discard, Options{Interfaces: []*trace.Interface{clientEth0}})
		p := *good
		c.change(&p)
		err := w.WritePacket(&p)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.name, err, c.want)
		}
		if again := w.WritePacket(good); !errors.Is(again, err) {
			t.Errorf("%s: the next call says %v, want the same error", c.name, again)
		}
	}
	w := NewPcapngWriter(io.Discard, Options{Names: []Name{{Name: "nobody"}}})
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "no address") {
		t.Errorf("a name without an address: %v", err)
	}
}

type failing struct{ error }

func (f failing) Write([]byte) (int, error) { return 0, f.error }

func TestWriteErrorIsKept(t *testing.T) {
	full := errors.New("disk full")
	w := NewPcapWriter(failing{full}, Options{})
	if err := w.WritePacket(testPackets()[0]); err != nil {
		t.Fatalf("a buffered packet: %v", err)
	}
	if err := w.Close(); !errors.Is(err, full) {
		t.Errorf("Close: %v, want %v", err, full)
	}
	if err := w.WritePacket(testPackets()[0]); !errors.Is(err, full) {
		t.Errorf("WritePacket afterwards: %v, want %v", err, full)
	}
}
