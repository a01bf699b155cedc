package scenarios

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	storm  = `{name: storm, do: lose, chance: "${loss}"}`
	sender = `{on: client, run: test-sender, with: {to: "server:7", message: "${message}"}, start: 1ms}`
	router = `r1: {addresses: {s1: 10.0.1.1/24, server: 10.0.2.1/24}}`
	link   = `- between: [s1, r1]`
	second = `kind: choice`
)

// What is well formed and still makes no sense, and the sentence it gets.
func TestSentences(t *testing.T) {
	whole := string(fixture(t))
	for _, c := range []struct{ old, new, want string }{
		{storm, "{do: swap, nth: 1, byte: 3}", `swap needs "with"`},
		{storm, "{do: hold, nth: 1}", "hold needs either by (how long) or frames (until so many have passed)"},
		{storm, "{do: hold, by: 1ms, frames: 2}", "hold needs either by (how long) or frames (until so many have passed)"},
		{storm, "{do: burst, enter: 1%, leave: 30%}", `burst needs "chance"`},
		{storm, "{do: noise}", `noise needs "one_in"`},
		{storm, "{do: outage, from: 2s, until: 1s}", "the outage ends at 1s, before it begins at 2s"},
		{storm, `{do: replay, storm: "3:dorp"}`, `column 3 of "3:dorp": expected drop, outage, dup, flip@BYTE.BIT, swap@BYTE,BYTE, delay@TIME or behind@FRAMES, got "dorp"`},
		{storm, "{do: vanish}", `"vanish" is no deed here; there are: lose, flip, swap, duplicate, hold, burst, noise, outage, replay`},
		{storm, "{do: flip, bit: 8}", "bit is 8, but it must be between 0 and 7"},
		{storm, "{do: lose, nth: [1, two]}", `nth: "two" is not a whole number: write a whole number`},
		{storm, "{do: flip, in: header}", `"header" is no place to count bytes from; there are: frame, payload`},
		{storm, "{do: lose, to: client}", `this link has no end "client"; there are: r1, server`},
		{storm, `{do: lose, where: {udp.dstport: "${prt}"}}`, `there is no knob "prt"; there are: message, loss, delay, noisy`},

		{sender, "{name: a, on: client, run: test-sender, with: {to: x}, after: a}", "a and a would wait for each other"},
		{sender, "{name: a, on: client, run: test-sender, with: {to: x}, after: idler}", "a waits for idler, which does not run here"},
		{sender, "{name: a, on: client, run: test-sender, with: {to: x}, after: server}", "server runs in the background, and nobody waits for its return"},
		{sender, "{name: a, on: client, run: test-sender, with: {to: x}, after: b}", `there is no program "b"; there are: server, a, idler`},
		{sender, "{on: client, run: test-sender}", `test-sender needs the argument "to": host:port`},
		{sender, "{on: client, run: test-sender, with: {to: x}, variants: [tcp]}", `there is no variant "tcp"; there are none`},
		{sender, "{on: server, run: test-sender, with: {to: x}}", "a second program on server needs a name of its own: name: ..."},

		{router, "r1: {addresses: {s1: 10.0.1.1/24, server: 10.0.2.1/24}, corrupt: [{do: lose}]}", `"lose" is no deed here; there are: flip, swap`},
		{router, "r1: {addresses: {s1: 10.0.1.1/24, server: 10.0.2.1/24}, nat: {outside: client}}", `there is no neighbour "client"; there are: s1, server`},
		{router, "r1: {addresses: {s1: 10.0.1.1/24, server: 10.0.2.1/24}, routes: [{to: 10.9.0.0/16, via: 10.7.7.7}]}", "10.7.7.7 is on none of the networks that this node is attached to, so it cannot be the next hop"},
		{router, "r1: {addresses: {s1: 10.0.1.1/24, server: 10.0.2.1/24}, filter: [{of: pings}]}", `"pings" is no class of frames`},
		{router, `r1: {addresses: {s1: "fe80::1/64", server: 10.0.2.1/24}}`, `"fe80::1/64" is not an IPv4 address`},

		{link, "- between: [s1, r1]\n      mtu: 60", "mtu is 60, but it must be between 68 and 9kB"},
		{link, "- between: [s1, r1]\n      duplex: simplex", `"simplex" is no duplex; there are: full, half`},
		{link, "- between: [s1, r1]\n      to: {client: {rate: 1mbit}}", `this link has no end "client"; there are: s1, r1`},
		{link, "- between: [s1]", "a link is between two nodes: between: [client, s1]"},
		{link, "- between: [s1, s1]", "a link joins two different nodes"},
		{link, "- between: [s1, client]\n    - between: [s1, r1]", "the host client has 2 links; one address is for one link: write addresses: {neighbour: address}"},
		{link, "- between: [client, s1]\n    - between: [s1, r1]", `a link called "client-s1" is there already: give it a name of its own`},

		{second, "kind: quiz", `"quiz" is no kind of question; there are: choice, number, text`},
		{`answer: event("test.asked").node`, `answer: event("test.asked", "s9").node`, `there is no node "s9"; there are: client, server, s1, r1, client-s1, s1-r1, r1-server`},
		{"{answer: s1, belief: A switch reads everything, feedback: It reads layer 2}", "{answer: s1, belief: A switch reads everything}", "belief and feedback belong together: the idea behind the answer, and what speaks to it"},
		{"unit: bytes", "unit: bytes\n    within: 5", `within: "5" is not a percentage (it has no unit): write 5% or 0.25%`},
		{`ask: Who notices?`, `ask: Who notices {len(frames)}?`, `an expression knows nothing called "frames" here; there are: brief, hex, knob, nth, percent, roughly, several`},

		{"nth: 2, from: start", "nth: two", `nth: "two" is not a whole number of 0 or more`},
		{"nth: 2, from: start", "from: end", `"end" is no place to search from; there are: previous, start`},
		{"event: test.asked, nth: 2", "nth: 2", "a step's match is of an event or of a frame: event: arp.request, or frame: TCP"},
		{"direction: received", "direction: in", `"in" is no direction; there are: sent, received`},
		{"nth: 2, from: start", "direction: sent", "an event has no direction; a frame has"},

		{"type: percent", "type: percents", `there is no type "percents"; did you mean "percent"?`},
		{"type: bool, default: false", "type: bool, default: no", `the default of noisy: "no" is not true or false: write true or false`},
		{"type: bool, default: false", "type: bool, default: false, max: true", "a knob of the type bool has no min or max"},
		{"type: bool, default: false", "type: choice, default: false", "choices belong to a knob of the type choice, and to no other"},
		{"max: 1s, help", "min: 2s, max: 1s, help", "min is 2s, which is more than max, 1s"},
		{"name: hello\n", "name: Hello World\n", `the name "Hello World" is not of lower-case words joined by hyphens: fcs-flip`},
		{"minutes: 5", "minutes: 0", "minutes must be 1 or more"},
		{"minutes: 5", "minutes: -5", `minutes: "-5" is not a whole number of 0 or more`},
		{"minutes: 5", "minutes: 1e3", `minutes: "1e3" is not a whole number of 0 or more`},
		{"background: true", "background: yes", `background: "yes" is not true or false: write true or false`},
		{"- remove: [client]", "- {}", "a way to take the lesson away says set or remove"},
		{"title: Five letters cross a switch and a router", "title:", "title has no value"},
		{"title: Five letters cross a switch and a router", `title: ""`, "a title, topic or summary is one line that is not empty"},
		{"summary: Five letters", "summary: !x Five letters", "tags (!) are not part of the form: put the text in quotes"},
	} {
		if !strings.Contains(whole, c.old) {
			t.Fatalf("the fixture has no %q", c.old)
		}
		_, err := Load("x.yaml", []byte(strings.Replace(whole, c.old, c.new, 1)))
		var all Errors
		if !errors.As(err, &all) {
			t.Errorf("%s: got %v, want %s", c.new, err, c.want)
			continue
		}
		if all[0].Message != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.new, all[0].Message, c.want)
		}
		if all[0].Place.Line < 1 {
			t.Errorf("%s: the mistake has no place", c.new)
		}
	}
}

func TestLoadFile(t *testing.T) {
	sc, err := LoadFile("testdata/hello.yaml")
	if err != nil || sc.File != "testdata/hello.yaml" || sc.Embedded() {
		t.Fatalf("got %v, %v", sc, err)
	}
	path := filepath.Join(t.TempDir(), "windows.yaml")
	crlf := strings.ReplaceAll(string(fixture(t)), "\n", "\r\n")
	if err := os.WriteFile(path, []byte(crlf), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadFile(path); err != nil {
		t.Errorf("a file with Windows line ends: %v", err)
	}
}
