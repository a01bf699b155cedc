// Package docs_test holds the documents to what the code is.
package docs_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const module = "github.com/packetwalk/packetwalk/"

// floors is the tree of docs/architecture.md: a package may import only
// packages of a lower floor.
var floors = map[string]int{
	"cmd/packetwalk":     7,
	"report":             6,
	"serve":              6,
	"scenarios":          5,
	"scenarios/programs": 5,
	"scenarios/plan":     5,
	"scenarios/value":    5,
	"capture":            4,
	"realtime":           4,
	"host":               3,
	"socketio":           2,
	"osi/physical":       1,
	"osi/datalink":       1,
	"osi/network":        1,
	"osi/session":        1,
	"osi/presentation":   1,
	"osi/application":    1,
	"tcp":                1,
	"udp":                1,
	"ws":                 1,
	"osi":                0,
	"osi/checksum":       0,
	"sim":                0,
	"trace":              0,
	"bench":              7,
}

// sameFloor lists the only imports allowed within a floor.
var sameFloor = map[string][]string{
	"osi/checksum":       {},
	"sim":                {"osi"},
	"trace":              {"osi", "sim"},
	"scenarios/plan":     {"scenarios/value"},
	"scenarios/programs": {"scenarios/plan", "scenarios/value"},
	"scenarios":          {"scenarios/plan", "scenarios/programs", "scenarios/value"},
	"cmd/packetwalk":     {"bench"},
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = ".."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p goPackage
		if err := dec.Decode(&p); err != nil {
			t.Fatalf("go list: %v", err)
		}
		all = append(all, p)
	}
	return all
}

func local(path string) (string, bool) { return strings.CutPrefix(path, module) }

func TestImportsGoDown(t *testing.T) {
	for _, p := range listPackages(t) {
		from, ok := local(p.ImportPath)
		if !ok || from == "docs" {
			continue
		}
		floor, known := floors[from]
		if !known {
			t.Errorf("%s is on no floor: give it one here and in docs/architecture.md", from)
			continue
		}
		for _, path := range p.Imports {
			if to, ok := local(path); ok && !mayImport(from, to) {
				t.Errorf("%s (floor %d) imports %s (floor %d): imports go strictly down", from, floor, to, floors[to])
			}
		}
	}
}

func mayImport(from, to string) bool {
	if floors[to] < floors[from] {
		return true
	}
	for _, allowed := range sameFloor[from] {
		if allowed == to {
			return true
		}
	}
	return false
}

// TestGopacketStaysBehindItsFiles: packet formats by gopacket are made and
// read in one wire.go per layer and in capture/, so that a change of that
// library is a change of a few files.
func TestGopacketStaysBehindItsFiles(t *testing.T) {
	eachGoFile(t, func(path, text string) {
		base := filepath.Base(path)
		if strings.HasSuffix(base, "_test.go") || base == "wire.go" || strings.HasPrefix(path, "capture/") || strings.HasPrefix(path, "bench/") {
			return
		}
		if strings.Contains(text, `"github.com/google/gopacket`) {
			t.Errorf("%s imports gopacket: only a wire.go or capture/ may", path)
		}
	})
}

// clockFree names the floors on which nothing may depend on the machine's
// clock, on global randomness or on goroutines. sim/watchdog.go is the one
// exception: it watches the simulation from outside.
func TestSimulatedCodeHasNoClockOrGlobalRandomness(t *testing.T) {
	forbidden := []string{"time.Now(", "time.Sleep(", "time.After(", "time.NewTimer(", "time.NewTicker(", "crypto/rand", "rand.Int", "math.Exp(", "math.Log("}
	eachGoFile(t, func(path, text string) {
		dir := filepath.Dir(path)
		floor, known := floors[dir]
		if !known || floor > 5 || dir == "realtime" || strings.HasSuffix(path, "_test.go") || path == "sim/watchdog.go" {
			return
		}
		for n, line := range strings.Split(text, "\n") {
			code, _, _ := strings.Cut(line, "//")
			for _, word := range forbidden {
				if strings.Contains(code, word) {
					t.Errorf("%s:%d uses %s: simulated code takes time and randomness from sim", path, n+1, strings.TrimSuffix(word, "("))
				}
			}
		}
	})
}

func eachGoFile(t *testing.T, visit func(path, text string)) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel("..", path)
		if err != nil {
			return err
		}
		visit(filepath.ToSlash(rel), string(text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestEngineBuildsForWasm: the engine, floors 0 to 5, runs in a browser too.
func TestEngineBuildsForWasm(t *testing.T) {
	args := []string{"build"}
	for _, p := range listPackages(t) {
		if dir, ok := local(p.ImportPath); ok {
			if floor, known := floors[dir]; known && floor <= 5 {
				args = append(args, "./"+dir)
			}
		}
	}
	if len(args) == 1 {
		t.Fatal("found no package of the engine")
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("GOOS=js GOARCH=wasm go build of floors 0 to 5: %v\n%s", err, out)
	}
}
