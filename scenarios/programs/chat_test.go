package programs_test

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"github.com/packetwalk/packetwalk/scenarios/plan"
)

func chat(t *testing.T, stack string, impair []plan.Impairment, message string) (client, server []string, bytes string) {
	t.Helper()
	out := play(t, impair,
		background(program(t, "server", "chat-server", "stack", stack)),
		later(program(t, "client", "chat-client", "to", "server", "stack", stack, "nick", "grace", "message", message)),
	)
	c, s := result(t, out, "chat-client"), result(t, out, "chat-server")
	wantReturned(t, c)
	for _, l := range c.Lines {
		client = append(client, l.Text)
	}
	for _, l := range s.Lines {
		server = append(server, l.Text)
	}
	return client, server, strings.ReplaceAll(text(c.Sent), "|", "")
}

// The same words travel in an HTTP request or as a bare line.
func TestChat(t *testing.T) {
	for _, c := range []struct{ stack, begins string }{
		{"http", "POST /chat?nick=grace HTTP/1.1\r\nHost: server\r\n"},
		{"raw", "grace: "},
	} {
		t.Run(c.stack, func(t *testing.T) {
			_, server, sent := chat(t, c.stack, nil, "Hello")
			if got := strings.Join(server, " "); got != `grace says: "Hello"` {
				t.Errorf("the server prints %q", got)
			}
			if !strings.HasPrefix(sent, c.begins) || !strings.Contains(sent, "Hello") {
				t.Errorf("the client sends %q, want it to begin with %q", sent, c.begins)
			}
		})
	}
}

// Lines cannot hold everything: a line end ends a message, and nothing is no
// message. A request can.
func TestChatTexts(t *testing.T) {
	if _, server, _ := chat(t, "raw", nil, "one\n\ntwo"); strings.Join(server, " ") != `grace says: "one" grace says: "two"` {
		t.Errorf("two lines and an empty one: the server prints %q", server)
	}
	if client, server, _ := chat(t, "raw", nil, ""); len(server) != 0 || len(client) != 1 {
		t.Errorf("nothing to say: the server prints %q, the client %q", server, client)
	}
	if _, server, _ := chat(t, "http", nil, "one\n\ntwo"); strings.Join(server, " ") != `grace says: "one\n\ntwo"` {
		t.Errorf("a body of three lines: the server prints %q", server)
	}
}

func TestChatOverALossyWire(t *testing.T) {
	_, server, _ := chat(t, "http", []plan.Impairment{{Name: "storm", Do: plan.Lose, Nth: []int{2, 4}}}, "é 😀")
	if got := strings.Join(server, " "); got != `grace says: "é 😀"` {
		t.Errorf("the server prints %q", got)
	}
}

// A server takes more than one client.
func TestChatServerTakesSeveral(t *testing.T) {
	first := later(program(t, "client", "chat-client", "to", "server", "message", "one"))
	second := later(program(t, "client", "chat-client", "to", "server", "nick", "bob", "message", "two"))
	second.Name = "second"
	out := play(t, nil, background(program(t, "server", "chat-server")), first, second)
	wantCounts(t, result(t, out, "chat-server"), "messages 2")
}

func TestChatIsRefused(t *testing.T) {
	out := play(t, nil, program(t, "client", "chat-client", "to", "server", "message", "x"))
	if r := result(t, out, "chat-client"); !errors.Is(r.Err, syscall.ECONNREFUSED) {
		t.Errorf("chat-client ends with %v, want that nobody listens", r.Err)
	}
}
