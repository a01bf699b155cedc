package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// undetermined are the names of the standard library that give another answer
// in another run or on another processor; "" is every name of a package.
var undetermined = map[string]string{
	"time":        "Now Since Until Sleep After AfterFunc Tick NewTicker NewTimer",
	"math":        "Exp Exp2 Expm1 Log Log2 Log10 Log1p Pow Cbrt",
	"math/rand":   "",
	"crypto/rand": "",
	// A generator of one's own, from a seed, is all that is wanted of it.
	"math/rand/v2": "ExpFloat64 Float32 Float64 Int Int32 Int32N Int64 Int64N IntN N NormFloat64 Perm Shuffle Uint Uint32 Uint32N Uint64 Uint64N UintN",
}

// TestSimulatedCodeIsDetermined: floors 0 to 5 take time and randomness from
// sim and start no goroutine, and below the scenarios, which grade numbers that
// people type, nothing is reckoned in floating point. sim/watchdog.go is the
// one exception: it watches the simulation from outside.
func TestSimulatedCodeIsDetermined(t *testing.T) {
	checked := 0
	eachGoFile(t, func(path, text string) {
		floor, known := floors[filepath.Dir(path)]
		if !known || floor > 5 || strings.HasPrefix(path, "realtime/") || strings.HasSuffix(path, "_test.go") || path == "sim/watchdog.go" {
			return
		}
		checked++
		for _, found := range undeterminedIn(t, path, text, floor < 5) {
			t.Errorf("%s: simulated code takes time and randomness from sim, and reckons in integers", found)
		}
	})
	if checked == 0 {
		t.Fatal("no file was looked at")
	}
}

// TestUndeterminedIsFound: the test above can fail.
func TestUndeterminedIsFound(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{`import "time"; var now = time.Now`, "time.Now"},
		{`import clock "time"; func f() { clock.Sleep(1) }`, "time.Sleep"},
		{`import "math/rand"`, "math/rand"},
		{`import "math/rand/v2"; var n = rand.IntN(6)`, "math/rand/v2.IntN"},
		{`import "math/rand/v2"; var p = rand.NewPCG(1, 2)`, ""},
		{`func f() { go f() }`, "go"},
		{`var x float64`, "float64"},
		{`import "time"; var d = time.Second`, ""},
	} {
		got := undeterminedIn(t, "x.go", "package x; "+c.code, true)
		if len(got) > 1 || strings.Join(got, "") != strings.TrimSpace(strings.Repeat("x.go:1 uses "+c.want, min(1, len(c.want)))) {
			t.Errorf("%s: found %q, want %q", c.code, got, c.want)
		}
	}
}

// undeterminedIn lists what a file uses of what it must not.
func undeterminedIn(t *testing.T, path, text string, integersOnly bool) (found []string) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	note := func(n ast.Node, what string) {
		found = append(found, path+":"+strconv.Itoa(fset.Position(n.Pos()).Line)+" uses "+what)
	}
	imported := map[string]string{} // by the name that the file gives it
	for _, i := range file.Imports {
		of, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		names, watched := undetermined[of]
		switch {
		case watched && names == "":
			note(i, of)
		case watched && i.Name != nil:
			imported[i.Name.Name] = of
		case watched:
			imported[filepath.Base(strings.TrimSuffix(of, "/v2"))] = of
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			note(n, "go")
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && oneOf(undetermined[imported[x.Name]], n.Sel.Name) {
				note(n, imported[x.Name]+"."+n.Sel.Name)
			}
		case *ast.Ident:
			if integersOnly && (n.Name == "float64" || n.Name == "float32") {
				note(n, n.Name)
			}
		}
		return true
	})
	return found
}

func oneOf(words, word string) bool {
	for w := range strings.FieldsSeq(words) {
		if w == word {
			return true
		}
	}
	return false
}
