package host_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/tcp"
)

// script is the other end of a tunnel: it plays segments to a host and expects
// what the host sends, by an outside clock. Sequence numbers are relative.
type script struct {
	t        testing.TB
	lab      *host.Lab
	host     *host.Host
	tunnel   *host.Tunnel
	out      []sentPacket
	iss      tcp.Seq // the host's
	seen     bool
	us, them netip.AddrPort // the host's socket, the script's
}

type sentPacket struct {
	at    sim.Time
	bytes []byte
}

func newScript(t testing.TB) *script {
	s := &script{t: t, lab: host.NewLab(1)}
	s.host = s.lab.Host("under-test")
	s.tunnel = s.host.Tunnel(netip.MustParsePrefix("192.0.2.1/24"), func(packet []byte) {
		s.out = append(s.out, sentPacket{s.lab.Sim().Now(), bytes.Clone(packet)})
	})
	if err := s.host.Gateway(netip.MustParseAddr("192.0.2.254")); err != nil {
		t.Fatal(err)
	}
	s.us, s.them = netip.MustParseAddrPort("192.0.2.1:8080"), netip.MustParseAddrPort("198.51.100.7:4000")
	return s
}

// in plays a segment, with the numbers of the sender counted from 0 at its SYN.
func (s *script) in(seg tcp.Segment, text string) {
	seg.SrcPort, seg.DstPort = s.them.Port(), s.us.Port()
	if seg.Flags&tcp.ACK != 0 {
		seg.ACK += s.iss
	}
	h := network.IPv4Header{TTL: 64, Protocol: network.ProtocolTCP, Src: s.them.Addr(), Dst: s.us.Addr(), DF: true}
	n := seg.HeaderLen() + len(text)
	h.TotalLen = network.IPv4HeaderLen + n
	b := make([]byte, h.TotalLen)
	h.Put(b)
	copy(b[network.IPv4HeaderLen+seg.HeaderLen():], text)
	seg.Put(b[network.IPv4HeaderLen:], s.them.Addr(), s.us.Addr())
	if err := s.tunnel.Deliver(b); err != nil {
		s.t.Fatal(err)
	}
	s.run(0)
}

// run lets time pass.
func (s *script) run(d time.Duration) {
	if err := s.lab.Sim().Advance(s.lab.Sim().Now().Add(d)); err != nil {
		s.t.Fatal(err)
	}
}

// want expects what the host has sent since the last call, a line each:
// the time since the beginning, flags, SEQ, ACK, text.
func (s *script) want(lines ...string) {
	s.t.Helper()
	got := []string{}
	for _, p := range s.out {
		got = append(got, s.spell(p))
	}
	s.out = nil
	if a, b := strings.Join(got, "\n"), strings.Join(lines, "\n"); a != b {
		s.t.Errorf("at %v the host has sent\n%s\nwant\n%s", s.lab.Sim().Now(), a, b)
	}
}

func (s *script) spell(p sentPacket) string {
	h, body, err := network.ParseIPv4(p.bytes)
	if err != nil {
		s.t.Fatal(err)
	}
	var seg tcp.Segment
	if err := tcp.Parse(body, h.Src, h.Dst, &seg); err != nil {
		s.t.Fatal(err)
	}
	if !s.seen {
		s.iss, s.seen = seg.SEQ, true
	}
	s.us = netip.AddrPortFrom(h.Src, seg.SrcPort)
	return fmt.Sprintf("%v %v seq %d ack %d %q", time.Duration(p.at), seg.Flags, seg.SEQ-s.iss, seg.ACK, seg.Data)
}

// A passive open, text both ways, and a close, with calls that do not wait:
// socket, bind, listen, poll, accept, read, write, shutdown, close.
func TestScriptOverATunnel(t *testing.T) {
	s := newScript(t)
	cfg := tcp.Config{NoTimestamps: true, NoSACK: true, NoWindowScale: true}
	lc := host.ListenConfig{Host: s.host, TCP: &cfg, Backlog: 1}
	l, err := lc.Listen("tcp", ":8080")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.TryAccept(); !errors.Is(err, syscall.EAGAIN) || l.Poll() != 0 {
		t.Errorf("accept before anybody called: %v, poll %v", err, l.Poll())
	}
	s.in(tcp.Segment{Flags: tcp.SYN, WND: 65535, Options: tcp.Options{MSS: 1000}}, "")
	s.want(`0s SYN, ACK seq 0 ack 1 ""`)
	s.run(10 * time.Millisecond)
	s.in(tcp.Segment{SEQ: 1, ACK: 1, Flags: tcp.ACK, WND: 65535}, "")
	if l.Poll() != host.PollIn {
		t.Errorf("poll says %v of the listener", l.Poll())
	}
	c, err := l.TryAccept()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.TryRead(make([]byte, 10)); !errors.Is(err, syscall.EAGAIN) || c.Poll() != host.PollOut {
		t.Errorf("reading: %v, poll %v", err, c.Poll())
	}
	s.in(tcp.Segment{SEQ: 1, ACK: 1, Flags: tcp.ACK | tcp.PSH, WND: 65535}, "hello")
	p := make([]byte, 100)
	if n, err := c.TryRead(p); string(p[:n]) != "hello" || err != nil {
		t.Errorf("read %q, %v", p[:n], err)
	}
	if n, err := c.TryWrite([]byte("ho")); n != 2 || err != nil {
		t.Errorf("wrote %d, %v", n, err)
	}
	s.want(`10ms PSH, ACK seq 1 ack 6 "ho"`)
	s.run(1 * time.Second)
	s.want(`1.01s PSH, ACK seq 1 ack 6 "ho"`) // nobody answered: the RTO
	s.in(tcp.Segment{SEQ: 6, ACK: 3, Flags: tcp.ACK | tcp.FIN, WND: 65535}, "")
	s.want(`1.01s ACK seq 3 ack 7 ""`)
	if _, err := c.TryRead(p); !errors.Is(err, io.EOF) || c.Poll() != host.PollIn|host.PollOut|host.PollRdHup {
		t.Errorf("after FIN: read %v, poll %v", err, c.Poll())
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	s.want(`1.01s FIN, ACK seq 3 ack 7 ""`)
	s.in(tcp.Segment{SEQ: 7, ACK: 4, Flags: tcp.ACK, WND: 65535}, "")
	s.want()
	if n := s.host.Connections(); n != 0 {
		t.Errorf("%d connections are left", n)
	}
}

// An active open from a port of one's own, which is refused, and another that
// a RST breaks.
func TestConnectOverATunnelWithoutWaiting(t *testing.T) {
	s := newScript(t)
	d := host.Dialer{Host: s.host, LocalAddr: netip.MustParseAddrPort("0.0.0.0:5000"), TCP: &tcp.Config{NoTimestamps: true}}
	c, err := d.Start("tcp", s.them.String())
	if err != nil {
		t.Fatal(err)
	}
	s.want(`0s SYN seq 0 ack 0 ""`)
	if over, err := c.Connected(); over || err != nil || c.Poll() != 0 || c.LocalAddr().String() != "192.0.2.1:5000" {
		t.Errorf("over %v, %v, poll %v, from %v", over, err, c.Poll(), c.LocalAddr())
	}
	if _, err := c.TryWrite([]byte("x")); !errors.Is(err, syscall.EAGAIN) {
		t.Errorf("writing before it is open: %v", err)
	}
	if _, err := d.Start("tcp", s.them.String()); !errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Errorf("the same pair again: %v", err)
	}
	s.in(tcp.Segment{ACK: 1, Flags: tcp.RST | tcp.ACK}, "")
	if c.Poll()&(host.PollError|host.PollHup|host.PollOut) != host.PollError|host.PollHup|host.PollOut {
		t.Errorf("poll says %b", c.Poll())
	}
	if over, err := c.Connected(); !over || !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("over %v, %v", over, err)
	}
	if c, err = d.Start("tcp", s.them.String()); err != nil {
		t.Fatal(err)
	}
	s.seen = false
	s.want(`0s SYN seq 0 ack 0 ""`)
	s.in(tcp.Segment{ACK: 1, Flags: tcp.SYN | tcp.ACK, WND: 65535}, "")
	s.want(`0s ACK seq 1 ack 1 ""`)
	if over, err := c.Connected(); !over || err != nil {
		t.Errorf("over %v, %v", over, err)
	}
	s.in(tcp.Segment{SEQ: 1, ACK: 1, Flags: tcp.RST | tcp.ACK}, "")
	if _, err := c.TryRead(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("read: %v", err)
	}
}

// Where a socket cannot be bound.
func TestDialerRefusesToBind(t *testing.T) {
	s := newScript(t)
	if _, err := s.host.Listen("tcp", ":8080"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		local string
		want  error
	}{{"192.0.2.9:1", syscall.EADDRNOTAVAIL}, {"192.0.2.1:8080", syscall.EADDRINUSE}} {
		d := host.Dialer{Host: s.host, LocalAddr: netip.MustParseAddrPort(c.local)}
		if _, err := d.Start("tcp", "198.51.100.7:80"); !errors.Is(err, c.want) {
			t.Errorf("from %s: %v, want %v", c.local, err, c.want)
		}
	}
	d := host.Dialer{Host: s.host, TCP: &tcp.Config{MSS: 1}}
	if _, err := d.Start("tcp", "198.51.100.7:80"); err == nil {
		t.Error("an MSS of 1 was accepted")
	}
	if _, err := d.Start("tcp", "example:80"); err == nil {
		t.Error("a name was accepted, which has to be looked up")
	}
}

// A program that waits goes on when time is advanced; options are set between.
func TestProgramOverATunnel(t *testing.T) {
	s := newScript(t)
	var conn *host.TCPConn
	s.host.Go("client", func() error {
		d := host.Dialer{Host: s.host, TCP: &tcp.Config{NoTimestamps: true}}
		var err error
		if conn, err = d.Dial("tcp", s.them.String()); err != nil {
			return err
		}
		_, err = conn.Write([]byte("question"))
		return err
	})
	s.run(0)
	s.want(`0s SYN seq 0 ack 0 ""`)
	s.run(20 * time.Millisecond)
	s.in(tcp.Segment{ACK: 1, Flags: tcp.SYN | tcp.ACK, WND: 65535, Options: tcp.Options{MSS: 1460}}, "")
	s.want(`20ms ACK seq 1 ack 1 ""`, `20ms PSH, ACK seq 1 ack 1 "question"`)
	for _, err := range []error{conn.SetWriteBuffer(5), conn.SetReadBuffer(4000), conn.SetCongestion("cubic"), conn.SetNoDelay(true)} {
		if err != nil {
			t.Error(err)
		}
	}
	if err := conn.SetCongestion("hope"); err == nil {
		t.Error("an unknown congestion control was accepted")
	}
	if n, err := conn.TryWrite([]byte("more than fits")); n != 0 || !errors.Is(err, syscall.EAGAIN) {
		t.Errorf("into a full buffer: %d, %v", n, err)
	}
	s.in(tcp.Segment{SEQ: 1, ACK: 9, Flags: tcp.ACK, WND: 65535}, "")
	if n, err := conn.TryWrite([]byte("more than fits")); n != 5 || err != nil {
		t.Errorf("into a buffer of 5: %d, %v", n, err)
	}
	if err := s.lab.Sim().Close(); err != nil {
		t.Error(err)
	}
	if err := s.tunnel.Deliver(make([]byte, 20)); !errors.Is(err, host.ErrEnded) {
		t.Errorf("after the end: %v", err)
	}
	if err := s.tunnel.Deliver(make([]byte, 70000)); err == nil {
		t.Error("a packet of 70,000 bytes was accepted")
	}
	if n := s.lab.FramesOut(); n != 0 {
		t.Errorf("%d frames were not given back", n)
	}
}
