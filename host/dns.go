package host

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/osi/application"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// A host with a Resolver finds addresses as hosts on the Internet do: it asks
// a server, over the network that it is about to use.

// What happens to a name.
var (
	EventLookup = trace.Define(trace.Kind{
		ID: "dns.lookup", Layer: osi.Application, Ref: "RFC 1034 §5.1",
		Sentence: "{node} asks {server} for the address of {name}",
		Fields:   []string{"name", "server"},
	})
	EventResolved = trace.Define(trace.Kind{
		ID: "dns.resolved", Layer: osi.Application, Ref: "RFC 1034 §5.1",
		Sentence: "{node} now knows that {name} is {address}",
		Fields:   []string{"name", "address", "server"},
	})
	EventUnresolved = trace.Define(trace.Kind{
		ID: "dns.failed", Layer: osi.Application, Ref: "RFC 1034 §5.2.1",
		Sentence: "{node} finds no address for {name}: {why}",
		Fields:   []string{"name", "why", "server"},
	})
)

// LookupHost finds the IPv4 address of a name as programs on this host do: in
// the laboratory's hosts table or, when the host has a Resolver, by asking
// there. An address in text form is its own name, and localhost is 127.0.0.1.
// The error is a *net.DNSError: IsNotFound when there is no such name,
// IsTimeout when nobody answered.
func (h *Host) LookupHost(name string) (netip.Addr, error) {
	cause, err := h.lab.enter()
	if err != nil {
		return netip.Addr{}, &net.DNSError{UnwrapErr: err, Err: err.Error(), Name: name}
	}
	defer h.lab.leave(cause)
	return h.lookup(name, 0)
}

// lookup is LookupHost within a call that has a deadline. What follows, follows
// from the answer.
func (h *Host) lookup(name string, until deadline) (netip.Addr, error) {
	if _, err := netip.ParseAddr(name); err == nil || name == "localhost" || !h.Resolver.IsValid() {
		return h.lab.LookupHost(name)
	}
	h.noteLookup(EventLookup, trace.String("name", name))
	addr, err := h.ask(name, until)
	if said := (*net.DNSError)(nil); errors.As(err, &said) {
		h.noteLookup(EventUnresolved, trace.String("name", name), trace.String("why", said.Err))
		return netip.Addr{}, err
	}
	h.noteLookup(EventResolved, trace.String("name", name), trace.String("address", addr.String()))
	return addr, nil
}

// noteLookup records what becomes of a name; what the program was woken by
// last, if it had to wait, is the cause.
func (h *Host) noteLookup(kind *trace.Kind, fields ...trace.Field) {
	lab := h.lab
	if !lab.log.On() {
		return
	}
	lab.log.Because(lab.causes[lab.sim.Current()])
	lab.woken(lab.log.Emit(h.name, kind, 0, append(fields, trace.String("server", h.Resolver.String()))...))
}

// ask puts the question to the resolver, on a socket of its own. The error is
// a *net.DNSError.
func (h *Host) ask(name string, until deadline) (netip.Addr, error) {
	server := h.Resolver.String()
	failed := func(err error) error {
		return &net.DNSError{UnwrapErr: err, Err: err.Error(), Name: name, Server: server}
	}
	conn, err := h.Dial("udp", server)
	if err != nil {
		return netip.Addr{}, failed(err)
	}
	r := application.DNSResolver{
		Conn: &dnsSocket{conn, h, until}, Server: conn.RemoteAddr(), Now: h.Now, Rand: h.lab.nextStream(h.name + "/dns"),
	}
	found, err := r.LookupA(name)
	if closing := conn.Close(); err == nil && closing != nil {
		err = failed(closing)
	}
	if err == nil {
		return found[0].Addr, nil
	}
	if until.passed(h.lab.sim.Now()) {
		// As in the standard library, when a dialer's time is up.
		err = &net.DNSError{UnwrapErr: os.ErrDeadlineExceeded, Err: os.ErrDeadlineExceeded.Error(), Name: name, Server: server, IsTimeout: true}
	}
	return netip.Addr{}, err
}

// dnsSocket is a connected socket, which hears of ICMP errors, in the form in
// which a resolver wants it, and waits for no answer beyond a deadline.
type dnsSocket struct {
	net.Conn
	host  *Host
	until deadline
}

func (s *dnsSocket) ReadFrom(p []byte) (int, net.Addr, error) {
	n, err := s.Read(p)
	return n, s.RemoteAddr(), err
}

func (s *dnsSocket) WriteTo(p []byte, _ net.Addr) (int, error) {
	if s.until.passed(s.host.lab.sim.Now()) {
		return 0, os.ErrDeadlineExceeded
	}
	return s.Write(p)
}

func (s *dnsSocket) SetReadDeadline(t time.Time) error {
	if last := sim.Time(s.until).Calendar(); s.until != 0 && last.Before(t) {
		t = last
	}
	return s.Conn.SetReadDeadline(t)
}
