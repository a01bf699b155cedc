//go:debug cryptocustomrand=1

package sim_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// The real crypto/tls, unchanged, on programs: its bytes are the same in every
// run of a seed.
func TestTLSInASimulationRepeatsItself(t *testing.T) {
	one := tlsBytes(t, 1)
	for range 8 { // package tls tosses coins of its own: once could be luck
		if again := tlsBytes(t, 1); !bytes.Equal(one, again) {
			t.Fatalf("two runs of one seed differ, in %d and %d bytes", len(one), len(again))
		}
	}
	if bytes.Equal(one, tlsBytes(t, 2)) {
		t.Error("another seed gives the same bytes")
	}
}

// tlsBytes is all that client and server write in a handshake and one message.
func tlsBytes(t *testing.T, seed uint64) []byte {
	s := sim.New(seed)
	there, back := sim.NewQueue[byte](s, 4096, nil), sim.NewQueue[byte](s, 4096, nil)
	wire := new(bytes.Buffer)
	config := func(host string) *tls.Config {
		rt := s.Runtime(host)
		return &tls.Config{Rand: rt.Rand(), Time: rt.Now, CurvePreferences: []tls.CurveID{tls.X25519}}
	}
	s.Go("server", func() {
		c := config("server")
		c.Certificates = []tls.Certificate{certificate(t)}
		conn := tls.Server(&conn{in: there, out: back, wire: wire}, c)
		if _, err := io.Copy(conn, io.LimitReader(conn, 5)); err != nil {
			t.Errorf("the server: %v", err)
		}
	})
	s.Go("client", func() {
		c := config("client")
		c.InsecureSkipVerify = true
		conn := tls.Client(&conn{in: back, out: there, wire: wire}, c)
		answer := make([]byte, 5)
		if _, err := conn.Write([]byte("hello")); err != nil {
			t.Errorf("the client: %v", err)
		}
		if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "hello" {
			t.Errorf("the client got %q, %v; want hello", answer, err)
		}
	})
	mustRun(t, s)
	return wire.Bytes()
}

func certificate(t *testing.T) tls.Certificate {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: sim.Epoch.Add(time.Hour)}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// conn is one end of a connection made of two queues; it records what is
// written.
type conn struct {
	net.Conn // for what crypto/tls does not call
	in, out  *sim.Queue[byte]
	wire     *bytes.Buffer
}

func (c *conn) Read(p []byte) (int, error) {
	b, err := c.in.Get()
	if err != nil {
		return 0, io.EOF
	}
	p[0] = b
	return 1, nil
}

func (c *conn) Write(p []byte) (int, error) {
	c.wire.Write(p)
	for i, b := range p {
		if err := c.out.Put(b); err != nil {
			return i, err
		}
	}
	return len(p), nil
}
