package physical

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// What surrounds a frame on the wire, in bytes (IEEE 802.3 §3.1.1, §4.4.2).
const (
	Preamble = 8  // preamble and start frame delimiter, before the frame
	Gap      = 12 // interpacket gap, before the next frame may begin
)

// Rate is how fast bits leave, in bits per second; 0 is infinitely fast.
type Rate int64

// TimeFor is how long n bytes take at this rate, rounded up to the next
// nanosecond: a wire is never faster than its rate.
func (r Rate) TimeFor(n int) time.Duration {
	if r <= 0 || n <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(n), 8e9)
	lo, carry := bits.Add64(lo, uint64(r)-1, 0)
	hi += carry
	if hi >= uint64(r) {
		return math.MaxInt64
	}
	ns, _ := bits.Div64(hi, lo, uint64(r))
	return time.Duration(min(ns, math.MaxInt64))
}

// pace is a rate prepared for the hot path: most rates take a whole number of
// nanoseconds for a byte, which needs no division.
type pace struct {
	rate    Rate
	perByte time.Duration // negative when it is not a whole number
}

func (r Rate) pace() pace {
	switch {
	case r <= 0:
		return pace{r, 0}
	case 8e9%r == 0:
		return pace{r, time.Duration(8e9 / r)}
	}
	return pace{r, -1}
}

// timeFor is Rate.TimeFor for the bytes of a frame.
func (p *pace) timeFor(n int) time.Duration {
	if p.perByte >= 0 {
		return time.Duration(n) * p.perByte
	}
	return p.rate.TimeFor(n)
}

var rateUnits = []struct {
	name string
	bits Rate
}{{"gbit", 1e9}, {"mbit", 1e6}, {"kbit", 1e3}, {"bit", 1}}

// String is the rate in the largest unit that expresses it as a whole number:
// "10mbit", "1500kbit"; "unlimited" for 0.
func (r Rate) String() string {
	if r == 0 {
		return "unlimited"
	}
	for _, u := range rateUnits {
		if r%u.bits == 0 {
			return strconv.FormatInt(int64(r/u.bits), 10) + u.name
		}
	}
	return "" // never: every rate is a whole number of bits
}

// ErrRate is what a rate that cannot be read is, for errors.Is.
var ErrRate = errors.New("not a rate")

// ParseRate reads a rate: "10mbit", "1.5gbit", "64kbit/s", "9600bit",
// "unlimited". Prefixes are decimal (1 kbit = 1000 bit), as everywhere in
// networking. "10mbps" is refused, because half the world means bytes by it.
func ParseRate(text string) (Rate, error) {
	s := strings.ToLower(strings.TrimSpace(text))
	if s == "unlimited" || s == "0" {
		return 0, nil
	}
	s = strings.TrimSuffix(s, "/s")
	for _, u := range rateUnits {
		if number, ok := strings.CutSuffix(s, u.name); ok {
			return decimal(text, strings.TrimSpace(number), u.bits)
		}
	}
	if strings.HasSuffix(s, "bps") {
		return 0, fmt.Errorf("%w: %q could mean bits or bytes; write bit, kbit, mbit or gbit", ErrRate, text)
	}
	return 0, fmt.Errorf("%w: %q; expected a number with bit, kbit, mbit or gbit, as in 10mbit, or unlimited", ErrRate, text)
}

// decimal reads a number such as 1.5 in units of unit, exactly.
func decimal(text, number string, unit Rate) (Rate, error) {
	whole, fraction, point := strings.Cut(number, ".")
	n, err := strconv.ParseUint(whole, 10, 63)
	if err != nil || point && fraction == "" {
		return 0, fmt.Errorf("%w: %q; expected a number before the unit, as in 10mbit", ErrRate, text)
	}
	total := n * uint64(unit)
	if n != 0 && (total/n != uint64(unit) || total > math.MaxInt64) {
		return 0, fmt.Errorf("%w: %q is too fast; the limit is %s", ErrRate, text, Rate(math.MaxInt64/1e9*1e9))
	}
	for _, digit := range fraction {
		if digit < '0' || digit > '9' {
			return 0, fmt.Errorf("%w: %q; expected digits after the point, got %q", ErrRate, text, digit)
		}
		if unit < 10 && digit != '0' {
			return 0, fmt.Errorf("%w: %q is not a whole number of bits per second", ErrRate, text)
		}
		unit /= 10
		total += uint64(digit-'0') * uint64(unit)
	}
	if total == 0 || total > math.MaxInt64 {
		return 0, fmt.Errorf("%w: %q; expected more than 0 bit per second, or unlimited", ErrRate, text)
	}
	return Rate(total), nil
}

// MarshalText is String, for YAML and JSON.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText is ParseRate, for YAML and JSON.
func (r *Rate) UnmarshalText(text []byte) error {
	v, err := ParseRate(string(text))
	if err == nil {
		*r = v
	}
	return err
}
