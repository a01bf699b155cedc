package session

import (
	"encoding/base64"
	"fmt"
	"io"
)

// ID names a session across connections. Whoever knows it is taken for its
// owner, so it must be impossible to guess: 128 random bits. On a real network
// they come from crypto/rand, in a simulation from the host's stream.
type ID string

// idBytes are 128 bits: with a billion guesses a second, the universe is too
// young to have found one.
const idBytes = 16

// NewID draws an ID: 22 characters of A–Z, a–z, 0–9, "-", "_", which need no
// quoting in a URL, a header or a cookie.
func NewID(random io.Reader) (ID, error) {
	var b [idBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("session: no randomness for an id: %w", err)
	}
	return ID(base64.RawURLEncoding.EncodeToString(b[:])), nil
}

// ParseID checks that a peer's text has the form of an ID.
func ParseID(text string) (ID, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != idBytes {
		return "", fmt.Errorf("session: %.40q is no session id: expected %d characters of base64url", text, base64.RawURLEncoding.EncodedLen(idBytes))
	}
	return ID(text), nil
}
