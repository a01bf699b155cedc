package scenarios

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/trace"
)

func TestNumbersAsPeopleTypeThem(t *testing.T) {
	for _, c := range []struct {
		text, unit string
		want       float64
		ok         bool
	}{
		{"118", "bytes", 118, true}, {"118 bytes", "bytes", 118, true}, {"1,448", "", 1448, true}, {"2.5", "", 2.5, true},
		{"40ms", "ms", 40, true}, {"1.5s", "ms", 1500, true}, {"3", "s", 3, true}, {"2min", "s", 120, true},
		{"40ms", "bytes", 0, false}, {"NaN", "", 0, false}, {"Inf", "s", 0, false}, {"", "", 0, false}, {"a few", "ms", 0, false},
	} {
		got, err := readNumber(c.text, c.unit)
		if (err == nil) != c.ok || got != c.want {
			t.Errorf("%q in %q: got %g, %v; want %g, ok %v", c.text, c.unit, got, err, c.want, c.ok)
		}
	}
}

func TestAnswersAsNumbers(t *testing.T) {
	for _, c := range []struct {
		v    any
		unit string
		want float64
		err  string
	}{
		{3, "", 3, ""}, {2.5, "", 2.5, ""}, {1500 * time.Millisecond, "s", 1.5, ""}, {40 * time.Millisecond, "ms", 40, ""},
		{time.Second, "bytes", 0, "it is the duration 1s, so unit must be ns, us, ms, s or min"},
		{"many", "", 0, `it is "many", not a number`},
	} {
		got, err := number(c.v, c.unit)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Errorf("%v in %q: got %g, %v; want %g, %s", c.v, c.unit, got, err, c.want, c.err)
		}
	}
}

// An answer within the tolerance is right, one outside it is not.
func TestWithin(t *testing.T) {
	whole := strings.Replace(string(fixture(t)), "unit: bytes", "unit: bytes\n    within: 10%", 1)
	sc, err := Load("x.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	out := helloTape("Hello")
	p := sc.Resolve(1, sc.Defaults(), []*VariantResult{{Outcome: out}}).Predictions[0]
	for given, want := range map[string]bool{"64": true, "58": true, "70.4": true, "57": false, "71": false, "5": false} {
		if right, _, err := p.Grade(given); right != want || err != nil {
			t.Errorf("%s of 64 within 10%%: right %v (%v), want %v", given, right, err, want)
		}
	}
}

func TestChoiceIsAskedForProperly(t *testing.T) {
	p := resolved(t, helloTape("Hello")).Predictions[1]
	for given, want := range map[string]string{
		"":       "an answer is needed: a number from 1 to 3",
		"4":      `"4" is none of the answers: a number from 1 to 3`,
		"nobody": `"nobody" is none of the answers: a number from 1 to 3`,
	} {
		if _, _, err := p.Grade(given); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", given, err, want)
		}
	}
	if right, o, err := p.Grade("SERVER"); right || o == nil || o.Belief == "" || err != nil {
		t.Errorf("SERVER: right %v, %+v, %v; want the wrong answer with its belief", right, o, err)
	}
}

// What an expression asks for and a run does not have is an error that says
// what there is instead.
func TestViewsNameWhatIsMissing(t *testing.T) {
	out := helloTape("Hello")
	event := viewEvent(&out.Recording.Events[0])
	frame := viewFrame(out.Packets[0], &out.Recording.Frames[0])
	program := viewProgram(&ProgramResult{Name: "p", Values: []Counter{{"resends", 3}}, Err: errors.New("refused")})
	_, noNumber := event.Number("for")
	_, noField := event.Text("fro")
	_, noDuration := event.Duration("count")
	_, noKey := frame.Number("udp.srcport")
	_, noValue := program.Value("resend")
	for want, err := range map[string]error{
		`the field "for" of test.asked is "10.0.1.1", not a number`:              noNumber,
		`the event test.asked has no field "fro"; did you mean "for"?`:           noField,
		`the field "count" of test.asked is "1", not a duration`:                 noDuration,
		`the frame has no field "udp.srcport"; did you mean "udp.dstport"?`:      noKey,
		`the program p counted nothing called "resend"; did you mean "resends"?`: noValue,
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	if n, err := program.Value("resends"); n != 3 || err != nil || !program.Failed || program.Done || program.Error != "refused" {
		t.Errorf("the program's view is %+v", program)
	}
	env := runValues(&VariantResult{Outcome: out})
	if _, err := env["event"].(func(string, ...string) (eventView, error))("test.asked", "s1"); err == nil || err.Error() != "no event test.asked at s1 happened" {
		t.Errorf("got %v", err)
	}
	if n := len(env["received"].(func(string) []frameView)("server")); n != 1 {
		t.Errorf("the server received %d frames, want 1", n)
	}
	// A frame that nobody dissected is still a frame.
	bare := viewFrame(nil, &trace.Frame{Interface: &trace.Interface{Node: "x"}, Data: make([]byte, 64)})
	if bare.Length != 64 || bare.Has("TCP") || bare.Stream != -1 {
		t.Errorf("an undissected frame is %+v", bare)
	}
}
