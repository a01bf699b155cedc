package programs_test

import (
	"strings"
	"testing"
)

// With a round trip of 20 ms: with TCP_NODELAY, or in one write, an answer
// takes one round trip. Else Nagle's algorithm waits for the ACK of the first
// line, which the server delays by 200 ms (RFC 9293 §3.7.4, §3.8.6.3).
func TestTCPRequestAndAnswer(t *testing.T) {
	for _, c := range []struct{ writes, nodelay, want string }{
		{"2", "false", "answer 2 after 240."},
		{"2", "true", "answer 2 after 20."},
		{"1", "false", "answer 2 after 20."},
	} {
		out := play(t, nil,
			program(t, "server", "tcp-answer", "port", "80"),
			later(program(t, "client", "tcp-request", "to", "server", "port", "80", "count", "2", "writes", c.writes, "nodelay", c.nodelay)),
		)
		client, server := result(t, out, "tcp-request"), result(t, out, "tcp-answer")
		wantReturned(t, client)
		wantReturned(t, server)
		wantCounts(t, client, "answers 2")
		wantCounts(t, server, "requests 2")
		if got := client.Lines[1].Text; !strings.HasPrefix(got, c.want) {
			t.Errorf("with %s writes and nodelay %s tcp-request prints %q, want %q...", c.writes, c.nodelay, got, c.want)
		}
		if got := strings.ReplaceAll(text(server.Received), "|", ""); got != strings.Repeat("measure\nthe depth of the water\n", 2) {
			t.Errorf("the server reads %q", got)
		}
	}
}
