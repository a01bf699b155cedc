package host_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// finish runs the laboratory to its end and looks for frames that were lent and
// not given back. (A frame that is in flight at the end has not got lost: the
// run goes on until the wires are quiet.)
func finish(t *testing.T, lab *host.Lab) {
	t.Helper()
	if err := lab.Run(); err != nil {
		t.Fatal(err)
	}
	if n := lab.FramesOut(); n != 0 {
		t.Errorf("%d frames were not given back", n)
	}
}

// wantOpError checks an error's dress: that of the standard library.
func wantOpError(t *testing.T, err error, is error, text string) {
	t.Helper()
	var op *net.OpError
	if !errors.As(err, &op) || !errors.Is(err, is) || err.Error() != text {
		t.Errorf("got %v\nwant %s, a *net.OpError that is %v", err, text, is)
	}
}

// Every way in which dialling fails.
func TestDialErrors(t *testing.T) {
	r := newRouted()
	lonely := r.lab.Host("lonely")
	r.lab.Raw(lonely.NIC(netip.MustParsePrefix("172.16.0.1/16")), wire(0))
	r.r1.Filter("telnet", func(p []byte) bool { return len(p) > 23 && p[9] == 6 && p[23] == 23 })
	done, cancel := context.WithCancel(context.Background())
	cancel()
	r.client.Go("client", func() error {
		dial := r.client.Dial
		for _, c := range []struct {
			network, address string
			is               error
			text             string
		}{
			{"tcp", "server:81", syscall.ECONNREFUSED, "dial tcp 203.0.113.80:81: connect: connection refused"},
			{"tcp", "203.0.113.99:80", syscall.EHOSTUNREACH, "dial tcp 203.0.113.99:80: connect: 192.168.1.1 says: host unreachable"},
			{"tcp", "192.168.1.99:80", syscall.EHOSTUNREACH, "dial tcp 192.168.1.99:80: connect: 192.168.1.10 says: host unreachable"},
			{"tcp", "8.8.8.8:80", syscall.ENETUNREACH, "dial tcp 8.8.8.8:80: connect: 192.168.1.1 says: network unreachable"},
			{"tcp", "server:23", syscall.ETIMEDOUT, "dial tcp 203.0.113.80:23: connect: connection timed out"},
			{"tcp", "192.168.1.255:80", syscall.ENETUNREACH, "dial tcp 192.168.1.255:80: connect: network is unreachable"},
			{"tcp", "224.0.0.1:80", syscall.ENETUNREACH, "dial tcp 224.0.0.1:80: connect: network is unreachable"},
			{"tcp", "[2001:db8::1]:80", syscall.ENETUNREACH, "dial tcp [2001:db8::1]:80: connect: network is unreachable"},
			{"udp", "[2001:db8::1]:80", syscall.ENETUNREACH, "dial udp [2001:db8::1]:80: connect: network is unreachable"},
		} {
			conn, err := dial(c.network, c.address)
			wantOpError(t, err, c.is, c.text)
			if conn != nil {
				t.Errorf("dialling %s gives an error and a connection", c.address)
			}
			var op *net.OpError
			if errors.As(err, &op) && (op.Source != nil || op.Addr == nil) {
				t.Errorf("dialling %s: source %v, address %v; want none, and whom", c.address, op.Source, op.Addr)
			}
		}
		_, err := lonely.Dial("tcp", "203.0.113.80:80")
		wantOpError(t, err, syscall.ENETUNREACH, "dial tcp 203.0.113.80:80: connect: network is unreachable")
		_, err = r.client.DialTimeout("tcp", "server:23", time.Second)
		wantOpError(t, err, os.ErrDeadlineExceeded, "dial tcp 203.0.113.80:23: i/o timeout")
		if !host.Timeout(err) {
			t.Error("a dial that takes too long is no timeout")
		}
		_, err = r.client.DialContext(done, "tcp", "server:80")
		wantOpError(t, err, context.Canceled, "dial tcp: context canceled")
		for _, c := range []struct{ network, address, text string }{
			{"tcp6", "server:80", "dial tcp6: unknown network tcp6 (a simulated host speaks tcp and tcp4 here)"},
			{"tcp", "nobody:80", "dial tcp: lookup nobody: no such host"},
			{"tcp", "server", "dial tcp: address server: missing port in address"},
			{"tcp", "server:http", "dial tcp: address server:http: port must be a number from 0 to 65535"},
			{"tcp", "server:65536", "dial tcp: address server:65536: port must be a number from 0 to 65535"},
		} {
			if _, err := dial(c.network, c.address); err == nil || err.Error() != c.text {
				t.Errorf("got %v, want %s", err, c.text)
			}
		}
		if n := r.client.Connections(); n != 0 {
			t.Errorf("%d failed connections are still in the table", n)
		}
		return nil
	})
	finish(t, r.lab)
}

// What ICMP said can be asked for, with whoever said it.
func TestDialErrorNamesTheRouter(t *testing.T) {
	r := newRouted()
	r.client.Go("client", func() error {
		_, err := r.client.Dial("tcp", "8.8.8.8:80")
		var icmp *host.ICMPError
		if !errors.As(err, &icmp) || icmp.From != netip.MustParseAddr("192.168.1.1") || icmp.Message.Code != network.NetUnreachable {
			t.Errorf("dialling gives %v, want an *ICMPError of the router", err)
		}
		return nil
	})
	finish(t, r.lab)
}

// A timeout that is over sends nothing; one of zero is none (package net).
func TestDialTimeoutThatIsOver(t *testing.T) {
	r := newRouted()
	r.client.Go("client", func() error {
		_, err := r.client.DialTimeout("tcp", "server:80", -1)
		wantOpError(t, err, os.ErrDeadlineExceeded, "dial tcp 203.0.113.80:80: i/o timeout")
		past, cancel := context.WithDeadline(context.Background(), sim.Epoch)
		defer cancel()
		if _, err := r.client.DialContext(past, "tcp", "server:80"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("dialling with a context that is over gives %v", err)
		}
		if len(r.rec.Frames) != 0 {
			t.Errorf("%d frames were sent all the same", len(r.rec.Frames))
		}
		if _, err := r.client.DialTimeout("tcp", "server:81", 0); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("a timeout of zero gives %v, want to wait for the RST", err)
		}
		return nil
	})
	finish(t, r.lab)
}

// Package net: an empty or unspecified host is this one.
func TestDialNobodyInParticular(t *testing.T) {
	for _, address := range []string{":80", "0.0.0.0:80"} {
		r := newRouted()
		r.client.Background("server", func() error {
			l, err := r.client.Listen("tcp", ":80")
			if err != nil {
				return err
			}
			c, err := l.Accept()
			if err != nil {
				return err
			}
			return c.Close()
		})
		r.client.Go("client", func() error {
			c, err := r.client.Dial("tcp", address)
			if err != nil {
				return err
			}
			if got := c.RemoteAddr().String(); got != "127.0.0.1:80" {
				t.Errorf("dialling %s connects to %s", address, got)
			}
			_, err = io.ReadAll(c)
			c.Close()
			return err
		})
		finish(t, r.lab)
	}
}

// A port that is called is never the calling port of the same address too: TCP
// would connect to itself.
func TestDialIsNotOneself(t *testing.T) {
	r := newRouted()
	r.client.Go("client", func() error {
		r.client.UsePorts(50000)
		if _, err := r.client.Dial("tcp", "client:50000"); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dialling a free port of one's own gives %v, want ECONNREFUSED", err)
		}
		return nil
	})
	finish(t, r.lab)
}

// Ports run out, and come round again when they are given back.
func TestPortsRunOut(t *testing.T) {
	r := newRouted()
	r.client.Go("client", func() error {
		first, err := r.client.Dial("udp", "server:9")
		if err != nil {
			return err
		}
		for range 65535 - 49152 {
			if _, err := r.client.Dial("udp", "server:9"); err != nil {
				return err
			}
		}
		_, err = r.client.Dial("udp", "server:9")
		wantOpError(t, err, syscall.EADDRNOTAVAIL, "dial udp 203.0.113.80:9: connect: cannot assign requested address")
		if _, err := r.client.Dial("udp", "server:10"); err != nil {
			t.Errorf("another peer: %v", err)
		}
		first.Close()
		if again, err := r.client.Dial("udp", "server:9"); err != nil || again.LocalAddr().String() != first.LocalAddr().String() {
			t.Errorf("after a port was given back: %v", err)
		}
		return nil
	})
	finish(t, r.lab)
}

// A program's thread of causes: what it writes after Dial follows from the
// SYN,ACK, and what a full buffer kept back from the ACK that made room. No
// segment is without a cause.
func TestCausesRunThroughSockets(t *testing.T) {
	r := newRouted()
	r.client.TCP.SendBuffer = 4096
	r.server.Background("sink", func() error {
		l, err := r.server.Listen("tcp", ":9")
		if err != nil {
			return err
		}
		c, err := l.Accept()
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, c)
		return err
	})
	r.client.Go("client", func() error {
		c, err := r.client.Dial("tcp", "server:9")
		if err != nil {
			return err
		}
		must2(c.Write(make([]byte, 20_000)))
		return c.Close()
	})
	finish(t, r.lab)
	write := r.rec.Find(trace.OfKind("socket.write"))[0]
	if why := r.frame(write.Cause); why == nil || why.Direction != trace.Received || why.Interface.Node != "client" {
		t.Errorf("the write follows from %+v, want the SYN,ACK's arrival", why)
	}
	for _, sent := range r.rec.Find(trace.OfKind(host.EventSent.ID)) {
		if sent.Cause == 0 {
			t.Errorf("nothing led to %q", sent.Sentence())
		}
	}
}

func (r *routed) frame(id trace.ID) *trace.Frame {
	for i := range r.rec.Frames {
		if r.rec.Frames[i].ID == id {
			return &r.rec.Frames[i]
		}
	}
	return nil
}
