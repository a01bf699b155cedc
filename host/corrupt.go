package host

import (
	"fmt"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/trace"
)

// Corruptor damages packets in a router's memory: after the frame check of the
// link they came by, and before the frame check of the next one is made. No
// FCS will ever notice (Stone & Partridge 2000).
type Corruptor struct {
	router *Router
	strike func(packet []byte) Damage
}

// Damage is what to do to a packet: flip the bits of Mask in the byte At, or,
// when Swap is set, exchange the 16-bit words at At and With. One's complement
// addition does not notice an exchange: a sum does not know the order. Offsets
// count from the start of the IP header. The zero Damage does nothing.
type Damage struct {
	At, With int
	Mask     byte
	Swap     bool
}

// EventCorrupted tells what a router damaged.
var EventCorrupted = trace.Define(trace.Kind{
	ID: "router.corrupted", Layer: osi.Network, Ref: "Stone & Partridge 2000",
	Sentence: "{node} damages the packet in its memory: {what}",
	Fields:   []string{"what"},
})

// Corrupt makes the router damage the packets that it forwards, as strike says
// for each.
func (r *Router) Corrupt(strike func(packet []byte) Damage) *Corruptor {
	c := &Corruptor{router: r, strike: strike}
	r.Use(c)
	return c
}

// BeforeRouting passes everything.
func (c *Corruptor) BeforeRouting(*Transit) bool { return true }

// AfterRouting damages what is to be damaged.
func (c *Corruptor) AfterRouting(t *Transit) bool {
	if t.In == nil {
		return true // the router's own packets
	}
	if what := c.strike(t.Packet).inflict(t.Packet); what != "" {
		if log := c.router.lab.log; log.On() {
			log.Emit(c.router.name, EventCorrupted, t.Frame, trace.String("what", what))
		}
	}
	return true
}

// inflict changes the packet and says how; "" if it did not.
func (d Damage) inflict(packet []byte) string {
	within := func(at, n int) bool { return at >= 0 && at+n <= len(packet) }
	switch {
	case d.Swap && within(d.At, 2) && within(d.With, 2):
		for i := range 2 {
			packet[d.At+i], packet[d.With+i] = packet[d.With+i], packet[d.At+i]
		}
		return fmt.Sprintf("the 16-bit words at bytes %d and %d of the packet change places", d.At, d.With)
	case d.Mask != 0 && within(d.At, 1):
		before := packet[d.At]
		packet[d.At] ^= d.Mask
		return fmt.Sprintf("byte %d of the packet was 0x%02x and is 0x%02x", d.At, before, packet[d.At])
	}
	return ""
}

// MatchesPacket is Matches for an IPv4 packet without its frame.
func (c *FrameClass) MatchesPacket(packet []byte) bool {
	g := glance{etherType: datalink.TypeIPv4}
	if len(packet) >= 20 {
		g.lookIPv4(packet)
	}
	return c.matches(&g)
}
