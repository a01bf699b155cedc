package host_test

import (
	"errors"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/tcp"
)

// Keep-alive and the user timeout are set as on a net.TCPConn.
func TestKeepAliveIsSetOnASocket(t *testing.T) {
	s := newScript(t)
	d := host.Dialer{Host: s.host, TCP: &tcp.Config{NoTimestamps: true}}
	c, err := d.Start("tcp", s.them.String())
	if err != nil {
		t.Fatal(err)
	}
	s.want(`0s SYN seq 0 ack 0 ""`)
	s.in(tcp.Segment{ACK: 1, Flags: tcp.SYN | tcp.ACK, WND: 65535}, "")
	s.want(`0s ACK seq 1 ack 1 ""`)
	if err := c.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 5 * time.Second, Count: 2}); err != nil {
		t.Fatal(err)
	}
	s.run(30 * time.Second)
	s.want(`30s ACK seq 0 ack 1 ""`)
	s.in(tcp.Segment{SEQ: 1, ACK: 1, Flags: tcp.ACK, WND: 65535}, "")
	for _, err := range []error{c.SetKeepAlivePeriod(50 * time.Second), c.SetKeepAlive(true)} {
		if err != nil {
			t.Error(err)
		}
	}
	s.run(60 * time.Second)
	s.want(`1m20s ACK seq 0 ack 1 ""`, `1m25s ACK seq 0 ack 1 ""`, `1m30s RST, ACK seq 1 ack 1 ""`)
	if _, err := c.TryRead(make([]byte, 1)); !errors.Is(err, syscall.ETIMEDOUT) {
		t.Errorf("read: %v", err)
	}
	if c, err = d.Start("tcp", s.them.String()); err != nil {
		t.Fatal(err)
	}
	if err := c.SetUserTimeout(-1); err == nil {
		t.Error("a negative timeout was accepted")
	}
	if err := c.SetUserTimeout(2500 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	s.run(10 * time.Second)
	if over, err := c.Connected(); !over || !errors.Is(err, syscall.ETIMEDOUT) {
		t.Errorf("over %v, %v", over, err)
	}
	s.seen = false
	s.want(`1m30s SYN seq 0 ack 0 ""`, `1m31s SYN seq 0 ack 0 ""`)
}
