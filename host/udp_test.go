package host_test

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/trace"
	"github.com/packetwalk/packetwalk/udp"
)

func udpAddr(s string) net.Addr { return net.UDPAddrFromAddrPort(netip.MustParseAddrPort(s)) }

// What a UDP socket refuses, in the words of the standard library.
func TestUDPErrors(t *testing.T) {
	lab, h, _, _ := stranger()
	h.Go("client", func() error {
		free, err := h.ListenPacket("udp", ":5000")
		must(err)
		home, err := h.ListenPacket("udp", "127.0.0.1:5001")
		must(err)
		connected, err := h.Dial("udp", "10.0.0.2:9")
		must(err)
		h.UsePorts(50000)
		one := []byte{1}
		for _, c := range []struct {
			call func() (int, error)
			is   error
			text string
		}{
			{func() (int, error) { return free.(*host.UDPConn).Write(one) }, syscall.EDESTADDRREQ,
				"write udp 0.0.0.0:5000: write: destination address required"},
			{func() (int, error) { return free.WriteTo(make([]byte, udp.MaxPayload+1), udpAddr("10.0.0.2:9")) }, syscall.EMSGSIZE,
				"write udp 0.0.0.0:5000->10.0.0.2:9: sendto: message too long"},
			{func() (int, error) { return free.WriteTo(one, udpAddr("10.0.0.2:0")) }, syscall.EINVAL,
				"write udp 0.0.0.0:5000->10.0.0.2:0: sendto: invalid argument"},
			{func() (int, error) { return free.WriteTo(one, udpAddr("10.9.9.9:9")) }, syscall.ENETUNREACH,
				"write udp 0.0.0.0:5000->10.9.9.9:9: sendto: network is unreachable"},
			{func() (int, error) { return free.WriteTo(one, nil) }, syscall.EINVAL, "write udp 0.0.0.0:5000: invalid argument"},
			{func() (int, error) { return free.WriteTo(one, &net.TCPAddr{}) }, syscall.EINVAL, "write udp 0.0.0.0:5000->:0: invalid argument"},
			{func() (int, error) { return home.WriteTo(one, udpAddr("10.0.0.2:9")) }, syscall.EINVAL,
				"write udp 127.0.0.1:5001->10.0.0.2:9: sendto: invalid argument"},
			{func() (int, error) { return connected.(net.PacketConn).WriteTo(one, udpAddr("10.0.0.3:9")) }, net.ErrWriteToConnected,
				"write udp 10.0.0.1:49152->10.0.0.3:9: use of WriteTo with pre-connected connection"},
		} {
			n, err := c.call()
			wantOpError(t, err, c.is, c.text)
			if n != 0 {
				t.Errorf("%d bytes were written all the same", n)
			}
		}
		if n, err := free.WriteTo(make([]byte, udp.MaxPayload), udpAddr("10.0.0.2:9")); n != udp.MaxPayload || err != nil {
			t.Errorf("the largest datagram: %d, %v", n, err)
		}
		if connected.RemoteAddr().String() != "10.0.0.2:9" || free.(*host.UDPConn).RemoteAddr() != nil {
			t.Error("the peers are not what they should be")
		}
		must(connected.Close())
		_, err = connected.Write(one)
		wantOpError(t, err, net.ErrClosed, "write udp 10.0.0.1:49152->10.0.0.2:9: use of closed network connection")
		_, err = connected.Read(one)
		wantOpError(t, err, net.ErrClosed, "read udp 10.0.0.1:49152->10.0.0.2:9: use of closed network connection")
		wantOpError(t, connected.Close(), net.ErrClosed, "close udp 10.0.0.1:49152->10.0.0.2:9: use of closed network connection")
		return nil
	})
	finish(t, lab)
}

// RFC 1122 §4.1.3.3: an ICMP error reaches the connected socket that it is
// about, once, by whatever call comes first. An unconnected one hears nothing.
func TestUDPIsToldOnce(t *testing.T) {
	r := newRouted()
	r.client.Go("client", func() error {
		c, err := r.client.Dial("udp", "server:9")
		must(err)
		buf := make([]byte, 10)
		for _, call := range []func([]byte) (int, error){c.Read, c.Write} {
			must2(c.Write([]byte("anybody?")))
			r.client.Sleep(time.Second)
			_, err := call(buf)
			var icmp *host.ICMPError
			if !errors.Is(err, syscall.ECONNREFUSED) || !errors.As(err, &icmp) || icmp.From.String() != "203.0.113.80" {
				t.Errorf("the first call gives %v, want port unreachable, from the server", err)
			}
			must(c.SetReadDeadline(r.client.Now().Add(time.Second)))
			if _, err := c.Read(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the second call gives %v, want a timeout", err)
			}
			must(c.SetReadDeadline(time.Time{}))
		}
		free, err := r.client.ListenPacket("udp", ":0")
		must(err)
		must2(free.WriteTo([]byte("anybody?"), udpAddr("203.0.113.80:9")))
		must(free.SetReadDeadline(r.client.Now().Add(time.Second)))
		if _, _, err := free.ReadFrom(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("an unconnected socket hears %v, want a timeout", err)
		}
		far, err := r.client.Dial("udp", "203.0.113.99:9")
		must(err)
		must2(far.Write([]byte("anybody?")))
		if _, err := far.Read(buf); !errors.Is(err, syscall.EHOSTUNREACH) {
			t.Errorf("a host that is not there: %v, want EHOSTUNREACH", err)
		}
		return nil
	})
	finish(t, r.lab)
}

func must2[T any](_ T, err error) { must(err) }

// A TTL that runs out says nothing of the port (as Linux has it).
func TestUDPIgnoresTimeExceeded(t *testing.T) {
	lab, h, raw, _ := stranger()
	raw.OnPacket = func(packet []byte) {
		raw.SendICMP(netip.MustParseAddr("10.0.0.9"), here.Addr(), network.ICMPMessage{Type: network.TimeExceeded, Data: packet[:28]})
	}
	h.Go("client", func() error {
		c, err := h.Dial("udp", "10.0.0.2:9")
		must(err)
		must2(c.Write([]byte("round and round")))
		must(c.SetDeadline(h.Now().Add(time.Second)))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the read gives %v, want a timeout", err)
		}
		return nil
	})
	finish(t, lab)
}

// Deadlines: of reads while they wait, of writes beforehand.
func TestUDPDeadlines(t *testing.T) {
	lab, h, _, _ := stranger()
	h.Go("client", func() error {
		c, err := h.Dial("udp", "10.0.0.2:9")
		must(err)
		at := h.Now().Add(time.Minute)
		must(c.SetReadDeadline(at))
		_, err = c.Read(make([]byte, 1))
		wantOpError(t, err, os.ErrDeadlineExceeded, "read udp 10.0.0.1:49152->10.0.0.2:9: i/o timeout")
		if !h.Now().Equal(at) {
			t.Errorf("the read ended at %v, want %v", h.Now(), at)
		}
		must2(c.Write([]byte{1}))
		must(c.SetWriteDeadline(at))
		if _, err := c.Write([]byte{1}); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a late write gives %v", err)
		}
		if c.SetWriteDeadline(time.Now()) == nil || c.SetDeadline(time.Now()) == nil {
			t.Error("a deadline of the wall clock is accepted")
		}
		must(c.SetDeadline(time.Time{}))
		must2(c.Write([]byte{1}))
		h.Background("closer", func() error { h.Sleep(time.Second); return c.Close() })
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a read that waits while the socket is closed gives %v", err)
		}
		return nil
	})
	finish(t, lab)
}

// A datagram goes to the socket that names most of it (RFC 768; as on Linux),
// and a reader gets its beginning if it asks for less.
func TestUDPSockets(t *testing.T) {
	pair(t, func(p *ends) {
		any, err := p.b.ListenPacket("udp", ":53")
		must(err)
		to := udpAddr("10.0.0.2:53")
		from, err := p.a.ListenPacket("udp", ":5000")
		must(err)
		other, err := p.a.ListenPacket("udp", ":5001")
		must(err)
		p.b.UsePorts(53) // a connected socket beside the other, as fork and connect make it
		connected, err := p.b.Dial("udp", "10.0.0.1:5000")
		must(err)
		if got := connected.LocalAddr().String(); got == "10.0.0.2:53" {
			t.Errorf("a port in use was picked: %s", got)
		}
		must2(other.WriteTo([]byte("for any"), to))
		must2(from.WriteTo([]byte("for the connected one"), connected.LocalAddr()))
		must2(other.WriteTo([]byte("for nobody"), connected.LocalAddr()))
		buf := make([]byte, 7)
		n, peer, err := any.ReadFrom(buf)
		if string(buf[:n]) != "for any" || peer.String() != "10.0.0.1:5001" || err != nil {
			t.Errorf("%q from %v, %v", buf[:n], peer, err)
		}
		if n, err := connected.Read(buf); string(buf[:n]) != "for the" || err != nil {
			t.Errorf("%q, %v", buf[:n], err)
		}
		must(connected.SetReadDeadline(p.in(time.Second)))
		_, err = connected.Read(buf)
		p.wantTimeout("a stranger's datagram", err)
		must2(other.WriteTo(nil, to))
		if n, _, err := any.ReadFrom(buf); n != 0 || err != nil {
			t.Errorf("an empty datagram: %d, %v", n, err)
		}
	})
}

// Broadcasts reach sockets for any address and nobody complains about them
// (RFC 1122 §3.2.2: no ICMP error about what was for many).
func TestUDPBroadcast(t *testing.T) {
	for _, to := range []string{"10.0.0.255", "255.255.255.255"} {
		pair(t, func(p *ends) {
			rec := &trace.Recording{}
			p.lab.Log().Subscribe(rec)
			any, err := p.b.ListenPacket("udp", ":67")
			must(err)
			one, err := p.b.ListenPacket("udp", "10.0.0.2:68")
			must(err)
			from, err := p.a.ListenPacket("udp", ":5000")
			must(err)
			for _, port := range []string{":67", ":68", ":69"} {
				must2(from.WriteTo([]byte("hello all"), udpAddr(to+port)))
			}
			buf := make([]byte, 20)
			n, peer, err := any.ReadFrom(buf)
			if string(buf[:n]) != "hello all" || peer.String() != "10.0.0.1:5000" || err != nil {
				t.Errorf("%q from %v, %v", buf[:n], peer, err)
			}
			must(one.SetReadDeadline(p.in(time.Second)))
			_, _, err = one.ReadFrom(buf)
			p.wantTimeout("a socket for one address", err)
			if len(rec.Find(trace.OfKind("icmp.sent"))) != 0 || len(rec.Find(trace.OfKind("icmp.withheld"))) == 0 {
				t.Error("a broadcast was answered with an ICMP error")
			}
		})
	}
}

// To nobody in particular is to oneself.
func TestUDPToOneself(t *testing.T) {
	lab, h, raw, _ := stranger()
	h.Go("client", func() error {
		c, err := h.ListenPacket("udp", ":53")
		must(err)
		buf := make([]byte, 10)
		for _, to := range []string{"0.0.0.0:53", "127.0.0.1:53", "127.9.9.9:53", "10.0.0.1:53"} {
			must2(c.WriteTo([]byte("me"), udpAddr(to)))
			if n, _, err := c.ReadFrom(buf); string(buf[:n]) != "me" || err != nil {
				t.Errorf("to %s: %q, %v", to, buf[:n], err)
			}
		}
		return nil
	})
	finish(t, lab)
	if len(raw.Packets) != 0 {
		t.Errorf("%d packets left the host", len(raw.Packets))
	}
}
