package presentation

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// Security is what one end of a TLS connection needs. Now and Authority are
// required.
type Security struct {
	// Now is the clock by which certificates are valid and goodbyes are in
	// time: host.Now in a simulation.
	Now func() time.Time
	// Rand is the host's own stream of randomness. Then every run makes the
	// same bytes; nil is for real networks, where keys must be unpredictable.
	Rand io.Reader
	// Authority is whom a client trusts and who vouches for a server.
	Authority *Authority
	// Name is the server's: the one it answers to, or the one a client wants.
	Name string
	// KeyLog gets the secrets that open the conversation to a reader of its
	// packets, a line a time (NSS key log format), before they are used.
	KeyLog func(line string)
	// Protocols are offered or accepted, most wanted first (RFC 7301, ALPN).
	Protocols []string
	// Suite restricts the connection to TLS 1.2 with this one cipher suite. 0
	// means TLS 1.3, whose suite depends on the kind of CPU: crypto/tls
	// prefers AES where the CPU can do it, and ChaCha20 elsewhere.
	Suite uint16
}

// Suite12 is a suite of TLS 1.2 that works with the laboratory's certificates
// and gives the same bytes on every kind of CPU.
const Suite12 = tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256

// Client begins TLS as the side that asks. It shakes hands before it returns,
// so that two programs can use the connection afterwards. On error the
// connection below is left open.
func Client(conn net.Conn, s Security) (*Secure, error) {
	c, err := s.config()
	if err != nil {
		return nil, err
	}
	if s.Name == "" {
		return nil, errors.New("presentation: TLS: expected the Name of the server that the client wants, found none")
	}
	c.RootCAs, c.ServerName = s.Authority.Pool(), s.Name
	return s.begin(conn, c, tls.Client)
}

// Server begins TLS as the side that answers, and shakes hands.
func Server(conn net.Conn, s Security) (*Secure, error) {
	c, err := s.config()
	if err != nil {
		return nil, err
	}
	cert, err := s.Authority.Certificate(s.Name)
	if err != nil {
		return nil, err
	}
	c.Certificates = []tls.Certificate{cert}
	return s.begin(conn, c, tls.Server)
}

func (s *Security) begin(conn net.Conn, c *tls.Config, side func(net.Conn, *tls.Config) *tls.Conn) (*Secure, error) {
	b := &below{Conn: conn, now: s.Now}
	secure := &Secure{Conn: side(b, c), below: b}
	if err := secure.Handshake(); err != nil {
		return nil, fmt.Errorf("presentation: TLS handshake: %w", err)
	}
	return secure, nil
}

// config is what both sides have in common.
func (s *Security) config() (*tls.Config, error) {
	switch {
	case s.Now == nil:
		return nil, errors.New("presentation: TLS: expected a clock in Now, found none")
	case s.Authority == nil:
		return nil, errors.New("presentation: TLS: expected an Authority, found none")
	}
	c := &tls.Config{
		Time:             s.Now,
		NextProtos:       s.Protocols,
		MinVersion:       tls.VersionTLS13,
		CurvePreferences: []tls.CurveID{tls.X25519},
		// Simplified: no resumption. A ticket would add a message to every
		// handshake that no scenario speaks of.
		SessionTicketsDisabled: true,
	}
	if s.Rand != nil {
		if err := CheckRandom(); err != nil {
			return nil, err
		}
		c.Rand = steady{s.Rand}
	}
	if s.KeyLog != nil {
		c.KeyLogWriter = keyLog(s.KeyLog)
	}
	if s.Suite != 0 {
		if !known12(s.Suite) {
			return nil, fmt.Errorf("presentation: TLS: expected a TLS 1.2 suite for an Ed25519 certificate, as Suite12, found %s", tls.CipherSuiteName(s.Suite))
		}
		c.MinVersion, c.MaxVersion, c.CipherSuites = tls.VersionTLS12, tls.VersionTLS12, []uint16{s.Suite}
	}
	return c, nil
}

// known12 says whether crypto/tls takes the suite for TLS 1.2 with the kind of
// key that the laboratory's certificates have (RFC 8422 §2.1).
func known12(suite uint16) bool {
	switch suite {
	case tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA:
		return true
	}
	return false
}

// keyLog hands each line on without its line feed.
type keyLog func(line string)

func (k keyLog) Write(p []byte) (int, error) {
	line := p
	if n := len(p); n > 0 && p[n-1] == '\n' {
		line = p[:n-1]
	}
	k(string(line))
	return len(p), nil
}
