package presentation

import (
	"crypto/tls"
	"net"
	"time"
)

// Secure is one end of a TLS connection. It is a *tls.Conn whose deadlines are
// those of the connection below: of the simulation, in a simulation.
type Secure struct {
	*tls.Conn
	below *below
}

// below is the connection under TLS. While TLS says goodbye it gives deadlines
// by the clock of the world (crypto/tls, closeNotify: five seconds from now
// for the alert, then now, so that nothing can be written after it). These two
// are put on our clock; at any other time a deadline passes as it is, so that
// a program which uses the wrong clock still hears of it.
type below struct {
	net.Conn
	now     func() time.Time
	closing bool
	set     int // deadlines that TLS has set since it began to close
}

// goodbye is how long crypto/tls lets the last alert take.
const goodbye = 5 * time.Second

// SetWriteDeadline passes the deadline on, put on our clock while TLS closes.
func (b *below) SetWriteDeadline(t time.Time) error {
	if !b.closing || t.IsZero() {
		return b.Conn.SetWriteDeadline(t)
	}
	b.set++
	if b.set == 1 {
		return b.Conn.SetWriteDeadline(b.now().Add(goodbye))
	}
	return b.Conn.SetWriteDeadline(b.now())
}

// Close says goodbye (RFC 8446 §6.1: a close_notify alert) and closes the
// connection below.
func (s *Secure) Close() error {
	s.below.begin()
	return s.Conn.Close()
}

// CloseWrite says goodbye and goes on reading. Once it has been called no
// write deadline can be set any more.
func (s *Secure) CloseWrite() error {
	s.below.begin()
	return s.Conn.CloseWrite()
}

func (b *below) begin() { b.closing = true }
