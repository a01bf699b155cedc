package scenarios_test

import (
	"strings"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/sim"
)

// bottleneck is a download through a slow link whose queue is managed, or not.
const bottleneck = `
name: bottleneck
title: A queue that marks
topic: TCP
level: advanced
minutes: 3
summary: A download through a slow link
learn: [A router can ask for less without dropping]
knobs:
  aqm: {type: choice, default: codel, choices: [codel, tail], help: who manages the queue}
  ecn: {type: choice, default: active, choices: [active, passive, never], help: whether the server asks for ECN}
topology:
  hosts:
    server: {address: 10.0.1.2/24, gateway: 10.0.1.1, options: {profile: linux, ecn: "${ecn}", send_buffer: 1MB}}
    client: {address: 10.0.2.2/24, gateway: 10.0.2.1, options: {profile: linux, receive_buffer: 1MB}}
  routers:
    r1: {addresses: {server: 10.0.1.1/24, client: 10.0.2.1/24}}
  links:
    - {between: [server, r1], rate: 1gbit, delay: 1ms}
    - {between: [r1, client], rate: 10mbit, delay: 20ms, queue: 300, to: {client: {aqm: "${aqm}"}}}
programs:
  - {on: client, run: tcp-receive, background: true, with: {port: 80}}
  - {on: server, run: tcp-send, with: {to: client, port: 80, bytes: 3MB}, start: 1ms}
story:
  - {match: {event: tcp.state}, say: "{node} begins"}
expect:
  - {that: it ends, check: programs.client.received_text != ""}
without:
  - {set: {aqm: tail}}
`

// download is what a run of it counted.
func download(t *testing.T, knobs ...string) map[string]int64 {
	t.Helper()
	sc, err := scenarios.Load("bottleneck.yaml", []byte(bottleneck))
	if err != nil {
		t.Fatal(err)
	}
	set := sc.Defaults()
	for _, k := range knobs {
		name, v, _ := strings.Cut(k, "=")
		if err := set.Set(name, v); err != nil {
			t.Fatal(err)
		}
	}
	r := run(t, sc, 1, set, nil)
	counts := map[string]int64{}
	v := r.Variants[0]
	for _, c := range v.Counters {
		counts[c.Name] = c.Value
	}
	for _, e := range v.Recording.Events {
		counts[e.Kind.ID]++
		if rtt, ok := e.Get("rtt"); ok && e.Time > sim.Time(time.Second) {
			counts["slowest"] = max(counts["slowest"], int64(rtt.Value().(time.Duration)))
		}
	}
	return counts
}

// A queue that marks keeps its waiting time low and loses nothing: no segment
// is sent twice. Where nobody asks for ECN, CoDel drops instead.
func TestCoDelMarksInsteadOfDropping(t *testing.T) {
	marks := download(t)
	if marks["r1-client.r1.marked"] == 0 || marks["tcp.ecn-reaction"] == 0 || marks["tcp.ce"] == 0 {
		t.Errorf("%d frames marked, %d reactions", marks["r1-client.r1.marked"], marks["tcp.ecn-reaction"])
	}
	if marks["r1-client.r1.queue_full"] != 0 || marks["tcp.retransmit"] != 0 {
		t.Errorf("%d frames dropped, %d retransmissions, want none", marks["r1-client.r1.queue_full"], marks["tcp.retransmit"])
	}
	if slowest := time.Duration(marks["slowest"]); slowest > 42*time.Millisecond+60*time.Millisecond {
		t.Errorf("after the first second a round trip of 42 ms took up to %v: the queue is long", slowest)
	}
	drops := download(t, "ecn=passive")
	if drops["r1-client.r1.marked"] != 0 || drops["r1-client.r1.queue_full"] == 0 || drops["tcp.retransmit"] == 0 {
		t.Errorf("without ECN: %d frames marked, %d dropped, %d retransmissions; want it to drop",
			drops["r1-client.r1.marked"], drops["r1-client.r1.queue_full"], drops["tcp.retransmit"])
	}
}
