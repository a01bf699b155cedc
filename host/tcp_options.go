package host

import (
	"net"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/tcp"
)

// SetReadBuffer sets the size of the receive buffer (SO_RCVBUF), in bytes. A
// window scale that was agreed before stays.
func (c *TCPConn) SetReadBuffer(bytes int) error {
	return c.configure(func(cfg *tcp.Config) { cfg.ReceiveBuffer = uint32(max(bytes, 1)) })
}

// SetWriteBuffer sets the size of the send buffer (SO_SNDBUF), in bytes.
func (c *TCPConn) SetWriteBuffer(bytes int) error {
	return c.configure(func(cfg *tcp.Config) { cfg.SendBuffer = uint32(max(bytes, 1)) })
}

// SetCongestion chooses the congestion control (TCP_CONGESTION), one of
// tcp.Congestions(). It begins with the window that there is.
func (c *TCPConn) SetCongestion(name string) error {
	return c.configure(func(cfg *tcp.Config) { cfg.Congestion = name })
}

// SetKeepAlive turns keep-alive on or off (SO_KEEPALIVE; RFC 9293 §3.8.4). It
// is off by default, unlike in the standard library.
func (c *TCPConn) SetKeepAlive(on bool) error {
	return c.configure(func(cfg *tcp.Config) { cfg.KeepAlive = on })
}

// SetKeepAlivePeriod sets how long nothing must have been heard before the
// first keep-alive probe (TCP_KEEPIDLE).
func (c *TCPConn) SetKeepAlivePeriod(d time.Duration) error {
	return c.configure(func(cfg *tcp.Config) { cfg.KeepAliveIdle = d })
}

// SetKeepAliveConfig sets everything about keep-alive. As in the standard
// library a field that is 0 means 15 s, 15 s or 9 probes, and a negative one is
// left alone.
func (c *TCPConn) SetKeepAliveConfig(k net.KeepAliveConfig) error {
	const fallback, fallbackCount = 15 * time.Second, 9
	return c.configure(func(cfg *tcp.Config) {
		cfg.KeepAlive = k.Enable
		setUnlessNegative(&cfg.KeepAliveIdle, k.Idle, fallback)
		setUnlessNegative(&cfg.KeepAliveInterval, k.Interval, fallback)
		setUnlessNegative(&cfg.KeepAliveProbes, k.Count, fallbackCount)
	})
}

func setUnlessNegative[T int | time.Duration](to *T, v, ifZero T) {
	switch {
	case v > 0:
		*to = v
	case v == 0:
		*to = ifZero
	}
}

// SetUserTimeout sets how long something may wait for its acknowledgment before
// the connection is given up (TCP_USER_TIMEOUT; RFC 9293 §3.8.3); 0 leaves it
// to the number of retransmissions.
func (c *TCPConn) SetUserTimeout(d time.Duration) error {
	return c.configure(func(cfg *tcp.Config) { cfg.UserTimeout = d })
}

// configure changes the configuration of this connection alone.
func (c *TCPConn) configure(change func(*tcp.Config)) error {
	return c.user("set", func(now sim.Time) error {
		cfg := c.machine.Config()
		change(&cfg)
		if err := cfg.Check(); err != nil {
			return err
		}
		return c.machine.Configure(now, c.host.shared(cfg))
	})
}
