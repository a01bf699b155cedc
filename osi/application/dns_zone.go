package application

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// DNSZone is the part of the tree of names that a server decides on: Origin
// ("lab") and all below it; "" is the root, and with it every name. Records are
// answered in their order.
type DNSZone struct {
	Origin  string
	Records []DNSRecord
}

// zoneTTL is how long, in seconds, an answer of ParseDNSZone's records may be
// remembered.
const zoneTTL = 300

// ZoneError says which record of a zone cannot be read, and why.
type ZoneError struct{ Record, Want string }

func (e *ZoneError) Error() string {
	return fmt.Sprintf("application: DNS zone: expected %s, found %.80q", e.Want, e.Record)
}

// ParseDNSZone reads a zone as people write one in a line:
// "server.lab=10.0.2.10, www.lab=10.0.2.20". A name may have several addresses.
// The error is a *ZoneError.
func ParseDNSZone(origin, records string) (*DNSZone, error) {
	z := &DNSZone{Origin: origin}
	for record := range strings.SplitSeq(records, ",") {
		record = strings.TrimSpace(record)
		name, address, _ := strings.Cut(record, "=")
		name, address = strings.TrimSpace(name), strings.TrimSpace(address)
		addr, err := netip.ParseAddr(address)
		switch {
		case err != nil || !addr.Is4() || checkName(name) != nil:
			return nil, &ZoneError{record, "a name and its IPv4 address, as in server.lab=10.0.2.10"}
		case !z.holds(name):
			return nil, &ZoneError{record, "a name in the zone " + origin}
		}
		z.Records = append(z.Records, DNSRecord{Name: name, TTL: zoneTTL, Addr: addr})
	}
	return z, nil
}

// Serve answers questions until the connection is closed or its deadline
// passes; neither is an error.
func (z *DNSZone) Serve(conn net.PacketConn) error {
	return answerPackets(conn, 1<<16, z.Answer)
}

// Answer is the datagram that answers a question; nil where silence is the
// answer: to what is itself an answer (two servers would talk for ever), and
// to what has no readable header.
//
// Simplified: an answer without addresses does not carry the zone's SOA record
// (RFC 2308 §3), which tells a cache how long to remember it; nothing caches
// here.
func (z *DNSZone) Answer(query []byte) []byte {
	q, err := ParseDNS(query)
	if q == nil || q.Response {
		return nil
	}
	// RFC 1035 §4.1.1: ID, OPCODE and RD are copied into the response.
	a := &DNSMessage{ID: q.ID, Response: true, OpCode: q.OpCode, RecursionDesired: q.RecursionDesired}
	switch {
	case q.OpCode != 0:
		a.Code = NotImplemented
	case err != nil || len(q.Questions) != 1 || checkName(q.Questions[0].Name) != nil:
		a.Code = FormatErr
	default:
		a.Questions = q.Questions
		z.look(a)
	}
	return a.datagram()
}

// look fills in the answer to a.Questions[0].
func (z *DNSZone) look(a *DNSMessage) {
	asked := a.Questions[0]
	if !z.holds(asked.Name) {
		a.Code = Refused
		return
	}
	a.Authoritative = true
	exists := sameName(asked.Name, z.Origin)
	for _, r := range z.Records {
		if sameName(r.Name, asked.Name) {
			exists = true
			if asked.Type == TypeA {
				a.Answers = append(a.Answers, r)
			}
		}
		// RFC 8020 §2: a name that only others stand below exists too.
		exists = exists || below(r.Name, asked.Name)
	}
	if !exists {
		a.Code = NameError
	}
}

// holds says whether a name lies in the zone.
func (z *DNSZone) holds(name string) bool {
	return z.Origin == "" || sameName(name, z.Origin) || below(name, z.Origin)
}

// below says whether a name stands below another in the tree.
func below(name, top string) bool {
	n := len(name) - len(top)
	return n > 1 && name[n-1] == '.' && strings.EqualFold(name[n:], top)
}

// datagram encodes an answer, with as many records as fit. RFC 1035 §4.2.1:
// "Longer messages are truncated and the TC bit is set in the header."
func (m *DNSMessage) datagram() []byte {
	for {
		b, err := m.Encode()
		switch {
		case err != nil: // a record of the zone that cannot be sent
			m.Answers, m.Code = nil, ServerFailure
		case len(b) <= MaxDNSDatagram:
			return b
		default:
			m.Answers, m.Truncated = m.Answers[:len(m.Answers)-1], true
		}
	}
}
