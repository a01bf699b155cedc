package scenarios

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/scenarios/plan"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// tape makes a recording by hand, in the order of its calls.
type tape struct {
	out  Outcome
	last trace.ID
	eth0 map[string]*trace.Interface
}

func newTape() *tape {
	return &tape{out: Outcome{Recording: &trace.Recording{}}, eth0: map[string]*trace.Interface{}}
}

func (tp *tape) event(at time.Duration, node string, kind *trace.Kind, frame trace.FrameID, fields ...trace.Field) {
	tp.last++
	tp.out.Recording.Events = append(tp.out.Recording.Events, trace.Event{
		ID: tp.last, Time: sim.Time(at), Kind: kind, Node: node, Frame: frame, Fields: fields,
	})
}

func (tp *tape) frame(at time.Duration, node string, way trace.Direction, frame trace.FrameID, size int, parts ...osi.Part) {
	tp.last++
	nic := tp.eth0[node]
	if nic == nil {
		nic = &trace.Interface{Node: node, Name: "eth0", Index: len(tp.eth0)}
		tp.eth0[node] = nic
		tp.out.Interfaces = append(tp.out.Interfaces, nic)
	}
	data := make([]byte, size)
	tp.out.Recording.Frames = append(tp.out.Recording.Frames, trace.Frame{
		ID: tp.last, Time: sim.Time(at), Interface: nic, Direction: way, Frame: frame, Data: data,
	})
	tp.out.Packets = append(tp.out.Packets, &capture.Dissection{
		Packet: &capture.Packet{Number: len(tp.out.Packets) + 1, Data: data, Interface: nic}, Parts: parts, Stream: 0,
	})
}

func udp(port uint64, value string) osi.Part {
	return osi.Part{
		Layer: osi.Transport, Protocol: "UDP", PDU: "datagram", Spans: []osi.Span{{Offset: 34, Length: 8}},
		Fields: []osi.Field{{Key: "udp.dstport", Number: port, Value: value}},
	}
}

var ipv4 = osi.Part{Layer: osi.Network, Protocol: "IPv4", Spans: []osi.Span{{Offset: 14, Length: 20}}}

// helloTape is a run as the fixture tells it. received is what the server
// got.
func helloTape(received string) Outcome {
	tp := newTape()
	tp.event(time.Millisecond, "client", testAsked, 0, trace.String("for", "10.0.1.1"), trace.Int("count", 1))
	tp.frame(time.Millisecond, "client", trace.Sent, 1, 64, ipv4, udp(7, "7"))
	tp.frame(2*time.Millisecond, "server", trace.Received, 2, 64, ipv4, udp(7, "7"))
	tp.event(1000213*time.Microsecond, "client", testAsked, 1, trace.String("for", "10.0.1.1"), trace.Int("count", 2))
	tp.out.Programs = []*ProgramResult{
		{Name: "server", Host: "server", Received: []Chunk{{Data: []byte(received)}}},
		{Name: "client", Host: "client", Returned: true, Sent: []Chunk{{Data: []byte("Hello")}}},
	}
	tp.out.End = sim.Time(2 * time.Second)
	return tp.out
}

func resolved(t *testing.T, out Outcome, set ...string) *Result {
	t.Helper()
	sc, err := Load("hello.yaml", fixture(t))
	if err != nil {
		t.Fatal(err)
	}
	knobs := sc.Defaults()
	for _, pair := range set {
		if err := knobs.SetPair(pair); err != nil {
			t.Fatal(err)
		}
	}
	r, err := sc.RunWith(func(*plan.Plan) (*Outcome, error) { return &out, nil }, 1, knobs, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestStoryIsTold(t *testing.T) {
	r := resolved(t, helloTape("Hello"))
	if f := r.Failures(); len(f) > 0 {
		t.Errorf("a sound run has failures:\n%s", strings.Join(f, "\n"))
	}
	want := []string{
		"client asks who has 10.0.1.1, for the 1st time; Hello waits",
		"64 bytes arrive for port 7",
		"again, at 1s",
	}
	for i, w := range want {
		if got := r.Story[i].Say; got != w {
			t.Errorf("step %d says %q, want %q", i+1, got, w)
		}
	}
	if s := r.Story[1]; s.Packet == nil || s.Packet.Number != 2 || s.Event != nil || s.Node != "server" {
		t.Errorf("step 2 tells of packet %v at %s, want packet 2 at server", s.Packet, s.Node)
	}
	if s := r.Story[2]; s.Packet == nil || s.Packet.Number != 1 || s.Event == nil || s.Event.ID != 4 {
		t.Errorf("step 3 must tell of event 4, and show the frame as the client saw it")
	}
}

// A step that matches no event is a failure, and says what it looked for.
func TestStepWithoutEventFails(t *testing.T) {
	out := helloTape("Hello")
	out.Recording.Events = out.Recording.Events[:1]
	out.Recording.Frames, out.Packets = out.Recording.Frames[:1], out.Packets[:1]
	failures := strings.Join(resolved(t, out).Failures(), "\n")
	for _, want := range []string{
		`story: step 2 (line 43) finds no frame with UDP at server with udp.dstport 7 for which it.length == 64 after the previous step`,
		`story: step 3 (line 45) finds no event test.asked, only 1 of 2`,
		`expected that the client asked twice: times("test.asked", "client") is 1; it should be == 2`,
	} {
		if !strings.Contains(failures, want) {
			t.Errorf("the failures lack %q:\n%s", want, failures)
		}
	}
}

func TestExpectationSaysWhatWasFound(t *testing.T) {
	failures := resolved(t, helloTape("Hell")).Failures()
	const want = `expected that the server received Hello: programs.server.received_text is "Hell"; it should be == knob.message, which is "Hello"`
	if len(failures) != 1 || failures[0] != want {
		t.Errorf("got %q\nwant %q", failures, want)
	}
}

// What only a clean wire promises is not demanded of a lossy one.
func TestExpectationWithCondition(t *testing.T) {
	out := helloTape("Hello")
	out.Fates = []Fate{{K: 1, What: "lost"}}
	if f := resolved(t, out).Failures(); len(f) != 1 || !strings.Contains(f[0], "nothing is lost") {
		t.Errorf("without loss the fate must be a failure, got %q", f)
	}
	if f := resolved(t, out, "loss=5%").Failures(); len(f) != 0 {
		t.Errorf("with loss=5%% nothing is promised, got %q", f)
	}
}

func TestRunThatEndedBadlyIsAFailure(t *testing.T) {
	out := helloTape("Hello")
	out.Err = errors.New("client waits for what can never come")
	if f := resolved(t, out).Failures(); len(f) != 1 || !strings.Contains(f[0], "never come") {
		t.Errorf("got %q", f)
	}
}

func TestCommandRepeatsTheRun(t *testing.T) {
	r := resolved(t, helloTape("Hello"), "loss=5%", "message=it's me", "noisy=true")
	const want = `packetwalk run hello.yaml --seed 1 --message 'it'\''s me' --loss 5% --set noisy=true`
	if r.Command != want {
		t.Errorf("got  %s\nwant %s", r.Command, want)
	}
}
