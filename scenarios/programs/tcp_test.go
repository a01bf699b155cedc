package programs_test

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/scenarios/plan"
	"github.com/packetwalk/packetwalk/trace"
)

func TestTCPSendAndReceive(t *testing.T) {
	out := play(t, nil,
		program(t, "server", "tcp-receive"),
		later(program(t, "client", "tcp-send", "to", "server", "message", "Hello, world", "piece", "5")),
	)
	sender, receiver := result(t, out, "tcp-send"), result(t, out, "tcp-receive")
	wantReturned(t, sender)
	wantReturned(t, receiver)
	if got := text(sender.Sent); got != "Hello|, wor|ld" {
		t.Errorf("tcp-send writes %q, want pieces of 5 bytes", got)
	}
	if got := strings.ReplaceAll(text(receiver.Received), "|", ""); got != "Hello, world" {
		t.Errorf("tcp-receive reads %q", got)
	}
	wantLines(t, receiver, "received 12 bytes", `"Hello, world"`)
	wantCounts(t, receiver, "bytes 12")
}

// A filler text is as long as bytes says, and a long one is not printed whole.
func TestTCPSendsFiller(t *testing.T) {
	out := play(t, nil,
		program(t, "server", "tcp-receive", "port", "80"),
		later(program(t, "client", "tcp-send", "to", "10.0.0.2", "port", "80", "bytes", "3000")),
	)
	r := result(t, out, "tcp-receive")
	wantCounts(t, r, "bytes 3000")
	if last := r.Lines[len(r.Lines)-1].Text; !strings.HasSuffix(last, "and 2800 bytes more") || !strings.HasPrefix(last, `"the quick brown fox`) {
		t.Errorf("tcp-receive prints %q, want 200 bytes of the filler and how many follow", last)
	}
}

func TestTCPSendWaitsBetweenPieces(t *testing.T) {
	out := play(t, nil,
		program(t, "server", "tcp-receive"),
		later(program(t, "client", "tcp-send", "to", "server", "message", "abc", "piece", "1", "every", "2s")),
	)
	sent := result(t, out, "tcp-send").Sent
	for i := 1; i < len(sent); i++ {
		if got := sent[i].Time.Sub(sent[i-1].Time); got != 2*time.Second {
			t.Errorf("piece %d is sent %v after the one before, want 2s", i+1, got)
		}
	}
	if len(sent) != 3 {
		t.Errorf("%d pieces are sent, want 3", len(sent))
	}
}

func TestTCPSendHoldsTheConnection(t *testing.T) {
	ended := func(hold string) time.Duration {
		out := play(t, nil,
			program(t, "server", "tcp-receive"),
			later(program(t, "client", "tcp-send", "to", "server", "message", "abc", "hold", hold)),
		)
		return time.Duration(result(t, out, "tcp-receive").Ended)
	}
	if longer := ended("3s") - ended("0s"); longer.Round(time.Millisecond) != 3*time.Second {
		t.Errorf("holding the connection for 3s ends it %v later, want 3s", longer)
	}
}

// RFC 9293 §3.10.5: an abort throws away what waits, and says so with a RST.
func TestTCPSendAborts(t *testing.T) {
	out := play(t, nil,
		program(t, "server", "tcp-receive"),
		later(program(t, "client", "tcp-send", "to", "server", "bytes", "100000", "abort", "true")),
	)
	sender, receiver := result(t, out, "tcp-send"), result(t, out, "tcp-receive")
	wantReturned(t, sender)
	if !errors.Is(receiver.Err, syscall.ECONNRESET) {
		t.Errorf("tcp-receive ends with %v, want that the connection was reset", receiver.Err)
	}
	if n := len(strings.ReplaceAll(text(receiver.Received), "|", "")); n >= 100000 {
		t.Errorf("tcp-receive reads %d bytes, want that some are thrown away", n)
	}
}

// RFC 9293 §3.7.4: with the Nagle algorithm, small segments wait for the ACK
// of what is under way.
func TestTCPSendNoDelay(t *testing.T) {
	segments := func(nodelay string) (n int) {
		out := play(t, nil,
			program(t, "server", "tcp-receive"),
			later(program(t, "client", "tcp-send", "to", "server", "message", "abcdef", "piece", "1", "nodelay", nodelay)),
		)
		for _, p := range out.Packets {
			sent := p.Interface.Node == "client" && p.Direction == trace.Sent
			if tcp := p.Part("TCP"); sent && tcp != nil {
				if payload, _ := tcp.Field("tcp.len"); payload.Number > 0 {
					n++
				}
			}
		}
		return n
	}
	if with, without := segments("true"), segments("false"); with != 6 || without >= with {
		t.Errorf("six pieces of a byte make %d segments at once and %d with Nagle, want 6 and fewer", with, without)
	}
}

func TestTCPSendIsRefused(t *testing.T) {
	out := play(t, nil, program(t, "client", "tcp-send", "to", "server", "message", "x"))
	if r := result(t, out, "tcp-send"); !errors.Is(r.Err, syscall.ECONNREFUSED) {
		t.Errorf("tcp-send ends with %v, want that nobody listens", r.Err)
	}
}

func TestTCPConnectAndAccept(t *testing.T) {
	first := later(program(t, "client", "tcp-connect", "to", "server", "hold", "3s"))
	second := program(t, "client", "tcp-connect", "to", "server")
	second.Name, second.After = "second", first.Name
	out := play(t, nil, background(program(t, "server", "tcp-accept")), first, second)
	accept := result(t, out, "tcp-accept")
	wantCounts(t, accept, "accepted 2")
	wantLines(t, accept, "connection from 10.0.0.1:49152", "connection from 10.0.0.1:49153")
	connect := result(t, out, "tcp-connect")
	wantReturned(t, connect)
	if took := connect.Ended.Sub(connect.Lines[0].Time); took != 3*time.Second {
		t.Errorf("tcp-connect keeps the connection for %v, want 3s", took)
	}
	if !strings.HasPrefix(connect.Lines[0].Text, "connected after ") {
		t.Errorf("tcp-connect prints %q", connect.Lines[0].Text)
	}
	if accept.Returned {
		t.Error("tcp-accept returned; it should take connections for ever")
	}
}

// RFC 9293 §3.6: who closes first waits in TIME-WAIT, and until then its port
// cannot be used again for the same other end.
func TestTCPConnectFromAPort(t *testing.T) {
	for first, want := range map[string]string{
		"false": "no connection after 0s: dial tcp 10.0.0.2:7000: connect: cannot assign requested address",
		"true":  "connected after 20.13",
	} {
		one := later(program(t, "client", "tcp-connect", "to", "server", "from", "50000", "hold", "1s"))
		two := program(t, "client", "tcp-connect", "to", "server", "from", "50000")
		one.Name, two.Name, two.After, two.Start = "one", "two", "one", time.Second
		out := play(t, nil, background(program(t, "server", "tcp-accept", "first", first)), one, two)
		if line := out.Programs[2].Lines[0].Text; !strings.HasPrefix(line, want) {
			t.Errorf("when the server closes first (%s) the second connection prints %q, want %q", first, line, want)
		}
		wantLines(t, result(t, out, "tcp-accept"), slices.Repeat([]string{"connection from 10.0.0.1:50000"}, map[string]int{"false": 1, "true": 2}[first])...)
	}
}

func TestTCPConnectSaysWhyNot(t *testing.T) {
	out := play(t, nil, program(t, "client", "tcp-connect", "to", "server"))
	r := result(t, out, "tcp-connect")
	if !errors.Is(r.Err, syscall.ECONNREFUSED) || len(r.Lines) != 1 || !strings.HasPrefix(r.Lines[0].Text, "no connection after ") {
		t.Errorf("tcp-connect prints %v and ends with %v, want that nobody listens", r.Lines, r.Err)
	}
}

// Lost segments are TCP's business: the programs see nothing of it.
func TestTCPProgramsDoNotSeeLoss(t *testing.T) {
	storm := []plan.Impairment{{Name: "storm", Do: plan.Lose, Nth: []int{3, 5, 6}}}
	out := play(t, storm,
		program(t, "server", "tcp-receive"),
		later(program(t, "client", "tcp-send", "to", "server", "message", "Hello, world", "piece", "3")),
	)
	wantLines(t, result(t, out, "tcp-receive"), "received 12 bytes", `"Hello, world"`)
	if len(out.Recording.Find(trace.OfKind(physical.Lost.ID))) != 3 {
		t.Error("the storm did not strike three frames: the test shows nothing")
	}
}
