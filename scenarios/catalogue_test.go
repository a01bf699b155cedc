package scenarios_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/scenarios/value"
)

// Every scenario of the catalogue is held to the same promises.

func eachScenario(t *testing.T, check func(t *testing.T, sc *scenarios.Scenario)) {
	t.Helper()
	all, err := scenarios.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("the catalogue is empty")
	}
	for _, sc := range all {
		t.Run(sc.Name.S, func(t *testing.T) { check(t, sc) })
	}
}

func run(t *testing.T, sc *scenarios.Scenario, seed uint64, knobs scenarios.Knobs, without *scenarios.Removal) *scenarios.Result {
	t.Helper()
	r, err := sc.RunWith(scenarios.RunPlan, seed, knobs, without)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	return r
}

func wantSound(t *testing.T, r *scenarios.Result, when string) {
	t.Helper()
	for _, failure := range r.Failures() {
		t.Errorf("%s: %s", when, failure)
	}
}

// TestScenariosHold: the story finds its events, every question has an answer
// and every expectation holds, at the defaults and at other seeds.
func TestScenariosHold(t *testing.T) {
	eachScenario(t, func(t *testing.T, sc *scenarios.Scenario) {
		for seed := uint64(1); seed <= 20; seed++ {
			wantSound(t, run(t, sc, seed, sc.Defaults(), nil), fmt.Sprintf("seed %d", seed))
		}
	})
}

// TestScenariosHoldAtTheEndsOfTheirKnobs: a learner may turn every knob as far
// as it goes.
func TestScenariosHoldAtTheEndsOfTheirKnobs(t *testing.T) {
	eachScenario(t, func(t *testing.T, sc *scenarios.Scenario) {
		for _, k := range sc.Turnable() {
			for _, text := range ends(&k.Parameter) {
				knobs := sc.Defaults()
				if err := knobs.Set(k.Name.S, text); err != nil {
					t.Fatal(err)
				}
				wantSound(t, run(t, sc, 1, knobs, nil), fmt.Sprintf("%s=%s", k.Name, text))
			}
		}
	})
}

func ends(p *value.Parameter) []string {
	switch p.Kind {
	case value.Choice:
		return p.Choices
	case value.Bool:
		return []string{"true", "false"}
	}
	var all []string
	least, most := p.Bounds()
	if least != nil {
		all = append(all, least.String())
	}
	if most != nil {
		all = append(all, most.String())
	}
	return all
}

// TestScenariosDependOnTheirLesson: with the lesson taken away, a step of the
// story or an expectation fails. A scenario that would pass without its lesson
// checks nothing.
func TestScenariosDependOnTheirLesson(t *testing.T) {
	eachScenario(t, func(t *testing.T, sc *scenarios.Scenario) {
		for i, removal := range sc.Without {
			r := run(t, sc, 1, sc.Defaults(), removal)
			failed := 0
			for _, s := range r.Story {
				if s.Missed != "" {
					failed++
				}
			}
			for _, e := range r.Expectations {
				if !e.Held {
					failed++
				}
			}
			if failed == 0 {
				t.Errorf("removal %d takes nothing away that the story or an expectation would miss", i+1)
			}
		}
	})
}

// TestScenariosAreComplete: everything that a scenario must carry is there.
func TestScenariosAreComplete(t *testing.T) {
	eachScenario(t, func(t *testing.T, sc *scenarios.Scenario) {
		for what, n := range map[string]int{
			"story": len(sc.Story), "predict": len(sc.Predict), "expect": len(sc.Expect), "without": len(sc.Without),
			"references": len(sc.References), "limits": len(sc.Limits), "learn": len(sc.Learn), "knobs": len(sc.Knobs),
			"wireshark": len(sc.Wireshark.S), "order": sc.Order,
		} {
			if n == 0 {
				t.Errorf("%s has nothing under %q", sc.Name, what)
			}
		}
		r := run(t, sc, 1, sc.Defaults(), nil)
		for _, v := range r.Variants {
			if sc.Open != nil && v.Opened == nil {
				t.Errorf("the frame to be opened does not exist %s", v.Title)
			}
		}
		for _, p := range r.Predictions {
			right, beliefs := 0, 0
			for _, o := range p.Options {
				switch {
				case o.Right:
					right++
				case o.Belief != "" && o.Feedback != "":
					beliefs++
				default:
					t.Errorf("%q: the wrong answer %q has no belief or no feedback", p.Ask, o.Text)
				}
			}
			if right > 1 || beliefs == 0 || p.Prediction.Kind.S == "choice" && right != 1 {
				t.Errorf("%q: %d right answers and %d explained wrong ones", p.Ask, right, beliefs)
			}
		}
	})
}

// pcapng is a run's capture at every interface.
func pcapng(t *testing.T, r *scenarios.Result) []byte {
	t.Helper()
	var b bytes.Buffer
	w := capture.NewPcapngWriter(&b, capture.Options{})
	var takes []capture.Take
	for _, v := range r.Variants {
		takes = append(takes, capture.Take{Name: v.Name, Recording: v.Recording})
	}
	if err := capture.WriteRecordings(w, nil, takes...); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSameSeedSameRun: the capture of two runs is the same, byte for byte, and
// so is everything that the story says.
func TestSameSeedSameRun(t *testing.T) {
	eachScenario(t, func(t *testing.T, sc *scenarios.Scenario) {
		a, b := run(t, sc, 7, sc.Defaults(), nil), run(t, sc, 7, sc.Defaults(), nil)
		if !bytes.Equal(pcapng(t, a), pcapng(t, b)) {
			t.Error("two runs of the same seed have different captures")
		}
		for i := range a.Story {
			if a.Story[i].Say != b.Story[i].Say {
				t.Errorf("two runs tell different stories: %q and %q", a.Story[i].Say, b.Story[i].Say)
			}
		}
	})
}

// TestTsharkFindsNothingWrong: Wireshark's own reader finds no malformed
// packet in any capture, and no bad checksum in a run that damages nothing.
func TestTsharkFindsNothingWrong(t *testing.T) {
	needTshark(t)
	eachScenario(t, func(t *testing.T, sc *scenarios.Scenario) {
		r := run(t, sc, 1, sc.Defaults(), nil)
		path := filepath.Join(t.TempDir(), "run.pcapng")
		if err := os.WriteFile(path, pcapng(t, r), 0o600); err != nil {
			t.Fatal(err)
		}
		if out := tshark(t, path, "_ws.malformed"); out != "" && !damages(r) {
			t.Errorf("malformed packets:\n%s", out)
		}
		// What an ICMP message quotes may be cut off (RFC 1812 §4.3.2.3), so that its checksum cannot be right.
		bad := `eth.fcs.status == "Bad" || ip.checksum.status == "Bad" || icmp.checksum.status == "Bad" || ((tcp.checksum.status == "Bad" || udp.checksum.status == "Bad") && !icmp)`
		if out := tshark(t, path, bad); (out != "") != damages(r) {
			t.Errorf("the run damages frames: %v; tshark finds these bad checksums:\n%s", damages(r), out)
		}
		if tshark(t, path, sc.Wireshark.S) == "" {
			t.Errorf("the display filter %q shows nothing", sc.Wireshark)
		}
	})
}

// damages says whether bytes were changed on a wire or in a router's memory.
func damages(r *scenarios.Result) bool {
	for _, v := range r.Variants {
		for _, e := range v.Recording.Events {
			if e.Kind == physical.Corrupted || e.Kind.ID == "router.corrupted" {
				return true
			}
		}
	}
	return false
}

func needTshark(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("tshark is not installed; make test installs it")
		}
		t.Skip("tshark is not installed; make test installs it")
	}
}

func tshark(t *testing.T, path, filter string) string {
	t.Helper()
	cmd := exec.Command("tshark", "-r", path, "-Y", filter,
		"-o", "eth.check_fcs:TRUE", "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark -Y %q: %v\n%s", filter, err, errs.String())
	}
	return string(out)
}
