package value

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// unit is a unit of measure and how many of the smallest step it is.
type unit struct {
	name  string
	scale int64
	alias bool // read, but never written
}

// The first unit of a list is the one in which nothing is written.
var (
	percentUnits  = []unit{{"%", 10_000, false}} // millionths
	durationUnits = []unit{
		{"s", 1e9, false}, {"ms", 1e6, false}, {"min", 60e9, false}, {"h", 3600e9, false}, {"us", 1e3, false}, {"ns", 1, false},
		{"µs", 1e3, true}, {"m", 60e9, true},
	}
	rateUnits = []unit{
		{"mbit", 1e6, false}, {"kbit", 1e3, false}, {"gbit", 1e9, false}, {"bit", 1, false},
	}
	bytesUnits = []unit{
		{"", 1, false}, {"kB", 1e3, false}, {"MB", 1e6, false}, {"GB", 1e9, false},
		{"B", 1, true}, {"KiB", 1 << 10, true}, {"MiB", 1 << 20, true}, {"GiB", 1 << 30, true},
	}
	intUnits = []unit{{"", 1, false}}
)

func (k Kind) units() []unit {
	switch k {
	case Percent:
		return percentUnits
	case Duration:
		return durationUnits
	case Rate:
		return rateUnits
	case Bytes:
		return bytesUnits
	}
	return intUnits
}

const noNumber = "no number"

// measure reads "1.5s" exactly, in the smallest step of the units, or says
// why it cannot.
func measure(text string, units []unit) (n int64, why string) {
	s := strings.TrimSpace(text)
	sign := int64(1)
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		s, sign = rest, -1
	}
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '.' || s[end] == '_') {
		end++
	}
	digits, name := strings.ReplaceAll(s[:end], "_", ""), strings.TrimSpace(s[end:])
	if digits == "" || strings.Count(digits, ".") > 1 || digits[0] == '.' || digits[len(digits)-1] == '.' {
		return 0, noNumber
	}
	if len(digits) > 1 && digits[0] == '0' && digits[1] != '.' {
		return 0, "a number does not begin with 0 here"
	}
	u, why := findUnit(name, units)
	if why != "" {
		return 0, why
	}
	n, why = scaled(digits, u.scale)
	return sign * n, why
}

func findUnit(name string, units []unit) (unit, string) {
	for _, u := range units {
		if u.name == name {
			return u, ""
		}
	}
	// 10Mbit/s and 4KB are said often enough to be understood.
	folded := strings.TrimSuffix(strings.ToLower(name), "/s")
	for _, u := range units {
		if len(name) > 1 && strings.ToLower(u.name) == folded {
			return u, ""
		}
	}
	if name == "" {
		return unit{}, "it has no unit"
	}
	return unit{}, "the unit " + strconv.Quote(name) + " is not known here"
}

// scaled is digits, a decimal number, times scale, when that is whole.
func scaled(digits string, scale int64) (int64, string) {
	whole, fraction, _ := strings.Cut(digits, ".")
	fraction = strings.TrimRight(fraction, "0")
	mantissa, err := strconv.ParseUint(whole+fraction, 10, 63)
	if err != nil {
		return 0, "too large"
	}
	hi, lo := bits.Mul64(mantissa, uint64(scale))
	if len(fraction) > 18 {
		return 0, "finer than can be told apart"
	}
	step := uint64(1)
	for range fraction {
		step *= 10
	}
	if hi >= step {
		return 0, "too large"
	}
	n, rest := bits.Div64(hi, lo, step)
	switch {
	case rest != 0 && scale == 1:
		return 0, "not whole"
	case rest != 0:
		return 0, "finer than can be told apart"
	case n > math.MaxInt64:
		return 0, "too large"
	}
	return int64(n), ""
}

// written is n in the unit that reads best: the fewest characters, where a
// fraction below one (0.4s) counts two more; of equals, a whole number, then
// the larger unit.
func written(n int64, units []unit) string {
	best, bestCost, bestScale := "0"+units[0].name, 0, int64(0)
	for _, u := range units {
		if u.alias || n == 0 {
			continue
		}
		s := decimal(n, u.scale) + u.name
		cost := 2 * len(s)
		if strings.HasPrefix(strings.TrimPrefix(s, "-"), "0.") {
			cost += 2 * len("0.")
		}
		if strings.Contains(s, ".") {
			cost++
		}
		if bestScale == 0 || cost < bestCost || cost == bestCost && u.scale > bestScale {
			best, bestCost, bestScale = s, cost, u.scale
		}
	}
	return best
}

// decimal is n/scale in decimal, exactly when the fraction ends within 18
// digits, which it does for every unit but minutes and hours.
func decimal(n, scale int64) string {
	sign := ""
	u := uint64(n)
	if n < 0 {
		sign, u = "-", -u
	}
	whole, rest := u/uint64(scale), u%uint64(scale)
	if rest == 0 {
		return sign + strconv.FormatUint(whole, 10)
	}
	var fraction []byte
	for rest != 0 && len(fraction) < 18 {
		hi, lo := bits.Mul64(rest, 10)
		var digit uint64
		digit, rest = bits.Div64(hi, lo, uint64(scale))
		fraction = append(fraction, byte('0'+digit))
	}
	return sign + strconv.FormatUint(whole, 10) + "." + string(fraction)
}
