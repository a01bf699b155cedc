package host_test

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/tcp"
	"github.com/packetwalk/packetwalk/trace"
)

// Who may listen where: as on Linux, with SO_REUSEADDR, which Go sets.
func TestListenErrors(t *testing.T) {
	lab, h, _, _ := stranger()
	h.Go("server", func() error {
		for _, network := range []string{"tcp", "udp"} {
			open := func(address string) error {
				if network == "tcp" {
					_, err := h.Listen(network, address)
					return err
				}
				_, err := h.ListenPacket(network, address)
				return err
			}
			for _, c := range []struct {
				address, text string
				is            error
			}{
				{":80", "", nil},
				{":80", "listen " + network + " 0.0.0.0:80: bind: address already in use", syscall.EADDRINUSE},
				{"10.0.0.1:80", "listen " + network + " 10.0.0.1:80: bind: address already in use", syscall.EADDRINUSE},
				{"10.0.0.1:81", "", nil},
				{"127.0.0.1:81", "", nil},
				{"127.0.0.1:81", "listen " + network + " 127.0.0.1:81: bind: address already in use", syscall.EADDRINUSE},
				{":81", "listen " + network + " 0.0.0.0:81: bind: address already in use", syscall.EADDRINUSE},
				{"10.0.0.2:80", "listen " + network + " 10.0.0.2:80: bind: cannot assign requested address", syscall.EADDRNOTAVAIL},
			} {
				err := open(c.address)
				if c.is != nil {
					wantOpError(t, err, c.is, c.text)
				} else if err != nil {
					t.Errorf("listening on %s gives %v", c.address, err)
				}
			}
			if err := open("server"); err == nil {
				t.Error("listening without a port succeeds")
			}
			var unknown net.UnknownNetworkError
			if network += "6"; !errors.As(open(":90"), &unknown) {
				t.Errorf("listening on %s succeeds", network)
			}
		}
		h.UsePorts(60000)
		a, err := h.Listen("tcp", ":0")
		must(err)
		h.UsePorts(60000)
		b, err := h.Listen("tcp", "10.0.0.1:0")
		must(err)
		if a.Addr().String() != "0.0.0.0:60000" || b.Addr().String() != "10.0.0.1:60001" {
			t.Errorf("the ports picked are %v and %v", a.Addr(), b.Addr())
		}
		return nil
	})
	finish(t, lab)
}

// A deadline that has passed fails Accept even if somebody waits (package
// poll); one that is lifted does not lose who waits.
func TestAcceptDeadline(t *testing.T) {
	pair(t, func(p *ends) {
		l, err := p.b.Listen("tcp", ":81")
		must(err)
		c, err := p.a.Dial("tcp", "b:81")
		must(err)
		p.a.Sleep(time.Second)
		must(l.(*host.Listener).SetDeadline(p.in(0)))
		_, err = l.Accept()
		wantOpError(t, err, os.ErrDeadlineExceeded, "accept tcp 0.0.0.0:81: i/o timeout")
		must(l.(*host.Listener).SetDeadline(time.Time{}))
		accepted, err := l.Accept()
		if err != nil || accepted.RemoteAddr().String() != c.LocalAddr().String() {
			t.Errorf("accepted %v, %v", accepted, err)
		}
		at := p.in(time.Minute)
		must(l.(*host.Listener).SetDeadline(at))
		_, err = l.Accept()
		p.wantTimeout("accept", err)
		if !p.a.Now().Equal(at) {
			t.Errorf("Accept ends at %v, want %v", p.a.Now(), at)
		}
		if err := l.(*host.Listener).SetDeadline(time.Now()); err == nil {
			t.Error("a deadline of the wall clock is accepted")
		}
	})
}

// Close ends Accept, resets who was not accepted, and lets nobody else in.
func TestCloseOfAListener(t *testing.T) {
	pair(t, func(p *ends) {
		l, err := p.b.Listen("tcp", ":81")
		must(err)
		p.together(
			func() {
				p.a.Sleep(time.Second)
				p.wantNoError("close", l.Close())
				wantOpError(t, l.Close(), net.ErrClosed, "close tcp 0.0.0.0:81: use of closed network connection")
				p.want("set a deadline", l.(*host.Listener).SetDeadline(time.Time{}), net.ErrClosed)
			},
			func() {
				_, err := l.Accept()
				wantOpError(t, err, net.ErrClosed, "accept tcp 0.0.0.0:81: use of closed network connection")
			},
		)
		_, err = p.a.Dial("tcp", "b:81")
		p.want("dial", err, syscall.ECONNREFUSED)

		l, err = p.b.Listen("tcp", ":81") // the port is free again
		must(err)
		c, err := p.a.Dial("tcp", "b:81")
		must(err)
		p.a.Sleep(time.Second)
		p.wantNoError("close", l.Close())
		_, err = c.Read(make([]byte, 1))
		p.want("read", err, syscall.ECONNRESET)
		_, err = l.Accept()
		p.want("accept", err, net.ErrClosed)
	})
}

// A connection in SYN-RECEIVED outlives its listener only until it would be
// established.
func TestCloseOfAListenerDuringAHandshake(t *testing.T) {
	lab, h, raw, _ := stranger()
	h.Go("server", func() error {
		l, err := h.Listen("tcp", ":80")
		must(err)
		raw.SendSegment(there, here, tcp.Segment{SEQ: 100, Flags: tcp.SYN, WND: 1000}, false)
		h.Sleep(100 * time.Millisecond)
		must(l.Close())
		synAck := raw.Segments()[0]
		raw.SendSegment(there, here, tcp.Segment{SEQ: 101, ACK: synAck.SEQ + 1, Flags: tcp.ACK, WND: 1000}, false)
		h.Sleep(100 * time.Millisecond)
		if last := raw.Segments()[len(raw.Segments())-1]; last.Flags&tcp.RST == 0 || h.Connections() != 0 {
			t.Errorf("the ACK is answered with %v, %d connections are left", last.Flags, h.Connections())
		}
		return nil
	})
	finish(t, lab)
}

// RFC 9293 §3.10.7.4, second check in SYN-RECEIVED: a RST takes the connection
// back to LISTEN, and its place in the backlog is free.
func TestBacklog(t *testing.T) {
	lab, h, raw, rec := stranger()
	h.Backlog = 2
	h.Go("server", func() error {
		l, err := h.Listen("tcp", ":80")
		must(err)
		syn := func(port uint16) {
			raw.SendSegment(netip.AddrPortFrom(there.Addr(), port), here, tcp.Segment{SEQ: 100, Flags: tcp.SYN, WND: 1000}, false)
			h.Sleep(10 * time.Millisecond)
		}
		for port := range uint16(3) {
			syn(4000 + port)
		}
		if h.Connections() != 2 || len(rec.Find(trace.OfKind("tcp.backlog-full"))) != 1 {
			t.Errorf("%d connections, %d drops; want 2 and 1", h.Connections(), len(rec.Find(trace.OfKind("tcp.backlog-full"))))
		}
		raw.SendSegment(netip.AddrPortFrom(there.Addr(), 4000), here, tcp.Segment{SEQ: 101, Flags: tcp.RST}, false)
		h.Sleep(10 * time.Millisecond)
		syn(4002)
		if h.Connections() != 2 || len(rec.Find(trace.OfKind("tcp.backlog-full"))) != 1 {
			t.Error("the RST did not make room")
		}
		// Those that were established and not accepted count too.
		for _, seg := range raw.Segments() {
			if seg.DstPort == 4001 {
				raw.SendSegment(netip.AddrPortFrom(there.Addr(), 4001), here, tcp.Segment{SEQ: 101, ACK: seg.SEQ + 1, Flags: tcp.ACK, WND: 1000}, false)
				break
			}
		}
		h.Sleep(10 * time.Millisecond)
		syn(4003)
		if len(rec.Find(trace.OfKind("tcp.backlog-full"))) != 2 {
			t.Error("a connection that waits for Accept takes no place")
		}
		if _, err := l.Accept(); err != nil {
			t.Error(err)
		}
		syn(4004)
		if len(rec.Find(trace.OfKind("tcp.backlog-full"))) != 2 {
			t.Error("Accept did not make room")
		}
		return l.Close()
	})
	finish(t, lab)
}

// RFC 9293 §3.10.7.2: what else comes to a listening port.
func TestOtherSegmentsAtAListener(t *testing.T) {
	for _, c := range []struct {
		name  string
		flags tcp.Flags
		want  tcp.Flags // of the answer; 0 is none
	}{
		{"RST", tcp.RST, 0},
		{"ACK", tcp.ACK, tcp.RST},
		{"FIN", tcp.FIN, 0},
	} {
		lab, h, raw, _ := stranger()
		h.Go("server", func() error {
			l, err := h.Listen("tcp", ":80")
			must(err)
			raw.SendSegment(there, here, tcp.Segment{SEQ: 100, ACK: 7, Flags: c.flags}, false)
			h.Sleep(100 * time.Millisecond)
			var got tcp.Flags
			for _, seg := range raw.Segments() {
				got = seg.Flags
			}
			if got != c.want || h.Connections() != 0 {
				t.Errorf("%s is answered with %v, want %v", c.name, got, c.want)
			}
			return l.Close()
		})
		finish(t, lab)
	}
}

// Connections are accepted in the order in which they were established, and a
// connection that was reset before it is accepted says so.
func TestAcceptOrder(t *testing.T) {
	pair(t, func(p *ends) {
		l, err := p.b.Listen("tcp", ":81")
		must(err)
		var dialled []net.Conn
		for range 3 {
			c, err := p.a.Dial("tcp", "b:81")
			must(err)
			dialled = append(dialled, c)
		}
		must(dialled[1].(*host.TCPConn).Abort())
		p.a.Sleep(time.Second)
		for i, c := range dialled {
			got, err := l.Accept()
			must(err)
			if got.RemoteAddr().String() != c.LocalAddr().String() {
				t.Errorf("accepted %v as number %d, want %v", got.RemoteAddr(), i, c.LocalAddr())
			}
			if i == 1 {
				_, err := got.Read(make([]byte, 1))
				p.want("read", err, syscall.ECONNRESET)
				continue
			}
			c.Close()
			if _, err := got.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
				t.Errorf("number %d reads %v, want io.EOF", i, err)
			}
		}
	})
}
