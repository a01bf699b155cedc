package network_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/trace"
)

// router stands between 10.0.1.0/24 (interface 0, MTU 1500) and 10.0.2.0/24
// (interface 1, MTU 576), and knows 10.0.3.0/24 behind 10.0.2.9.
func router(t testing.TB, log *trace.Log) *network.Forwarder {
	routes := &network.Routes{}
	for _, r := range []network.Route{
		{Prefix: prefix("10.0.1.0/24"), Interface: 0},
		{Prefix: prefix("10.0.2.0/24"), Interface: 1},
		{Prefix: prefix("10.0.3.0/24"), Interface: 1, NextHop: addr("10.0.2.9")},
	} {
		if err := routes.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	return network.NewForwarder(network.ForwarderConfig{
		Routes: routes, MTU: func(iface int) int { return []int{1500, 576}[iface] },
		Networks: []netip.Prefix{prefix("10.0.1.1/24"), prefix("10.0.2.1/24")},
		Node:     "router", Log: log,
	})
}

func TestARoutersVerdicts(t *testing.T) {
	unreachable := func(code uint8, mtu int) network.Problem {
		return network.Problem{Type: network.DestinationUnreachable, Code: code, MTU: mtu}
	}
	expired := network.Problem{Type: network.TimeExceeded, Code: network.TTLExpired}
	for _, c := range []struct {
		name    string
		change  func(h *network.IPv4Header)
		fate    network.Fate
		gateway string
		problem network.Problem
		event   string
	}{
		{"to a neighbour", nil, network.SendOn, "10.0.2.2", network.Problem{}, ""},
		{"to a network behind another router", func(h *network.IPv4Header) { h.Dst = addr("10.0.3.7") },
			network.SendOn, "10.0.2.9", network.Problem{}, ""},
		// RFC 1812 §4.3.3.1: no route at all: code 0.
		{"to nowhere", func(h *network.IPv4Header) { h.Dst = addr("172.16.0.1") },
			network.Refuse, "", unreachable(network.NetUnreachable, 0), "ip.no-route"},
		// RFC 1812 §5.3.1: "If the TTL is reduced to zero (or less), the packet
		// MUST be discarded".
		{"TTL 1", func(h *network.IPv4Header) { h.TTL = 1 }, network.Refuse, "", expired, "ip.ttl-expired"},
		{"TTL 0", func(h *network.IPv4Header) { h.TTL = 0 }, network.Refuse, "", expired, "ip.ttl-expired"},
		{"TTL 2", func(h *network.IPv4Header) { h.TTL = 2 }, network.SendOn, "10.0.2.2", network.Problem{}, ""},
		{"just as long as the link takes", func(h *network.IPv4Header) { h.TotalLen, h.DF = 576, true },
			network.SendOn, "10.0.2.2", network.Problem{}, ""},
		{"longer, may be cut", func(h *network.IPv4Header) { h.TotalLen = 577 }, network.CutAndSend, "10.0.2.2", network.Problem{}, ""},
		// RFC 1191 §4: "the router MUST include the MTU of that next-hop network
		// in the low-order 16 bits of the ICMP header field that is labelled
		// 'unused'".
		{"longer, must not be cut", func(h *network.IPv4Header) { h.TotalLen, h.DF = 577, true },
			network.Refuse, "10.0.2.2", unreachable(network.FragmentationNeeded, 576), "ip.too-big"},
		{"to the router's own network, everybody", func(h *network.IPv4Header) { h.Dst = addr("10.0.2.255") }, network.Silent, "", network.Problem{}, "ip.martian"},
		{"to everybody", func(h *network.IPv4Header) { h.Dst = addr("255.255.255.255") }, network.Silent, "", network.Problem{}, "ip.martian"},
		{"to a group", func(h *network.IPv4Header) { h.Dst = addr("239.1.1.1") }, network.Silent, "", network.Problem{}, "ip.martian"},
		{"to one without a real address", func(h *network.IPv4Header) { h.Dst = addr("169.254.1.1") }, network.Silent, "", network.Problem{}, "ip.martian"},
		{"to a loopback", func(h *network.IPv4Header) { h.Dst = addr("127.0.0.1") }, network.Silent, "", network.Problem{}, "ip.martian"},
		{"from a loopback", func(h *network.IPv4Header) { h.Src = addr("127.0.0.1") }, network.Silent, "", network.Problem{}, "ip.martian"},
		{"from nobody", func(h *network.IPv4Header) { h.Src = addr("0.0.0.0") }, network.Silent, "", network.Problem{}, "ip.martian"},
		{"from a group", func(h *network.IPv4Header) { h.Src = addr("224.0.0.1") }, network.Silent, "", network.Problem{}, "ip.martian"},
		{"from class E", func(h *network.IPv4Header) { h.Src = addr("240.0.0.1") }, network.Silent, "", network.Problem{}, "ip.martian"},
		{"from one without a real address", func(h *network.IPv4Header) { h.Src = addr("169.254.1.1") }, network.Silent, "", network.Problem{}, "ip.martian"},
	} {
		log, rec := recorded()
		h := plain()
		h.TotalLen = 100
		if c.change != nil {
			c.change(&h)
		}
		d := router(t, log).Decide(4, &h)
		if d.Fate != c.fate || d.Problem != c.problem {
			t.Errorf("%s: %+v, want fate %d, problem %+v", c.name, d, c.fate, c.problem)
		}
		if c.gateway != "" && d.Gateway != addr(c.gateway) {
			t.Errorf("%s: handed to %v, want %s", c.name, d.Gateway, c.gateway)
		}
		var want []string
		if c.event != "" {
			want = []string{c.event}
		}
		if !slices.Equal(ids(rec), want) {
			t.Errorf("%s: recorded %v, want %v", c.name, ids(rec), want)
		}
	}
}

func TestBroadcastAddresses(t *testing.T) {
	for network4, want := range map[string]string{
		"10.0.0.1/24": "10.0.0.255", "10.0.0.1/8": "10.255.255.255", "192.0.2.130/25": "192.0.2.255",
		"192.0.2.1/30": "192.0.2.3", "0.0.0.0/0": "255.255.255.255",
	} {
		if got := network.Broadcast(prefix(network4)); got != addr(want) {
			t.Errorf("everybody on %s is %v, want %s", network4, got, want)
		}
	}
	if got := network.Broadcast(prefix("2001:db8::/64")); got.IsValid() {
		t.Errorf("IPv6 has a broadcast address: %v", got)
	}
	// RFC 3021: both addresses of a /31 are hosts.
	h := plain()
	h.Dst = addr("10.0.2.1")
	if why := network.Unanswerable(&h, nil, network.Arrival{Networks: []netip.Prefix{prefix("10.0.2.0/31")}}); why != "" {
		t.Errorf("on a link of two, the second is taken for everybody: %s", why)
	}
}
