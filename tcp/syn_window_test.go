package tcp

import (
	"net/netip"
	"testing"
)

// RFC 9293 §3.1: the window field says "the number of data octets ... that the
// sender of this segment is willing to accept", and a SYN's is no exception; it
// is never scaled (RFC 7323 §2.2).
func TestSYNOffersTheReceiveWindow(t *testing.T) {
	id := ID{Local: netip.MustParseAddrPort("10.0.0.1:50000"), Remote: netip.MustParseAddrPort("10.0.0.2:80")}
	for _, c := range []struct {
		buffer uint32
		want   uint16
	}{{0, 65535}, {20_000, 20_000}} {
		conn := Open(0, id, 1, &Config{ReceiveBuffer: c.buffer}, Emitter{})
		var syn Segment
		if !conn.NextSegment(0, &syn) || syn.Flags != SYN {
			t.Fatalf("an active OPEN sends %v, want SYN", syn.Flags)
		}
		if syn.WND != c.want {
			t.Errorf("with a receive buffer of %d the SYN offers %d, want %d", c.buffer, syn.WND, c.want)
		}
	}
}
