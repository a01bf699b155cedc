package network_test

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/osi/network"
)

func prefix(s string) netip.Prefix { return netip.MustParsePrefix(s) }

func TestTheLongestPrefixWins(t *testing.T) {
	var table network.Routes
	for _, r := range []network.Route{
		{Prefix: prefix("10.0.0.0/8"), NextHop: addr("192.0.2.8"), Interface: 8},
		{Prefix: prefix("10.1.0.0/16"), NextHop: addr("192.0.2.16"), Interface: 16},
		{Prefix: prefix("10.1.2.0/24"), Interface: 24},
		{Prefix: prefix("10.1.2.3/32"), NextHop: addr("192.0.2.32"), Interface: 32},
		{Prefix: prefix("10.1.0.0/16"), NextHop: addr("192.0.2.17"), Interface: 17, Metric: 5},
		{Prefix: prefix("2001:db8::/32"), NextHop: addr("fe80::1"), Interface: 6},
	} {
		if err := table.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.AddDefault(addr("192.0.2.1"), 0); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		dst, gateway string
		iface        int
	}{
		{"10.1.2.3", "192.0.2.32", 32},
		{"10.1.2.4", "10.1.2.4", 24}, // on the link: straight to him
		{"10.1.3.4", "192.0.2.16", 16},
		{"10.2.3.4", "192.0.2.8", 8},
		{"11.2.3.4", "192.0.2.1", 0},
		{"2001:db8::7", "fe80::1", 6},
	} {
		for range 2 { // the second answer comes from memory
			r, found := table.Lookup(addr(c.dst))
			if !found || r.Interface != c.iface || r.Gateway(addr(c.dst)) != addr(c.gateway) {
				t.Errorf("%s goes by %v (found %v), want interface %d, gateway %s", c.dst, r, found, c.iface, c.gateway)
			}
		}
	}
	if r, found := table.Lookup(addr("2001:db9::1")); found {
		t.Errorf("IPv4's default route took an IPv6 packet: %v", r)
	}
}

func TestChangesAreSeenAtOnce(t *testing.T) {
	var table network.Routes
	if _, found := table.Lookup(addr("10.0.0.1")); found {
		t.Fatal("an empty table knows a route")
	}
	if err := table.AddDefault(addr("192.0.2.1"), 0); err != nil {
		t.Fatal(err)
	}
	if _, found := table.Lookup(addr("10.0.0.1")); !found {
		t.Error("the new route is not found: an old answer was remembered")
	}
	table.Lookup(addr("10.0.0.1"))
	if err := table.Add(network.Route{Prefix: prefix("10.0.0.0/8")}); err != nil {
		t.Fatal(err)
	}
	if r, found := table.Lookup(netip.Addr{}); found {
		t.Errorf("no address at all goes by %v", r)
	}
	table.Remove(prefix("10.0.0.0/8"))
	table.Lookup(addr("10.0.0.1"))
	if n := table.Remove(prefix("0.0.0.0/0")); n != 1 {
		t.Errorf("removed %d routes, want 1", n)
	}
	if r, found := table.Lookup(addr("10.0.0.1")); found {
		t.Errorf("the removed route is still found: %v", r)
	}
}

func TestRoutesThatMakeNoSense(t *testing.T) {
	var table network.Routes
	for _, r := range []network.Route{
		{},
		{Prefix: prefix("10.0.0.0/8"), NextHop: addr("fe80::1")},
	} {
		if err := table.Add(r); !errors.Is(err, network.ErrRoute) {
			t.Errorf("%v: %v, want ErrRoute", r, err)
		}
	}
	if err := table.AddDefault(netip.Addr{}, 0); !errors.Is(err, network.ErrRoute) {
		t.Errorf("a default route to nowhere: %v, want ErrRoute", err)
	}
}

// TestTheOrderOfAddingDecidesNothing, and the answer is the one that a plain
// search for the longest prefix, lowest metric gives.
func TestTheOrderOfAddingDecidesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var routes []network.Route
		for range rapid.IntRange(1, 12).Draw(t, "routes") {
			a := netip.AddrFrom4([4]byte{10, byte(rapid.IntRange(0, 3).Draw(t, "b")), byte(rapid.IntRange(0, 3).Draw(t, "c")), 0})
			routes = append(routes, network.Route{
				Prefix:    netip.PrefixFrom(a, rapid.IntRange(6, 26).Draw(t, "bits")),
				Interface: rapid.IntRange(0, 2).Draw(t, "interface"), Metric: rapid.IntRange(0, 2).Draw(t, "metric"),
			})
		}
		var one, other network.Routes
		for _, r := range routes {
			if err := one.Add(r); err != nil {
				t.Fatal(err)
			}
		}
		rnd := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "shuffle")))
		rnd.Shuffle(len(routes), func(i, j int) { routes[i], routes[j] = routes[j], routes[i] })
		for _, r := range routes {
			if err := other.Add(r); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(one.All(), other.All()) {
			t.Fatalf("in one order %v, in another %v", one.All(), other.All())
		}
		dst := netip.AddrFrom4([4]byte{10, byte(rapid.IntRange(0, 3).Draw(t, "dst b")), byte(rapid.IntRange(0, 3).Draw(t, "dst c")), 9})
		best := network.Route{Metric: 99}
		for _, r := range routes {
			longer := !best.Prefix.IsValid() || r.Prefix.Bits() > best.Prefix.Bits()
			cheaper := best.Prefix.IsValid() && r.Prefix.Bits() == best.Prefix.Bits() && r.Metric < best.Metric
			if r.Prefix.Contains(dst) && (longer || cheaper) {
				best = r
			}
		}
		got, found := one.Lookup(dst)
		if found != best.Prefix.IsValid() || found && (got.Prefix.Bits() != best.Prefix.Bits() || got.Metric != best.Metric) {
			t.Fatalf("%v goes by %v (%v), want one like %v", dst, got, found, best)
		}
	})
}

func TestRoutesReadAsInIPRoute(t *testing.T) {
	for want, r := range map[string]network.Route{
		"default via 10.0.0.1 dev 2":              {Prefix: prefix("0.0.0.0/0"), NextHop: addr("10.0.0.1"), Interface: 2},
		"10.0.0.0/24 dev 0":                       {Prefix: prefix("10.0.0.0/24")},
		"10.0.0.0/24 via 10.9.0.1 dev 1 metric 3": {Prefix: prefix("10.0.0.0/24"), NextHop: addr("10.9.0.1"), Interface: 1, Metric: 3},
	} {
		if got := r.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
