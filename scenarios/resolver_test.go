package scenarios_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/scenarios"
)

const askForAName = `name: ask-for-a-name
title: A name before an address
topic: OSI
level: beginner
minutes: 3
summary: The client asks a name server before it can connect
learn: [A name is looked up over the network]
knobs:
  ask: {type: text, default: 10.0.0.53, help: whom the client asks}
topology:
  hosts:
    client: {address: 10.0.0.1/24, options: {resolver: "${ask}"}}
    names: {address: 10.0.0.53/24}
    server: {address: 10.0.0.2/24}
  switches: {s1: {}}
  links:
    - {between: [client, s1], delay: 1ms}
    - {between: [names, s1], delay: 1ms}
    - {between: [server, s1], delay: 1ms}
programs:
  - {on: names, run: dns-server, with: {zone: "server.lab=10.0.0.2", origin: lab}, background: true}
  - {on: server, run: tcp-receive}
  - {on: client, run: tcp-send, with: {to: server.lab, message: hello}, start: 1ms}
story:
  - {match: {event: dns.lookup, node: client}, say: "The client asks {server} for {name}"}
  - {match: {event: dns.resolved}, say: "{name} is {address}"}
expect:
  - {that: the message arrives, check: programs.server.received_text == "hello"}
without:
  - {set: {ask: 10.0.0.2}}
`

// A host with a resolver meets names in real DNS messages, which the dissector
// and tshark read alike.
func TestResolverOfAHost(t *testing.T) {
	sc, err := scenarios.Load("names.yaml", []byte(askForAName))
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, sc, 1, sc.Defaults(), nil)
	wantSound(t, r, "as written")
	want := []string{"The client asks 10.0.0.53:53 for server.lab", "server.lab is 10.0.0.2"}
	for i, say := range want {
		if i >= len(r.Story) || r.Story[i].Say != say {
			t.Errorf("step %d of the story is not told as %q: %+v", i+1, say, r.Story)
		}
	}
	if len(run(t, sc, 1, sc.Defaults(), sc.Without[0]).Failures()) == 0 {
		t.Error("the client asks a host that knows no names, and all is well")
	}
	v := r.Variants[0]
	var infos []string
	for _, p := range v.Packets {
		if part := p.Part("DNS"); part != nil && p.Interface.Node == "names" {
			infos = append(infos, part.Summary)
		}
	}
	if len(infos) != 2 || !strings.Contains(infos[0], "server.lab") || !strings.Contains(infos[1], "10.0.0.2") {
		t.Errorf("the dissector reads the DNS messages %q, want the question for server.lab and the answer 10.0.0.2", infos)
	}
	for _, p := range v.Programs {
		if p.Run == "dns-server" && (len(p.Lines) != 1 || p.Lines[0].Text != "server.lab? 10.0.0.2") {
			t.Errorf("the name server prints %v", p.Lines)
		}
	}

	needTshark(t)
	path := filepath.Join(t.TempDir(), "run.pcapng")
	if err := os.WriteFile(path, pcapng(t, r), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := tshark(t, path, `dns.qry.name == "server.lab" && frame.interface_name == "names eth0"`); strings.Count(got, "\n") != 2 || !strings.Contains(got, "A 10.0.0.2") {
		t.Errorf("tshark reads\n%s\nwant the question and its answer", got)
	}
}

// The option is an address, and the loader says so at its place.
func TestResolverMustBeAnAddress(t *testing.T) {
	_, err := scenarios.Load("names.yaml", []byte(strings.Replace(askForAName, `"${ask}"`, "names", 1)))
	if err == nil || !strings.Contains(err.Error(), `"names" is not an IPv4 address: 10.0.1.1`) || !strings.Contains(err.Error(), "names.yaml:12:") && !strings.Contains(err.Error(), "[12:") {
		t.Errorf("the error is %v, want one of line 12", err)
	}
}
