package capture

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/osi"
)

// talker makes the segments of one connection with what each side says.
type talker struct {
	tb      testing.TB
	port    layers.TCPPort // the server's
	next    [2]uint32
	packets []*Packet
}

func (k *talker) segment(from int, seq uint32, flags string, data []byte) *Packet {
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: []byte{10, 0, 0, 1}, DstIP: []byte{10, 0, 0, 2}}
	t := &layers.TCP{SrcPort: 49152, DstPort: k.port, Seq: seq, Ack: k.next[1-from], Window: 65535, ACK: strings.Contains(flags, "A"),
		SYN: strings.Contains(flags, "S"), PSH: strings.Contains(flags, "P"), FIN: strings.Contains(flags, "F")}
	if from == 1 {
		ip.SrcIP, ip.DstIP = ip.DstIP, ip.SrcIP
		t.SrcPort, t.DstPort = t.DstPort, t.SrcPort
	}
	if err := t.SetNetworkLayerForChecksum(ip); err != nil {
		k.tb.Fatal(err)
	}
	p := framePacket(len(k.packets)+1, dissectStart.Add(time.Duration(len(k.packets))*time.Millisecond), goodFrame(k.tb, ip, t, gopacket.Payload(data)))
	k.packets = append(k.packets, p)
	return p
}

// newTalker shakes hands, so that the beginning of the streams is known.
func newTalker(tb testing.TB, port layers.TCPPort) *talker {
	k := &talker{tb: tb, port: port, next: [2]uint32{1000, 4294967000}} // the server's numbers wrap
	k.segment(0, k.next[0], "S", nil)
	k.next[0]++
	k.segment(1, k.next[1], "SA", nil)
	k.next[1]++
	k.segment(0, k.next[0], "A", nil)
	return k
}

// say sends data in segments of at most size bytes, the last one pushed.
func (k *talker) say(from int, data string, size int) {
	for len(data) > 0 {
		n := min(size, len(data))
		flags := "A"
		if n == len(data) {
			flags = "AP"
		}
		k.segment(from, k.next[from], flags, []byte(data[:n]))
		k.next[from] += uint32(n)
		data = data[n:]
	}
}

func dissectAll(tb testing.TB, packets []*Packet) []*Dissection {
	d := NewDissector(DissectOptions{})
	all := make([]*Dissection, len(packets))
	for i, p := range packets {
		all[i] = d.Dissect(p)
		owned(tb, all[i])
	}
	return all
}

// messages lists the complete messages of a protocol, by the ends of their
// summaries.
func messages(all []*Dissection, protocol string) (said []string) {
	for _, d := range all {
		for _, p := range d.Parts {
			s := p.Summary
			if p.Protocol != protocol || strings.HasPrefix(s, "bytes ") && !strings.Contains(s, "began in packet") || strings.HasSuffix(s, "nothing new") {
				continue
			}
			if _, tail, found := strings.Cut(s, "began in packet "); found {
				_, whole, complete := strings.Cut(tail, ": ")
				if !complete {
					continue
				}
				s = whole
			}
			if _, tail, found := strings.Cut(s, "can be read only now: "); found {
				s = tail
			}
			if !strings.Contains(s, "before their turn") {
				said = append(said, s)
			}
		}
	}
	return said
}

func wantMessages(tb testing.TB, all []*Dissection, protocol string, want ...string) {
	tb.Helper()
	if got := messages(all, protocol); !slices.Equal(got, want) {
		for _, d := range all {
			tb.Logf("%d: %s | %s", d.Number, partNames(d), d.Info)
		}
		tb.Fatalf("messages of %s are\n%q, should be\n%q", protocol, got, want)
	}
}

func TestHTTPAcrossSegments(t *testing.T) {
	k := newTalker(t, 8000)
	k.say(0, "POST /say HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"text\":\"hello\"}", 40)
	k.say(1, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n7\r\n, world\r\n0\r\n\r\n", 50)
	k.say(0, "HEAD / HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\n\r\n", 1000)
	k.say(1, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", 1000)
	all := dissectAll(t, k.packets)
	wantMessages(t, all, "HTTP/1.1", "POST /say HTTP/1.1  (application/json)",
		"HTTP/1.1 200 OK  (text/plain)", "chunk 1, 5 bytes", "chunk 2, 7 bytes", "the last chunk: 12 bytes of body came in 2",
		"HEAD / HTTP/1.1", "GET /x HTTP/1.1", "HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found")

	middle := all[4].Part("HTTP/1.1")
	if middle == nil || middle.Summary != "bytes 41–80 of a message that began in packet 4" || middle.Len() != 40 {
		t.Errorf("the middle of a message: %s", partNames(all[4]))
	}
	end := all[5]
	if p := end.Part("JSON"); p == nil || p.Len() != 0 || p.Problem != "" {
		t.Errorf("the end of the request has no JSON: %s", partNames(end))
	}
	host, _ := end.Part("HTTP/1.1").Field("http.host")
	if host.Value != "a" || host.Span.Length != 0 || !strings.Contains(host.Note, "earlier frame") {
		t.Errorf("Host stands in an earlier frame: %+v", host)
	}
	for _, d := range all {
		for _, p := range d.Parts {
			if p.Problem != "" {
				t.Errorf("packet %d: %s has the problem %q", d.Number, p.Protocol, p.Problem)
			}
		}
	}
}

func TestGzippedJSON(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprintf(z, `{"text":%q}`, strings.Repeat("la", 500))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	k := newTalker(t, 80)
	k.say(1, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", packed.Len(), packed.String()), 60)
	all := dissectAll(t, k.packets)
	last := all[len(all)-1]
	p := last.Part("JSON")
	if p == nil || !strings.Contains(p.Summary, fmt.Sprintf("gzip makes %d bytes of 1011", packed.Len())) {
		t.Errorf("gzip and JSON are not named: %s", partNames(last))
	}
}

// What a connection changed to is not read as what it was before.
func TestUpgrade(t *testing.T) {
	k := newTalker(t, 80)
	k.say(0, "GET /chat HTTP/1.1\r\nUpgrade: something-new\r\nConnection: Upgrade\r\n\r\n", 1000)
	k.say(1, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: something-new\r\nConnection: Upgrade\r\n\r\n", 1000)
	k.say(0, "GET / HTTP/1.1\r\n\r\n", 1000)
	all := dissectAll(t, k.packets)
	if p := all[len(all)-1].Part("data"); p == nil {
		t.Errorf("read on as HTTP behind the upgrade: %s", partNames(all[len(all)-1]))
	}
}

// A chat's lines are found however the stream was cut, and whatever the
// network did to the segments.
func TestLinesInAnyWeather(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		k := newTalker(t, 7000)
		var want []string
		var stream string
		for i := range rapid.IntRange(1, 12).Draw(r, "lines") {
			line := fmt.Sprintf("line %d %s", i, rapid.StringMatching(`[a-zäß€]{0,60}`).Draw(r, "line"))
			want = append(want, "“"+osi.Quote([]byte(line), 80)+"”")
			stream += line + "\n"
		}
		first := len(k.packets)
		k.say(1, stream, rapid.IntRange(1, 50).Draw(r, "size"))
		data := k.packets[first:]
		// The weather: pieces are repeated and come out of order, but all come.
		for range rapid.IntRange(0, 5).Draw(r, "copies") {
			data = append(data, data[rapid.IntRange(0, len(data)-1).Draw(r, "copy")])
		}
		for range rapid.IntRange(0, 20).Draw(r, "swaps") {
			i, j := rapid.IntRange(0, len(data)-1).Draw(r, "i"), rapid.IntRange(0, len(data)-1).Draw(r, "j")
			data[i], data[j] = data[j], data[i]
		}
		all := append(slices.Clone(k.packets[:first]), data...)
		for i, p := range all {
			q := *p
			q.Number = i + 1
			all[i] = &q
		}
		got := messages(dissectAll(t, all), "Text")
		if !slices.Equal(got, want) {
			r.Fatalf("lines are %q, should be %q", got, want)
		}
	})
}

func TestTextBegunInTheMiddle(t *testing.T) {
	k := newTalker(t, 7000)
	k.say(0, "what nobody saw\nseen\n", 16)
	k.say(0, "again\n", 100)
	all := dissectAll(t, k.packets[4:])
	wantMessages(t, all, "Text", "“seen”", "“again”")
	k = newTalker(t, 80)
	k.say(1, "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n"+strings.Repeat("body ", 40), 80)
	all = dissectAll(t, k.packets[4:])
	if all[0].Part("Text") != nil || all[0].Part("data") == nil {
		t.Errorf("the middle of a body on port 80 is taken for a chat: %s", partNames(all[0]))
	}
}

// Bytes that the capture missed but the other side acknowledged are given up.
func TestMissingBytesAreGivenUp(t *testing.T) {
	k := newTalker(t, 7000)
	k.say(0, "one\n", 100)
	k.say(0, "lost\n", 100)
	lost := len(k.packets) - 1
	k.say(0, "three\n", 100)
	k.segment(1, k.next[1], "A", nil)
	k.say(0, "four\n", 100)
	all := dissectAll(t, slices.Delete(slices.Clone(k.packets), lost, lost+1))
	wantMessages(t, all, "Text", "“one”", "“three”", "“four”")
	early := all[lost].Part("Text")
	if early == nil || !strings.Contains(early.Summary, "before their turn: 5 bytes in front of them") {
		t.Errorf("behind the hole: %s", partNames(all[lost]))
	}
}

func TestRetransmissionIsNothingNew(t *testing.T) {
	k := newTalker(t, 7000)
	k.say(0, "hello\n", 100)
	k.segment(0, k.next[0]-6, "AP", []byte("hello\nworld\n"))
	all := dissectAll(t, k.packets)
	wantMessages(t, all, "Text", "“hello”", "“world”")
	d := all[len(all)-1]
	old := d.Part("Text")
	if old.Len() != 6 || !strings.HasSuffix(old.Summary, "6 bytes that came before: nothing new") {
		t.Errorf("the repeated bytes: %s", partNames(d))
	}
}

func TestTLSRecordsAreNamed(t *testing.T) {
	hello := append([]byte{1, 0, 0, 44, 3, 3}, make([]byte, 32)...)
	hello = append(hello, 0, 0, 2, 0x13, 1, 1, 0, 0, 0)
	hello[3] = byte(len(hello) - 4)
	record := func(kind byte, data []byte) string {
		return string(append([]byte{kind, 3, 3, byte(len(data) >> 8), byte(len(data))}, data...))
	}
	k := newTalker(t, 4433)
	k.say(0, record(22, hello), 20)
	k.say(1, record(20, []byte{1})+record(23, make([]byte, 100))+record(21, []byte{2, 40}), 1000)
	all := dissectAll(t, k.packets)
	wantMessages(t, all, "TLS", "Client Hello", "Change Cipher Spec", "Application Data", "Encrypted Alert")
	if d := all[len(all)-1]; d.Info != "Change Cipher Spec, Application Data, Encrypted Alert" || d.Part("TLS").Layer != osi.Presentation {
		t.Errorf("Info %q", d.Info)
	}
}

// What is remembered stays within its bounds, however long the capture.
func TestMemoryIsBounded(t *testing.T) {
	opts := DissectOptions{MaxConnections: 8, MaxMessage: 1000, MaxWaiting: 5000, MaxFragmented: 4}
	d := NewDissector(opts)
	k := newTalker(t, 7000)
	k.say(0, strings.Repeat("a line without an end ", 5000), 1400) // never pushed until its end
	for i := range 200 {
		k.segment(1, k.next[1]+uint32(2000*i+5), "A", bytesOf("early", 1000))
	}
	for _, p := range k.packets {
		owned(t, d.Dissect(p))
	}
	for i := range 100 {
		ip, data := datagram(t, uint16(i), layers.UDPPort(i+1), 9, bytesOf("x", 100))
		ip.Flags = layers.IPv4MoreFragments
		owned(t, d.Dissect(framePacket(1, dissectStart, goodFrame(t, ip, gopacket.Payload(data[:96])))))
		ip.Flags = 0
		owned(t, d.Dissect(framePacket(1, dissectStart, goodFrame(t, ip, gopacket.Payload(data)))))
	}
	bounded(t, d)
}

func bounded(tb testing.TB, d *Dissector) {
	tb.Helper()
	if n := len(d.fragments.pending); n > d.opts.MaxFragmented || n != len(d.fragments.order) {
		tb.Errorf("%d datagrams are being put together, at most %d may be", n, d.opts.MaxFragmented)
	}
	for _, c := range []*conversations{&d.tcp, &d.udp} {
		if len(c.byKey) > d.opts.MaxConnections || c.quiet.Len() != len(c.byKey) {
			tb.Errorf("%d conversations are remembered (%d in order), at most %d may be", len(c.byKey), c.quiet.Len(), d.opts.MaxConnections)
		}
		for _, conv := range c.byKey {
			for _, v := range conv.views {
				for i := range v.dirs {
					dir := &v.dirs[i]
					sum := 0
					for _, p := range dir.waiting {
						sum += len(p.data)
					}
					if sum != dir.waitingBytes || sum > d.opts.MaxWaiting || len(dir.message.kept) > d.opts.MaxMessage {
						tb.Errorf("%d bytes wait (counted %d, at most %d), %d are kept (at most %d)", sum, dir.waitingBytes, d.opts.MaxWaiting, len(dir.message.kept), d.opts.MaxMessage)
					}
				}
			}
		}
	}
}
