package datalink_test

import (
	"slices"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/sim"
)

func at(d time.Duration) sim.Time { return sim.Time(d) }

func TestSwitchFloodsLearnsForwards(t *testing.T) {
	log, rec := recorded()
	table := datalink.NewMACTable(datalink.TableConfig{Node: "switch", Log: log})
	steps := []struct {
		name     string
		second   int
		src, dst datalink.MAC
		in       int
		want     datalink.Verdict
		events   []string
	}{
		{"nobody knows B", 0, mac(1), mac(2), 0, datalink.Verdict{Flood: true}, []string{"switch.learned", "switch.flooded"}},
		{"B answers, and A's port is known", 1, mac(2), mac(1), 1, datalink.Verdict{Port: 0}, []string{"switch.learned", "switch.forwarded"}},
		{"now B's is too", 2, mac(1), mac(2), 0, datalink.Verdict{Port: 1}, []string{"switch.forwarded"}},
		{"everybody means everybody", 3, mac(1), datalink.Broadcast, 0, datalink.Verdict{Flood: true}, []string{"switch.flooded"}},
		{"C is behind B's port: what is between them stays there", 4, mac(3), mac(2), 1, datalink.Verdict{Filter: true}, []string{"switch.learned", "switch.filtered"}},
		{"B was carried to port 2", 5, mac(2), mac(1), 2, datalink.Verdict{Port: 0}, []string{"switch.moved", "switch.forwarded"}},
		{"and is found there", 6, mac(1), mac(2), 0, datalink.Verdict{Port: 2}, []string{"switch.forwarded"}},
		{"spanning tree's group never passes a bridge", 7, mac(1), datalink.MAC{1, 0x80, 0xc2, 0, 0, 0}, 0, datalink.Verdict{Filter: true}, []string{"switch.filtered"}},
		// IEEE 802.1Q §8.8.3: 300 s after it was last heard, an address is
		// forgotten; A was heard at 7 s and B at 5 s.
		{"B is just young enough", 305, mac(1), mac(2), 0, datalink.Verdict{Port: 2}, []string{"switch.forwarded"}},
		{"and now too old", 306, mac(1), mac(2), 0, datalink.Verdict{Flood: true}, []string{"switch.aged", "switch.flooded"}},
		{"an address of a group is never learned", 306, datalink.Broadcast, mac(1), 1, datalink.Verdict{Port: 0}, []string{"switch.forwarded"}},
	}
	for _, s := range steps {
		rec.Events = nil
		got := table.Forward(at(time.Duration(s.second)*time.Second), 1, datalink.Header{Dst: s.dst, Src: s.src}, s.in)
		if got != s.want {
			t.Errorf("%s: %+v, want %+v", s.name, got, s.want)
		}
		if !slices.Equal(ids(rec), s.events) {
			t.Errorf("%s: recorded %v, want %v", s.name, ids(rec), s.events)
		}
	}
}

func TestSwitchTableIsBounded(t *testing.T) {
	log, rec := recorded()
	table := datalink.NewMACTable(datalink.TableConfig{Entries: 2, Log: log})
	table.Learn(0, 0, mac(1), 1)
	table.Learn(at(time.Second), 0, mac(2), 2)
	table.Learn(at(2*time.Second), 0, mac(3), 3)
	if _, known := table.Lookup(at(2*time.Second), 0, mac(3)); known {
		t.Error("a full table learned a third address")
	}
	if n := len(rec.Events); rec.Events[n-1].Kind.ID != "switch.full" {
		t.Errorf("recorded %v, want switch.full at the end", ids(rec))
	}
	table.Learn(at(301*time.Second), 0, mac(3), 3) // mac(1) is now too old, mac(2) is not
	if port, known := table.Lookup(at(301*time.Second), 0, mac(3)); !known || port != 3 {
		t.Errorf("what is too old made no room: port %d, known %v", port, known)
	}
	want := []datalink.Entry{{MAC: mac(2), Port: 2, Heard: at(time.Second)}, {MAC: mac(3), Port: 3, Heard: at(301 * time.Second)}}
	if got := table.Entries(); !slices.Equal(got, want) {
		t.Errorf("the table holds %v, want %v", got, want)
	}
}

func TestAnAgedStationIsLearnedAnew(t *testing.T) {
	log, rec := recorded()
	table := datalink.NewMACTable(datalink.TableConfig{Age: time.Second, Log: log})
	table.Learn(0, 0, mac(1), 1)
	table.Learn(at(2*time.Second), 0, mac(1), 2)
	if want := []string{"switch.learned", "switch.aged", "switch.learned"}; !slices.Equal(ids(rec), want) {
		t.Errorf("recorded %v, want %v: whoever was forgotten has not moved", ids(rec), want)
	}
}
