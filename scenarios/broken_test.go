package scenarios

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// broken are the fixture with one thing made wrong: an old text and what
// stands in its place.
var broken = map[string][2]string{
	"unknown-key":            {"rate: 100mbit, delay", "rate: 100mbit, delya"},
	"unknown-key-top":        {"limits:", "limit:"},
	"missing-key":            {"level: beginner\n", ""},
	"unknown-event":          {"event: test.asked, node: client", "event: test.askd, node: client"},
	"unknown-event-inside":   {`times("test.asked", "client")`, `times("test.ask", "client")`},
	"unknown-event-field":    {"where: {for: 10.0.1.1}", "where: {fro: 10.0.1.1}"},
	"unknown-field-said":     {"{node} asks who has {for}", "{node} asks who has {fore}"},
	"unknown-program":        {"run: test-sender", "run: test-sendr"},
	"unknown-argument":       {"with: {port: 7}", "with: {prot: 7}"},
	"argument-out-of-range":  {"with: {port: 7}", "with: {port: 70000}"},
	"unknown-node":           {"between: [client, s1]", "between: [clint, s1]"},
	"unknown-host":           {"on: client, run: test-sender", "on: cleint, run: test-sender"},
	"unknown-knob":           {"chance: \"${loss}\"", "chance: \"${los}\""},
	"unknown-knob-said":      {"received ${message}", "received ${massage}"},
	"unknown-knob-inside":    {"knob.loss == 0", "knob.lost == 0"},
	"unknown-name-inside":    {"len(fates) == 0", "len(fate) == 0"},
	"unknown-field-inside":   {`count(frames, .has("UDP"))`, `count(frames, .hass("UDP"))`},
	"unknown-result-inside":  {"programs.server.received_text", "programs.sever.received_text"},
	"unit-missing":           {"default: 1ms", "default: 1"},
	"unit-unknown":           {"rate: 100mbit", "rate: 100megabauds"},
	"octal":                  {"with: {port: 7}", "with: {port: 010}"},
	"percent-out-of-range":   {"default: 0%, max: 90%", "default: 95%, max: 90%"},
	"chance-out-of-range":    {"chance: \"${loss}\"", "chance: 120%"},
	"knob-bound-too-far":     {"max: 1s, help", "max: 2h, help"},
	"address-without-length": {"address: 10.0.1.10/24", "address: 10.0.1.10"},
	"gateway-elsewhere":      {"gateway: 10.0.1.1,", "gateway: 10.0.9.1,"},
	"router-not-linked":      {"addresses: {s1: 10.0.1.1/24", "addresses: {s2: 10.0.1.1/24"},
	"two-ways-to-strike":     {"chance: \"${loss}\"}", "chance: \"${loss}\", nth: 3}"},
	"key-of-another-deed":    {"do: lose, nth: 1", "do: lose, bit: 1"},
	"unknown-class":          {"of: udp", "of: upd"},
	"answer-written-down":    {`answer: sent("client")[0].length`, "answer: 64"},
	"check-cannot-fail":      {"check: len(fates) == 0", "check: 1 + 1 == 2"},
	"check-not-a-truth":      {"check: len(fates) == 0", "check: len(fates)"},
	"expression-broken":      {"check: len(fates) == 0", "check: len(fates == 0"},
	"hole-not-closed":        {"again, at {roughly(time)}", "again, at {roughly(time)"},
	"clock":                  {"len(fates) == 0", `len(fates) == 0 and now() > now()`},
	"list-wanted":            {"references:\n  - RFC 1122 §1.1.3", "references: {rfc: 1122}"},
	"anchor":                 {"default: Hello", "default: &a Hello"},
	"alias-bomb":             {"learn:\n", "learn: &x [*x, *x]\nlearned:\n"},
	"duplicate-key":          {"level: beginner\n", "level: beginner\nlevel: advanced\n"},
	"not-yaml":               {"topology:\n", "topology: [\n"},
	"tab":                    {"  hosts:\n", "\thosts:\n"},
	"colon-unquoted":         {"that: the client asked twice", "that: the client asked: twice"},
	"indented-badly":         {"    check: times", "   check: times"},
	"name-taken":             {"  switches:\n    s1:", "  switches:\n    server:"},
	"several":                {"topic: OSI\nlevel: beginner", "topick: OSI\nlevel: 3\nmintes: 5"},
}

func TestBrokenFiles(t *testing.T) {
	whole := string(fixture(t))
	for name, change := range broken {
		t.Run(name, func(t *testing.T) {
			if strings.Count(whole, change[0]) < 1 {
				t.Fatalf("the fixture has no %q", change[0])
			}
			_, err := Load("hello.yaml", []byte(strings.Replace(whole, change[0], change[1], 1)))
			if err == nil {
				t.Fatal("it loads")
			}
			var one *Error
			if !errors.As(err, &one) {
				t.Fatalf("the error is a %T, want Errors", err)
			}
			golden(t, filepath.Join("testdata", "broken", name+".txt"), err.Error()+"\n")
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s (run with -update after a change that is wanted):\n got:\n%s\nwant:\n%s", path, got, want)
	}
}

func TestTooLarge(t *testing.T) {
	_, err := Load("big.yaml", make([]byte, MaxFileSize+1))
	const want = "big.yaml: the file has 262145 bytes; a scenario has at most 262144"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestTooDeep(t *testing.T) {
	for _, text := range []string{strings.Repeat("[", 10000), strings.Repeat("- ", 10000), strings.Repeat("{a: ", 10000)} {
		_, err := Load("deep.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), "deeper than 16") {
			t.Errorf("%.6s...: %v, want a refusal", text, err)
		}
	}
}

func TestFileThatIsNotThere(t *testing.T) {
	_, err := LoadFile("testdata/no-such.yaml")
	const want = "the scenario cannot be read: testdata/no-such.yaml: no such file or directory"
	if err == nil || err.Error() != want || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// FuzzLoad: whatever a file holds, it loads or is refused with a place; it
// never panics.
func FuzzLoad(f *testing.F) {
	whole := string(fixture(f))
	f.Add([]byte(whole))
	for _, change := range broken {
		f.Add([]byte(strings.Replace(whole, change[0], change[1], 1)))
	}
	f.Add([]byte("a: !!binary x\n? b\n: c\n--- \n%YAML 1.2\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sc, err := Load("fuzz.yaml", data)
		if (sc == nil) == (err == nil) {
			t.Fatalf("Load gives %v and the error %v", sc, err)
		}
		if err == nil {
			return
		}
		var one *Error
		if !errors.As(err, &one) || one.Message == "" {
			t.Fatalf("the error is %#v, want Errors that say something", err)
		}
	})
}
