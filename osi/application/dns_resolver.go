package application

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"time"
)

// DNSResolver asks a server for addresses.
type DNSResolver struct {
	Conn   net.PacketConn
	Server net.Addr
	// Now is the clock of the deadlines: host.Now in a simulation.
	Now func() time.Time
	// Rand draws the IDs. They must be unpredictable on a real network, where
	// others may answer in the server's place (RFC 5452 §4).
	Rand io.Reader
	// Timeout is how long to wait for each try, Tries how often to ask: 5 s
	// and 2 by default, as resolv.conf(5) has it.
	Timeout time.Duration
	Tries   int
}

// LookupA finds the IPv4 addresses of a name. The error is a *net.DNSError:
// IsNotFound when there is no such name or it has no address, IsTimeout when
// nobody answered.
func (r *DNSResolver) LookupA(name string) ([]DNSRecord, error) {
	if err := checkName(name); err != nil {
		return nil, r.fail(name, err.Error(), false)
	}
	timeout, tries := r.Timeout, limitOr(r.Tries, 2)
	if timeout == 0 {
		timeout = 5 * time.Second
	}
	for range tries {
		answer, err := r.ask(name, timeout)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			continue
		case err != nil:
			e := r.fail(name, err.Error(), false)
			e.UnwrapErr = err
			return nil, e
		}
		return r.judge(name, answer)
	}
	e := r.fail(name, fmt.Sprintf("no answer to %d questions", tries), false)
	e.IsTimeout = true
	return nil, e
}

// judge turns an answer into a result.
func (r *DNSResolver) judge(name string, a *DNSMessage) ([]DNSRecord, error) {
	switch {
	case a.Code == NameError:
		return nil, r.fail(name, "no such name", true)
	case a.Code != NoError:
		return nil, r.fail(name, "the server says: "+a.Code.String(), false)
	}
	var found []DNSRecord
	for _, rec := range a.Answers {
		if sameName(rec.Name, name) {
			found = append(found, rec)
		}
	}
	if len(found) == 0 {
		return nil, r.fail(name, "the name has no address", true)
	}
	return found, nil
}

func (r *DNSResolver) fail(name, why string, notFound bool) *net.DNSError {
	return &net.DNSError{Err: why, Name: name, Server: r.Server.String(), IsNotFound: notFound}
}

// ask sends the question once and waits for its answer.
func (r *DNSResolver) ask(name string, timeout time.Duration) (*DNSMessage, error) {
	var id [2]byte
	if _, err := io.ReadFull(r.Rand, id[:]); err != nil {
		return nil, fmt.Errorf("no randomness for an ID: %w", err)
	}
	q := &DNSMessage{ID: binary.BigEndian.Uint16(id[:]), RecursionDesired: true, Questions: []DNSQuestion{{name, TypeA}}}
	out, err := q.Encode()
	if err != nil {
		return nil, err
	}
	if _, err := r.Conn.WriteTo(out, r.Server); err != nil {
		return nil, err
	}
	if err := r.Conn.SetReadDeadline(r.Now().Add(timeout)); err != nil {
		return nil, err
	}
	in := make([]byte, 1<<16)
	for {
		n, from, err := r.Conn.ReadFrom(in)
		if err != nil {
			return nil, err
		}
		// RFC 5452 §9.1: what does not match the question in every part is
		// somebody else's datagram; the answer may still come.
		a, err := ParseDNS(in[:n])
		if err == nil && sameAddr(from, r.Server) && answers(a, q) {
			return a, nil
		}
	}
}

func answers(a, q *DNSMessage) bool {
	if !a.Response || a.ID != q.ID {
		return false
	}
	// A server that could not read the question need not repeat it.
	if len(a.Questions) == 0 {
		return a.Code == FormatErr || a.Code == NotImplemented
	}
	return len(a.Questions) == 1 && a.Questions[0].Type == TypeA && sameName(a.Questions[0].Name, q.Questions[0].Name)
}

func sameAddr(a, b net.Addr) bool {
	x, errX := netip.ParseAddrPort(a.String())
	y, errY := netip.ParseAddrPort(b.String())
	return errX == nil && errY == nil && x == y
}
