package host

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"

	"github.com/packetwalk/packetwalk/osi/network"
)

// loopbackAddr is the host's own name for itself (RFC 1122 §3.2.1.3 (g)).
var loopbackAddr = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// limitedBroadcast reaches everybody on the link (RFC 1122 §3.2.1.3 (c)).
var limitedBroadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// way is how packets get to a destination. A flow asks for the same way again
// and again, so ways are remembered, as Linux remembers them (dst_entry), until
// the routes change.
type way struct {
	generation int        // of the routes that it was found by
	nic        *NIC       // nil if there is no way, or none is needed
	next       netip.Addr // whom on the link to hand packets to
	self       bool       // the destination is this device
	everyone   bool       // the destination is everybody on the link
	mtu        int        // what the path takes, if ICMP has said so; 0 is nothing
	mtuUntil   deadline   // how long that is believed
}

// ways are those that a device remembers.
type ways struct {
	generation int
	known      map[netip.Addr]*way
}

// maxWays bounds the memory of a device that talks to very many.
const maxWays = 4096

func (w *way) outdated(s *stack) bool { return w.generation != s.ways.generation }

// forget is called when anything changes that ways are found by.
func (w *ways) forget() {
	w.generation++
	w.known = nil
}

// wayTo finds the way to a destination.
func (s *stack) wayTo(dst netip.Addr) *way {
	if w := s.ways.known[dst]; w != nil {
		return w
	}
	if s.ways.known == nil || len(s.ways.known) >= maxWays {
		s.ways.known = map[netip.Addr]*way{}
	}
	w := s.findWay(dst)
	s.ways.known[dst] = w
	return w
}

func (s *stack) findWay(dst netip.Addr) *way {
	w := &way{generation: s.ways.generation}
	switch {
	case s.isLocal(dst):
		w.self = true
	case dst == limitedBroadcast && len(s.nics) > 0:
		w.nic, w.next = s.nics[0], dst
	default:
		if route, ok := s.routes.Lookup(dst); ok {
			w.nic, w.next = s.nics[route.Interface], route.Gateway(dst)
		}
	}
	w.everyone = w.nic != nil && w.nic.isBroadcast(w.next)
	return w
}

// sourceFor picks the address that packets to dst are sent from: that of the
// interface they leave by (RFC 1122 §3.3.4.3 (b)).
func (s *stack) sourceFor(dst netip.Addr) (netip.Addr, error) {
	switch w := s.wayTo(dst); {
	case w.self:
		return dst, nil
	case w.nic == nil:
		return netip.Addr{}, syscall.ENETUNREACH
	default:
		return w.nic.Addr(), nil
	}
}

func (s *stack) isLocal(a netip.Addr) bool {
	for _, n := range s.nics {
		if n.prefix.Addr() == a {
			return true
		}
	}
	return a.Is4() && a.IsLoopback()
}

func (s *stack) isBroadcast(a netip.Addr) bool {
	for _, n := range s.nics {
		if n.isBroadcast(a) {
			return true
		}
	}
	return false
}

// Routes lists the routes in the order in which they are tried.
func (s *stack) Routes() []network.Route { return s.routes.All() }

// connected adds the route to an interface's own network.
func (s *stack) connected(n *NIC) {
	if err := s.addRoute(network.Route{Prefix: n.prefix, Interface: len(s.nics) - 1}); err != nil {
		panic(err) // NIC has checked the prefix
	}
	s.arrival.Networks = append(s.arrival.Networks, n.prefix)
	s.goodSource = netip.Addr{}
	s.decideAnew(s.forwarder != nil)
}

// ErrNoInterface says that a next hop is on none of the device's networks.
var ErrNoInterface = errors.New("host: the next hop is on no network of the device")

// Route sends packets for a prefix to a next hop, which must be on one of the
// device's networks. 0.0.0.0/0 is the default route.
func (s *stack) Route(prefix netip.Prefix, nextHop netip.Addr) error {
	for i, n := range s.nics {
		if n.prefix.Contains(nextHop) {
			return s.addRoute(network.Route{Prefix: prefix, NextHop: nextHop, Interface: i})
		}
	}
	return fmt.Errorf("%w: %s cannot reach %v directly", ErrNoInterface, s.name, nextHop)
}

// Gateway sets the default route.
func (s *stack) Gateway(nextHop netip.Addr) error {
	return s.Route(netip.PrefixFrom(netip.IPv4Unspecified(), 0), nextHop)
}

func (s *stack) addRoute(r network.Route) error {
	s.ways.forget()
	return s.routes.Add(r)
}
