//go:debug cryptocustomrand=1

package presentation

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// labClock stands still, an hour after the epoch.
func labClock() time.Time { return sim.Epoch.Add(time.Hour) }

// labConn is a connection of a laboratory: it keeps what was written, and
// refuses deadlines of the wall clock.
type labConn struct {
	net.Conn
	sent      bytes.Buffer
	deadlines []time.Time
}

func (c *labConn) Write(p []byte) (int, error) {
	c.sent.Write(p)
	return c.Conn.Write(p)
}

func (c *labConn) SetDeadline(t time.Time) error { return c.SetWriteDeadline(t) }

// SetWriteDeadline checks and remembers the deadline. It does not pass it on:
// the pipe below lives on the wall clock.
func (c *labConn) SetWriteDeadline(t time.Time) error {
	if _, err := sim.FromCalendar(t); err != nil {
		return err
	}
	c.deadlines = append(c.deadlines, t)
	return nil
}

type conversation struct {
	client, server *labConn
	secrets        []string
	state          tls.ConnectionState
}

// converse runs a conversation over a pipe: a request, an answer, goodbye.
func converse(t *testing.T, suite uint16, seed uint64) *conversation {
	t.Helper()
	a, err := NewAuthority(7)
	if err != nil {
		t.Fatal(err)
	}
	left, right := net.Pipe()
	talk := &conversation{client: &labConn{Conn: left}, server: &labConn{Conn: right}}
	side := func(name string) Security {
		return Security{Now: labClock, Rand: sim.NewStream(seed, name), Authority: a, Name: "server.lab", Suite: suite, Protocols: []string{"http/1.1"}}
	}
	served := make(chan error, 1)
	go func() {
		served <- func() error {
			c, err := Server(talk.server, side("server"))
			if err != nil {
				return err
			}
			got := make([]byte, 5)
			if _, err := io.ReadFull(c, got); err != nil {
				return err
			}
			_, err = c.Write(append([]byte("you said "), got...))
			return errors.Join(err, second(io.ReadAll(c)), c.Close())
		}()
	}()
	s := side("client")
	s.KeyLog = func(line string) { talk.secrets = append(talk.secrets, line) }
	c, err := Client(talk.client, s)
	if err != nil {
		t.Fatal(err, <-served)
	}
	if _, err := c.Write([]byte("Hello")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len("you said Hello"))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "you said Hello" {
		t.Fatalf("the client reads %q, %v", got, err)
	}
	talk.state = c.ConnectionState()
	// The server's goodbye comes after ours, and a pipe does not buffer it.
	err = c.CloseWrite()
	rest, _ := io.ReadAll(c)
	if err := errors.Join(err, <-served, c.Close()); err != nil || len(rest) > 0 {
		t.Fatalf("goodbye: %v, and %q", err, rest)
	}
	return talk
}

func second[T any](_ T, err error) error { return err }

// TestRunsAreIdentical is the promise of the laboratory: same seed, same
// bytes, on both sides.
func TestRunsAreIdentical(t *testing.T) {
	for _, c := range []struct {
		name    string
		suite   uint16
		version uint16
	}{{"TLS 1.3", 0, tls.VersionTLS13}, {"TLS 1.2", Suite12, tls.VersionTLS12}} {
		first, again, other := converse(t, c.suite, 1), converse(t, c.suite, 1), converse(t, c.suite, 2)
		if first.state.Version != c.version || c.suite != 0 && first.state.CipherSuite != c.suite || first.state.NegotiatedProtocol != "http/1.1" {
			t.Errorf("%s: agreed on %s with %s for %q", c.name, tls.VersionName(first.state.Version), tls.CipherSuiteName(first.state.CipherSuite), first.state.NegotiatedProtocol)
		}
		if !bytes.Equal(first.client.sent.Bytes(), again.client.sent.Bytes()) || !bytes.Equal(first.server.sent.Bytes(), again.server.sent.Bytes()) {
			t.Errorf("%s: two runs with one seed sent different bytes", c.name)
		}
		if bytes.Equal(first.client.sent.Bytes(), other.client.sent.Bytes()) {
			t.Errorf("%s: two seeds give the same bytes: the random source is not used", c.name)
		}
		if len(first.secrets) == 0 || strings.Join(first.secrets, "|") != strings.Join(again.secrets, "|") || strings.Contains(first.secrets[0], "\n") {
			t.Errorf("%s: key log %q, then %q", c.name, first.secrets, again.secrets)
		}
		if bytes.Contains(first.client.sent.Bytes(), []byte("Hello")) {
			t.Errorf("%s: the message can be read on the wire", c.name)
		}
	}
}

// crypto/tls closes by the wall clock; the connection below must not hear it.
func TestGoodbyeIsOnOurClock(t *testing.T) {
	talk := converse(t, 0, 1)
	want := []time.Time{labClock().Add(5 * time.Second), labClock()}
	for side, got := range map[string][]time.Time{"client": talk.client.deadlines, "server": talk.server.deadlines} {
		if len(got) != 2 || !got[0].Equal(want[0]) || !got[1].Equal(want[1]) {
			t.Errorf("%s: deadlines while closing: %v, want %v", side, got, want)
		}
	}
}

// A program's own mistake is still heard.
func TestWallClockIsRefused(t *testing.T) {
	left, _ := net.Pipe()
	b := &below{Conn: &labConn{Conn: left}, now: labClock}
	c := &Secure{Conn: tls.Client(b, &tls.Config{}), below: b}
	var wrong *sim.WallClockError
	if err := c.SetDeadline(time.Now().Add(time.Second)); !errors.As(err, &wrong) {
		t.Errorf("a wall-clock deadline: %v, want a *sim.WallClockError", err)
	}
	if err := c.SetWriteDeadline(labClock()); err != nil {
		t.Errorf("a simulated deadline: %v", err)
	}
}

// TestRandomSourceIsUsed fails loudly on the day that Go removes the debug
// setting on which identical TLS bytes rest.
func TestRandomSourceIsUsed(t *testing.T) {
	if err := checkRandom(); err != nil {
		t.Fatalf("this Go no longer lets a simulation choose its random bytes (GODEBUG cryptocustomrand=1 was set in this very file); TLS runs are no longer reproducible, and go.mod must stay with the toolchain before: %v", err)
	}
}

// TestStrangersMain runs a program without the directive: it must be told.
func TestStrangersMain(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	dir := t.TempDir()
	prog := `package main

import "github.com/packetwalk/packetwalk/osi/presentation"

func main() { print(presentation.CheckRandom() == nil) }
`
	main := filepath.Join(dir, "main.go")
	for directive, want := range map[string]string{"": "false", "//go:debug cryptocustomrand=1\n\n": "true"} {
		if err := os.WriteFile(main, []byte(directive+prog), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("go", "run", main)
		cmd.Env = append(os.Environ(), "GODEBUG=")
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != want {
			t.Errorf("a main with %q says that random sources are used: %s (%v), want %s", directive, out, err, want)
		}
	}
}

func TestAuthority(t *testing.T) {
	a, errA := NewAuthority(7)
	b, errB := NewAuthority(7)
	c, errC := NewAuthority(8)
	if err := errors.Join(errA, errB, errC); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.cert.Raw, b.cert.Raw) || bytes.Equal(a.cert.Raw, c.cert.Raw) {
		t.Error("equal seeds must give equal authorities, different ones different")
	}
	for _, name := range []string{"server.lab", "10.0.1.2"} {
		cert, err := a.Certificate(name)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(cert.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		verify := x509.VerifyOptions{Roots: a.Pool(), DNSName: name, CurrentTime: labClock()}
		if _, err := leaf.Verify(verify); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		verify.Roots = c.Pool()
		if _, err := leaf.Verify(verify); err == nil {
			t.Errorf("%s: another laboratory's authority vouches for it", name)
		}
	}
}

// A server that is not who the client wants is found out. Each side speaks
// while the other has stopped listening, which a net.Pipe would not survive:
// this needs a connection that buffers.
func TestWrongNameIsRefused(t *testing.T) {
	a, err := NewAuthority(7)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	served := make(chan error, 1)
	go func() {
		right, err := l.Accept()
		if err == nil {
			_, err = Server(right, Security{Now: labClock, Rand: sim.NewStream(1, "server"), Authority: a, Name: "evil.lab"})
			err = errors.Join(err, right.Close())
		}
		served <- err
	}()
	left, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer left.Close()
	_, err = Client(left, Security{Now: labClock, Rand: sim.NewStream(1, "client"), Authority: a, Name: "bank.lab"})
	var host x509.HostnameError
	if !errors.As(err, &host) {
		t.Errorf("client: %v, want an x509.HostnameError", err)
	}
	if err := <-served; err == nil {
		t.Error("server: its handshake succeeded, want the client's alert")
	}
}

func TestSecurityIsChecked(t *testing.T) {
	a, err := NewAuthority(7)
	if err != nil {
		t.Fatal(err)
	}
	for want, s := range map[string]Security{
		"expected a clock":                      {Authority: a, Name: "x"},
		"expected an Authority":                 {Now: labClock, Name: "x"},
		"expected the Name":                     {Now: labClock, Authority: a},
		"expected a TLS 1.2 suite for an Ed255": {Now: labClock, Authority: a, Name: "x", Suite: tls.TLS_AES_128_GCM_SHA256},
	} {
		if _, err := Client(nil, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
}
