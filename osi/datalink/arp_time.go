package datalink

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// NextDeadline is when TimerExpired wants to be called: when the next request
// is due. There is none (ok is false) while no question is out.
func (c *ARPCache[T]) NextDeadline() (at sim.Time, ok bool) {
	if c.asking == 0 {
		return sim.Never, false
	}
	at = sim.Never
	for _, n := range c.entries {
		if n.state != reachable {
			at = min(at, n.deadline)
		}
	}
	return at, true
}

// TimerExpired repeats the requests that are due and gives up on those that
// were repeated often enough.
func (c *ARPCache[T]) TimerExpired(now sim.Time) {
	for i := 0; c.asking > 0 && i < len(c.entries); {
		n := c.entries[i]
		switch {
		case n.state == reachable || n.deadline > now:
			i++
		case n.attempts < c.cfg.Tries:
			to := Broadcast
			if n.state == probing {
				to = n.mac
			}
			c.ask(now, n, to)
			i++
		default:
			c.giveUp(n) // and the next entry is now the i-th
		}
	}
}

// ask sends a request and sets the moment of the next.
//
// RFC 1122 §2.3.2.1: "A mechanism to prevent ARP flooding (repeatedly sending
// an ARP Request for the same IP address, at a high rate) MUST be included. The
// recommended maximum rate is 1 per second per destination."
func (c *ARPCache[T]) ask(now sim.Time, n *neighbor[T], to MAC) {
	n.attempts++
	n.deadline = now.Add(c.cfg.Retry)
	if c.cfg.Log.On() {
		c.note(ARPRequest, trace.String("address", n.addr.String()), trace.Int("attempt", n.attempts), trace.String("to", to.String()))
	}
	c.do(Action[T]{Kind: SendARP, MAC: to, Message: ARP{
		Operation: Request,
		SenderMAC: c.cfg.MAC, Sender: c.cfg.Addrs[0],
		Target: n.addr,
	}})
}

// giveUp ends a question that nobody answered. The packets that waited come
// back as undelivered, so that the network layer can say "host unreachable":
// RFC 1812 §3.3.2 wants that only once the question has proved fruitless.
func (c *ARPCache[T]) giveUp(n *neighbor[T]) {
	if n.state == incomplete && c.cfg.Log.On() {
		c.note(ARPGaveUp, trace.String("address", n.addr.String()),
			trace.Int("attempts", n.attempts), trace.Int("waiting", len(n.waiting)))
	}
	c.forget(n, "it no longer answers")
}
