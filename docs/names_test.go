package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestArchitectureSpeaksOfWhatIs: a name in docs/architecture.md that looks
// like Go (`Conn.SegmentArrives`, `sim.Runtime`, `RunPlan`) is in the code, and
// a file or folder (`scenarios/run*.go`) is in the tree.
func TestArchitectureSpeaksOfWhatIs(t *testing.T) {
	text, err := os.ReadFile("architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	declared := declaredNames(t)
	goName := regexp.MustCompile(`^(?:[A-Za-z]\w*\.)+[A-Za-z]\w*$|^[A-Z][a-z]\w*$`)
	path := regexp.MustCompile(`^[\w./*-]+(/|/[\w*]+\.\w+)$`)
	// In a sentence that says what is still to come, nothing need be there.
	prose := regexp.MustCompile(`(?s)\n[^\n]*still to come.*?\n\n`).ReplaceAllString(string(text), "\n\n")
	checked := 0
	for _, quoted := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(prose, -1) {
		name := quoted[1]
		switch {
		case path.MatchString(name):
			if found, err := filepath.Glob("../" + name); err != nil || len(found) == 0 {
				t.Errorf("docs/architecture.md speaks of %s, which does not exist", name)
			}
		case strings.HasSuffix(name, ".md"), strings.HasSuffix(name, ".go"), strings.HasSuffix(name, ".yaml"), strings.Contains(name, "github.com/"):
			continue
		case goName.MatchString(name):
			if !declared[name] {
				t.Errorf("docs/architecture.md speaks of %s, which nothing in the code is called", name)
			}
		default:
			continue
		}
		checked++
	}
	if checked < 10 {
		t.Fatalf("only %d names were found: does the page still quote them?", checked)
	}
}

// declaredNames are all names of the code: Name, package.Name, Type.Method,
// package.Type.Method and Type.Field.
func declaredNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	eachGoFile(t, func(path, text string) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		add := func(name string) { names[name], names[file.Name.Name+"."+name] = true, true }
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					add(d.Name.Name)
				} else {
					add(receiver(d.Recv.List[0].Type) + "." + d.Name.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					addSpec(s, add)
				}
			}
		}
	})
	return names
}

func addSpec(s ast.Spec, add func(string)) {
	switch s := s.(type) {
	case *ast.ValueSpec:
		for _, n := range s.Names {
			add(n.Name)
		}
	case *ast.TypeSpec:
		add(s.Name.Name)
		var fields *ast.FieldList
		switch of := s.Type.(type) {
		case *ast.StructType:
			fields = of.Fields
		case *ast.InterfaceType:
			fields = of.Methods
		default:
			return
		}
		for _, f := range fields.List {
			for _, n := range f.Names {
				add(s.Name.Name + "." + n.Name)
			}
		}
	}
}

// receiver is the name of a method's type.
func receiver(of ast.Expr) string {
	switch of := of.(type) {
	case *ast.StarExpr:
		return receiver(of.X)
	case *ast.IndexExpr:
		return receiver(of.X)
	case *ast.IndexListExpr:
		return receiver(of.X)
	case *ast.Ident:
		return of.Name
	}
	return ""
}
