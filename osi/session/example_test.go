package session_test

import (
	"fmt"
	"time"

	"github.com/packetwalk/packetwalk/osi/session"
	"github.com/packetwalk/packetwalk/sim"
)

// A client that comes back says what it saw last. After a short absence it is
// sent the rest; after a long one it is told that something is lost.
func ExampleReplay() {
	const second = sim.Time(time.Second)
	kept := session.NewReplay[string](session.Limits{Items: 3, Age: time.Minute})
	for i, text := range []string{"Hello", "is anybody there?", "never mind", "bye"} {
		kept.Append(sim.Time(i)*second, text, len(text))
	}
	for _, seen := range []session.Offset{2, 0} {
		missed, err := kept.Since(10*second, seen)
		fmt.Println("seen", seen, "missed", len(missed), err)
		for _, m := range missed {
			fmt.Println(" ", m.Offset, m.Value)
		}
	}
	// Output:
	// seen 2 missed 2 <nil>
	//   3 never mind
	//   4 bye
	// seen 0 missed 0 session: what came after 0 is gone: kept are 2 to 4
}
