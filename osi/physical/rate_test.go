package physical_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/osi/physical"
)

func TestParseRate(t *testing.T) {
	cases := []struct {
		text string
		want physical.Rate
		back string
	}{
		{"10mbit", 10e6, "10mbit"},
		{"1.5gbit", 15e8, "1500mbit"},
		{"64 kbit/s", 64e3, "64kbit"},
		{"9600bit", 9600, "9600bit"},
		{"1.0bit", 1, "1bit"},
		{"0.001kbit", 1, "1bit"},
		{"100Mbit", 1e8, "100mbit"},
		{"unlimited", 0, "unlimited"},
		{"0", 0, "unlimited"},
		{"9223372036854775807bit", math.MaxInt64, "9223372036854775807bit"},
	}
	for _, c := range cases {
		got, err := physical.ParseRate(c.text)
		if err != nil || got != c.want || got.String() != c.back {
			t.Errorf("%q is %d (%s), %v; want %d (%s)", c.text, got, got, err, c.want, c.back)
		}
	}
}

func TestParseRateRefuses(t *testing.T) {
	for text, why := range map[string]string{
		"10mbps":               "bits or bytes",
		"fast":                 "expected a number with bit",
		"10":                   "expected a number with bit",
		"mbit":                 "expected a number before the unit",
		"-1mbit":               "expected a number before the unit",
		"1.mbit":               "expected a number before the unit",
		"1.2.3mbit":            "expected digits after the point",
		"1.05bit":              "not a whole number of bits",
		"0.0001kbit":           "not a whole number of bits",
		"0mbit":                "more than 0",
		"99999999999gbit":      "too fast",
		"9223372036854775808b": "expected a number with bit",
	} {
		_, err := physical.ParseRate(text)
		if !errors.Is(err, physical.ErrRate) || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v; want an ErrRate that says %q", text, err, why)
		}
	}
}

func TestRateReadsItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := physical.Rate(rapid.Int64Min(0).Draw(t, "rate"))
		if got, err := physical.ParseRate(want.String()); err != nil || got != want {
			t.Fatalf("%s reads as %d, %v", want, got, err)
		}
	})
}

// The time is the smallest whole number of nanoseconds in which the rate
// sends at least that many bits.
func TestTimeForIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := physical.Rate(rapid.Int64Range(1, 1e9).Draw(t, "rate"))
		n := rapid.IntRange(1, 70_000).Draw(t, "bytes")
		d := int64(rate.TimeFor(n))
		bits := int64(n) * 8
		// Both products stay below 2^63: 560,000 bits at up to 1e9/s last at
		// most 5.6e14 ns at 1/s, where the product with the rate is bits·1e9.
		if int64(rate)*d < bits*1e9 || int64(rate)*(d-1) >= bits*1e9 {
			t.Fatalf("%d bytes at %s take %d ns", n, rate, d)
		}
	})
	if d := physical.Rate(1).TimeFor(math.MaxInt); d != time.Duration(math.MaxInt64) {
		t.Errorf("what takes longer than a Duration holds takes %d, want the longest Duration", d)
	}
}
