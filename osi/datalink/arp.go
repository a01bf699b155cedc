package datalink

import (
	"net/netip"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// ARPConfig describes one interface's address resolution. A field that is zero
// has the value that its comment names.
type ARPConfig struct {
	MAC MAC
	// Addrs are the interface's own addresses; the first speaks for it.
	Addrs []netip.Addr

	// Retry is the time between two requests: 1 s. RFC 1122 §2.3.2.1 wants at
	// most one a second for an address.
	Retry time.Duration
	// Tries is the number of requests before giving up: 3, as Linux has it.
	Tries int
	// Lifetime is how long an answer is believed unasked: 60 s, RFC 1122
	// §2.3.2.1's "order of a minute".
	Lifetime time.Duration
	// Pending is how many packets may wait for one address: 64.
	Pending int
	// Entries is how many addresses are known or asked for at once: 1024.
	Entries int

	Node string
	Log  *trace.Log
}

// ActionKind says what the cache wants done.
type ActionKind uint8

// What there is to do.
const (
	SendARP     ActionKind = iota // send Message in a frame to MAC
	SendPacket                    // send Packet in a frame to MAC
	Undelivered                   // nobody answers for Addr: Packet cannot be delivered
	Discard                       // Packet waited and was pushed out by younger ones
)

// Action is one thing to do, in the order in which Next gives them.
type Action[T any] struct {
	Kind    ActionKind
	MAC     MAC
	Message ARP
	Addr    netip.Addr // the next hop that Packet was for
	Packet  T
}

// ARPCache answers, for one interface, at which MAC an address is. Packets of
// type T wait inside while the question is out.
//
//	          Resolve                    Reply
//	(nothing) ----------> incomplete ---------------> reachable <-----+
//	    ^                  | every Retry: ask again       | Lifetime  | Reply
//	    |                  v Tries asked                  v and used  |
//	    +---- gave up -----+                          probing --------+
//	    +----------------- no answer -------------------- +
//
// While an old answer is checked (probing: the one who gave it is asked alone,
// RFC 1122 §2.3.2.1 (2)) it is still used, so that a long transfer does not
// stumble once a minute. An answer nobody uses simply lies there: its age is
// looked at when it is asked for, no timer runs.
//
// Every method may leave actions; take them with Next until there are none.
type ARPCache[T any] struct {
	cfg     ARPConfig
	entries []*neighbor[T] // in the order in which they were made
	byAddr  map[netip.Addr]*neighbor[T]
	recent  *neighbor[T] // the last one looked up: a flow asks for the same again and again
	asking  int          // how many entries have a deadline
	actions []Action[T]
	taken   int
}

type neighborState uint8

const (
	incomplete neighborState = iota // asked for, no answer yet
	reachable                       // known
	probing                         // known for long, being asked again
)

type neighbor[T any] struct {
	addr      netip.Addr
	mac       MAC
	state     neighborState
	confirmed sim.Time // the last time it was heard of, or asked for first
	attempts  int      // requests sent
	deadline  sim.Time // of the next request; meaningless when reachable
	waiting   []T
}

// NewARPCache makes an empty cache.
func NewARPCache[T any](cfg ARPConfig) *ARPCache[T] {
	setDefault(&cfg.Retry, time.Second)
	setDefault(&cfg.Tries, 3)
	setDefault(&cfg.Lifetime, time.Minute)
	setDefault(&cfg.Pending, 64)
	setDefault(&cfg.Entries, 1024)
	return &ARPCache[T]{cfg: cfg, byAddr: map[netip.Addr]*neighbor[T]{}}
}

func setDefault[N int | time.Duration](v *N, to N) {
	if *v <= 0 {
		*v = to
	}
}

// Resolve asks for the MAC of a next hop on this link. When it is known, send
// the packet there. When it is not (ok is false), the cache has taken the packet
// and gives it back as an action: SendPacket, Undelivered or Discard.
func (c *ARPCache[T]) Resolve(now sim.Time, addr netip.Addr, packet T) (mac MAC, ok bool) {
	n := c.recent
	if n == nil || n.addr != addr {
		if n = c.byAddr[addr]; n == nil {
			n = c.add(now, addr)
			n.waiting = append(n.waiting, packet)
			if c.cfg.Log.On() {
				c.note(ARPQueued, trace.String("address", addr.String()), trace.Int("waiting", 1))
			}
			c.ask(now, n, Broadcast)
			return MAC{}, false
		}
		c.recent = n
	}
	if n.state == incomplete {
		c.wait(n, packet)
		return MAC{}, false
	}
	if n.state == reachable && now.Sub(n.confirmed) > c.cfg.Lifetime {
		n.state, n.attempts = probing, 0
		c.asking++
		c.ask(now, n, n.mac)
	}
	return n.mac, true
}

// Lookup says what the cache believes, without asking anybody.
func (c *ARPCache[T]) Lookup(addr netip.Addr) (MAC, bool) {
	n := c.byAddr[addr]
	if n == nil || n.state == incomplete {
		return MAC{}, false
	}
	return n.mac, true
}

// wait puts a packet behind those that wait for the same address.
//
// RFC 1122 §2.3.2.2: "The link layer SHOULD save (rather than discard) at least
// one (the latest) packet of each set of packets destined to the same
// unresolved IP address". So the oldest makes room.
func (c *ARPCache[T]) wait(n *neighbor[T], packet T) {
	if len(n.waiting) >= c.cfg.Pending {
		if c.cfg.Log.On() {
			c.note(ARPQueueFull, trace.String("address", n.addr.String()), trace.Int("waiting", len(n.waiting)))
		}
		c.do(Action[T]{Kind: Discard, Addr: n.addr, Packet: n.waiting[0]})
		n.waiting = append(n.waiting[:0], n.waiting[1:]...)
	}
	n.waiting = append(n.waiting, packet)
	if c.cfg.Log.On() {
		c.note(ARPQueued, trace.String("address", n.addr.String()), trace.Int("waiting", len(n.waiting)))
	}
}

// Announce tells the link this interface's first address unasked (a gratuitous
// ARP), so that caches elsewhere are put right and a second owner speaks up.
//
// RFC 5227 §3: an announcement is a request with both addresses its own.
func (c *ARPCache[T]) Announce() {
	own := c.cfg.Addrs[0]
	if c.cfg.Log.On() {
		c.note(ARPAnnounce, trace.String("address", own.String()), trace.String("mac", c.cfg.MAC.String()))
	}
	c.do(Action[T]{Kind: SendARP, MAC: Broadcast, Message: ARP{Operation: Request, SenderMAC: c.cfg.MAC, Sender: own, Target: own}})
}

// Next takes the next thing to do; ok is false when there is nothing.
func (c *ARPCache[T]) Next() (a Action[T], ok bool) {
	if c.taken == len(c.actions) {
		return a, false
	}
	a = c.actions[c.taken]
	c.actions[c.taken] = Action[T]{} // let go of the packet
	c.taken++
	if c.taken == len(c.actions) {
		c.actions, c.taken = c.actions[:0], 0
	}
	return a, true
}

// Quiet says that there is nothing to do and no question out: who looked up what
// is known need not look after the cache.
func (c *ARPCache[T]) Quiet() bool { return c.asking == 0 && len(c.actions) == 0 }

func (c *ARPCache[T]) do(a Action[T]) { c.actions = append(c.actions, a) }

// note records an event; ask c.cfg.Log.On() first.
func (c *ARPCache[T]) note(kind *trace.Kind, fields ...trace.Field) {
	c.cfg.Log.Emit(c.cfg.Node, kind, 0, fields...)
}
