package host_test

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// routed is client - r1 - server, with a record of what happens.
type routed struct {
	lab            *host.Lab
	client, server *host.Host
	r1             *host.Router
	outside        *host.NIC
	rec            *trace.Recording
}

func newRouted() *routed {
	r := &routed{lab: host.NewLab(1), rec: &trace.Recording{}}
	r.lab.Log().Subscribe(r.rec)
	r.client, r.server, r.r1 = r.lab.Host("client"), r.lab.Host("server"), r.lab.Router("r1")
	r.lab.Connect(r.client.NIC(netip.MustParsePrefix("192.168.1.10/24")), r.r1.NIC(netip.MustParsePrefix("192.168.1.1/24")), wire(time.Millisecond))
	r.outside = r.r1.NIC(netip.MustParsePrefix("203.0.113.1/24"))
	r.lab.Connect(r.outside, r.server.NIC(netip.MustParsePrefix("203.0.113.80/24")), wire(time.Millisecond))
	must(r.client.Gateway(netip.MustParseAddr("192.168.1.1")))
	must(r.server.Gateway(netip.MustParseAddr("203.0.113.1")))
	return r
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (r *routed) happened(id string) int { return len(r.rec.Find(trace.OfKind(id))) }

// echo serves TCP and UDP and keeps the address of the last peer.
func (r *routed) echo(peer *string) {
	r.server.Background("tcp", func() error {
		l, err := r.server.Listen("tcp", ":7")
		if err != nil {
			return err
		}
		for {
			c, err := l.Accept()
			if err != nil {
				return err
			}
			*peer = c.RemoteAddr().String()
			r.server.Background("one", func() error { _, err := io.Copy(c, c); c.Close(); return err })
		}
	})
	r.server.Background("udp", func() error {
		c, err := r.server.ListenPacket("udp", ":7")
		if err != nil {
			return err
		}
		buf := make([]byte, 2000)
		for {
			n, from, err := c.ReadFrom(buf)
			if err != nil {
				return err
			}
			*peer = from.String()
			if _, err := c.WriteTo(buf[:n], from); err != nil {
				return err
			}
		}
	})
}

func roundtrip(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Errorf("write: %v", err)
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != text {
		t.Errorf("%q came back (%v), want %q", got, err, text)
	}
}

// RFC 3022 §2.2: outside, the private host is known by the router's address
// and a port of its own.
func TestNATTranslatesBothWays(t *testing.T) {
	r := newRouted()
	r.r1.NAT(r.outside)
	var peer string
	r.echo(&peer)
	r.client.Go("client", func() error {
		for _, network := range []string{"tcp", "udp"} {
			c, err := r.client.Dial(network, "server:7")
			if err != nil {
				return err
			}
			roundtrip(t, c, "through the wall")
			if addr := netip.MustParseAddrPort(peer); addr.Addr() != netip.MustParseAddr("203.0.113.1") {
				t.Errorf("over %s the server sees %v, want the router's address", network, addr)
			}
			c.Close()
		}
		_, err := r.client.Ping("server", 10, 0, time.Second)
		return err
	})
	if err := r.lab.Run(); err != nil {
		t.Fatal(err)
	}
	if n := r.happened("tcp.bad-checksum") + r.happened("udp.bad-checksum") + r.happened("ip.bad-checksum"); n != 0 {
		t.Errorf("%d checksums are wrong behind the NAT", n)
	}
}

// RFC 4787 §4.3: an unused translation is forgotten, and packets from outside
// then reach nobody.
func TestNATForgets(t *testing.T) {
	r := newRouted()
	nat := r.r1.NAT(r.outside)
	nat.IdleUDP = 30 * time.Second
	r.server.Background("late", func() error {
		c, err := r.server.ListenPacket("udp", ":7")
		if err != nil {
			return err
		}
		_, from, err := c.ReadFrom(make([]byte, 10))
		if err != nil {
			return err
		}
		r.server.Sleep(31 * time.Second)
		_, err = c.WriteTo([]byte("too late"), from)
		return err
	})
	r.client.Go("client", func() error {
		c, err := r.client.Dial("udp", "server:7")
		if err != nil {
			return err
		}
		must2(c.Write([]byte("hello")))
		must(c.SetReadDeadline(r.client.Now().Add(time.Minute)))
		if _, err := c.Read(make([]byte, 10)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the late answer gives %v, want a deadline that passes", err)
		}
		return nil
	})
	if err := r.lab.Run(); err != nil {
		t.Fatal(err)
	}
	if r.happened("nat.forgot") != 1 || r.happened("nat.unknown") != 1 {
		t.Errorf("forgot %d translations and dropped %d packets, want 1 and 1", r.happened("nat.forgot"), r.happened("nat.unknown"))
	}
}

// A filter that drops a class of packets, silently or with an answer
// (RFC 1812 §5.2.7.1, code 13).
func TestFilter(t *testing.T) {
	for _, answer := range []bool{false, true} {
		r := newRouted()
		icmp, err := host.Class("icmp")
		if err != nil {
			t.Fatal(err)
		}
		r.r1.Filter(icmp.Meaning, icmp.MatchesPacket).Answer = answer
		r.client.Go("client", func() error {
			_, err := r.client.Ping("server", 10, 0, time.Second)
			var said *host.ICMPError
			if answer && (!errors.As(err, &said) || said.Message.Code != network.AdminProhibited) {
				t.Errorf("the ping ends with %v, want administratively prohibited", err)
			}
			if !answer && !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the ping ends with %v, want a deadline that passes", err)
			}
			return nil
		})
		if err := r.lab.Run(); err != nil {
			t.Fatal(err)
		}
		if r.happened("filter.dropped") != 1 {
			t.Errorf("%d packets were filtered, want 1", r.happened("filter.dropped"))
		}
	}
}

// Stone & Partridge 2000: what is damaged in a router's memory gets a new FCS;
// a flipped bit is left to the TCP checksum, an exchange of words to nobody.
func TestCorruptionInMemory(t *testing.T) {
	data, err := host.Class("tcp.data")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		damage   func(at int) host.Damage
		received string
		dropped  int
	}{
		{"a flipped bit", func(at int) host.Damage { return host.Damage{At: at, Mask: 1} }, "abcdefgh", 1},
		{"two words exchanged", func(at int) host.Damage { return host.Damage{At: at, With: at + 4, Swap: true} }, "efcdabgh", 0},
	} {
		r := newRouted()
		struck := false
		r.r1.Corrupt(func(packet []byte) host.Damage {
			at, ok := host.PacketPayloadOffset(packet)
			if struck || !ok || !data.MatchesPacket(packet) {
				return host.Damage{}
			}
			struck = true
			return c.damage(at)
		})
		var got []byte
		r.server.Go("server", func() error {
			l, err := r.server.Listen("tcp", ":80")
			if err != nil {
				return err
			}
			conn, err := l.Accept()
			if err != nil {
				return err
			}
			got, err = io.ReadAll(conn)
			conn.Close()
			return err
		})
		r.client.Go("client", func() error {
			conn, err := r.client.Dial("tcp", "server:80")
			if err != nil {
				return err
			}
			if _, err := io.WriteString(conn, "abcdefgh"); err != nil {
				return err
			}
			return conn.Close()
		})
		if err := r.lab.Run(); err != nil {
			t.Fatal(err)
		}
		if string(got) != c.received || r.happened("tcp.bad-checksum") != c.dropped || r.happened("frame.bad-fcs") != 0 {
			t.Errorf("%s: %q arrived, %d segments failed TCP's checksum, want %q and %d", c.name, got, r.happened("tcp.bad-checksum"), c.received, c.dropped)
		}
	}
}

// A call from a goroutine that is no program of the laboratory is refused with
// a text that says so, and the run reports it.
func TestForeignGoroutine(t *testing.T) {
	lab, client, _ := smallNetwork(1)
	var fromOutside error
	client.Go("client", func() error {
		done := make(chan struct{})
		go func() {
			_, fromOutside = client.Dial("tcp", "server:80")
			close(done)
		}()
		<-done
		return nil
	})
	err := lab.Run()
	var foreign *sim.ForeignGoroutineError
	if !errors.As(fromOutside, &foreign) || !errors.As(err, &foreign) {
		t.Errorf("the call gives %v and the run %v, want a *sim.ForeignGoroutineError from both", fromOutside, err)
	}
}
