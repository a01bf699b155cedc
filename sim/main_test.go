package sim_test

import (
	"fmt"
	"testing"

	"github.com/packetwalk/packetwalk/sim"
	"go.uber.org/goleak"
)

// No test may leave a goroutine behind: a simulation that has ended has freed
// all of its programs.
func TestMain(m *testing.M) {
	// In wasm one goroutine of Go's own waits for the browser.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("runtime.handleEvent"))
}

// diary is what happened, with the time at which it did.
type diary struct {
	sim   *sim.Sim
	lines []string
}

func (d *diary) note(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf("%d ", d.sim.Now())+fmt.Sprintf(format, args...))
}

func mustRun(t *testing.T, s *sim.Sim) {
	t.Helper()
	if err := s.Run(); err != nil {
		t.Fatalf("the run should have ended well: %v", err)
	}
}
