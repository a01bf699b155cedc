package datalink_test

import (
	"testing"

	"github.com/packetwalk/packetwalk/osi/datalink"
)

// TestTheHotPathAllocatesNothing: a frame made, sealed, switched and read, and
// a neighbour looked up.
func TestTheHotPathAllocatesNothing(t *testing.T) {
	arp, _ := station(1, nil)
	arp.Receive(0, 0, message(datalink.Reply, mac(2), ip(2), ip(1)))
	table := datalink.NewMACTable(datalink.TableConfig{})
	frame := make([]byte, datalink.FrameLen(1500))
	if n := testing.AllocsPerRun(100, func() { crossLink(t, arp, table, frame) }); n != 0 {
		t.Errorf("%v allocations a frame, want none", n)
	}
}

func crossLink(tb testing.TB, arp *cache, table *datalink.MACTable, frame []byte) {
	dst, ok := arp.Resolve(1, ip(2), "")
	if !ok {
		tb.Fatal("not resolved")
	}
	h := datalink.Header{Dst: dst, Src: mac(1), Type: datalink.TypeIPv4}
	h.Put(frame)
	datalink.Seal(frame, len(frame)-datalink.HeaderLen-datalink.FCSLen)
	if v := table.Forward(1, 0, datalink.ParseHeader(frame), 0); !v.Flood {
		tb.Fatal("known")
	}
	if got, _, ok := datalink.Receive(nil, "", 0, frame); !ok || got != h {
		tb.Fatal("not received")
	}
}

func BenchmarkFrame(b *testing.B) {
	arp, _ := station(1, nil)
	arp.Receive(0, 0, message(datalink.Reply, mac(2), ip(2), ip(1)))
	table := datalink.NewMACTable(datalink.TableConfig{})
	frame := make([]byte, datalink.FrameLen(1500))
	b.ReportAllocs()
	b.SetBytes(int64(len(frame)))
	for b.Loop() {
		crossLink(b, arp, table, frame)
	}
}
