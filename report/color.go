package report

import "strings"

// ANSI SGR sequences (ECMA-48 §8.3.117). The sixteen basic colours only: the
// reader's terminal knows how to show them on its own background.
const (
	bold  = "\x1b[1m"
	reset = "\x1b[0m"
)

var codes = [...]string{
	1: "\x1b[37m", // physical
	2: "\x1b[33m", // data link
	3: "\x1b[32m", // network
	4: "\x1b[36m", // transport
	5: "\x1b[34m", // session
	6: "\x1b[94m", // presentation
	7: "\x1b[35m", // application

	Good:  "\x1b[32m",
	Bad:   "\x1b[1;31m",
	Quiet: "\x1b[2m",
}

// paint colours a line, unless colour is off.
func (t *terminal) paint(s string, tone Tone) string {
	if !t.color || tone == Plain || strings.TrimSpace(s) == "" || int(tone) >= len(codes) || codes[tone] == "" {
		return s
	}
	return codes[tone] + s + reset
}

// trimLine takes the spaces off a line's end, also those that tablewriter has
// put before a closing reset.
func trimLine(s string) string {
	for {
		t := strings.TrimRight(s, " ")
		for strings.HasSuffix(t, reset) && strings.HasSuffix(strings.TrimSuffix(t, reset), " ") {
			t = strings.TrimRight(strings.TrimSuffix(t, reset), " ") + reset
		}
		t = strings.ReplaceAll(t, reset+reset, reset)
		if t == s {
			return t
		}
		s = t
	}
}
