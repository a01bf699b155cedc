package physical

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/sim"
)

// The ring is a slice to whoever uses it.
func TestRingIsAQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r ring[int]
		var model []int
		for i := range rapid.IntRange(0, 200).Draw(t, "steps") {
			switch op := rapid.IntRange(0, 5).Draw(t, "op"); {
			case op < 3 || len(model) == 0:
				r.push(i)
				model = append(model, i)
			case op == 3:
				at := rapid.IntRange(0, len(model)-1).Draw(t, "at")
				if got := r.remove(at); got != model[at] {
					t.Fatalf("removed %d, want %d", got, model[at])
				}
				model = slices.Delete(model, at, at+1)
			default:
				if got := r.pop(); got != model[0] {
					t.Fatalf("popped %d, want %d", got, model[0])
				}
				model = model[1:]
			}
			if r.len() != len(model) {
				t.Fatalf("length %d, want %d", r.len(), len(model))
			}
			for i, want := range model {
				if got := *r.at(i); got != want {
					t.Fatalf("at %d is %d, want %d", i, got, want)
				}
			}
		}
	})
}

// Frames land ordered by (arrival, insertion), and the number of those that
// wait to be overtaken is right.
func TestFlightsLandInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var fs flights
		var last sim.Time
		for range rapid.IntRange(0, 100).Draw(t, "steps") {
			if fs.len() > 0 && rapid.Bool().Draw(t, "land") {
				f := fs.land()
				if f.at < last {
					t.Fatalf("landed at %d after %d", f.at, last)
				}
				last = f.at
			} else {
				f := flight{at: last + sim.Time(rapid.IntRange(0, 50).Draw(t, "later")), behind: rapid.IntRange(0, 2).Draw(t, "behind")}
				fs.insert(f)
				if f.behind == 0 {
					fs.overtake(f.at)
				}
			}
			held := 0
			for i := range fs.len() {
				if fs.at(i).behind > 0 {
					held++
				}
			}
			if held != fs.held {
				t.Fatalf("%d wait to be overtaken, counted %d", held, fs.held)
			}
		}
	})
}
