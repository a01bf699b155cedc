package report

import (
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/scenarios"
)

func catalogued(t *testing.T, name string) *scenarios.Result {
	t.Helper()
	sc, err := scenarios.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := sc.RunWith(scenarios.RunPlan, 1, sc.Defaults(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The sum that is made by hand is the one that the hosts made: RFC 1071 §1.
func TestAdditionsComeOutAsTheHostsDid(t *testing.T) {
	seen := map[string]int{}
	for _, name := range []string{"udp-closed-port", "handshake", "mtu-split"} {
		for _, v := range catalogued(t, name).Variants {
			for _, d := range v.Packets {
				a := addUp(d)
				if a == nil {
					continue
				}
				seen[a.protocol]++
				if uint64(^a.sum) != a.field.Number || a.field.Problem != "" {
					t.Fatalf("%s, packet %d: the words add up to %s, and the checksum is %s", name, d.ID, word(a.sum), a.field.Value)
				}
				if len(additionTable(a).Rows) > longestAddition {
					t.Errorf("%d words are shown in %d rows", len(a.steps), len(additionTable(a).Rows))
				}
			}
		}
	}
	for _, protocol := range []string{"TCP", "UDP", "ICMP"} {
		if seen[protocol] == 0 {
			t.Errorf("there was no checksum of %s to be added up", protocol)
		}
	}
}

func TestAdditionOfADamagedSegment(t *testing.T) {
	r := catalogued(t, "checksum-by-hand")
	for _, d := range r.Variants[0].Packets {
		if a := addUp(d); a != nil && a.field.Problem != "" {
			if !strings.HasSuffix(a.verdict(), "it does not fit, and the receiver drops it.") || uint64(^a.sum) == a.field.Number {
				t.Errorf("%s, and of a damaged segment it is said: %s", word(a.sum), a.verdict())
			}
			return
		}
	}
	t.Error("no segment is damaged")
}

// Every word is named: by its field, by its place in the pseudo-header, or as data.
func TestWordsAreNamed(t *testing.T) {
	var d *capture.Dissection
	for _, d = range catalogued(t, "checksum-by-hand").Variants[0].Packets {
		if a := addUp(d); a != nil && topBytes(d) > 4 {
			break
		}
	}
	var names []string
	for _, s := range addUp(d).steps {
		if s.what == "" {
			t.Errorf("the word at %d has no name", s.Span.Offset)
		}
		names = append(names, s.what)
	}
	all := strings.Join(names, "\n")
	for _, want := range []string{"pseudo-header: protocol\n", "\nSource Port\n", "\nSequence Number\nSequence Number\n", "\nChecksum\n", "\ndata: “"} {
		if !strings.Contains(all, want) {
			t.Errorf("no word is called %q in:\n%s", want, all)
		}
	}
}
