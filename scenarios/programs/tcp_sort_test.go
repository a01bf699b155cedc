package programs_test

import (
	"strings"
	"testing"
	"time"
)

func TestSort(t *testing.T) {
	for _, c := range []struct {
		close string
		want  string
	}{
		{"half", `the answer: "apple pear plum"`},
		{"full", "the connection is closed here: nothing can be read from it"},
		{"none", "no answer within 3s"},
	} {
		t.Run(c.close, func(t *testing.T) {
			out := play(t, nil,
				background(program(t, "server", "sort-server", "think", "1s")),
				later(program(t, "client", "sort-client", "to", "server", "message", "pear plum apple", "close", c.close, "wait", "3s")),
			)
			client := result(t, out, "sort-client")
			wantReturned(t, client)
			wantLines(t, client, c.want)
			if got := strings.ReplaceAll(text(client.Sent), "|", ""); got != "pear plum apple" {
				t.Errorf("the client sends %q", got)
			}
		})
	}
}

// The server cannot begin before it has the last word.
func TestSortServerWaitsForTheEnd(t *testing.T) {
	out := play(t, nil,
		background(program(t, "server", "sort-server", "think", "2s")),
		later(program(t, "client", "sort-client", "to", "server", "message", "b a")),
	)
	client := result(t, out, "sort-client")
	wantLines(t, client, `the answer: "a b"`)
	if took := client.Lines[0].Time.Sub(client.Sent[0].Time); took < 2*time.Second {
		t.Errorf("the answer comes after %v, before the server can have sorted", took)
	}
}
