package scenarios

import (
	"errors"
	"testing"
	"time"
)

func TestKnobsRefuse(t *testing.T) {
	hello, err := Load("hello.yaml", fixture(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		sc         *Scenario
		pair, want string
	}{
		{hello, "loss=120%", "loss is 120%, but it must be between 0% and 90%"},
		{hello, "loss=5", `loss: "5" is not a percentage (it has no unit): write 5% or 0.25%`},
		{hello, "los=5%", `this scenario has no knob "los"; did you mean "loss"?`},
		{hello, "colour=red", `this scenario has no knob "colour"; there are: message, loss, delay, noisy`},
		{hello, "loss", `"loss" is not of the form knob=value`},
		{hello, "delay=2s", "delay is 2s, but it must be between 0s and 1s"},
		{race(t), "slow=true", "slow cannot be turned here: the variants one and two set it"},
	} {
		err := c.sc.Defaults().SetPair(c.pair)
		if err == nil || err.Error() != c.want || !errors.Is(err, ErrKnob) {
			t.Errorf("%s:\n got %v\nwant %s", c.pair, err, c.want)
		}
	}
}

// Turning a knob to its default is not a choice, so it need not be repeated.
func TestChosen(t *testing.T) {
	sc, err := Load("hello.yaml", fixture(t))
	if err != nil {
		t.Fatal(err)
	}
	knobs := sc.Defaults()
	if err := knobs.Set("delay", "1000us"); err != nil {
		t.Fatal(err)
	}
	if got := knobs.Flags(); got != "" {
		t.Errorf("the default needs no flag, got %q", got)
	}
	if err := knobs.Set("delay", "2ms"); err != nil {
		t.Fatal(err)
	}
	if got := knobs.Flags(); got != " --delay 2ms" {
		t.Errorf("got %q, want --delay 2ms", got)
	}
	if sc.Defaults().Value("delay").Duration() != time.Millisecond {
		t.Error("turning a knob must not turn the scenario's default")
	}
}

func TestShellWord(t *testing.T) {
	for word, want := range map[string]string{
		"5%": "5%", "": "''", "two words": "'two words'", "it's": `'it'\''s'`, "$HOME": "'$HOME'", "~": "'~'", "héllo": "'héllo'",
	} {
		if got := shellWord(word); got != want {
			t.Errorf("%q is written %s, want %s", word, got, want)
		}
	}
}
