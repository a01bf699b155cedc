package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/packetwalk/packetwalk/scenarios"
)

// printed is what a run left behind.
type printed struct{ table, json, capture []byte }

// TestSameSeedSameBytes: every scenario of the catalogue, run a second time,
// prints the same and captures the same, byte for byte: in one process, where
// a first run may leave something behind, and in another one with one
// processor, a hurried garbage collector, another time zone and language.
func TestSameSeedSameBytes(t *testing.T) {
	all, err := scenarios.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("the catalogue is empty")
	}
	for _, sc := range all {
		t.Run(sc.Name.S, func(t *testing.T) {
			first := runScenario(t, sc.Name.S, "5", here)
			wantSame(t, "in the same process", first, runScenario(t, sc.Name.S, "5", here))
			wantSame(t, "in another process", first, runScenario(t, sc.Name.S, "5", elsewhere))
		})
	}
}

// TestOtherSeedOtherBytes: the test above compares something that a seed
// changes.
func TestOtherSeedOtherBytes(t *testing.T) {
	a, b := runScenario(t, "hello-layers", "5", here), runScenario(t, "hello-layers", "6", here)
	if bytes.Equal(a.capture, b.capture) || bytes.Equal(a.json, b.json) {
		t.Error("two seeds give the same capture or the same report: initial sequence numbers, at least, should differ")
	}
}

func runScenario(t *testing.T, name, seed string, run func(*testing.T, ...string) []byte) (p printed) {
	t.Helper()
	t.Chdir(t.TempDir()) // so that the capture's name is the same everywhere
	p.table = run(t, "run", name, "--seed", seed, "--width", "100")
	p.json = run(t, "run", name, "--seed", seed, "-o", "json", "--capture-at", "all", "--pcap", "run.pcapng")
	var err error
	if p.capture, err = os.ReadFile("run.pcapng"); err != nil {
		t.Fatal(err)
	}
	if len(p.table) == 0 || len(p.json) == 0 || len(p.capture) == 0 {
		t.Fatalf("the run printed %d bytes of tables and %d of JSON and captured %d", len(p.table), len(p.json), len(p.capture))
	}
	return p
}

// here carries out a command line in this process.
func here(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	if status := execute(streams{in: new(bytes.Buffer), out: &out, err: &errs}, args); status != 0 {
		t.Fatalf("packetwalk %q ends with status %d: %s", args, status, errs.String())
	}
	return out.Bytes()
}

// elsewhere carries it out in a process of its own: this very binary, which is
// packetwalk when it is called so (see TestMain).
func elsewhere(t *testing.T, args ...string) []byte {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd := exec.Cmd{
		Path: self, Args: append([]string{"packetwalk"}, args...), Stderr: &errs,
		Env: append(os.Environ(), "GOMAXPROCS=1", "GOGC=20", "TZ=Pacific/Auckland", "LANG=tr_TR.UTF-8", "HOME="+filepath.Join(t.TempDir(), "nobody")),
	}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("packetwalk %q: %v: %s", args, err, errs.String())
	}
	return out
}

func wantSame(t *testing.T, where string, want, got printed) {
	t.Helper()
	for what, pair := range map[string][2][]byte{
		"tables": {want.table, got.table}, "JSON": {want.json, got.json}, "capture": {want.capture, got.capture},
	} {
		if a, b := pair[0], pair[1]; !bytes.Equal(a, b) {
			at := firstDifference(a, b)
			t.Errorf("%s, the %s differ from byte %d on:\n%q\n%q", where, what, at, around(a, at), around(b, at))
		}
	}
}

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

func around(b []byte, at int) []byte { return b[max(0, at-40):min(len(b), at+40)] }
