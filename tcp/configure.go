package tcp

import "github.com/packetwalk/packetwalk/sim"

// Config is a copy of how the connection is configured.
func (c *Conn) Config() Config {
	cfg := *c.cfg
	cfg.pool = nil
	return cfg
}

// Configure has the connection behave as cfg says from now on, as setsockopt
// does: buffers, timeouts, retries, keep-alive, congestion control. What was agreed in the
// handshake (options, window scale, MSS) and the algorithms of Nagle (see
// SetNoDelay) stay as they are. Buffers never lose what they hold, and a window
// that was offered stays offered (RFC 9293 §3.8.6, SHLD-14).
func (c *Conn) Configure(now sim.Time, cfg *Config) error {
	if err := cfg.Check(); err != nil {
		return err
	}
	if cfg.Congestion != c.cfg.Congestion {
		c.cong = cfg.newCongestion()
	}
	if cfg.pool == nil {
		cfg.pool = new(pool)
	}
	c.cfg = cfg // what the buffers hold now goes back to where it came from
	c.startKeepAlive(now)
	c.updateWindow()
	return nil
}

// ReadEnds says whether nothing more will come to read than is there: the other
// side has sent FIN, or this end stopped reading.
func (c *Conn) ReadEnds() bool { return c.rcv.finRead || c.rcv.deaf }
