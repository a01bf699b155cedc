package report

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"time"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/scenarios/plan"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// A run made by hand: client ── s1 ── r1 ── server, one message.

var serverMAC, r1MAC = []byte{2, 0, 0, 0, 0, 3}, []byte{2, 0, 0, 0, 0, 4}

var (
	kindForTest = trace.Lookup("switch.learned")
	lostForTest = trace.Lookup("wire.lost")
)

// recorder numbers what a run leaves behind.
type recorder struct {
	v    *scenarios.VariantResult
	last trace.ID
}

func newRecorder(name, title string) *recorder {
	v := &scenarios.VariantResult{Name: name, Title: title, Plan: chainPlan()}
	v.Recording = &trace.Recording{}
	for i, n := range []string{"client", "s1", "s1", "r1", "r1", "server"} {
		v.Interfaces = append(v.Interfaces, &trace.Interface{Node: n, Name: []string{"eth0", "p0", "p1", "eth0", "eth1", "eth0"}[i], Index: i})
	}
	return &recorder{v: v}
}

func chainPlan() *plan.Plan {
	link := func(a, b string) plan.Link {
		return plan.Link{Name: a + "-" + b, Ends: [2]string{a, b}, Ways: [2]plan.Way{
			{From: a, To: b, Rate: 100e6, Delay: time.Millisecond, MTU: 1500},
			{From: b, To: a, Rate: 100e6, Delay: time.Millisecond, MTU: 1500}}}
	}
	return &plan.Plan{
		Hosts: []plan.Host{{Name: "client"}, {Name: "server"}}, Switches: []plan.Switch{{Name: "s1"}}, Routers: []plan.Router{{Name: "r1"}},
		Links: []plan.Link{link("client", "s1"), link("s1", "r1"), link("r1", "server")},
	}
}

func (r *recorder) tap(at int, dir trace.Direction, frame trace.FrameID, cause trace.ID, ms int, data []byte, text string) trace.ID {
	r.last++
	d := hello(int(r.last), time.Duration(ms)*time.Millisecond, r.v.Interfaces[at], data, text)
	d.Frame, d.Cause, d.Direction = frame, cause, dir
	r.v.Packets = append(r.v.Packets, d)
	return r.last
}

func (r *recorder) event(kind *trace.Kind, node string, frame trace.FrameID, cause trace.ID, ms int, fields ...trace.Field) {
	r.last++
	r.v.Recording.Event(&trace.Event{ID: r.last, Cause: cause, Time: sim.Time(ms) * 1e6, Kind: kind, Node: node, Frame: frame, Fields: fields})
}

// send has the text cross the chain, or be lost behind r1.
func (r *recorder) send(frame trace.FrameID, ms int, text string, lost bool) {
	before := helloFrame(clientMAC, routerMAC, 64, text)
	after := helloFrame(r1MAC, serverMAC, 63, text)
	id := r.tap(0, trace.Sent, frame, 0, ms, before, text)
	id = r.tap(1, trace.Received, frame, id, ms+1, before, text)
	r.event(kindForTest, "s1", frame, id, ms+1, trace.String("mac", mac(clientMAC)), trace.Int("port", 0))
	id = r.tap(2, trace.Sent, frame, id, ms+1, before, text)
	id = r.tap(3, trace.Received, frame, id, ms+2, before, text)
	id = r.tap(4, trace.Sent, frame+100, id, ms+2, after, text)
	if lost {
		r.event(lostForTest, "r1-server", frame+100, id, ms+2, lostFields()...)
		return
	}
	r.tap(5, trace.Received, frame+100, id, ms+3, after, text)
}

func lostFields() []trace.Field {
	all := map[string]trace.Field{"from": trace.String("from", "r1"), "to": trace.String("to", "server"), "n": trace.Int("n", 2),
		"k": trace.Int("k", 2), "size": trace.Int("size", 64), "why": trace.String("why", "the storm says so")}
	var fields []trace.Field
	for _, key := range lostForTest.Fields {
		fields = append(fields, all[key])
	}
	return fields
}

func chunk(ms int, s string) scenarios.Chunk {
	return scenarios.Chunk{Time: sim.Time(ms) * 1e6, Data: []byte(s)}
}

func text(s string) scenarios.Text {
	return scenarios.Text{S: s, Place: scenarios.Place{Line: 1, Column: 1}}
}

// helloRun is a result without variants.
func helloRun() *scenarios.Result {
	r := newRecorder("", "")
	r.send(1, 10, "Hello", false)
	v := r.v
	v.End = 20e6
	v.Programs = []*scenarios.ProgramResult{
		{Name: "client", Host: "client", Run: "tcp-send", Sent: []scenarios.Chunk{chunk(10, "Hello")}, Returned: true, Ended: 12e6},
		{Name: "server", Host: "server", Run: "tcp-receive", Received: []scenarios.Chunk{chunk(13, "Hello")},
			Lines: []scenarios.Line{{Time: 13e6, Text: "got Hello"}}},
	}
	knob := &scenarios.Knob{Name: text("message"), Type: text("text"), Default: text("Hello"), Help: text("what the client says")}
	return &scenarios.Result{
		Scenario: &scenarios.Scenario{Name: text("hello-layers"), Title: text("One message, seven layers"), Topic: text("OSI"),
			Level: text("beginner"), Minutes: 5, Summary: text("Five letters travel from program to program; every byte that goes with them."),
			Learn: []scenarios.Text{text("what each layer adds")}, References: []scenarios.Text{text("RFC 1122 §1.1.3")}},
		Seed: 1, Command: "packetwalk run hello-layers --seed 1",
		Knobs:    []scenarios.Setting{{Knob: knob, Chosen: true}},
		Variants: []*scenarios.VariantResult{v},
		Story: []scenarios.StepResult{
			{Number: 1, Say: "The client's network card sends 64 bytes: \"Hello\" and all that the layers put around it", Packet: v.Packets[0], Time: 10e6, Node: "client"},
			{Number: 2, Say: "The switch learns where the client is", Event: &v.Recording.Events[0], Time: 11e6, Node: "s1"},
			{Number: 3, Say: "The server answers", Missed: "line 9: no frame from the server was found after step 2"},
		},
		Predictions: []scenarios.PredictionResult{{
			Prediction: &scenarios.Prediction{Kind: text("number"), Unit: text("bytes")},
			Ask:        "How many bytes leave the client's network card to carry \"Hello\"?", Answer: "64 bytes",
			Options: []scenarios.Option{{Text: "64 bytes", Right: true},
				{Text: "5 bytes", Belief: "Only the message travels", Feedback: "The message is only the innermost part."}},
			Explain: "Five letters, three headers, one byte of padding and the FCS.",
		}, {
			Prediction: &scenarios.Prediction{Kind: text("choice")}, Ask: "Which device reads the letters?", Answer: "the server",
			Options: []scenarios.Option{{Text: "the router", Belief: "Routers look into messages", Feedback: "A router reads up to layer 3."}, {Text: "the server", Right: true}},
			Explain: "Only the server has a program at layer 7.",
		}},
		Expectations: []scenarios.ExpectationResult{
			{That: "the server received the message", Held: true},
			{That: "nothing was lost", Held: false, Found: "lost frames: 1, expected 0"},
		},
	}
}

// twoRuns is a result with variants, one of which loses a piece.
func twoRuns() *scenarios.Result {
	r := helloRun()
	var variants []*scenarios.VariantResult
	for _, name := range []string{"tcp", "udp"} {
		rec := newRecorder(name, "over "+map[string]string{"tcp": "TCP", "udp": "UDP"}[name])
		rec.send(1, 10, "Hel", false)
		rec.send(2, 20, "lo!", true)
		fates := []scenarios.Fate{{Link: "r1-server", From: "r1", K: 1, What: "delivered", Frame: 101}, {Link: "r1-server", From: "r1", K: 2, What: "lost", Frame: 102}}
		got := []scenarios.Chunk{chunk(13, "Hel")}
		if name == "tcp" {
			rec.send(3, 220, "lo!", false)
			fates = append(fates, scenarios.Fate{Link: "r1-server", From: "r1", K: 3, What: "delivered", Frame: 103})
			got = append(got, chunk(223, "lo!"))
		}
		v := rec.v
		v.Fates, v.End = fates, 300e6
		v.Programs = []*scenarios.ProgramResult{
			{Name: "client", Host: "client", Sent: []scenarios.Chunk{chunk(10, "Hel"), chunk(20, "lo!")}, Returned: true},
			{Name: "server", Host: "server", Received: got, Values: []scenarios.Counter{{Name: "reads", Value: int64(len(got))}}},
		}
		variants = append(variants, v)
	}
	r.Variants = variants
	r.Scenario.Name, r.Scenario.Title = text("tcp-vs-udp"), text("The same storm")
	r.Story = []scenarios.StepResult{
		{Number: 1, Variant: "tcp", Say: "TCP sends the piece again", Packet: variants[0].Packets[11], Time: 220e6, Node: "client"},
		{Number: 1, Variant: "udp", Say: "Nobody is told", Event: variants[1].Recording.Find(trace.OfKind("wire.lost"))[0], Time: 22e6, Node: "r1-server"},
	}
	r.Expectations = []scenarios.ExpectationResult{{Variant: "tcp", That: "everything arrived", Held: true}}
	return r
}

// arpFrame is a frame of which only Ethernet and ARP are known: no IP, no
// program.
func arpFrame() *capture.Dissection {
	data := make([]byte, 60)
	copy(data, bytes.Repeat([]byte{0xff}, 6))
	copy(data[6:], clientMAC)
	data[12], data[13] = 0x08, 0x06
	data = binary.LittleEndian.AppendUint32(data, crc32.ChecksumIEEE(data))
	return &capture.Dissection{
		Packet: &capture.Packet{Number: 1, Time: sim.Epoch, Interface: clientEth0, Data: data, Length: 64, FCS: 4, LinkType: linkTypeEthernet, ID: 1, Frame: 1},
		Parts: []osi.Part{
			{Layer: osi.DataLink, Protocol: "Ethernet II", PDU: "frame", Spans: []osi.Span{{Length: 14}, {Offset: 42, Length: 22}},
				Fields: []osi.Field{field("eth.padding", "Padding", 42, 18, "18 bytes"), field("eth.fcs", "Frame Check Sequence", 60, 4, "correct")}, Summary: "to everybody"},
			{Layer: osi.Network, Protocol: "ARP", PDU: "packet", Spans: []osi.Span{{Offset: 14, Length: 28}}, Summary: "who has 10.0.1.1?"},
		},
		Source: mac(clientMAC), Destination: "Broadcast", Protocol: "ARP", Info: "who has 10.0.1.1? tell 10.0.1.2", Stream: -1,
	}
}
