package host_test

import (
	"errors"
	"fmt"
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
	"github.com/packetwalk/packetwalk/tcp"
	"github.com/packetwalk/packetwalk/trace"
)

func (p *ends) tcp(c net.Conn) *host.TCPConn { return c.(*host.TCPConn) }

func (p *ends) want(op string, err, is error) {
	p.t.Helper()
	if !errors.Is(err, is) {
		p.t.Errorf("%s: %v, want %v", op, err, is)
	}
}

// As on Linux: after a RST the first write says ECONNRESET, the next ones
// EPIPE. What a read learns, the write need not say again.
func TestAfterAReset(t *testing.T) {
	pair(t, func(p *ends) {
		p.wantNoError("abort", p.tcp(p.c2).Abort())
		p.a.Sleep(time.Second)
		_, err := p.c1.Write([]byte("hello"))
		p.want("the first write", err, syscall.ECONNRESET)
		local, remote := p.c1.LocalAddr(), p.c1.RemoteAddr()
		if want := fmt.Sprintf("write tcp %v->%v: write: connection reset by peer", local, remote); err.Error() != want {
			t.Errorf("the error is %q, want %q", err, want)
		}
		_, err = p.c1.Write([]byte("hello"))
		p.want("the second write", err, syscall.EPIPE)
		for range 2 {
			_, err = p.c1.Read(make([]byte, 1))
			p.want("a read", err, syscall.ECONNRESET)
		}
		p.want("half-close", p.tcp(p.c1).CloseWrite(), syscall.ENOTCONN)
		p.want("half-close", p.tcp(p.c1).CloseRead(), syscall.ENOTCONN)
		p.wantNoError("close", p.c1.Close())
		p.want("close again", p.c1.Close(), net.ErrClosed)
		if a, b := p.a.Connections(), p.b.Connections(); a+b != 0 {
			t.Errorf("the tables hold %d and %d connections", a, b)
		}
	})
	pair(t, func(p *ends) {
		p.wantNoError("abort", p.tcp(p.c2).Abort())
		p.a.Sleep(time.Second)
		_, err := p.c1.Read(make([]byte, 1))
		p.want("a read", err, syscall.ECONNRESET)
		_, err = p.c1.Write([]byte("hello"))
		p.want("a write after it", err, syscall.EPIPE)
	})
}

// A connection that was reset has nothing more to do: it does not keep the run
// alive until it would have sent something again.
func TestResetStopsTheAlarm(t *testing.T) {
	r := newRouted()
	r.server.Go("server", func() error {
		l, err := r.server.Listen("tcp", ":80")
		must(err)
		c, err := l.Accept()
		must(err)
		return c.(*host.TCPConn).Abort()
	})
	r.client.Go("client", func() error {
		c, err := r.client.Dial("tcp", "server:80")
		must(err)
		must2(c.Write([]byte("hello")))
		return nil
	})
	finish(t, r.lab)
	if end := r.lab.Sim().Now(); end > sim.Time(100*time.Millisecond) {
		t.Errorf("the run ended at %v", end)
	}
}

// A RST ends calls that wait.
func TestResetEndsWaitingCalls(t *testing.T) {
	pair(t, func(p *ends) {
		p.together(
			func() { p.a.Sleep(time.Second); p.wantNoError("abort", p.tcp(p.c2).Abort()) },
			func() {
				_, err := p.c1.Read(make([]byte, 1))
				p.want("the read", err, syscall.ECONNRESET)
			},
			func() {
				_, err := io.Copy(p.c1, endless{})
				if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
					t.Errorf("the write ends with %v, want ECONNRESET or EPIPE", err)
				}
			},
		)
	})
}

// The machine's SO_LINGER: with 0, Close resets; otherwise what was written
// arrives.
func TestLinger(t *testing.T) {
	for _, c := range []struct {
		seconds int
		want    error
	}{{0, syscall.ECONNRESET}, {-1, nil}, {5, nil}} {
		pair(t, func(p *ends) {
			p.wantNoError("linger", p.tcp(p.c1).SetLinger(c.seconds))
			must2(p.c1.Write(make([]byte, 100_000)))
			p.wantNoError("close", p.c1.Close())
			_, err := io.Copy(io.Discard, p.c2)
			if !errors.Is(err, c.want) {
				t.Errorf("with linger %d the peer reads %v, want %v", c.seconds, err, c.want)
			}
			p.want("linger after close", p.tcp(p.c1).SetLinger(0), net.ErrClosed)
			p.c2.Close()
		})
	}
}

// RFC 9293 §3.6.1: closing with data unread resets, so that the peer learns
// that it was lost.
func TestCloseWithDataUnread(t *testing.T) {
	pair(t, func(p *ends) {
		must2(p.c2.Write([]byte("never read")))
		p.a.Sleep(time.Second)
		p.wantNoError("close", p.c1.Close())
		_, err := p.c2.Read(make([]byte, 1))
		p.want("the peer's read", err, syscall.ECONNRESET)
	})
}

// CloseRead: reads end, and what comes does not stop the peer.
func TestCloseRead(t *testing.T) {
	pair(t, func(p *ends) {
		must2(p.c2.Write([]byte("too late")))
		p.together(
			func() { p.a.Sleep(time.Second); p.wantNoError("close", p.tcp(p.c1).CloseRead()) },
			func() {
				p.a.Sleep(2 * time.Second)
				if n, err := p.c1.Read(make([]byte, 9)); n != 0 || !errors.Is(err, io.EOF) {
					t.Errorf("a read after CloseRead gives %d bytes and %v, want io.EOF", n, err)
				}
			},
			func() {
				_, err := p.c2.Write(make([]byte, 2<<20)) // eight times the buffers
				p.wantNoError("the peer's write", err)
				p.c2.Close()
			},
		)
		_, err := p.c1.Write([]byte("the other direction"))
		p.wantNoError("write", err)
	})
}

// Half-close twice is no mistake, and reading goes on.
func TestHalfClose(t *testing.T) {
	pair(t, func(p *ends) {
		p.wantNoError("half-close", p.tcp(p.c1).CloseWrite())
		p.wantNoError("half-close", p.tcp(p.c1).CloseWrite())
		_, err := p.c1.Write([]byte{1})
		p.want("a write", err, syscall.EPIPE)
		got, err := io.ReadAll(p.c2)
		if len(got) != 0 || err != nil {
			t.Errorf("the peer reads %d bytes and %v", len(got), err)
		}
		must2(p.c2.Write([]byte("still open")))
		p.c2.Close()
		if got, err := io.ReadAll(p.c1); string(got) != "still open" || err != nil {
			t.Errorf("read %q and %v", got, err)
		}
		p.wantNoError("close", p.c1.Close())
	})
}

// A read of nothing asks nothing (package poll); a write of nothing is done at
// once.
func TestReadsAndWritesOfNothing(t *testing.T) {
	pair(t, func(p *ends) {
		frames := p.lab.Links()[0].A().Counters().Sent
		for _, deadline := range []time.Time{{}, p.in(-time.Second)} {
			p.wantNoError("read deadline", p.c1.SetReadDeadline(deadline))
			if n, err := p.c1.Read(nil); n != 0 || err != nil {
				t.Errorf("a read of nothing gives %d and %v", n, err)
			}
		}
		if n, err := p.c1.Write(nil); n != 0 || err != nil {
			t.Errorf("a write of nothing gives %d and %v", n, err)
		}
		if sent := p.lab.Links()[0].A().Counters().Sent; sent != frames {
			t.Errorf("%d frames were sent for nothing", sent-frames)
		}
		p.c1.Close()
		_, err := p.c1.Read(nil)
		p.want("a read of nothing after Close", err, net.ErrClosed)
	})
}

// A large write through a small window arrives whole.
func TestLargeWriteThroughASmallWindow(t *testing.T) {
	r := newRouted()
	r.server.TCP.ReceiveBuffer, r.client.TCP.SendBuffer = 3000, 5000
	r.server.Go("reader", func() error {
		l, err := r.server.Listen("tcp", ":80")
		if err != nil {
			return err
		}
		c, err := l.Accept()
		if err != nil {
			return err
		}
		r.server.Sleep(time.Minute) // the window closes and is probed
		n, err := io.Copy(io.Discard, c)
		if n != 200_000 {
			t.Errorf("%d bytes arrived, want 200,000", n)
		}
		c.Close()
		return err
	})
	r.client.Go("writer", func() error {
		c, err := r.client.Dial("tcp", "server:80")
		if err != nil {
			return err
		}
		if n, err := c.Write(make([]byte, 200_000)); n != 200_000 || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
		return c.Close()
	})
	finish(t, r.lab)
	if r.happened("tcp.zero-window") == 0 {
		t.Error("the window never closed: the test does not show what it says")
	}
}

// A wrong MSS fits the interface all the same, and so does a small MTU.
func TestMSSFitsTheInterface(t *testing.T) {
	for _, c := range []struct{ mtu, mss, want int }{
		{1500, 0, 1460}, {1500, 1000, 1000}, {1500, 9000, 1460}, {68, 0, 28}, {9000, 0, 8960}, {100_000, 0, 65495},
	} {
		lab := host.NewLab(1)
		h := lab.Host("h")
		nic := h.NIC(netip.MustParsePrefix("10.0.0.1/24"))
		nic.SetMTU(c.mtu)
		h.TCP.MSS = uint16(c.mss)
		raw := lab.Raw(nic, wire(0))
		h.Go("client", func() error {
			if _, err := h.DialTimeout("tcp", "10.0.0.2:80", time.Second); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("MTU %d, MSS %d: dialling nobody gives %v, want a timeout", c.mtu, c.mss, err)
			}
			return nil
		})
		finish(t, lab)
		if got := int(raw.Segments()[0].Options.MSS); got != c.want {
			t.Errorf("MTU %d, MSS %d: the SYN offers %d, want %d", c.mtu, c.mss, got, c.want)
		}
	}
}

// stranger is a host with one neighbour that is no stack.
func stranger() (lab *host.Lab, h *host.Host, raw *host.Raw, rec *trace.Recording) {
	lab = host.NewLab(1)
	h = lab.Host("h")
	raw = lab.Raw(h.NIC(netip.MustParsePrefix("10.0.0.1/24")), wire(time.Millisecond))
	rec = &trace.Recording{}
	lab.Log().Subscribe(rec)
	return lab, h, raw, rec
}

var (
	here  = netip.MustParseAddrPort("10.0.0.1:80")
	there = netip.MustParseAddrPort("10.0.0.2:4000")
)

// RFC 5927 §4.1: an ICMP error counts only if it quotes a segment in flight.
// RFC 1122 §4.2.3.9: an established connection survives it; RFC 5461 §4.1: even
// the hard ones. If the connection then fails, it is known why.
func TestICMPErrors(t *testing.T) {
	tests := []struct {
		name        string
		established bool
		code        uint8
		kind        network.ICMPType
		offset      int // of the quoted sequence number
		want        error
	}{
		{"host unreachable while opening", false, network.HostUnreachable, network.DestinationUnreachable, 0, syscall.EHOSTUNREACH},
		{"port unreachable while opening", false, network.PortUnreachable, network.DestinationUnreachable, 0, syscall.ECONNREFUSED},
		{"net unknown while opening", false, 6, network.DestinationUnreachable, 0, syscall.ENETUNREACH},
		{"protocol unreachable while opening", false, network.ProtocolUnreachable, network.DestinationUnreachable, 0, syscall.ENOPROTOOPT},
		{"time exceeded while opening", false, network.TTLExpired, network.TimeExceeded, 0, syscall.EHOSTUNREACH},
		{"fragmentation needed while opening", false, network.FragmentationNeeded, network.DestinationUnreachable, 0, syscall.ETIMEDOUT},
		{"about another segment", false, network.HostUnreachable, network.DestinationUnreachable, 1, syscall.ETIMEDOUT},
		{"about an older segment", false, network.HostUnreachable, network.DestinationUnreachable, -1, syscall.ETIMEDOUT},
		{"host unreachable later", true, network.HostUnreachable, network.DestinationUnreachable, 0, syscall.EHOSTUNREACH},
		{"port unreachable later", true, network.PortUnreachable, network.DestinationUnreachable, 0, syscall.ECONNREFUSED},
		{"about another segment later", true, network.HostUnreachable, network.DestinationUnreachable, 5, syscall.ETIMEDOUT},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lab, h, raw, _ := stranger()
			h.TCP.Retries, h.TCP.SYNRetries = 3, 2
			complained := false
			raw.OnPacket = func(packet []byte) {
				head, body, _ := network.ParseIPv4(packet)
				var seg tcp.Segment
				if err := tcp.Parse(body, head.Src, head.Dst, &seg); err != nil {
					t.Fatal(err)
				}
				switch {
				case tt.established && seg.Flags&tcp.SYN != 0:
					raw.SendSegment(netip.AddrPortFrom(head.Dst, seg.DstPort), netip.AddrPortFrom(head.Src, seg.SrcPort),
						tcp.Segment{SEQ: 100, ACK: seg.SEQ + 1, Flags: tcp.SYN | tcp.ACK, WND: 1000}, false)
				case tt.established && len(seg.Data) == 0 || complained:
				default:
					complained = true
					body[7] += byte(tt.offset)
					raw.SendICMP(netip.MustParseAddr("10.0.0.9"), head.Src, network.ICMPMessage{Type: tt.kind, Code: tt.code, Data: packet[:28]})
				}
			}
			h.Go("client", func() error {
				start := h.Now()
				c, err := h.Dial("tcp", "10.0.0.2:80")
				if tt.established {
					if err != nil {
						return err
					}
					must2(c.Write([]byte("hello")))
					_, err = c.Read(make([]byte, 1))
				}
				if !errors.Is(err, tt.want) {
					t.Errorf("got %v, want %v", err, tt.want)
				}
				atOnce := h.Now().Sub(start) < 500*time.Millisecond
				if want := !tt.established && !errors.Is(tt.want, syscall.ETIMEDOUT); atOnce != want {
					t.Errorf("it failed at once: %v, want %v", atOnce, want)
				}
				return nil
			})
			finish(t, lab)
			if !complained {
				t.Error("ICMP said nothing")
			}
		})
	}
}

// What ICMP said is forgotten when the peer is heard of again.
func TestICMPErrorIsForgotten(t *testing.T) {
	lab, h, raw, _ := stranger()
	h.TCP.Retries = 3
	raw.OnPacket = func(packet []byte) {
		head, body, _ := network.ParseIPv4(packet)
		var seg tcp.Segment
		must(tcp.Parse(body, head.Src, head.Dst, &seg))
		to, from := netip.AddrPortFrom(head.Src, seg.SrcPort), netip.AddrPortFrom(head.Dst, seg.DstPort)
		switch {
		case seg.Flags&tcp.SYN != 0:
			raw.SendSegment(from, to, tcp.Segment{SEQ: 100, ACK: seg.SEQ + 1, Flags: tcp.SYN | tcp.ACK, WND: 1000}, false)
		case string(seg.Data) == "one":
			raw.SendICMP(from.Addr(), to.Addr(), network.ICMPMessage{Type: network.DestinationUnreachable, Code: network.HostUnreachable, Data: packet[:28]})
			raw.SendSegment(from, to, tcp.Segment{SEQ: 101, ACK: seg.SEQ + 3, Flags: tcp.ACK, WND: 1000}, false)
		}
	}
	h.Go("client", func() error {
		c, err := h.Dial("tcp", "10.0.0.2:80")
		if err != nil {
			return err
		}
		must2(c.Write([]byte("one")))
		h.Sleep(time.Second)
		must2(c.Write([]byte("two")))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ETIMEDOUT) {
			t.Errorf("got %v, want ETIMEDOUT", err)
		}
		return nil
	})
	finish(t, lab)
}

// RFC 1122 §4.2.3.10: "A TCP implementation MUST silently discard an incoming
// SYN segment that is addressed to a broadcast or multicast address"; §3.2.1.3:
// sources that cannot be one, and loopback on a wire.
func TestSegmentsThatAreIgnored(t *testing.T) {
	for _, c := range []struct {
		name      string
		from, to  string
		everybody bool
	}{
		{"to the network", "10.0.0.2:4000", "10.0.0.255:80", true},
		{"to everybody", "10.0.0.2:4000", "255.255.255.255:80", true},
		{"to somebody else", "10.0.0.2:4000", "10.0.0.3:80", false},
		{"to loopback", "10.0.0.2:4000", "127.0.0.1:80", false},
		{"from loopback", "127.0.0.1:4000", "10.0.0.1:80", false},
		{"from everybody", "10.0.0.255:4000", "10.0.0.1:80", false},
		{"from a group", "224.0.0.1:4000", "10.0.0.1:80", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			lab, h, raw, rec := stranger()
			h.Background("server", func() error { l, err := h.Listen("tcp", ":80"); must(err); _, err = l.Accept(); return err })
			h.Go("raw", func() error {
				h.Sleep(time.Millisecond)
				raw.SendSegment(netip.MustParseAddrPort(c.from), netip.MustParseAddrPort(c.to), tcp.Segment{SEQ: 1, Flags: tcp.SYN, WND: 1000}, c.everybody)
				h.Sleep(time.Second)
				if n := len(rec.Find(trace.OfKind(host.EventSent.ID))); n != 0 || len(raw.Packets) != 0 {
					t.Errorf("%d segments and %d packets came of it", n, len(raw.Packets))
				}
				return nil
			})
			finish(t, lab)
		})
	}
}

// RFC 9293 §3.6.1, MAY-2: a SYN takes the place of a connection in TIME-WAIT,
// and the new numbers begin behind the old ones even when a fast transfer has
// outrun the clock that they come from.
func TestTimeWaitIsReplaced(t *testing.T) {
	lab, h, raw, rec := stranger()
	var last tcp.Segment
	raw.OnPacket = func(packet []byte) {
		head, body, _ := network.ParseIPv4(packet)
		must(tcp.Parse(body, head.Src, head.Dst, &last))
		if n := last.Len(); n > 0 {
			raw.SendSegment(there, here, tcp.Segment{SEQ: 101, ACK: last.SEQ.Add(n), Flags: tcp.ACK, WND: 60000}, false)
		}
	}
	h.Background("server", func() error {
		l, err := h.Listen("tcp", ":80")
		must(err)
		c, err := l.Accept()
		must(err)
		must2(c.Write(make([]byte, 300_000))) // 4 µs each would be 1.2 s
		return c.Close()
	})
	h.Go("raw", func() error {
		h.Sleep(time.Millisecond)
		raw.SendSegment(there, here, tcp.Segment{SEQ: 100, Flags: tcp.SYN, WND: 60000}, false)
		h.Sleep(500 * time.Millisecond)
		raw.SendSegment(there, here, tcp.Segment{SEQ: 101, ACK: last.SEQ + 1, Flags: tcp.FIN | tcp.ACK, WND: 60000}, false)
		h.Sleep(10 * time.Millisecond)
		end := last
		raw.SendSegment(there, here, tcp.Segment{SEQ: 90, Flags: tcp.SYN, WND: 60000}, false)
		h.Sleep(10 * time.Millisecond)
		if last.Flags&tcp.SYN != 0 {
			t.Error("a SYN with old numbers was accepted")
		}
		raw.SendSegment(there, here, tcp.Segment{SEQ: 5000, Flags: tcp.SYN, WND: 60000}, false)
		h.Sleep(10 * time.Millisecond)
		if last.Flags != tcp.SYN|tcp.ACK || last.ACK != 5001 {
			t.Errorf("a SYN with new numbers was answered with %v, ACK %d", last.Flags, last.ACK)
		}
		if last.SEQ.LessEq(end.SEQ) {
			t.Errorf("the new connection begins at %d, the old one had reached %d", last.SEQ, end.SEQ)
		}
		return nil
	})
	finish(t, lab)
	if len(rec.Find(trace.OfKind("tcp.time-wait-replaced"))) != 1 {
		t.Error("nothing is recorded")
	}
}

// Deadlines at the very beginning of the simulation are deadlines.
func TestDeadlineAtTheBeginning(t *testing.T) {
	lab, h, _, _ := stranger()
	h.Go("client", func() error {
		l, err := h.Listen("tcp", ":80")
		must(err)
		must(l.(*host.Listener).SetDeadline(h.Now()))
		if _, err := l.Accept(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("accepting gives %v, want os.ErrDeadlineExceeded", err)
		}
		return nil
	})
	finish(t, lab)
}
