package scenarios_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/trace"
)

// labelFields are the fields that Wireshark's TCP analysis puts on a segment,
// in the order in which its packet list names them (docs/labels.md).
var labelFields = [...]struct{ field, label string }{
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

// TestLabelsOfEveryScenario compares, at every interface of every scenario, our
// label of each frame with tshark's, both ways. Ours are worked out twice: in
// the run, and, when the trace is gone, from a file of what that interface saw.
// To start tshark once for a scenario and not once for an interface, it is given
// all those files as one, each with IP addresses of its own.
func TestLabelsOfEveryScenario(t *testing.T) {
	needTshark(t)
	labelled := map[string]int{}
	eachScenario(t, func(t *testing.T, sc *scenarios.Scenario) {
		var points []point
		for _, knobs := range labelKnobs(t, sc) {
			for _, v := range run(t, sc, 1, knobs, nil).Variants {
				for _, at := range v.Interfaces {
					if p := pointOf(v, at); p.hasTCP() {
						points = append(points, p)
					}
				}
			}
		}
		for some := range slices.Chunk(points, mostPoints) {
			compareLabels(t, some, labelled)
		}
	})
	for _, label := range []string{"Retransmission", "Fast Retransmission", "Dup ACK", "Previous segment not captured"} {
		if labelled[label] == 0 {
			t.Errorf("no scenario has a segment labelled %q: the comparison is too easy", label)
		}
	}
	t.Log(labelled)
}

// point is what one interface saw of a run.
type point struct {
	name string
	seen []*capture.Dissection
}

// mostPoints is how many of them have addresses apart: 10.0.0.1 of the n-th is
// (10+n).0.0.1.
const mostPoints = 200

func pointOf(v *scenarios.VariantResult, at *trace.Interface) point {
	p := point{name: strings.TrimSpace(fmt.Sprintf("%s %s (%s)", v.Name, at.Node, at.Name))}
	for _, d := range v.Packets {
		if d.Interface == at {
			p.seen = append(p.seen, d)
		}
	}
	return p
}

func (p point) hasTCP() bool {
	return slices.ContainsFunc(p.seen, func(d *capture.Dissection) bool { return d.Part("TCP") != nil })
}

// apart is the n-th point's packet with addresses that no other has.
func apart(d *capture.Dissection, n int) *capture.Packet {
	p := *d.Packet
	p.Interface = nil
	if ip := d.Part("IPv4"); ip != nil {
		p.Data = slices.Clone(p.Data)
		at := ip.Spans[0].Offset
		p.Data[at+12] += byte(n)
		p.Data[at+16] += byte(n)
	}
	return &p
}

// labelKnobs are the defaults, and for scenarios about TCP the ends of each
// knob, where other things happen.
func labelKnobs(t *testing.T, sc *scenarios.Scenario) []scenarios.Knobs {
	all := []scenarios.Knobs{sc.Defaults()}
	if sc.Topic.S != "TCP" || testing.Short() {
		return all
	}
	for _, k := range sc.Turnable() {
		for _, text := range ends(&k.Parameter) {
			knobs := sc.Defaults()
			if err := knobs.Set(k.Name.S, text); err != nil {
				t.Fatal(err)
			}
			all = append(all, knobs)
		}
	}
	return all
}

func compareLabels(t *testing.T, points []point, labelled map[string]int) {
	t.Helper()
	var all bytes.Buffer
	w := capture.NewPcapWriter(&all, capture.Options{})
	var numbers []int // of each packet: how many of other points stand before it
	for n, p := range points {
		before := len(numbers)
		for _, d := range p.seen {
			if err := w.WritePacket(apart(d, n)); err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, before)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.pcap")
	if err := os.WriteFile(path, all.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	theirs := tsharkLabels(t, path, numbers)
	for _, p := range points {
		anew := labelsOfFile(t, capturedAt(t, p.seen))
		if len(theirs) < len(p.seen) || len(anew) != len(p.seen) {
			t.Fatalf("%s: %d frames, tshark reads %d, we read %d", p.name, len(p.seen), len(theirs), len(anew))
		}
		for i, d := range p.seen {
			for label := range strings.SplitSeq(d.Label, ", ") {
				label, _, _ = strings.Cut(label, " ACK ") // Dup ACK 7#1
				labelled[strings.Replace(label, "Dup", "Dup ACK", 1)]++
			}
			if d.Label != theirs[i] || anew[i] != theirs[i] {
				t.Errorf("%s, frame %d, %s:\nin the run %q, from the file %q, tshark says %q", p.name, i+1, d.Info, d.Label, anew[i], theirs[i])
			}
		}
		theirs = theirs[len(p.seen):]
	}
	if len(theirs) > 0 {
		t.Errorf("tshark reads %d packets too many", len(theirs))
	}
}

// capturedAt is a capture file of these frames.
func capturedAt(t *testing.T, seen []*capture.Dissection) []byte {
	t.Helper()
	var file bytes.Buffer
	w := capture.NewPcapWriter(&file, capture.Options{})
	for _, d := range seen {
		if err := w.WritePacket(d.Packet); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// labelsOfFile are our labels of the packets in a file, of which nothing else
// is known.
func labelsOfFile(t *testing.T, file []byte) []string {
	t.Helper()
	r, err := capture.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	d := capture.NewDissector(capture.DissectOptions{})
	var all []string
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d.Dissect(p).Label)
	}
}

// tsharkLabels are tshark's labels of every packet of a file; before is how many
// packets stand in front of where the packet's own count begins.
func tsharkLabels(t *testing.T, path string, before []int) []string {
	t.Helper()
	args := []string{"-n", "-r", path, "-T", "fields", "-E", "separator=\t", "-e", "frame.number",
		"-e", "tcp.analysis.duplicate_ack_frame", "-e", "tcp.analysis.duplicate_ack_num"}
	for _, f := range labelFields {
		args = append(args, "-e", "tcp.analysis."+f.field)
	}
	out, err := exec.Command("tshark", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out), "\n"), "\n") {
		c := strings.Split(line, "\t")
		var said []string
		for i, f := range labelFields {
			switch {
			case c[3+i] == "" || f.label == "Retransmission" && (c[3+i-1] != "" || c[3+i-2] != ""):
				// tshark counts the fast and the spurious among the others.
			case f.label == "Dup ACK":
				of, err := strconv.Atoi(c[1])
				if err != nil {
					t.Fatal(err)
				}
				said = append(said, fmt.Sprintf("Dup ACK %d#%s", of-before[len(all)], c[2]))
			default:
				said = append(said, f.label)
			}
		}
		all = append(all, strings.Join(said, ", "))
	}
	return all
}
