package host

import (
	"time"

	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/osi/physical"
)

// plateaus are sizes of packet that links have (RFC 1191 §7.1, Table 7-1): what
// to try below a size that was refused by a router too old to say what fits.
var plateaus = [...]int{32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68}

// mtuAge is how long a path is believed to be narrow: routes change (RFC 1191
// §6.3).
const mtuAge = 10 * time.Minute

// nextHopMTU reads what a message "fragmentation needed" says of the path, for
// a packet that was length bytes long.
func nextHopMTU(m *network.ICMPMessage, length int) int {
	if m.MTU > 0 && m.MTU < length {
		return max(m.MTU, minMTU) // RFC 1191 §3: never below 68
	}
	for _, p := range plateaus {
		if p < length {
			return p
		}
	}
	return minMTU
}

// pathTooNarrow is what fragmentation needed means for a connection. Later
// ones to the same destination know from the start.
func (c *TCPConn) pathTooNarrow(e *ICMPError) {
	h := c.host
	mtu := nextHopMTU(&e.Message, e.length)
	if !c.machine.PathMTU(h.lab.sim.Now(), e.seq, mtu) {
		return
	}
	h.wayTo(c.machine.ID().Remote.Addr()).narrow(mtu, deadlineAt(h.lab.sim.Now().Add(mtuAge)))
	c.act()
}

func (w *way) narrow(mtu int, until deadline) { w.mtu, w.mtuUntil = mtu, until }

// knowPath tells a new connection what is known of its path.
func (c *TCPConn) knowPath() {
	h := c.host
	if w := h.wayTo(c.machine.ID().Remote.Addr()); w.mtu > 0 && !w.mtuUntil.passed(h.lab.sim.Now()) {
		c.machine.LimitMTU(w.mtu)
	}
}

// tooBigHere is a packet that must not be cut and does not fit the first link:
// its own sender is told, without a message on the wire.
func (s *stack) tooBigHere(h *network.IPv4Header, f *physical.Frame, mtu int) {
	s.noteTooBig(h, mtu)
	if s.transport != nil {
		packet := f.Data[datalink.HeaderLen:][:h.TotalLen]
		s.icmpErrorArrives(h.Src, network.ICMPMessage{Type: network.DestinationUnreachable, Code: network.FragmentationNeeded,
			MTU: mtu, Data: packet})
	}
}
