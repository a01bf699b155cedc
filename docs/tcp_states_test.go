package docs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/tcp"
)

const statesIntro = `# The states of TCP

Every connection walks along these arrows and no others (RFC 9293 §3.3.2, with the steps that its notes and §3.10 add). An arrow says what
happens / what is sent. LISTEN is a port's state, not a connection's: a connection begins where it leaves it.

This page is written from the table by which the code judges each step (` + "`tcp.Transitions`" + `), by
` + "`go test ./docs -update`" + `; a test fails when it is not up to date. A step that is not in the table stops the program.
` + "`packetwalk run handshake --view variables`" + ` shows the steps of a run.
`

// TestTCPStatesAreDrawn holds docs/tcp-states.md to the table of transitions.
func TestTCPStatesAreDrawn(t *testing.T) { wantPage(t, "tcp-states.md", tcpStates()) }

// tcpStates draws the ordinary life of a connection, and lists all steps. Those
// that end a connection early go from nearly everywhere to CLOSED: they would
// hide the others.
func tcpStates() string {
	var b strings.Builder
	b.WriteString(statesIntro)
	b.WriteString("\n```mermaid\nstateDiagram-v2\n    [*] --> CLOSED\n    [*] --> LISTEN\n")
	var early [][]string
	for _, s := range tcp.Transitions {
		if endsEarly(s) {
			early = append(early, []string{s.From.String(), s.Why})
			continue
		}
		fmt.Fprintf(&b, "    %s --> %s: %s\n", stateID(s.From), stateID(s.To), s.Why)
	}
	for s := tcp.Closed; s.String() != "?"; s++ {
		if id := stateID(s); id != s.String() {
			fmt.Fprintf(&b, "    %s: %s\n", id, s)
		}
	}
	b.WriteString("```\n\nWhat ends a connection early leads to CLOSED:\n\n")
	table(&b, append([][]string{{"from", "by"}}, early...)...)
	b.WriteString("\n## All steps\n\n")
	rows := [][]string{{"from", "to", "by / what is sent"}}
	for _, s := range tcp.Transitions {
		rows = append(rows, []string{s.From.String(), s.To.String(), s.Why})
	}
	table(&b, rows...)
	return b.String()
}

func endsEarly(s tcp.Transition) bool {
	return s.To == tcp.Closed && s.From != tcp.LastAck && s.From != tcp.TimeWait
}

// stateID is a state's name as Mermaid can read it.
func stateID(s tcp.State) string { return strings.ReplaceAll(s.String(), "-", "_") }

// TestEveryStateIsOnThePage: the page would be wrong without a word if the
// table left a state out.
func TestEveryStateIsOnThePage(t *testing.T) {
	page := tcpStates()
	n := 0
	for s := tcp.Closed; s.String() != "?"; s++ {
		n++
		if !strings.Contains(page, "| "+s.String()+" |") {
			t.Errorf("%v is on no arrow", s)
		}
	}
	if n != 11 {
		t.Errorf("%d states, RFC 9293 §3.3.2 has 11", n)
	}
}
