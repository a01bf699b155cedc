package host_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/trace"
)

// Ping, and everything that can be said instead of an answer.
func TestPing(t *testing.T) {
	r := newRouted()
	r.client.Go("client", func() error {
		h := r.client
		must2(h.Ping("server", 56, 0, time.Second)) // asks for all MACs
		if rtt, err := h.Ping("server", 56, 0, time.Second); err != nil || rtt < 4*time.Millisecond || rtt > 5*time.Millisecond {
			t.Errorf("the server answers after %v, %v", rtt, err)
		}
		if rtt, err := h.Ping("client", 56, 0, time.Second); err != nil || rtt != 0 {
			t.Errorf("the host itself answers after %v, %v", rtt, err)
		}
		if rtt, err := h.Ping("server", 65507, 0, time.Second); err != nil {
			t.Errorf("the largest ping: %v, %v", rtt, err)
		}
		for _, c := range []struct {
			to      string
			size    int
			ttl     uint8
			wait    time.Duration
			is      error
			message string
		}{
			{"server", 0, 1, time.Second, syscall.EHOSTUNREACH, "192.168.1.1 says: time to live exceeded in transit"},
			{"203.0.113.99", 0, 0, time.Minute, syscall.EHOSTUNREACH, "192.168.1.1 says: host unreachable"},
			{"192.168.1.99", 0, 0, time.Minute, syscall.EHOSTUNREACH, "192.168.1.10 says: host unreachable"},
			{"203.0.113.99", 0, 0, time.Second, os.ErrDeadlineExceeded, "ping ip4:icmp: i/o timeout"},
			{"server", 65508, 0, time.Second, syscall.EMSGSIZE, "ping ip4:icmp: sendto: message too long"},
			{"server", -1, 0, time.Second, syscall.EMSGSIZE, "ping ip4:icmp: sendto: message too long"},
			{"2001:db8::1", 0, 0, time.Second, syscall.ENETUNREACH, "ping ip4:icmp: sendto: network is unreachable"},
			{"203.0.113.255", 0, 0, time.Second, os.ErrDeadlineExceeded, "ping ip4:icmp: i/o timeout"},
		} {
			_, err := h.Ping(c.to, c.size, c.ttl, c.wait)
			if !errors.Is(err, c.is) || err.Error() != c.message {
				t.Errorf("ping %s gives %v, want %s", c.to, err, c.message)
			}
		}
		if _, err := h.Ping("nobody", 0, 0, time.Second); err == nil {
			t.Error("nobody answers")
		}
		return nil
	})
	finish(t, r.lab)
}

// RFC 1812 §5.2.7: what a router says of packets that it cannot forward, and
// RFC 1122 §3.2.2: when it says nothing.
func TestRouterComplains(t *testing.T) {
	lab := host.NewLab(1)
	r := lab.Router("r")
	raw := lab.Raw(r.NIC(netip.MustParsePrefix("10.0.0.1/24")), wire(0))
	narrow := r.NIC(netip.MustParsePrefix("10.0.1.1/24"))
	narrow.SetMTU(600)
	far := lab.Raw(narrow, wire(0))
	packet := func(dst string, proto network.Protocol, ttl uint8, df bool, n int) network.IPv4Header {
		return network.IPv4Header{Src: netip.MustParseAddr("10.0.0.2"), Dst: netip.MustParseAddr(dst), Protocol: proto, TTL: ttl, DF: df, ID: uint16(n)}
	}
	tests := []struct {
		name      string
		h         network.IPv4Header
		n         int
		everybody bool
		want      network.Problem // what the sender hears; the zero Problem is nothing
		passes    int             // how many packets come out on the other side
	}{
		{"forwarded", packet("10.0.1.2", 17, 64, true, 1), 100, false, network.Problem{}, 1},
		{"in fragments", packet("10.0.1.2", 17, 64, false, 2), 1400, false, network.Problem{}, 3},
		{"too long and DF", packet("10.0.1.2", 17, 64, true, 3), 1400, false,
			network.Problem{Type: network.DestinationUnreachable, Code: network.FragmentationNeeded, MTU: 600}, 0},
		{"no route", packet("8.8.8.8", 17, 64, true, 4), 100, false,
			network.Problem{Type: network.DestinationUnreachable, Code: network.NetUnreachable}, 0},
		{"a protocol that nobody speaks here", packet("10.0.0.1", 17, 64, true, 5), 100, false,
			network.Problem{Type: network.DestinationUnreachable, Code: network.ProtocolUnreachable}, 0},
		{"a frame for everybody", packet("10.0.1.2", 17, 64, true, 6), 100, true, network.Problem{}, 0},
		{"a broadcast to another network", packet("10.0.1.255", 17, 64, true, 7), 100, false, network.Problem{}, 0},
		{"a group", packet("224.0.0.9", 17, 64, true, 8), 100, false, network.Problem{}, 0},
	}
	h := lab.Host("clock")
	h.NIC(netip.MustParsePrefix("10.0.9.1/24"))
	h.Go("clock", func() error {
		for _, tt := range tests {
			raw.Packets, far.Packets = nil, nil
			raw.Send(tt.h, make([]byte, tt.n), tt.everybody)
			h.Sleep(time.Second)
			if len(far.Packets) != tt.passes {
				t.Errorf("%s: %d packets pass, want %d", tt.name, len(far.Packets), tt.passes)
			}
			for _, p := range far.Packets {
				if p[8] != 63 {
					t.Errorf("%s: it leaves with a TTL of %d", tt.name, p[8])
				}
			}
			var got network.Problem
			for _, p := range raw.Packets {
				_, body, err := network.ParseIPv4(p)
				must(err)
				m, err := network.ParseICMP(body)
				must(err)
				got = network.Problem{Type: m.Type, Code: m.Code, MTU: m.MTU}
			}
			if got != tt.want {
				t.Errorf("%s: the sender hears %+v, want %+v", tt.name, got, tt.want)
			}
		}
		return nil
	})
	finish(t, lab)
}

// A packet that waited for ARP in vain is reported even if a broadcast was the
// last thing that came.
func TestUnreachableAfterABroadcast(t *testing.T) {
	r := newRouted()
	r.client.Go("client", func() error {
		c, err := r.client.Dial("udp", "203.0.113.99:9")
		must(err)
		must2(c.Write([]byte("hello")))
		r.client.Sleep(time.Second) // it waits at the router
		all, err := r.client.ListenPacket("udp", ":0")
		must(err)
		must2(all.WriteTo([]byte("hello all"), udpAddr("192.168.1.255:9")))
		must(c.SetReadDeadline(r.client.Now().Add(time.Minute)))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.EHOSTUNREACH) {
			t.Errorf("got %v, want EHOSTUNREACH", err)
		}
		return nil
	})
	finish(t, r.lab)
}

// RFC 1122 §3.3.2: a packet whose rest does not come is reported, if its first
// fragment came; a host reassembles what a router cut.
func TestReassemblyAtAHost(t *testing.T) {
	r := newRouted()
	r.outside.SetMTU(600)
	rest := 0
	r.r1.Filter("the last fragment of the second datagram", func(p []byte) bool {
		if p[9] == 17 && binary.BigEndian.Uint16(p[6:])&0x1fff == 0 {
			rest++
		}
		return false
	})
	var peer string
	r.echo(&peer)
	r.client.Go("client", func() error {
		c, err := r.client.Dial("udp", "server:7")
		must(err)
		want := bytes.Repeat([]byte("fragment"), 150)
		must2(c.Write(want))
		got := make([]byte, 2000)
		n, err := c.Read(got)
		if !bytes.Equal(got[:n], want) || err != nil {
			t.Errorf("%d bytes came back, %v", n, err)
		}
		return nil
	})
	finish(t, r.lab)
	if rest == 0 || r.happened("ip.fragmented") == 0 {
		t.Error("nothing was fragmented")
	}

	lab, h, raw, _ := stranger()
	h.Go("clock", func() error {
		raw.Send(network.IPv4Header{Src: there.Addr(), Dst: here.Addr(), Protocol: network.ProtocolUDP, MF: true, ID: 1}, make([]byte, 16), false)
		raw.Send(network.IPv4Header{Src: there.Addr(), Dst: here.Addr(), Protocol: network.ProtocolUDP, FragmentOffset: 16, ID: 2}, make([]byte, 16), false)
		h.Sleep(5 * time.Minute)
		if len(raw.Packets) != 1 {
			t.Fatalf("%d packets came back, want one error", len(raw.Packets))
		}
		_, body, err := network.ParseIPv4(raw.Packets[0])
		must(err)
		if m, err := network.ParseICMP(body); err != nil || m.Type != network.TimeExceeded || m.Code != network.ReassemblyExpired {
			t.Errorf("the error is %v, %v", m, err)
		}
		return nil
	})
	finish(t, lab)
}

// Routes that change are used by connections that stand.
func TestRouteChangesUnderAConnection(t *testing.T) {
	r := newRouted()
	second := r.lab.Router("r2")
	client2 := r.client.NIC(netip.MustParsePrefix("192.168.2.10/24"))
	r.lab.Connect(client2, second.NIC(netip.MustParsePrefix("192.168.2.1/24")), wire(0))
	server2 := r.server.NIC(netip.MustParsePrefix("203.0.114.80/24"))
	r.lab.Connect(second.NIC(netip.MustParsePrefix("203.0.114.1/24")), server2, wire(0))
	must(second.Route(netip.MustParsePrefix("203.0.113.80/32"), netip.MustParseAddr("203.0.114.80")))
	var peer string
	r.echo(&peer)
	r.client.Go("client", func() error {
		c, err := r.client.Dial("tcp", "server:7")
		must(err)
		roundtrip(t, c, "by the first router")
		before := r.lab.Links()[2].A().Counters().Sent
		must(r.client.Route(netip.MustParsePrefix("203.0.113.80/32"), netip.MustParseAddr("192.168.2.1")))
		roundtrip(t, c, "by the second router")
		if r.lab.Links()[2].A().Counters().Sent == before {
			t.Error("nothing was sent by the new route")
		}
		if err := r.client.Route(netip.MustParsePrefix("10.0.0.0/8"), netip.MustParseAddr("9.9.9.9")); !errors.Is(err, host.ErrNoInterface) {
			t.Errorf("a next hop on no network gives %v", err)
		}
		if n := len(r.client.Routes()); n != 4 {
			t.Errorf("there are %d routes, want 4", n)
		}
		return c.Close()
	})
	finish(t, r.lab)
}

// Mistakes of who builds a laboratory are named at once.
func TestBuildingMistakes(t *testing.T) {
	lab := host.NewLab(1)
	h := lab.Host("h")
	nic := h.NIC(netip.MustParsePrefix("10.0.0.1/24"))
	lab.Connect(nic, lab.Switch("s").Port(), wire(0))
	for name, build := range map[string]func(){
		"two devices of one name": func() { lab.Router("h") },
		"no name":                 func() { lab.Switch("") },
		"two cables in one NIC":   func() { lab.Connect(nic, lab.Switch("s2").Port(), wire(0)) },
		"an MTU of 67":            func() { nic.SetMTU(67) },
		"an IPv6 address":         func() { h.NIC(netip.MustParsePrefix("2001:db8::1/64")) },
		"no address":              func() { h.NIC(netip.Prefix{}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: nothing is said", name)
				}
			}()
			build()
		}()
	}
}

// A NIC without a cable sends into the void and says so.
func TestNoCable(t *testing.T) {
	lab := host.NewLab(1)
	rec := &trace.Recording{}
	lab.Log().Subscribe(rec)
	h := lab.Host("h")
	h.NIC(netip.MustParsePrefix("10.0.0.1/24"))
	h.Go("client", func() error {
		if _, err := h.Dial("tcp", "10.0.0.2:80"); !errors.Is(err, syscall.EHOSTUNREACH) {
			t.Errorf("dialling gives %v, want EHOSTUNREACH", err)
		}
		return nil
	})
	finish(t, lab)
	if len(rec.Find(trace.OfKind("frame.no-link"))) == 0 {
		t.Error("nothing is recorded")
	}
}

// A switch that does not know where a MAC is floods, and hosts ignore what is
// not for them (RFC 826 asks everybody, IEEE 802.1Q §8.8 floods).
func TestFloodedFramesAreIgnored(t *testing.T) {
	lab := host.NewLab(1)
	rec := &trace.Recording{}
	lab.Log().Subscribe(rec)
	s := lab.SwitchWith("s", datalink.TableConfig{Age: time.Second})
	var hosts []*host.Host
	for i, name := range []string{"a", "b", "c"} {
		h := lab.Host(name)
		lab.Connect(h.NIC(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(i + 1)}), 24)), s.Port(), wire(0))
		hosts = append(hosts, h)
	}
	s.Port() // without cable
	hosts[0].Go("client", func() error {
		if _, err := hosts[0].Ping("b", 10, 0, time.Second); err != nil {
			return err
		}
		hosts[0].Sleep(time.Minute - 2*time.Second) // ARP still knows, the switch has forgotten
		_, err := hosts[0].Ping("b", 10, 0, time.Second)
		return err
	})
	finish(t, lab)
	if n := len(rec.Find(trace.OfKind("frame.not-mine"))); n != 1 {
		t.Errorf("%d frames were ignored, want the one that was flooded", n)
	}
}

// A NAT whose ports are all in use refuses, and says so; what has no ports is
// refused too; an echo request to its own address is for itself.
func TestNATRefuses(t *testing.T) {
	r := newRouted()
	nat := r.r1.NAT(r.outside)
	nat.UsePorts(65535)
	var peer string
	r.echo(&peer)
	r.client.Go("client", func() error {
		for range 65535 - 49152 + 1 {
			must2(dialUDP(r.client, "server:7")) // each from a port of its own
			r.client.Sleep(100 * time.Microsecond)
		}
		c, err := r.client.ListenPacket("udp", ":1000")
		must(err)
		must2(c.WriteTo([]byte("one too many"), udpAddr("203.0.113.80:7")))
		r.client.Sleep(time.Second)
		if n := r.happened("nat.refused"); n != 1 {
			t.Errorf("%d packets were refused, want 1", n)
		}
		r.client.Sleep(3 * time.Minute) // they are forgotten
		must2(c.WriteTo([]byte("again"), udpAddr("203.0.113.80:7")))
		must(c.SetReadDeadline(r.client.Now().Add(time.Second)))
		if n, _, err := c.ReadFrom(make([]byte, 10)); n != 5 || err != nil {
			t.Errorf("after the idle time: %d bytes, %v", n, err)
		}
		if _, err := r.server.Ping("203.0.113.1", 10, 0, time.Second); err != nil {
			t.Errorf("the NAT's own address does not answer: %v", err)
		}
		must2(c.WriteTo(make([]byte, 3000), udpAddr("203.0.113.80:7")))
		r.client.Sleep(time.Minute)
		if n := r.happened("nat.refused"); n != 3 {
			t.Errorf("%d packets were refused, want the two later fragments too", n)
		}
		return nil
	})
	finish(t, r.lab)
}

func dialUDP(h *host.Host, address string) (int, error) {
	c, err := h.Dial("udp", address)
	if err != nil {
		return 0, err
	}
	return c.Write([]byte{1})
}

// A filter that answers: communication administratively prohibited is EHOSTUNREACH.
func TestFilterThatAnswers(t *testing.T) {
	r := newRouted()
	r.r1.Filter("a packet for port 23", func(p []byte) bool { return p[9] == 6 && p[23] == 23 }).Answer = true
	r.client.Go("client", func() error {
		_, err := r.client.Dial("tcp", "server:23")
		if !errors.Is(err, syscall.EHOSTUNREACH) {
			t.Errorf("dialling gives %v, want EHOSTUNREACH", err)
		}
		return nil
	})
	finish(t, r.lab)
}
