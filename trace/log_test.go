package trace_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

var eth0 = &trace.Interface{Node: "hall", Name: "eth0"}

// witness writes down whatever it is told, in order.
type witness struct{ told []string }

func (w *witness) Event(e *trace.Event) {
	w.told = append(w.told, fmt.Sprintf("event %d because of %d", e.ID, e.Cause))
}
func (w *witness) Frame(f *trace.Frame) {
	w.told = append(w.told, fmt.Sprintf("frame %d because of %d", f.ID, f.Cause))
}
func (w *witness) Secret(s *trace.Secret) { w.told = append(w.told, "secret of "+s.Node+": "+s.Line) }

// tap is told of frames only.
type tap struct{ frames int }

func (t *tap) Frame(*trace.Frame) { t.frames++ }

// keyTap is told of frames and secrets.
type keyTap struct {
	tap
	lines []string
}

func (t *keyTap) Secret(s *trace.Secret) { t.lines = append(t.lines, s.Line) }

func wantTold(t *testing.T, w *witness, want ...string) {
	t.Helper()
	if !slices.Equal(w.told, want) {
		t.Errorf("the subscriber was told\n%q, want\n%q", w.told, want)
	}
}

// Frames and events share one row of numbers, from 1.
func TestNumbersAreShared(t *testing.T) {
	log, w := trace.NewLog(sim.New(1)), &witness{}
	log.Subscribe(w)
	if id := log.Emit("hall", silence, 0); id != 1 {
		t.Errorf("the first event is number %d, want 1", id)
	}
	if id := log.Tap(eth0, trace.Sent, log.NextFrameID(), []byte("frame")); id != 2 {
		t.Errorf("the frame behind it is number %d, want 2", id)
	}
	log.Emit("hall", silence, 0)
	wantTold(t, w, "event 1 because of 0", "frame 2 because of 0", "event 3 because of 0")
}

func TestFrameNumbersBeginAtOne(t *testing.T) {
	log := trace.NewLog(sim.New(1))
	if a, b := log.NextFrameID(), log.NextFrameID(); a != 1 || b != 2 {
		t.Errorf("the first frames are %d and %d, want 1 and 2", a, b)
	}
}

func TestCauses(t *testing.T) {
	log, w := trace.NewLog(sim.New(1)), &witness{}
	log.Subscribe(w)
	first := log.Emit("hall", silence, 0)
	func() {
		defer log.Because(log.Because(first))
		if log.Cause() != first {
			t.Errorf("the cause is %d, want %d", log.Cause(), first)
		}
		second := log.Tap(eth0, trace.Received, 1, nil)
		func() {
			defer log.Because(log.Because(second))
			log.Emit("hall", silence, 0)
		}()
		log.Emit("hall", silence, 0)
	}()
	log.Emit("hall", silence, 0)
	wantTold(t, w, "event 1 because of 0", "frame 2 because of 1", "event 3 because of 2", "event 4 because of 1", "event 5 because of 0")
}

func TestWhoIsTold(t *testing.T) {
	log := trace.NewLog(sim.New(1))
	if log.On() || log.Tapped() {
		t.Error("a log without subscribers says that somebody reads it")
	}
	frames, keys := &tap{}, &keyTap{}
	log.SubscribeFrames(frames)
	log.SubscribeFrames(keys)
	if log.On() || !log.Tapped() {
		t.Errorf("with taps alone On is %v and Tapped %v, want false and true", log.On(), log.Tapped())
	}
	if id := log.Emit("hall", silence, 0); id != 0 {
		t.Errorf("an event that nobody reads has number %d, want 0", id)
	}
	w := &witness{}
	log.Subscribe(w)
	if !log.On() || !log.Tapped() {
		t.Errorf("with a subscriber On is %v and Tapped %v, want both", log.On(), log.Tapped())
	}
	log.Tap(eth0, trace.Sent, 1, nil)
	log.Secret("hall", "CLIENT_RANDOM 01 02")
	wantTold(t, w, "frame 1 because of 0", "secret of hall: CLIENT_RANDOM 01 02")
	if frames.frames != 1 || keys.frames != 1 || !slices.Equal(keys.lines, []string{"CLIENT_RANDOM 01 02"}) {
		t.Errorf("the taps saw %d and %d frames and the secrets %q", frames.frames, keys.frames, keys.lines)
	}
}

// A nil log is a log that nobody reads: every method may be called.
func TestNilLog(t *testing.T) {
	var log *trace.Log
	if log.On() || log.Tapped() {
		t.Error("a nil log says that somebody reads it")
	}
	log.Secret("hall", "line")
	for what, got := range map[string]uint64{
		"Emit":        uint64(log.Emit("hall", silence, 0)),
		"Tap":         uint64(log.Tap(eth0, trace.Sent, 1, []byte("frame"))),
		"NextFrameID": uint64(log.NextFrameID()),
		"Because":     uint64(log.Because(7)),
		"Cause":       uint64(log.Cause()),
	} {
		if got != 0 {
			t.Errorf("%s of a nil log is %d, want 0", what, got)
		}
	}
}

func TestRecordsCarryTimeAndPlace(t *testing.T) {
	s := sim.New(1)
	log, rec := trace.NewLog(s), &trace.Recording{}
	log.Subscribe(rec)
	s.Go("caller", func() {
		s.Sleep(5 * time.Millisecond)
		log.Emit("hall", knock, 9, trace.Int("times", 2))
		log.Tap(eth0, trace.Received, 9, []byte("frame"))
	})
	if err := s.Run(); err != nil {
		t.Fatal(err)
	}
	e, f := rec.Events[0], rec.Frames[0]
	at := sim.Time(5 * time.Millisecond)
	if e.Time != at || e.Node != "hall" || e.Kind != knock || e.Frame != 9 {
		t.Errorf("the event is %+v, want one of door.knock about frame 9 in the hall at %v", e, at)
	}
	if f.Time != at || f.Interface != eth0 || f.Direction != trace.Received || f.Frame != 9 {
		t.Errorf("the frame is %+v, want frame 9 received at eth0 at %v", f, at)
	}
}

// The log reuses what it hands out; a recording must not.
func TestRecordingKeepsCopies(t *testing.T) {
	log, rec := trace.NewLog(sim.New(1)), &trace.Recording{}
	log.Subscribe(rec)
	data := []byte("first")
	log.Tap(eth0, trace.Sent, 1, data)
	copy(data, "other")
	log.Tap(eth0, trace.Received, 2, data)
	log.Secret("hall", "line 1")
	log.Secret("hall", "line 2")
	if got := string(rec.Frames[0].Data); got != "first" {
		t.Errorf("the first frame now reads %q: the recording did not copy its bytes", got)
	}
	if rec.Frames[0].Frame != 1 || rec.Frames[1].Frame != 2 {
		t.Errorf("the frames are %d and %d, want 1 and 2", rec.Frames[0].Frame, rec.Frames[1].Frame)
	}
	if want := []trace.Secret{{Node: "hall", Line: "line 1"}, {Node: "hall", Line: "line 2"}}; !slices.Equal(rec.Secrets, want) {
		t.Errorf("the secrets are %v, want %v", rec.Secrets, want)
	}
}

func TestDirections(t *testing.T) {
	for d, want := range map[trace.Direction]string{trace.Sent: "sent", trace.Received: "received", trace.Unknown: "unknown", 9: "unknown"} {
		if got := d.String(); got != want {
			t.Errorf("direction %d is called %q, want %q", d, got, want)
		}
	}
}

// What nobody reads costs no memory: code that asks On and Tapped first, as
// the log's doc demands, allocates nothing; a tap on frames costs none either.
func TestNothingIsAllocatedWhenNobodyListens(t *testing.T) {
	deaf := trace.NewLog(sim.New(1))
	tapped := trace.NewLog(sim.New(1))
	tapped.SubscribeFrames(&tap{})
	data, n := make([]byte, 64), 0
	for name, log := range map[string]*trace.Log{"nil": nil, "no subscriber": deaf, "a tap on frames": tapped} {
		allocs := testing.AllocsPerRun(100, func() {
			n++
			before := log.Because(trace.ID(n))
			if log.On() {
				log.Emit("hall", knock, 0, trace.Int("times", n), trace.String("who", fmt.Sprint(n)))
			}
			log.Tap(eth0, trace.Sent, log.NextFrameID(), data)
			log.Because(before)
		})
		if allocs != 0 {
			t.Errorf("%s: %v allocations for an event and a frame that nobody keeps, want none", name, allocs)
		}
	}
}
