package network_test

import (
	"testing"

	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/sim"
)

// A packet that is whole again is an event that says of how many pieces.
func TestReassemblyIsRecorded(t *testing.T) {
	log, rec := recorded()
	r := network.NewIPv4Reassembler(network.ReassemblyConfig{Node: "server", Log: log})
	h := plain()
	h.ID = 7
	for i, p := range cut(t, h, bytesFrom(1, 4000), 1500) {
		if len(rec.Events) != 0 {
			t.Errorf("fragment %d: %v is recorded before the packet is whole", i+1, ids(rec))
		}
		r.Add(sim.Time(i), 3, p.h, p.payload)
	}
	want := "server puts 3 fragments from " + h.Src.String() + " together: a packet of 4020 bytes"
	if len(rec.Events) != 1 || rec.Events[0].Kind != network.Reassembled || rec.Events[0].Sentence() != want {
		t.Errorf("recorded %v, want %q", rec.Events, want)
	}
}
