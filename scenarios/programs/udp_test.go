package programs_test

import (
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/scenarios/plan"
)

// data is an impairment of chosen frames that carry data of a datagram.
func data(do plan.Deed, nth ...int) plan.Impairment {
	return plan.Impairment{Name: string(do), Do: do, Match: plan.Match{Of: "udp"}, Nth: nth, Byte: -1, Bit: -1, With: -1}
}

func TestUDPSendAndReceive(t *testing.T) {
	out := play(t, nil,
		program(t, "server", "udp-receive"),
		later(program(t, "client", "udp-send", "to", "server", "message", "Hello", "piece", "2")),
	)
	sender, receiver := result(t, out, "udp-send"), result(t, out, "udp-receive")
	wantReturned(t, sender)
	wantReturned(t, receiver)
	if sent, got := text(sender.Sent), text(receiver.Received); sent != "He|ll|o" || got != sent {
		t.Errorf("udp-send sends %q and udp-receive reads %q, want a datagram for each piece", sent, got)
	}
	wantCounts(t, sender, "datagrams 3")
	wantCounts(t, receiver, "datagrams 3, bytes 5")
	wantLines(t, receiver, `datagram 1: 2 bytes "He"`, `datagram 2: 2 bytes "ll"`, `datagram 3: 1 byte "o"`,
		"received 3 datagrams with 5 bytes; whether that is all, UDP does not say")
}

// Numbers tell what is missing, what came twice and what came late.
func TestUDPReceiveKeepsAccount(t *testing.T) {
	late := data(plan.Hold, 4)
	late.Frames = 1
	out := play(t, []plan.Impairment{data(plan.Lose, 2), data(plan.Duplicate, 3), late},
		program(t, "server", "udp-receive", "numbered", "true"),
		later(program(t, "client", "udp-send", "to", "server", "message", "abcdefg", "piece", "1", "numbered", "true")),
	)
	r := result(t, out, "udp-receive")
	wantCounts(t, r, "datagrams 7, bytes 7, missing 1, duplicates 1, out_of_order 1")
	wantLines(t, r,
		"datagram 1: number 1 of 7",
		"datagram 2: number 3 of 7",
		"datagram 3: number 3 of 7, for the second time",
		"datagram 4: number 5 of 7",
		"datagram 5: number 4 of 7, after number 5",
		"datagram 6: number 6 of 7",
		"datagram 7: number 7 of 7",
		"received 6 of 7 pieces", "missing: 2", `"a[hole]cdefg"`)
}

func TestUDPReceiveGivesUp(t *testing.T) {
	out := play(t, nil, program(t, "server", "udp-receive", "first", "3s"))
	r := result(t, out, "udp-receive")
	wantReturned(t, r)
	if got := time.Duration(r.Ended); got != 3*time.Second {
		t.Errorf("udp-receive waits %v for the first datagram, want 3s", got)
	}
	wantCounts(t, r, "datagrams 0, bytes 0")
}

func TestUDPAskAndEcho(t *testing.T) {
	out := play(t, nil,
		background(program(t, "server", "udp-echo")),
		later(program(t, "client", "udp-ask", "to", "server", "message", "hello?")),
	)
	ask := result(t, out, "udp-ask")
	wantReturned(t, ask)
	wantCounts(t, ask, "answers 1")
	wantLines(t, ask, "the write succeeded", `the answer: "hello?"`)
	if echo := result(t, out, "udp-echo"); text(echo.Received) != "hello?" || text(echo.Sent) != "hello?" {
		t.Errorf("udp-echo reads %q and sends %q", text(echo.Received), text(echo.Sent))
	}
}

// RFC 1122 §4.1.3.3: an ICMP port unreachable is passed up to the program.
func TestUDPAskLearnsOfAClosedPort(t *testing.T) {
	out := play(t, nil, program(t, "client", "udp-ask", "to", "server", "message", "hello?"))
	r := result(t, out, "udp-ask")
	wantReturned(t, r)
	wantCounts(t, r, "errors 1")
	if len(r.Lines) != 2 || r.Lines[0].Text != "the write succeeded" {
		t.Errorf("udp-ask prints %v, want that the write succeeded and the read failed", r.Lines)
	}
}

func TestUDPAskHearsNothing(t *testing.T) {
	out := play(t, []plan.Impairment{data(plan.Lose, 1)},
		background(program(t, "server", "udp-echo")),
		later(program(t, "client", "udp-ask", "to", "server", "message", "hello?", "wait", "3s")),
	)
	r := result(t, out, "udp-ask")
	wantCounts(t, r, "timeouts 1")
	wantLines(t, r, "the write succeeded", "no answer within 3s")
}

func TestPing(t *testing.T) {
	out := play(t, []plan.Impairment{{Name: "hole", Do: plan.Lose, Match: plan.Match{Of: "icmp"}, Nth: []int{2}}},
		program(t, "client", "ping", "to", "server", "count", "3", "wait", "2s"))
	r := result(t, out, "ping")
	wantReturned(t, r)
	wantCounts(t, r, "replies 2, median_us 40291, longest_us 40291")
	if len(r.Lines) != 3 || r.Lines[1].Text != "no reply within 2s" {
		t.Fatalf("ping prints %v, want the second of three to stay without reply", r.Lines)
	}
	// 84 bytes of packet, 18 of frame and 8 of preamble at 10 Mbit/s, 10 ms
	// away, there and back. (The first one waits for ARP, too.)
	if got := r.Lines[2].Text; got != "reply after 20.176ms" {
		t.Errorf("the third: %q, want 20.176ms", got)
	}
	if gap := r.Lines[2].Time.Sub(r.Lines[1].Time); gap < time.Second {
		t.Errorf("the third follows after %v, want a pause of 1s", gap)
	}
}

// RFC 1122 §4.1.3.3 cannot help a socket that is not connected: the system does
// not know whose datagram ICMP speaks of. It still gets answers.
func TestUDPAskUnconnected(t *testing.T) {
	out := play(t, nil, program(t, "client", "udp-ask", "to", "server", "message", "hello?", "connected", "false"))
	wantCounts(t, result(t, out, "udp-ask"), "timeouts 1")
	out = play(t, nil,
		background(program(t, "server", "udp-echo")),
		later(program(t, "client", "udp-ask", "to", "server", "message", "hello?", "connected", "false")),
	)
	wantLines(t, result(t, out, "udp-ask"), "the write succeeded", `the answer: "hello?"`)
}
