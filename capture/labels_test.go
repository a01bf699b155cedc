package capture

import (
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// wireSegment is a segment of a capture made by hand.
type wireSegment struct {
	port       uint16 // of the client; the server's is 7000
	fromServer bool
	after      time.Duration // since the segment before
	seq, ack   uint32
	flags      string // "SA"
	window     int
	data       int
	scale      int // in a SYN; 0 for none
}

// packetsOf turns segments into the packets of one vantage point.
func packetsOf(tb testing.TB, segments []wireSegment) []*Packet {
	tb.Helper()
	data := make([]string, len(segments))
	for i, s := range segments {
		data[i] = strings.Repeat("x", s.data)
	}
	return packetsWith(tb, segments, data)
}

// packetsWith does so for segments that carry these data.
func packetsWith(tb testing.TB, segments []wireSegment, data []string) []*Packet {
	at := dissectStart
	var all []*Packet
	for i, s := range segments {
		at = at.Add(s.after)
		client, server := []byte{10, 0, 0, 1}, []byte{10, 0, 0, 2}
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: client, DstIP: server}
		t := &layers.TCP{SrcPort: layers.TCPPort(s.port), DstPort: 7000, Seq: s.seq, Ack: s.ack, Window: uint16(s.window)}
		if s.fromServer {
			ip.SrcIP, ip.DstIP = ip.DstIP, ip.SrcIP
			t.SrcPort, t.DstPort = t.DstPort, t.SrcPort
		}
		for _, c := range s.flags {
			switch c {
			case 'S':
				t.SYN = true
			case 'A':
				t.ACK = true
			case 'F':
				t.FIN = true
			case 'R':
				t.RST = true
			case 'P':
				t.PSH = true
			}
		}
		if t.SYN {
			t.Options = append(t.Options, layers.TCPOption{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{5, 180}})
			if s.scale > 0 {
				t.Options = append(t.Options, layers.TCPOption{OptionType: layers.TCPOptionKindWindowScale, OptionLength: 3, OptionData: []byte{byte(s.scale)}})
			}
		}
		if err := t.SetNetworkLayerForChecksum(ip); err != nil {
			tb.Fatal(err)
		}
		all = append(all, framePacket(i+1, at, goodFrame(tb, ip, t, gopacket.Payload(data[i]))))
	}
	return all
}

// analysisFields are tshark's names of the labels.
var analysisFields = [...]struct{ field, label string }{
	{"zero_window_probe_ack", "ZeroWindowProbeAck"},
	{"zero_window", "ZeroWindow"},
	{"zero_window_probe", "ZeroWindowProbe"},
	{"duplicate_ack", "Dup ACK"},
	{"keep_alive_ack", "Keep-Alive ACK"},
	{"keep_alive", "Keep-Alive"},
	{"window_full", "Window Full"},
	{"window_update", "Window Update"},
	{"ack_lost_segment", "ACKed unseen segment"},
	{"lost_segment", "Previous segment not captured"},
	{"out_of_order", "Out-Of-Order"},
	{"spurious_retransmission", "Spurious Retransmission"},
	{"fast_retransmission", "Fast Retransmission"},
	{"retransmission", "Retransmission"},
	{"reused_ports", "Port numbers reused"},
}

// sharkRow is what tshark says of a packet.
type sharkRow struct {
	label, stream, seq, ack, info, window string
}

// askTshark reads the packets with the real tshark.
func askTshark(t *testing.T, packets []*Packet) []sharkRow {
	t.Helper()
	bin := wireshark(t, "tshark")
	path := t.TempDir() + "/x.pcap"
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := NewPcapWriter(file, Options{})
	for _, p := range packets {
		if err := w.WritePacket(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	args := []string{"-n", "-r", path, "-T", "fields", "-E", "separator=\t", "-e", "tcp.stream", "-e", "tcp.seq", "-e", "tcp.ack", "-e", "_ws.col.Info", "-e", "tcp.window_size",
		"-e", "tcp.analysis.duplicate_ack_frame", "-e", "tcp.analysis.duplicate_ack_num"}
	for _, f := range analysisFields {
		args = append(args, "-e", "tcp.analysis."+f.field)
	}
	out, err := exec.Command(bin, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var rows []sharkRow
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out), "\n"), "\n") {
		c := strings.Split(line, "\t")
		row := sharkRow{stream: c[0], seq: c[1], ack: c[2], info: c[3], window: c[4]}
		var said []string
		for i, f := range analysisFields {
			switch {
			case c[7+i] == "" || f.label == "Retransmission" && (c[7+i-1] != "" || c[7+i-2] != ""):
				// tshark counts the fast and the spurious among the others.
			case f.label == "Dup ACK":
				said = append(said, fmt.Sprintf("Dup ACK %s#%s", c[5], c[6]))
			default:
				said = append(said, f.label)
			}
		}
		row.label = strings.Join(said, ", ")
		rows = append(rows, row)
	}
	return rows
}

// randomTalk makes the segments of a connection that misbehaves in every way
// the labels know of.
func randomTalk(r *rand.Rand, port uint16, steps int) []wireSegment {
	var all []wireSegment
	iss, irs := uint32(r.Int63())|1, uint32(r.Int63())|1
	pause := func() time.Duration {
		return [...]time.Duration{0, 100 * time.Microsecond, time.Millisecond, 5 * time.Millisecond, 15 * time.Millisecond, 25 * time.Millisecond, 300 * time.Millisecond}[r.Intn(7)]
	}
	add := func(s wireSegment) { s.port, s.after = port, pause(); all = append(all, s) }
	var snd, top, win [2]uint32
	shake := func() {
		scale := [2]int{r.Intn(3) * 2, r.Intn(3) * 2}
		add(wireSegment{seq: iss, flags: "S", window: 1000, scale: scale[0]})
		if r.Intn(4) == 0 {
			add(wireSegment{seq: iss, flags: "S", window: 1000, scale: scale[0]})
		}
		if r.Intn(6) > 0 {
			add(wireSegment{fromServer: true, seq: irs, ack: iss + 1, flags: "SA", window: 1000, scale: scale[1]})
		}
		if r.Intn(6) > 0 {
			add(wireSegment{seq: iss + 1, ack: irs + 1, flags: "A", window: 1000})
		}
		snd, win = [2]uint32{iss + 1, irs + 1}, [2]uint32{1000, 1000}
		top = snd
	}
	snd, top, win = [2]uint32{iss + 1, irs + 1}, [2]uint32{iss + 1, irs + 1}, [2]uint32{1000, 1000}
	if r.Intn(4) > 0 {
		shake()
	}
	acked := snd // acked[i]: what side i has acknowledged of the other's
	acked[0], acked[1] = snd[1], snd[0]
	for range steps {
		d := r.Intn(2)
		if r.Intn(3) > 0 {
			d = 0
		}
		s := wireSegment{fromServer: d == 1, seq: snd[d], ack: acked[d], flags: "A", window: int(win[d])}
		n := [...]int{1, 10, 100, 100, 500, 1000}[r.Intn(6)]
		switch k := r.Intn(30); {
		case k < 8: // new data
			s.data = n
			snd[d] += uint32(n)
		case k < 10: // a hole, then data
			snd[d] += uint32(n)
			s.seq, s.data = snd[d], n
			snd[d] += uint32(n)
		case k < 13: // old data
			back := uint32(r.Intn(1500))
			s.seq, s.data = snd[d]-back, n
			if end := s.seq + uint32(n); int32(end-snd[d]) > 0 {
				snd[d] = end
			}
		case k < 16: // what the other side waits for
			s.seq, s.data = acked[1-d], n
			if end := s.seq + uint32(n); int32(end-snd[d]) > 0 {
				snd[d] = end
			}
		case k < 20: // ACK of everything, or of something
			acked[d] = snd[1-d] - uint32(r.Intn(3)/2*r.Intn(500))
			s.ack = acked[d]
		case k < 24: // the same ACK again
			for range r.Intn(4) {
				add(s)
			}
		case k == 24: // keep-alive
			s.seq, s.data = snd[d]-1, r.Intn(2)
			add(s)
			add(wireSegment{fromServer: d == 0, seq: snd[1-d], ack: acked[1-d], flags: "A", window: int(win[1-d])})
			continue
		case k == 25: // the window closes; perhaps a probe and its answer
			win[d] = 0
			s.window = 0
			add(s)
			if r.Intn(2) == 0 {
				add(wireSegment{fromServer: d == 0, seq: snd[1-d], ack: acked[1-d], flags: "A", window: int(win[1-d]), data: 1})
				s.ack += uint32(r.Intn(2))
				add(s)
			}
			continue
		case k == 26: // the window changes
			win[d] = uint32([...]int{0, 500, 1000, 2000}[r.Intn(4)])
			s.window = int(win[d])
		case k == 27: // data up to the edge of the window
			edge := acked[1-d] + win[1-d] - snd[d]
			if edge > 0 && edge < 3000 {
				s.data = int(edge)
				snd[d] += edge
			}
		case k == 28:
			s.flags = [...]string{"FA", "RA", "R", "SA", "S"}[r.Intn(5)]
			if s.flags == "FA" {
				snd[d]++
			}
			if strings.Contains(s.flags, "S") && r.Intn(2) == 0 {
				s.seq = [2]uint32{iss, irs}[d]
			}
		case k == 29: // the same ports again
			iss += uint32(r.Intn(2)) * 100000
			irs += uint32(r.Intn(2)) * 100000
			shake()
			acked[0], acked[1] = snd[1], snd[0]
			continue
		}
		if r.Intn(12) == 0 {
			continue // not captured
		}
		add(s)
	}
	_ = top
	return all
}

// TestLabelsAreWiresharks compares label by label, both ways, with the real
// tshark, on connections that misbehave at random.
func TestLabelsAreWiresharks(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	var segments []wireSegment
	for i := range 200 {
		segments = append(segments, randomTalk(r, uint16(20000+i), 40)...)
	}
	compareWithTshark(t, packetsOf(t, segments), segments)
}

// brackets are what tshark's Info column begins with.
var brackets = regexp.MustCompile(`^(\[TCP [^]]*\] )*`)

func compareWithTshark(t *testing.T, packets []*Packet, segments []wireSegment) {
	rows := askTshark(t, packets)
	if len(rows) != len(packets) {
		t.Fatalf("tshark read %d packets of %d", len(rows), len(packets))
	}
	d := NewDissector(DissectOptions{})
	wrong, seen := 0, map[string]int{}
	for i, p := range packets {
		got := d.Dissect(p)
		owned(t, got)
		seq, _ := got.Part("TCP").Field("tcp.seq")
		ack, _ := got.Part("TCP").Field("tcp.ack")
		for l := range strings.SplitSeq(rows[i].label, ", ") {
			l, _, _ = strings.Cut(l, " ACK ")
			seen[l]++
		}
		win, _ := got.Part("TCP").Field("tcp.window_size")
		want := strings.Join(strings.FieldsFunc(brackets.FindString(rows[i].info), func(c rune) bool { return c == '[' || c == ']' }), "")
		want = strings.ReplaceAll(strings.TrimPrefix(strings.TrimSpace(want), "TCP "), " TCP ", ", ")
		sameInfo := segments[i].data > 0 || got.Info == rows[i].info
		if !sameInfo || got.Label != want || got.Label != rows[i].label || fmt.Sprint(win.Number) != rows[i].window || fmt.Sprint(got.Stream) != rows[i].stream || seq.Value != rows[i].seq {
			if wrong++; wrong < 8 {
				t.Errorf("packet %d %+v:\nours:   stream %d seq %s ack %s %q %s\ntshark: stream %s seq %s ack %s %q %s", i+1, segments[i],
					got.Stream, seq.Value, ack.Value, got.Label, got.Info, rows[i].stream, rows[i].seq, rows[i].ack, rows[i].label, rows[i].info)
			}
		}
	}
	t.Logf("%d of %d differ; %v", wrong, len(packets), seen)
}
