package trace_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/trace"
)

// Kinds of the tests. Real ones are declared by the package that emits them.
var (
	knock = trace.Define(trace.Kind{
		ID: "door.knock", Layer: osi.Session, Ref: "RFC 1149",
		Sentence: "{node} hears {times} knocks by {who}",
		Fields:   []string{"times", "who", "loud"},
	})
	silence = trace.Define(trace.Kind{ID: "door.silence", Layer: osi.Physical, Sentence: "nobody knocks"})
)

func TestKindsAreFoundAndOrdered(t *testing.T) {
	if got := trace.Lookup("door.knock"); got != knock {
		t.Errorf("Lookup finds %v, want the kind that was defined", got)
	}
	if got := trace.Lookup("door.bell"); got != nil {
		t.Errorf("Lookup of a kind that nobody defined is %v, want nil", got)
	}
	all := trace.Kinds()
	if !slices.Contains(all, knock) || !slices.Contains(all, silence) {
		t.Errorf("Kinds lists %d kinds and not both of this test", len(all))
	}
	if !slices.IsSortedFunc(all, func(a, b *trace.Kind) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("Kinds is not ordered by ID")
	}
}

func TestDefineKeepsACopy(t *testing.T) {
	k := trace.Kind{ID: "door.copied", Sentence: "as it was"}
	p := trace.Define(k)
	k.Sentence = "changed later"
	if p.Sentence != "as it was" {
		t.Errorf("the sentence is %q: it changed with the declaration's variable", p.Sentence)
	}
}

// A wrong declaration stops the program at its start, with a sentence that
// names the kind and what is wrong with it.
func TestDefinePanics(t *testing.T) {
	for _, c := range []struct {
		name string
		kind trace.Kind
		want string
	}{
		{"defined twice", trace.Kind{ID: "door.knock"}, "trace: event door.knock is defined twice"},
		{"unknown field", trace.Kind{ID: "door.wrong", Sentence: "{node} sees {whom}", Fields: []string{"who"}},
			"trace: the sentence of door.wrong speaks of {whom}, which is not among its fields"},
		{"unknown count", trace.Kind{ID: "door.wrong", Sentence: "{bits bit} pass", Fields: []string{"bytes"}},
			"trace: the sentence of door.wrong speaks of {bits}, which is not among its fields"},
		{"second field unknown", trace.Kind{ID: "door.wrong", Sentence: "{who} and {whom}", Fields: []string{"who"}},
			"trace: the sentence of door.wrong speaks of {whom}, which is not among its fields"},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer func() {
				if got := recover(); got != c.want {
					t.Errorf("Define panics with %v, want %q", got, c.want)
				}
				if trace.Lookup("door.wrong") != nil {
					t.Error("the refused kind was registered")
				}
			}()
			trace.Define(c.kind)
		})
	}
}

// Braces that name nothing are text, and {node} needs no field.
func TestDefineAccepts(t *testing.T) {
	for _, k := range []trace.Kind{
		{ID: "door.open-brace", Sentence: "an open { brace"},
		{ID: "door.node", Sentence: "{node} opens"},
		{ID: "door.plain", Sentence: "the door opens", Fields: []string{"unsaid"}},
	} {
		if got := trace.Define(k); trace.Lookup(k.ID) != got {
			t.Errorf("%s is not found after its definition", k.ID)
		}
	}
}
