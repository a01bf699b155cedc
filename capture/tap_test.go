package capture

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

var testRemark = trace.Define(trace.Kind{ID: "test.remark", Layer: osi.DataLink, Sentence: "{node} {does} it", Fields: []string{"does"}})

var (
	switchPort1 = &trace.Interface{Node: "switch", Name: "port1", Index: 1}
	switchPort2 = &trace.Interface{Node: "switch", Name: "port2", Index: 2}
)

func TestTapAtOneHost(t *testing.T) {
	var out bytes.Buffer
	w := NewPcapngWriter(&out, Options{Application: ourName})
	log := trace.NewLog(sim.New(1))
	log.SubscribeFrames(NewTap(w, "server", "client"))
	log.Secret("client", "CLIENT_RANDOM 1 2")
	log.Secret("server", "CLIENT_RANDOM 1 2")
	log.Tap(clientEth0, trace.Sent, 1, testFrame())
	log.Tap(switchPort1, trace.Received, 1, testFrame())
	log.Tap(serverEth0, trace.Received, 1, testFrame())
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	ps, about := mustRead(t, out.Bytes())
	if len(ps) != 2 || ps[0].Interface.Node != "client" || ps[1].Interface.Node != "server" {
		t.Errorf("the capture holds %d packets, want those seen at client and server", len(ps))
	}
	if d := cmp.Diff([]string{"CLIENT_RANDOM 1 2"}, about.Secrets); d != "" {
		t.Errorf("secrets: %s", d)
	}
}

// record makes a recording: client sends a frame, which the switch floods.
func record() *trace.Recording {
	rec := &trace.Recording{}
	frame := func(id trace.ID, at sim.Time, in *trace.Interface, d trace.Direction) {
		rec.Frame(&trace.Frame{ID: id, Time: at, Interface: in, Direction: d, Frame: 7, Data: testFrame()})
	}
	remark := func(id, cause trace.ID, node, does string) {
		rec.Event(&trace.Event{ID: id, Cause: cause, Kind: testRemark, Node: node, Frame: 7, Fields: []trace.Field{trace.String("does", does)}})
	}
	remark(1, 0, "client", "makes")
	frame(2, 10, clientEth0, trace.Sent)
	remark(3, 2, "wire", "delays")
	remark(4, 0, "nobody", "watches")
	frame(5, 20, switchPort1, trace.Received)
	remark(6, 5, "switch", "learns")
	frame(7, 20, switchPort2, trace.Sent)
	frame(8, 30, serverEth0, trace.Received)
	remark(9, 0, "switch", "forgets")
	remark(10, 8, "server", "likes")
	rec.Secret(&trace.Secret{Node: "client", Line: "CLIENT_RANDOM 1 2"})
	return rec
}

func comments(ps []*Packet) []string {
	var lines []string
	for _, p := range ps {
		lines = append(lines, p.Interface.Node+" "+p.Interface.Name+": "+strings.Join(p.Comments, ", "))
	}
	return lines
}

func TestRecordingComments(t *testing.T) {
	for _, c := range []struct {
		name  string
		nodes []string
		want  []string
	}{
		{"everywhere: each event at its own node's packets", nil, []string{
			"client eth0: client makes it, wire delays it, nobody watches it",
			"switch port1: switch learns it, switch forgets it",
			"switch port2: switch forgets it",
			"server eth0: server likes it"}},
		{"at the client: what others did to the frame is said where it was sent", []string{"client"}, []string{
			"client eth0: client makes it, wire delays it, nobody watches it, switch learns it, switch forgets it, server likes it"}},
		{"at the server: where it was sent is not in the capture", []string{"server"}, []string{
			"server eth0: client makes it, wire delays it, nobody watches it, switch learns it, switch forgets it, server likes it"}},
	} {
		var out bytes.Buffer
		w := NewPcapngWriter(&out, Options{Application: ourName})
		if err := WriteRecordings(w, c.nodes, Take{Recording: record()}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		ps, _ := mustRead(t, out.Bytes())
		if d := cmp.Diff(c.want, comments(ps)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestRecordingsMergeInOrderOfTime(t *testing.T) {
	var out bytes.Buffer
	w := NewPcapngWriter(&out, Options{Application: ourName})
	if err := WriteRecordings(w, []string{"client", "server"}, Take{"tcp", record()}, Take{"udp", record()}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	ps, about := mustRead(t, out.Bytes())
	var got []string
	for _, p := range ps {
		got = append(got, p.Interface.Node)
	}
	if d := cmp.Diff([]string{"tcp/client", "udp/client", "tcp/server", "udp/server"}, got); d != "" {
		t.Errorf("interfaces in the order of their packets (-want +got):\n%s", d)
	}
	if len(about.Secrets) != 1 {
		t.Errorf("secrets: %q, want the one that both runs have", about.Secrets)
	}
}

func TestTapAllocatesNothing(t *testing.T) {
	for _, c := range []struct {
		name string
		w    *Writer
	}{{"pcapng", NewPcapngWriter(io.Discard, Options{})}, {"pcap", NewPcapWriter(io.Discard, Options{})}} {
		tap := NewTap(c.w, "client")
		f := &trace.Frame{Interface: clientEth0, Data: make([]byte, 1518)}
		tap.Frame(f)
		if n := testing.AllocsPerRun(1000, func() { f.Time += 1000; tap.Frame(f) }); n != 0 {
			t.Errorf("%s: a frame costs %v allocations, want none", c.name, n)
		}
	}
}

func BenchmarkTap(b *testing.B) {
	f := &trace.Frame{Interface: clientEth0, Data: make([]byte, 1518)}
	b.Run("memcpy", func(b *testing.B) {
		b.ReportAllocs()
		buf := make([]byte, 0, full+slack)
		for b.Loop() {
			buf = append(buf, f.Data...)
			if len(buf) >= full {
				buf = buf[:0]
			}
		}
	})
	for _, c := range []struct {
		name string
		w    *Writer
	}{{"pcapng", NewPcapngWriter(io.Discard, Options{})}, {"pcap", NewPcapWriter(io.Discard, Options{})}} {
		b.Run(c.name, func(b *testing.B) {
			tap := NewTap(c.w, "client")
			b.ReportAllocs()
			for b.Loop() {
				f.Time += 1000
				tap.Frame(f)
			}
		})
	}
}
