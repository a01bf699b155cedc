package presentation

import (
	"bytes"
	"crypto/ecdh"
	"errors"
	"io"
	"sync"
)

// A handshake is the same in every run if its random bytes are, and the
// standard library does what it can to prevent that: by default it ignores
// the source a program gives it, and from the sources it does use it reads a
// byte more in every second run, on purpose. A laboratory needs both undone.

// ErrRandomIgnored says that crypto/tls ignores the random source of a
// simulation, so that no two runs would be alike, and how to mend it.
var ErrRandomIgnored = errors.New("presentation: the standard library ignores the simulation's random source: " +
	"expected the line //go:debug cryptocustomrand=1 above the package clause of package main (in a test, of any _test.go file)")

// steady is a random source that answers one-byte reads without advancing:
// the standard library makes such reads at random (crypto/internal/randutil),
// and nowhere for a key.
type steady struct{ r io.Reader }

func (s steady) Read(p []byte) (int, error) {
	if len(p) == 1 {
		p[0] = 0
		return 1, nil
	}
	return io.ReadFull(s.r, p)
}

// constant is a source of one byte, again and again.
type constant byte

func (c constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c)
	}
	return len(p), nil
}

// CheckRandom finds out whether keys are made from the source they should be
// made from: an X25519 key (RFC 7748 §5: any 32 bytes) of a constant source
// must be that constant. If not, it returns ErrRandomIgnored.
var CheckRandom = sync.OnceValue(checkRandom)

func checkRandom() error {
	key, err := ecdh.X25519().GenerateKey(steady{constant(0x5a)})
	if err != nil {
		return err
	}
	if !bytes.Equal(key.Bytes(), bytes.Repeat([]byte{0x5a}, 32)) {
		return ErrRandomIgnored
	}
	return nil
}
