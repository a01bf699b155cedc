package report

import (
	"fmt"
	"slices"

	"github.com/packetwalk/packetwalk/sim"
)

// What befalls a frame that arrives all the same stands below its arrow: an
// arrow is drawn where the frame leaves, so nothing else would show that it
// was late, doubled or damaged.

// survived are the kinds of events that a frame outlives.
var survived = []string{"wire.delayed", "wire.reordered", "wire.duplicated", "wire.corrupted", "router.corrupted"}

// mishaps says what happened to a frame on its way.
func mishaps(way []stop) []string {
	var all []string
	for _, s := range way {
		for _, e := range slices.Concat(s.events, s.wire) {
			if slices.Contains(survived, e.Kind.ID) {
				all = append(all, e.Sentence())
			}
		}
	}
	return all
}

// noteOvertaking says of each arrow whose frame arrives behind frames that
// left the same node for the same one later.
func noteOvertaking(arrows []arrow) {
	for i := range arrows {
		a := &arrows[i]
		before := 0
		for _, b := range arrows[i+1:] {
			if a.lost == "" && b.lost == "" && b.from == a.from && b.to == a.to && b.arrives < a.arrives {
				before++
			}
		}
		if before > 0 {
			a.notes = append(a.notes, fmt.Sprintf("it arrives after %s s, behind %s that left later", seconds(sim.Time(a.arrives)), count(before, "frame")))
		}
	}
}

// belowArrow is a remark in the width of the ladder, without its upright lines.
func belowArrow(text string, w int) Figure {
	var lines Figure
	for _, line := range wrap(clean(text), max(w-timeColumns-4, 20)) {
		c := newCanvas(w)
		c.put(timeColumns+3, line)
		lines = append(lines, []Cell{{Text: c.String(), Tone: Bad}})
	}
	return lines
}
