// Package docs_test holds the documents to what the code is.
package docs_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
		if strings.HasSuffix(base, "_test.go") || base == "wire.go" || strings.HasPrefix(path, "capture/") {
			return
		}
		if strings.Contains(text, `"github.com/google/gopacket`) {
			t.Errorf("%s imports gopacket: only a wire.go or capture/ may", path)
		}
	})
}

// TestEveryPackageHasItsRow: the table of floors in docs/architecture.md names
// each package, and nothing that is not there.
func TestEveryPackageHasItsRow(t *testing.T) {
	text, err := os.ReadFile("architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if cells := strings.Split(line, "|"); len(cells) == 5 {
			for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[2], -1) {
				named[name[1]] = true
			}
		}
	}
	for _, p := range listPackages(t) {
		dir, ok := local(p.ImportPath)
		if !ok || dir == "docs" {
			continue
		}
		if !named[dir] {
			t.Errorf("%s has no row among the floors of docs/architecture.md", dir)
		}
		delete(named, dir)
	}
	for name := range named {
		t.Errorf("docs/architecture.md has a row for %s, which does not exist", name)
	}
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
