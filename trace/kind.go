package trace

import (
	"fmt"
	"slices"
	"strings"

	"github.com/packetwalk/packetwalk/osi"
)

// Kind is a type of event, declared once by the package that knows when it
// happens:
//
//	var Retransmit = trace.Define(trace.Kind{
//		ID:       "tcp.retransmit",
//		Layer:    osi.Transport,
//		Ref:      "RFC 6298 §5.4",
//		Sentence: "{node} sends SEQ {seq} again: {why}",
//		Fields:   []string{"seq", "why"},
//	})
//
// The declaration is what views, scenario files and the docs know of it.
type Kind struct {
	ID    string    // stable, lower case: "tcp.retransmit"
	Layer osi.Layer // where it happens
	Ref   string    // the rule it follows, "RFC 6298 §5.4"; "" if none
	// Sentence is what happened, with {field} and {node} filled in; {bytes byte}
	// is a number with its noun, "1 byte" or "2 bytes".
	Sentence string
	Fields   []string // the keys that an event of this kind carries
}

var kinds = map[string]*Kind{}

// Define registers a kind of event. It panics when the ID is taken or the
// sentence speaks of a field that the kind does not have: both are mistakes in
// the program, found at its start.
func Define(k Kind) *Kind {
	if _, taken := kinds[k.ID]; taken {
		panic("trace: event " + k.ID + " is defined twice")
	}
	for _, key := range placeholders(k.Sentence) {
		if key != "node" && !slices.Contains(k.Fields, key) {
			panic(fmt.Sprintf("trace: the sentence of %s speaks of {%s}, which is not among its fields", k.ID, key))
		}
	}
	p := &k
	kinds[k.ID] = p
	return p
}

// Kinds lists every kind of event, ordered by ID.
func Kinds() []*Kind {
	all := make([]*Kind, 0, len(kinds))
	for _, k := range kinds {
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b *Kind) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// Lookup finds a kind by its ID, nil if there is none.
func Lookup(id string) *Kind { return kinds[id] }

func placeholders(s string) []string {
	var keys []string
	for {
		_, rest, found := strings.Cut(s, "{")
		if !found {
			return keys
		}
		key, after, found := strings.Cut(rest, "}")
		if !found {
			return keys
		}
		key, _, _ = strings.Cut(key, " ")
		keys, s = append(keys, key), after
	}
}
