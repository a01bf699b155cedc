package programs_test

import (
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/scenarios/plan"
)

func TestTCPNotify(t *testing.T) {
	out := play(t, nil,
		program(t, "server", "tcp-notify", "message", "land ho", "silence", "7min"),
		later(program(t, "client", "tcp-subscribe", "to", "server")),
	)
	server, client := result(t, out, "tcp-notify"), result(t, out, "tcp-subscribe")
	wantReturned(t, server)
	wantReturned(t, client)
	wantLines(t, server, "the write succeeded")
	wantLines(t, client, `after 7m0s: "land ho"`)
	if got := time.Duration(server.Ended); got < 7*time.Minute || got > 7*time.Minute+time.Second {
		t.Errorf("tcp-notify ends after %v, want 7 minutes", got)
	}
}

// RFC 9293 §3.8.3: a write that succeeded says only that TCP has taken the
// bytes; that they never arrive comes out when it gives up.
func TestTCPNotifyLearnsLate(t *testing.T) {
	cut := plan.Impairment{Name: "cut", Do: plan.Lose, Match: plan.Match{Of: "tcp"}, Byte: -1, Bit: -1, With: -1}
	for n := 3; n <= 200; n++ { // all that follows the handshake
		cut.Nth = append(cut.Nth, n)
	}
	out := play(t, []plan.Impairment{cut},
		program(t, "server", "tcp-notify", "message", "land ho", "silence", "7min"),
		background(later(program(t, "client", "tcp-subscribe", "to", "server"))),
	)
	server, client := result(t, out, "tcp-notify"), result(t, out, "tcp-subscribe")
	if !errors.Is(server.Err, syscall.ETIMEDOUT) {
		t.Errorf("tcp-notify ends with %v, want that time has run out", server.Err)
	}
	if len(server.Lines) != 2 || server.Lines[0].Text != "the write succeeded" || !strings.Contains(server.Lines[1].Text, " later: ") {
		t.Errorf("tcp-notify prints %v, want a write that succeeds and an error later", server.Lines)
	}
	wantLines(t, client, `after 7m0s: "land ho"`) // only the way back is cut: its ACK and FIN
}
