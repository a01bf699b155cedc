package network

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// Route says how packets for a prefix leave: out of an interface, to the next
// hop, or, when NextHop is the zero Addr, straight to the destination on that
// link.
type Route struct {
	Prefix    netip.Prefix
	NextHop   netip.Addr
	Interface int
	// Metric decides between routes for the same prefix: the lower wins.
	Metric int
}

// Gateway is whom on the link a packet for dst is handed to.
func (r Route) Gateway(dst netip.Addr) netip.Addr {
	if r.NextHop.IsValid() {
		return r.NextHop
	}
	return dst
}

// String is the route as in `ip route`: "10.1.0.0/16 via 10.0.0.1 dev 0".
func (r Route) String() string {
	s := r.Prefix.String()
	if r.Prefix.Bits() == 0 {
		s = "default"
	}
	if r.NextHop.IsValid() {
		s += " via " + r.NextHop.String()
	}
	s += fmt.Sprintf(" dev %d", r.Interface)
	if r.Metric != 0 {
		s += fmt.Sprintf(" metric %d", r.Metric)
	}
	return s
}

// ErrRoute is a route that makes no sense.
var ErrRoute = errors.New("network: bad route")

// Routes is a table of routes. They are kept in the order in which they are
// tried: the longest prefix first (RFC 1812 §5.2.4.3), then by address, metric,
// next hop and interface, so that the order of adding them decides nothing.
type Routes struct {
	routes []Route

	// A flow asks for the same destination again and again.
	recent      netip.Addr
	recentRoute Route
	recentFound bool
}

// Add puts a route into the table. Bits of the prefix behind its length are
// dropped; a route that is there already stays there once.
func (t *Routes) Add(r Route) error {
	if !r.Prefix.IsValid() {
		return fmt.Errorf("%w: it has no valid prefix (expected one like 10.0.0.0/8)", ErrRoute)
	}
	if r.NextHop.IsValid() && r.NextHop.Is4() != r.Prefix.Addr().Is4() {
		return fmt.Errorf("%w: %s via %s (expected addresses of the same version)", ErrRoute, r.Prefix, r.NextHop)
	}
	r.Prefix = r.Prefix.Masked()
	at, found := slices.BinarySearchFunc(t.routes, r, compareRoutes)
	if !found {
		t.routes = slices.Insert(t.routes, at, r)
	}
	t.recent = netip.Addr{}
	return nil
}

// AddDefault puts in the route for everything that has no other, of the next
// hop's IP version.
func (t *Routes) AddDefault(nextHop netip.Addr, iface int) error {
	if !nextHop.IsValid() {
		return fmt.Errorf("%w: the default route needs a next hop", ErrRoute)
	}
	everything := netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	if nextHop.Is4() {
		everything = netip.PrefixFrom(netip.IPv4Unspecified(), 0)
	}
	return t.Add(Route{Prefix: everything, NextHop: nextHop, Interface: iface})
}

// Remove takes every route for the prefix out and says how many there were.
func (t *Routes) Remove(p netip.Prefix) int {
	before := len(t.routes)
	t.routes = slices.DeleteFunc(t.routes, func(r Route) bool { return r.Prefix == p.Masked() })
	t.recent = netip.Addr{}
	return before - len(t.routes)
}

// Lookup finds the route for a destination.
func (t *Routes) Lookup(dst netip.Addr) (Route, bool) {
	if dst == t.recent && dst.IsValid() {
		return t.recentRoute, t.recentFound
	}
	r, found := t.lookup(dst)
	t.recent, t.recentRoute, t.recentFound = dst, r, found
	return r, found
}

// Simplified: a search through all routes, where a router has a trie: the
// tables of a laboratory hold a dozen.
func (t *Routes) lookup(dst netip.Addr) (Route, bool) {
	for _, r := range t.routes {
		if r.Prefix.Contains(dst) {
			return r, true
		}
	}
	return Route{}, false
}

// All lists the routes in the order in which they are tried.
func (t *Routes) All() []Route { return slices.Clone(t.routes) }

func compareRoutes(a, b Route) int {
	return cmp.Or(
		cmp.Compare(b.Prefix.Bits(), a.Prefix.Bits()),
		a.Prefix.Addr().Compare(b.Prefix.Addr()),
		cmp.Compare(a.Metric, b.Metric),
		a.NextHop.Compare(b.NextHop),
		cmp.Compare(a.Interface, b.Interface),
	)
}
