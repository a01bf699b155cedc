package scenarios

import (
	"slices"
	"testing"
)

func TestPredictionOfANumber(t *testing.T) {
	p := resolved(t, helloTape("Hello")).Predictions[0]
	if p.Problem != "" || p.Answer != "64 bytes" {
		t.Fatalf("the answer is %q (%s), want 64 bytes", p.Answer, p.Problem)
	}
	if want := `How many bytes leave the network card for "Hello"?`; p.Ask != want {
		t.Errorf("it asks %q, want %q", p.Ask, want)
	}
	for _, c := range []struct {
		given string
		right bool
		text  string // of the option it falls under, "" for none
	}{
		{"64", true, "64 bytes"}, {" 64 bytes ", true, "64 bytes"}, {"5", false, "5"}, {"63", false, ""},
	} {
		right, option, err := p.Grade(c.given)
		text := ""
		if option != nil {
			text = option.Text
		}
		if err != nil || right != c.right || text != c.text {
			t.Errorf("%q: right %v, option %q, error %v; want right %v, option %q", c.given, right, text, err, c.right, c.text)
		}
	}
	if _, o, _ := p.Grade("5"); o == nil || o.Feedback != "Headers travel too: 20 bytes of IPv4 alone" {
		t.Errorf("a wrong answer that was foreseen must be met with feedback, got %+v", o)
	}
	if _, _, err := p.Grade("many"); err == nil || err.Error() != `"many" is not a number of bytes` {
		t.Errorf("many: %v", err)
	}
}

// The answer follows the run: nothing in the file says 64.
func TestAnswerFollowsTheRun(t *testing.T) {
	out := helloTape("Hello")
	out.Recording.Frames[0].Data = make([]byte, 99)
	if p := resolved(t, out).Predictions[0]; p.Answer != "99 bytes" {
		t.Errorf("the answer is %q, want 99 bytes", p.Answer)
	}
}

func TestPredictionOfAChoice(t *testing.T) {
	r := resolved(t, helloTape("Hello"))
	p := r.Predictions[1]
	if p.Problem != "" || p.Answer != "client" || p.Explain != "It was client" {
		t.Fatalf("answer %q, explanation %q (%s)", p.Answer, p.Explain, p.Problem)
	}
	at := slices.IndexFunc(p.Options, func(o Option) bool { return o.Right })
	if len(p.Options) != 3 || p.Options[at].Text != "client" {
		t.Fatalf("options %+v", p.Options)
	}
	if right, _, err := p.Grade(string(rune('1' + at))); !right || err != nil {
		t.Errorf("an option's number must do as an answer: %v", err)
	}
	again := resolved(t, helloTape("Hello")).Predictions[1]
	if !slices.Equal(p.Options, again.Options) {
		t.Errorf("the options come in another order with the same seed")
	}
}

// When a knob makes an answer right that was foreseen as wrong, its belief is
// not held against anybody; when none of the choices is right, the question
// is broken and says so.
func TestChoiceThatTurnsRight(t *testing.T) {
	out := helloTape("Hello")
	out.Recording.Events[0].Node = "server"
	p := resolved(t, out).Predictions[1]
	for _, o := range p.Options {
		if o.Right && (o.Text != "server" || o.Belief != "" || o.Feedback != "") {
			t.Errorf("the right option is %+v, want server without a belief", o)
		}
	}
	out = helloTape("Hello")
	out.Recording.Events[0].Node = "s2"
	p = resolved(t, out).Predictions[1]
	const want = `line 56: the answer to "Who notices?" cannot be worked out: it is "s2", which 0 of the choices say`
	if p.Problem != want {
		t.Errorf("got  %s\nwant %s", p.Problem, want)
	}
}

func TestOneOfAUnit(t *testing.T) {
	for _, c := range []struct {
		n          float64
		unit, want string
	}{
		{1, "frames", "1 frame"}, {2, "frames", "2 frames"}, {0, "bytes", "0 bytes"}, {1, "ms", "1 ms"}, {1, "s", "1 s"}, {1, "", "1"},
	} {
		if got := withUnit(c.n, c.unit); got != c.want {
			t.Errorf("%v of %q is %q, want %q", c.n, c.unit, got, c.want)
		}
	}
}
