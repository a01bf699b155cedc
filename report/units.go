package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// rateText writes a rate in bit/s: "10 Mbit/s".
func rateText(bitsPerSecond int64) string {
	for _, u := range []struct {
		size int64
		name string
	}{{1e9, "Gbit/s"}, {1e6, "Mbit/s"}, {1e3, "kbit/s"}} {
		if bitsPerSecond >= u.size {
			return decimal(bitsPerSecond*1000/u.size) + " " + u.name
		}
	}
	return strconv.FormatInt(bitsPerSecond, 10) + " bit/s"
}

// durationText writes nanoseconds in the unit that reads best: "6.72 µs".
func durationText(ns int64) string {
	switch {
	case ns >= 1e9:
		return decimal(ns/1e6) + " s"
	case ns >= 1e6:
		return decimal(ns/1e3) + " ms"
	case ns >= 1e3:
		return decimal(ns) + " µs"
	}
	return strconv.FormatInt(ns, 10) + " ns"
}

// decimal writes thousandths as a decimal number without needless zeros.
func decimal(thousandths int64) string {
	s := fmt.Sprintf("%d.%03d", thousandths/1000, thousandths%1000)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// seconds writes a moment as seconds since the run began, to the microsecond.
func seconds(t sim.Time) string { return strings.TrimSuffix(t.String(), " s") }

// runTime is a calendar date as the time of a run.
func runTime(at time.Time) sim.Time { return sim.Time(at.Sub(sim.Epoch)) }

// count writes a number with its noun: "1 byte", "3 bytes".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
