package host_test

import (
	"errors"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/tcp"
)

// flood sends SYNs from n invented addresses, which never answer.
func (s *script) flood(n int) {
	them := s.them
	for i := range n {
		s.them = netip.AddrPortFrom(netip.AddrFrom4([4]byte{203, 0, byte(i >> 8), byte(i)}), 1234)
		s.in(tcp.Segment{SEQ: tcp.Seq(i), Flags: tcp.SYN, WND: 1000, Options: tcp.Options{MSS: 1460}}, "")
	}
	s.them = them
	s.out = nil
}

// RFC 4987 §2: a flood of SYNs keeps everybody out; §3.6: with cookies those
// who are really there get in, and no SYN costs memory.
func TestSYNFlood(t *testing.T) {
	for _, cookies := range []bool{false, true} {
		s := newScript(t)
		s.host.SYNCookies = cookies
		lc := host.ListenConfig{Host: s.host, Backlog: 8}
		l, err := lc.Listen("tcp", ":8080")
		if err != nil {
			t.Fatal(err)
		}
		s.flood(1000)
		if n := s.host.Connections(); n != 8 {
			t.Errorf("cookies %v: %d connections are remembered, want 8", cookies, n)
		}
		s.in(tcp.Segment{Flags: tcp.SYN, WND: 65535, Options: tcp.Options{MSS: 1000}}, "")
		if !cookies {
			s.want()
			continue
		}
		s.want(`0s SYN, ACK seq 0 ack 1 ""`)
		s.in(tcp.Segment{SEQ: 1, ACK: 2, Flags: tcp.ACK, WND: 65535}, "")
		s.want(`0s RST seq 2 ack 0 ""`) // nobody's cookie
		s.in(tcp.Segment{SEQ: 1, ACK: 1, Flags: tcp.ACK | tcp.PSH, WND: 65535}, "hello")
		c, err := l.TryAccept()
		if err != nil {
			t.Fatal(err)
		}
		p := make([]byte, 10)
		if n, err := c.TryRead(p); string(p[:n]) != "hello" || err != nil {
			t.Errorf("read %q, %v", p[:n], err)
		}
		if _, err := c.TryWrite([]byte("ho")); err != nil {
			t.Error(err)
		}
		s.want(`0s PSH, ACK seq 1 ack 6 "ho"`)
	}
}

// An ACK with a cookie counts only while cookies are given out, and SYNs are
// dropped when it is the program that does not accept.
func TestSYNCookiesAreForFloods(t *testing.T) {
	s := newScript(t)
	s.host.SYNCookies = true
	lc := host.ListenConfig{Host: s.host, Backlog: 1}
	l, err := lc.Listen("tcp", ":8080")
	if err != nil {
		t.Fatal(err)
	}
	s.flood(1)
	s.in(tcp.Segment{Flags: tcp.SYN, WND: 65535, Options: tcp.Options{MSS: 1000}}, "")
	s.want(`0s SYN, ACK seq 0 ack 1 ""`)
	s.run(5 * time.Minute)
	s.out = nil
	s.in(tcp.Segment{SEQ: 1, ACK: 1, Flags: tcp.ACK, WND: 65535}, "")
	s.want(`5m0s RST seq 1 ack 0 ""`)
	if _, err := l.TryAccept(); !errors.Is(err, syscall.EAGAIN) {
		t.Errorf("accept: %v", err)
	}
	s.seen = false
	s.in(tcp.Segment{Flags: tcp.SYN, WND: 65535}, "")
	s.want(`5m0s SYN, ACK seq 0 ack 1 ""`)
	s.in(tcp.Segment{SEQ: 1, ACK: 1, Flags: tcp.ACK, WND: 65535}, "")
	s.flood(3)
	s.want()
	if n := s.host.Connections(); n != 1 || l.Poll() != host.PollIn {
		t.Errorf("%d connections, poll %v", n, l.Poll())
	}
}
