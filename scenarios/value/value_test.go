package value

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		kind  Kind
		text  string
		num   int64
		text2 string // as it is written again
	}{
		{Percent, "5%", 50_000, "5%"},
		{Percent, "0.25%", 2_500, "0.25%"},
		{Percent, "0.0001%", 1, "0.0001%"},
		{Percent, "100 %", 1_000_000, "100%"},
		{Duration, "40ms", int64(40 * time.Millisecond), "40ms"},
		{Duration, "0.4s", int64(400 * time.Millisecond), "400ms"},
		{Duration, "2500us", int64(2500 * time.Microsecond), "2.5ms"},
		{Duration, "1.5s", int64(1500 * time.Millisecond), "1.5s"},
		{Duration, "2min", int64(2 * time.Minute), "2min"},
		{Duration, "2m", int64(2 * time.Minute), "2min"},
		{Duration, "0.3us", 300, "300ns"},
		{Duration, "0ms", 0, "0s"},
		{Rate, "10mbit", 10_000_000, "10mbit"},
		{Rate, "10Mbit/s", 10_000_000, "10mbit"},
		{Rate, "1.5gbit", 1_500_000_000, "1.5gbit"},
		{Bytes, "1500", 1500, "1500"},
		{Bytes, "200MB", 200_000_000, "200MB"},
		{Bytes, "4kB", 4_000, "4kB"},
		{Bytes, "4KB", 4_000, "4kB"},
		{Bytes, "64KiB", 65536, "65536"},
		{Int, "1_000", 1000, "1000"},
		{Int, "-7", -7, "-7"},
		{Bool, "true", 1, "true"},
	} {
		v, err := Parse(c.kind, c.text)
		if err != nil {
			t.Errorf("Parse(%s, %q): %v", c.kind, c.text, err)
			continue
		}
		if v.num != c.num {
			t.Errorf("Parse(%s, %q) is %d, want %d", c.kind, c.text, v.num, c.num)
		}
		if got := v.String(); got != c.text2 {
			t.Errorf("Parse(%s, %q) is written %q, want %q", c.kind, c.text, got, c.text2)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		kind       Kind
		text, want string
	}{
		{Percent, "5", `"5" is not a percentage (it has no unit): write 5% or 0.25%`},
		{Percent, "0.00001%", `"0.00001%" is not a percentage (finer than can be told apart): write 5% or 0.25%`},
		{Duration, "40", `"40" is not a duration (it has no unit): write 40ms, 1.5s or 2min`},
		{Duration, "40 parsecs", `"40 parsecs" is not a duration (the unit "parsecs" is not known here): write 40ms, 1.5s or 2min`},
		{Duration, "soon", `"soon" is not a duration: write 40ms, 1.5s or 2min`},
		{Rate, "10", `"10" is not a rate (it has no unit): write 10mbit or 56kbit`},
		{Rate, "99999999999gbit", `"99999999999gbit" is not a rate (too large): write 10mbit or 56kbit`},
		{Bytes, "1.5", `"1.5" is not an amount of bytes (not whole): write 1500, 4kB or 200MB`},
		{Int, "010", `"010" is not a whole number (a number does not begin with 0 here): write a whole number`},
		{Int, "0x10", `"0x10" is not a whole number (the unit "x10" is not known here): write a whole number`},
		{Int, "1.", `"1." is not a whole number: write a whole number`},
		{Bool, "yes", `"yes" is not true or false: write true or false`},
	} {
		_, err := Parse(c.kind, c.text)
		if err == nil || err.Error() != c.want {
			t.Errorf("Parse(%s, %q):\n got %v\nwant %s", c.kind, c.text, err, c.want)
		}
		var parse *ParseError
		if !errors.As(err, &parse) {
			t.Errorf("Parse(%s, %q): the error is a %T, want a *ParseError", c.kind, c.text, err)
		}
	}
}

// What a value is written as can be read again, and is the same value.
func TestWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]Kind{Percent, Duration, Rate, Bytes, Int}).Draw(t, "kind")
		v := Value{kind: kind, num: rapid.Int64Range(-1<<60, 1<<60).Draw(t, "n")}
		got, err := Parse(kind, v.String())
		if err != nil || got != v {
			t.Fatalf("%d is written %q and read as %d (%v)", v.num, v, got.num, err)
		}
	})
}

// Parse never panics, and never reads two different values from one text.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"5%", "0.25 %", "40ms", "1.5s", "10Mbit/s", "200MB", "-3", "1_0", "999999999999999999999", "0.0000000000000000000001s", "."} {
		for k := range kindNames {
			f.Add(uint8(k), s)
		}
	}
	f.Fuzz(func(t *testing.T, k uint8, s string) {
		kind := Kind(k % uint8(len(kindNames)))
		v, err := Parse(kind, s)
		if err != nil {
			if v != (Value{}) {
				t.Fatalf("Parse(%s, %q) failed and gave %v", kind, s, v)
			}
			return
		}
		again, err := Parse(kind, v.String())
		if err != nil || again != v {
			t.Fatalf("Parse(%s, %q) is written %q and read as %q (%v)", kind, s, v, again, err)
		}
	})
}

func TestRange(t *testing.T) {
	most, err := Parse(Percent, "90%")
	if err != nil {
		t.Fatal(err)
	}
	loss := Parameter{Name: "loss", Kind: Percent, Max: &most}
	_, err = loss.Parse("120%")
	const want = "loss is 120%, but it must be between 0% and 90%"
	if err == nil || err.Error() != want || !errors.Is(err, ErrRange) {
		t.Errorf("120%%: got %v, want %s", err, want)
	}
	if _, err := loss.Parse("90%"); err != nil {
		t.Errorf("90%%: %v; the bound itself is allowed", err)
	}
	// Without bounds of its own a percentage keeps to its natural ones.
	free := Parameter{Name: "chance", Kind: Percent}
	if _, err := free.Parse("100.1%"); !errors.Is(err, ErrRange) {
		t.Errorf("100.1%%: got %v, want an error that is ErrRange", err)
	}
	colour := Parameter{Name: "colour", Kind: Choice, Choices: []string{"red", "blue"}}
	_, err = colour.Parse("green")
	if err == nil || err.Error() != "colour is green, but it must be one of red, blue" {
		t.Errorf("green: %v", err)
	}
}

// The bounds of a text are on how many letters it has, not on its bytes.
func TestLettersOfAText(t *testing.T) {
	one, four := OfInt(1), OfInt(4)
	p := Parameter{Name: "message", Kind: Text, Min: &one, Max: &four}
	for _, good := range []string{"x", "four", "vier", "Küße"} {
		if _, err := p.Parse(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for text, want := range map[string]string{
		"":      `message is "", but it must be a text whose number of letters is between 1 and 4`,
		"Grüße": `message is "Grüße", but it must be a text whose number of letters is between 1 and 4`,
	} {
		if _, err := p.Parse(text); !errors.Is(err, ErrRange) || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
	if least, most := p.Bounds(); least != nil || most != nil {
		t.Errorf("a text has no least and no greatest value, got %v and %v", least, most)
	}
	if want := "a text"; (&Parameter{Kind: Text}).Range() != want {
		t.Errorf("the range of a free text is %q, want %q", (&Parameter{Kind: Text}).Range(), want)
	}
}
