package scenarios

import (
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/scenarios/plan"
)

const stepAgain = `  - match: {event: test.asked, nth: 2, from: start}`

// loadChanged loads the fixture with one text of it replaced.
func loadChanged(t *testing.T, old, with string) (*Scenario, error) {
	t.Helper()
	text := string(fixture(t))
	if !strings.Contains(text, old) {
		t.Fatalf("the fixture has no %q", old)
	}
	return Load("hello.yaml", []byte(strings.Replace(text, old, with, 1)))
}

func resolvedBy(t *testing.T, sc *Scenario, out Outcome, set ...string) *Result {
	t.Helper()
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

// A step with a condition is told, and missed, only where the knobs meet it.
func TestStepWithCondition(t *testing.T) {
	sc, err := loadChanged(t, stepAgain, "  - if: knob.loss > 0\n    match: {event: test.asked, nth: 3, from: start}")
	if err != nil {
		t.Fatal(err)
	}
	if r := resolvedBy(t, sc, helloTape("Hello")); len(r.Story) != 2 {
		t.Errorf("without loss the story has %d steps, want 2", len(r.Story))
	}
	r := resolvedBy(t, sc, helloTape("Hello"), "loss=5%")
	if len(r.Story) != 3 || r.Story[2].Missed == "" {
		t.Errorf("with loss the third step must be looked for, and missed: %d steps", len(r.Story))
	}
}

func TestOpenedFrame(t *testing.T) {
	for _, c := range []struct {
		open string
		want int // the packet; 0 is none
	}{
		{"open: {frame: UDP, node: server, direction: received}\n", 2},
		{"open: {frame: UDP, node: s1}\n", 0},
	} {
		sc, err := loadChanged(t, "story:\n", c.open+"story:\n")
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		if d := resolvedBy(t, sc, helloTape("Hello")).Variants[0].Opened; d != nil {
			got = d.Number
		}
		if got != c.want {
			t.Errorf("%s opens packet %d, want %d", c.open, got, c.want)
		}
	}
	_, err := loadChanged(t, "story:\n", "open: {event: test.asked}\nstory:\n")
	if err == nil || !strings.Contains(err.Error(), "what is opened is a frame") {
		t.Errorf("an event cannot be opened; the loader says %v", err)
	}
}

// In a step about a frame a name with a dot is a field, unless it begins with
// what every expression knows.
func TestKnobInAStepAboutAFrame(t *testing.T) {
	sc, err := loadChanged(t, "bytes arrive for port {udp.dstport}", "bytes arrive for port {udp.dstport}, {knob.loss} of 100 lost")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := resolvedBy(t, sc, helloTape("Hello")).Story[1].Say, "64 bytes arrive for port 7, 0 of 100 lost"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A method of the last of a filtered list gets its own argument: expr's
// findLast, which its optimizer puts in the place of the two, would spoil it.
func TestLastOfFiltered(t *testing.T) {
	const check = `check: count(frames, .has("UDP")) > 0 and last(filter(frames, .length == 64)).number("udp.dstport") == 7`
	sc, err := loadChanged(t, `check: times("test.asked", "client") == 2 and count(frames, .has("UDP")) > 0`, check)
	if err != nil {
		t.Fatal(err)
	}
	if f := resolvedBy(t, sc, helloTape("Hello")).Failures(); len(f) > 0 {
		t.Errorf("the check must hold: %q", f)
	}
	if _, err := loadChanged(t, "check: len(fates) == 0", "check: findLast(frames, .length > 0).length == 64"); err == nil {
		t.Error("findLast is offered, and it is faulty")
	}
}
