package programs_test

import (
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/scenarios/plan"
	"github.com/packetwalk/packetwalk/scenarios/value"
)

// withResolver is the stage on which the client asks the server for names.
func withResolver() *plan.Plan {
	p := stage(nil)
	p.Hosts[0].Options = plan.Settings{{Name: "resolver", Value: value.OfText("10.0.0.2")}}
	return p
}

func TestDNSServer(t *testing.T) {
	out := playOn(t, withResolver(),
		background(program(t, "server", "dns-server", "zone", "www.lab=10.0.0.2, below.www.lab=10.0.0.9", "origin", "lab")),
		background(program(t, "server", "udp-echo")),
		later(program(t, "client", "udp-ask", "to", "www.lab", "message", "hello?")),
		later(program(t, "client", "ping", "to", "nobody.lab")),
	)
	wantReturned(t, result(t, out, "udp-ask"))
	wantCounts(t, result(t, out, "udp-ask"), "answers 1")
	wantLines(t, result(t, out, "ping"), "lookup nobody.lab on 10.0.0.2:53: no such name")
	server := result(t, out, "dns-server")
	wantCounts(t, server, "questions 2")
	wantLines(t, server, "www.lab? 10.0.0.2", "nobody.lab? no such name")
	if len(server.Received) != 2 || len(server.Sent) != 2 {
		t.Errorf("dns-server reads %d datagrams and sends %d, want 2 and 2", len(server.Received), len(server.Sent))
	}
}

// What is no question gets no answer, and does not stop the server.
func TestDNSServerIgnoresNoise(t *testing.T) {
	noise := later(program(t, "client", "udp-ask", "to", "10.0.0.2", "port", "53", "message", "x", "wait", "1s"))
	ask := program(t, "client", "ping", "to", "a.lab")
	ask.After = noise.Name
	out := playOn(t, withResolver(), background(program(t, "server", "dns-server", "zone", "a.lab=10.0.0.2")), noise, ask)
	wantCounts(t, result(t, out, "udp-ask"), "timeouts 1")
	wantCounts(t, result(t, out, "ping"), "replies 1, median_us 20176, longest_us 20176")
	wantCounts(t, result(t, out, "dns-server"), "questions 1")
}

func TestDNSServerRefusesABadZone(t *testing.T) {
	out := play(t, nil, program(t, "server", "dns-server", "zone", "www.lab"))
	r := result(t, out, "dns-server")
	if want := `expected a name and its IPv4 address, as in server.lab=10.0.2.10, found "www.lab"`; r.Err == nil || !strings.Contains(r.Err.Error(), want) {
		t.Errorf("dns-server ends with %v, want: %s", r.Err, want)
	}
}

// A stage without a name server: the client hears of the closed port.
func TestNoDNSServer(t *testing.T) {
	out := playOn(t, withResolver(), program(t, "client", "tcp-send", "to", "www.lab", "message", "x"))
	var e *net.DNSError
	if r := result(t, out, "tcp-send"); !errors.As(r.Err, &e) || e.Server != "10.0.0.2:53" {
		t.Errorf("tcp-send ends with %v, want a *net.DNSError of 10.0.0.2:53", r.Err)
	}
}
