package host

import (
	"net/netip"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// Middlebox is what a router does to packets beyond forwarding them
// (RFC 3234): translate, filter, damage. It sees a packet twice, as the hooks
// of real routers do: when it has come in and before a route is looked up, and
// when the way out is known.
type Middlebox interface {
	// BeforeRouting may rewrite the packet's bytes in place; false drops it.
	// The middlebox itself says in the log why it drops.
	BeforeRouting(t *Transit) bool
	// AfterRouting is the same with t.Out known.
	AfterRouting(t *Transit) bool
}

// Transit is a packet on its way through a router.
type Transit struct {
	Now sim.Time
	// In is the interface it came in by; nil for the router's own packets.
	In *NIC
	// Out is the interface it will leave by; nil before routing.
	Out *NIC
	// Frame is the frame that it came in, for the log.
	Frame trace.FrameID
	// Packet is the IPv4 packet without the frame's padding. Rewriting it is
	// rewriting what is sent; its length cannot change.
	Packet []byte
}

// addrsOf reads the addresses of an IPv4 packet.
func addrsOf(packet []byte) (src, dst netip.Addr) {
	return netip.AddrFrom4([4]byte(packet[12:16])), netip.AddrFrom4([4]byte(packet[16:20]))
}
