package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/scenarios"
)

// A frame that is late or doubled is drawn where it leaves; what came of it
// stands below.
func TestLadderTellsOfMishaps(t *testing.T) {
	sc, err := scenarios.Find("udp-order-dup")
	if err != nil {
		t.Fatal(err)
	}
	run, err := sc.RunWith(scenarios.RunPlan, 1, sc.Defaults(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Write(&out, run, Options{Width: 100, Views: []string{"ladder"}}); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{"takes 130ms longer", "behind 2 frames that left later", "arrives twice"} {
		if n := strings.Count(text, want); n != 1 {
			t.Errorf("the ladder says %q %d times, want once:\n%s", want, n, out.String())
		}
	}
}
