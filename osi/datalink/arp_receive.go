package datalink

import (
	"net/netip"
	"slices"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// Receive handles an ARP message: the payload of the frame id, with its
// padding. The steps are those of RFC 826's "Packet Reception".
func (c *ARPCache[T]) Receive(now sim.Time, id trace.FrameID, payload []byte) {
	m, err := ParseARP(payload)
	if err != nil {
		c.ignore(id, trace.Reason("why", err))
		return
	}
	forMe := slices.Contains(c.cfg.Addrs, m.Target)
	if c.believable(id, m) {
		// "If the pair <protocol type, sender protocol address> is already in
		// my translation table, update the sender hardware address field of the
		// entry with the new information in the packet and set Merge_flag to
		// true." "?Am I the target protocol address? Yes: If Merge_flag is
		// false, add the triplet ... to the translation table."
		if n := c.byAddr[m.Sender]; n != nil || forMe {
			if n == nil {
				n = c.add(now, m.Sender)
			}
			c.learn(now, id, n, m.SenderMAC)
		}
	}
	// "?Is the opcode ares_op$REQUEST? (NOW look at the opcode!!)" Somebody
	// who takes this interface's own address for his gets the answer too: that
	// is how he learns that it is taken (RFC 5227 §2.1.1).
	if forMe && m.Operation == Request && !m.SenderMAC.IsMulticast() {
		c.reply(id, m)
	}
}

// believable says whether the sender's pair of addresses may be learned.
func (c *ARPCache[T]) believable(id trace.FrameID, m ARP) bool {
	switch {
	case m.SenderMAC.IsMulticast():
		// RFC 1812 §3.3.2: "A router MUST not believe any ARP reply that claims
		// that the Link Layer address of another host or router is a broadcast
		// or multicast address." Hosts do well to do the same.
		c.ignore(id, trace.String("why", m.Sender.String()+" claims the group address "+m.SenderMAC.String()))
		return false
	case slices.Contains(c.cfg.Addrs, m.Sender):
		// Simplified: a conflict is recorded, the address is neither defended
		// nor given up (RFC 5227 §2.4 (b)), since a topology is laid out once.
		if m.SenderMAC != c.cfg.MAC && c.cfg.Log.On() {
			c.cfg.Log.Emit(c.cfg.Node, ARPConflict, id,
				trace.String("address", m.Sender.String()), trace.String("mac", m.SenderMAC.String()))
		}
		return false
	case m.Sender.IsUnspecified():
		return false // RFC 5227 §2.1.1: a probe, whose sender has no address yet
	}
	return true
}

// learn puts what was heard into the entry and lets go of what waited for it.
func (c *ARPCache[T]) learn(now sim.Time, id trace.FrameID, n *neighbor[T], mac MAC) {
	if c.cfg.Log.On() && (n.state == incomplete || n.mac != mac) {
		before := ""
		if n.state != incomplete {
			before = n.mac.String()
		}
		c.cfg.Log.Emit(c.cfg.Node, ARPLearned, id, trace.String("address", n.addr.String()),
			trace.String("mac", mac.String()), trace.String("before", before))
	}
	if n.state != reachable {
		c.asking--
	}
	n.mac, n.state, n.confirmed = mac, reachable, now
	for _, packet := range n.waiting {
		c.do(Action[T]{Kind: SendPacket, MAC: mac, Addr: n.addr, Packet: packet})
	}
	n.waiting = nil
}

// reply answers a request for one of this interface's addresses.
//
// RFC 826: "Swap hardware and protocol fields, putting the local hardware and
// protocol addresses in the sender fields. Set the ar$op field to
// ares_op$REPLY. Send the packet to the (new) target hardware address".
func (c *ARPCache[T]) reply(id trace.FrameID, m ARP) {
	if c.cfg.Log.On() {
		c.cfg.Log.Emit(c.cfg.Node, ARPReply, id, trace.String("address", m.Target.String()),
			trace.String("mac", c.cfg.MAC.String()), trace.String("to", m.SenderMAC.String()))
	}
	c.do(Action[T]{Kind: SendARP, MAC: m.SenderMAC, Message: ARP{
		Operation: Reply,
		SenderMAC: c.cfg.MAC, Sender: m.Target,
		TargetMAC: m.SenderMAC, Target: m.Sender,
	}})
}

func (c *ARPCache[T]) ignore(id trace.FrameID, why trace.Field) {
	if c.cfg.Log.On() {
		c.cfg.Log.Emit(c.cfg.Node, ARPInvalid, id, why)
	}
}

// add makes an entry that is incomplete; when the cache is full, the entry
// that was confirmed longest ago makes room.
func (c *ARPCache[T]) add(now sim.Time, addr netip.Addr) *neighbor[T] {
	if len(c.entries) >= c.cfg.Entries {
		oldest := c.entries[0]
		for _, n := range c.entries {
			if n.confirmed < oldest.confirmed {
				oldest = n
			}
		}
		c.forget(oldest, "the cache is full")
	}
	n := &neighbor[T]{addr: addr, confirmed: now}
	c.entries = append(c.entries, n)
	c.byAddr[addr] = n
	c.asking++
	return n
}

// forget removes an entry; packets that waited for it are undelivered.
func (c *ARPCache[T]) forget(n *neighbor[T], why string) {
	if c.cfg.Log.On() && n.state != incomplete {
		c.cfg.Log.Emit(c.cfg.Node, ARPExpired, 0, trace.String("address", n.addr.String()),
			trace.String("mac", n.mac.String()), trace.String("why", why))
	}
	for _, packet := range n.waiting {
		c.do(Action[T]{Kind: Undelivered, Addr: n.addr, Packet: packet})
	}
	if n.state != reachable {
		c.asking--
	}
	if c.recent == n {
		c.recent = nil
	}
	delete(c.byAddr, n.addr)
	i := slices.Index(c.entries, n)
	c.entries = slices.Delete(c.entries, i, i+1)
}
