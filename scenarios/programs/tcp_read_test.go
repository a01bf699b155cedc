package programs_test

import "testing"

func TestTCPReadSaysWhatEachReadReturns(t *testing.T) {
	three := []string{"to", "server", "message", "onetwosix", "piece", "3", "every", "50ms"}
	for _, c := range []struct {
		why  string
		read []string
		want []string
	}{
		{"a reader that waits gets what arrives when it arrives", nil,
			[]string{`read 1: 3 bytes "one"`, `read 2: 3 bytes "two"`, `read 3: 3 bytes "six"`, "read 4: the end"}},
		{"a reader that comes late gets all that is there", []string{"busy", "1s"},
			[]string{`read 1: 9 bytes "onetwosix"`, "read 2: the end"}},
		{"but no more than its buffer holds", []string{"busy", "1s", "buffer", "8"},
			[]string{`read 1: 8 bytes "onetwosi"`, `read 2: 1 byte "x"`, "read 3: the end"}},
	} {
		t.Run(c.why, func(t *testing.T) {
			out := play(t, nil, program(t, "server", "tcp-read", c.read...), later(program(t, "client", "tcp-send", three...)))
			r := result(t, out, "tcp-read")
			wantReturned(t, r)
			wantLines(t, r, c.want...)
		})
	}
}
