package network_test

import (
	"testing"

	"github.com/packetwalk/packetwalk/osi/network"
)

// TestTheHotPathAllocatesNothing: a packet written, read, routed and sent on;
// and, once warm, one put together from fragments.
func TestTheHotPathAllocatesNothing(t *testing.T) {
	f, b := router(t, nil), make([]byte, 576)
	if n := testing.AllocsPerRun(100, func() { hop(t, f, b) }); n != 0 {
		t.Errorf("%v allocations a hop, want none", n)
	}
	r, pieces := network.NewIPv4Reassembler(network.ReassemblyConfig{}), cut(t, plain(), make([]byte, 4008), 1500)
	if n := testing.AllocsPerRun(100, func() {
		done := false
		for _, p := range pieces {
			_, _, done = r.Add(0, 0, p.h, p.payload)
		}
		if !done {
			t.Fatal("not put together")
		}
	}); n != 0 {
		t.Errorf("%v allocations to put a packet together, want none", n)
	}
}

func hop(tb testing.TB, f *network.Forwarder, b []byte) {
	h := plain()
	h.TotalLen = len(b)
	h.Put(b)
	got, _, err := network.ParseIPv4(b)
	if err != nil {
		tb.Fatal(err)
	}
	if d := f.Decide(0, &got); d.Fate != network.SendOn || !network.DecrementTTL(b) {
		tb.Fatal("not sent on")
	}
}

func thereAndBack(tb testing.TB, r *network.IPv4Reassembler, payload []byte) {
	fragments, err := network.FragmentIPv4(plain(), payload, 1500)
	if err != nil {
		tb.Fatal(err)
	}
	done := false
	for h, part := range fragments {
		_, _, done = r.Add(0, 0, h, part)
	}
	if !done {
		tb.Fatal("not put together")
	}
}

func BenchmarkHop(b *testing.B) {
	f, packet := router(b, nil), make([]byte, 576)
	b.ReportAllocs()
	for b.Loop() {
		hop(b, f, packet)
	}
}

func BenchmarkFragmentation(b *testing.B) {
	r, payload := network.NewIPv4Reassembler(network.ReassemblyConfig{}), make([]byte, 4008)
	b.ReportAllocs()
	b.SetBytes(int64(len(payload)))
	for b.Loop() {
		thereAndBack(b, r, payload)
	}
}
