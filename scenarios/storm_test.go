package scenarios_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/scenarios"
)

// struck lists a run's fates in the direction from a node, by k from 1.
func struck(t *testing.T, v *scenarios.VariantResult, from string) []scenarios.Fate {
	t.Helper()
	var all []scenarios.Fate
	for _, f := range v.Fates {
		if f.From != from {
			continue
		}
		if all = append(all, f); f.K != len(all) {
			t.Fatalf("%s: fate number %d is of frame k = %d with data", v.Name, len(all), f.K)
		}
	}
	return all
}

// lostAt lists the k of the frames that were lost.
func lostAt(all []scenarios.Fate) []int {
	var lost []int
	for _, f := range all {
		if f.What != "delivered" {
			lost = append(lost, f.K)
		}
	}
	return lost
}

// TestTheSameStorm: TCP and UDP meet the same fates, k by k, whatever the seed
// and the loss, although TCP sends its handshake, its retransmissions and its
// FIN besides.
func TestTheSameStorm(t *testing.T) {
	sc, err := scenarios.Find("tcp-vs-udp")
	if err != nil {
		t.Fatal(err)
	}
	storms := map[string]bool{}
	for _, loss := range []string{"0%", "1%", "5%", "20%", "35%", "50%"} {
		for seed := uint64(1); seed <= 8; seed++ {
			when := fmt.Sprintf("loss %s, seed %d", loss, seed)
			knobs := sc.Defaults()
			if err := knobs.Set("loss", loss); err != nil {
				t.Fatal(err)
			}
			r := run(t, sc, seed, knobs, nil)
			wantSound(t, r, when)
			tcp, udp := struck(t, r.Variants[0], "client"), struck(t, r.Variants[1], "client")
			if len(tcp) < len(udp) || len(udp) == 0 {
				t.Fatalf("%s: %d frames with data over TCP, %d over UDP", when, len(tcp), len(udp))
			}
			for i, f := range udp {
				if tcp[i].What != f.What {
					t.Errorf("%s: frame %d with data is %s over TCP and %s over UDP", when, f.K, tcp[i].What, f.What)
				}
			}
			lost := lostAt(udp)
			storms[fmt.Sprint(lost)] = true
			if calm := loss == "0%"; calm != (len(lost) == 0) {
				t.Errorf("%s: over UDP the frames %v are lost", when, lost)
			}
			if again := len(tcp) - len(udp); again < len(lost) {
				t.Errorf("%s: %d losses over UDP, but TCP sent only %d frames more", when, len(lost), again)
			}
		}
	}
	if len(storms) < 20 {
		t.Errorf("48 runs met only %d different storms", len(storms))
	}
}

// TestTheSameStormAtOtherSettings: neither the way's length nor its rate, nor
// how the message is cut, lets the halves drift apart.
func TestTheSameStormAtOtherSettings(t *testing.T) {
	sc, err := scenarios.Find("tcp-vs-udp")
	if err != nil {
		t.Fatal(err)
	}
	for _, turned := range [][]string{
		{"delay=200ms", "rate=64kbit"},
		{"delay=0ms", "rate=1gbit", "loss=50%"},
		{"message=x", "loss=50%"},
		{"message=" + strings.Repeat("Grüße von der Küste! ", 300), "piece=1000", "loss=30%"},
		{"message=" + strings.Repeat("ab", 100), "piece=1", "loss=40%"},
		{"message=" + strings.Repeat("the same ", 40), "piece=9", "loss=10%", "delay=100ms"},
	} {
		knobs := sc.Defaults()
		for _, pair := range turned {
			if err := knobs.SetPair(pair); err != nil {
				t.Fatal(err)
			}
		}
		for seed := uint64(1); seed <= 5; seed++ {
			wantSound(t, run(t, sc, seed, knobs, nil), fmt.Sprintf("seed %d, %.60s", seed, strings.Join(turned, " ")))
		}
	}
}

// TestReasonsReadWell: a fate says in good English which frames it picks.
func TestReasonsReadWell(t *testing.T) {
	for name, want := range map[string]string{
		"udp-lossy":     "chosen: the 3rd UDP datagram or a fragment of one",
		"udp-order-dup": "chosen: the 2nd UDP datagram or a fragment of one",
	} {
		sc, err := scenarios.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, e := range run(t, sc, 1, sc.Defaults(), nil).Variants[0].Recording.Events {
			if why, ok := e.Get("why"); ok && why.String() == want {
				found = true
			}
		}
		if !found {
			t.Errorf("%s: no event says %q", name, want)
		}
	}
}
