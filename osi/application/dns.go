package application

import (
	"fmt"
	"net/netip"
	"strings"
)

// DNS, as far as a laboratory needs it: a question for the IPv4 address of a
// name (type A, RFC 1035 §3.4.1) and its answer, each in one datagram.
//
//	 0                              12
//	┌────┬───────┬─────────────────┬───────────────┬─────────┐
//	│ ID │ flags │ counts of the   │ question:     │ answers │
//	│    │       │ four sections   │ name, A, IN   │         │
//	└────┴───────┴─────────────────┴───────────────┴─────────┘
//	   2     2          8

// Limits of DNS.
const (
	MaxDNSDatagram = 512 // RFC 1035 §4.2.1: bytes over UDP
	maxName        = 253 // RFC 1035 §2.3.4: 255 bytes with the lengths
	maxLabel       = 63
)

// RCode is how a question was answered (RFC 1035 §4.1.1).
type RCode uint8

// The answers' codes.
const (
	NoError        RCode = 0
	FormatErr      RCode = 1 // the server cannot read the question
	ServerFailure  RCode = 2
	NameError      RCode = 3 // there is no such name ("NXDOMAIN")
	NotImplemented RCode = 4
	Refused        RCode = 5 // not the server's business
)

func (c RCode) String() string {
	names := [...]string{"no error", "format error", "server failure", "no such name", "not implemented", "refused"}
	if int(c) < len(names) {
		return names[c]
	}
	return fmt.Sprintf("code %d", uint8(c))
}

// DNSQuestion asks for a name.
type DNSQuestion struct {
	Name string // without the last dot: "server.lab"
	Type uint16
}

// TypeA asks for an IPv4 address.
const TypeA uint16 = 1

// DNSRecord says that a name has an address, for TTL seconds.
type DNSRecord struct {
	Name string
	TTL  uint32
	Addr netip.Addr // IPv4
}

// DNSMessage is a question or its answer.
type DNSMessage struct {
	ID               uint16
	Response         bool
	OpCode           uint8 // 0 is a standard query
	Authoritative    bool  // the answer comes from the one who decides (AA)
	Truncated        bool  // it did not fit into a datagram (TC)
	RecursionDesired bool
	Code             RCode
	Questions        []DNSQuestion
	// Answers are the A records of the answer section; other records of a
	// message are passed over.
	Answers []DNSRecord
}

// NameSyntaxError says why a text is no domain name.
type NameSyntaxError struct{ Name, Want string }

func (e *NameSyntaxError) Error() string {
	return fmt.Sprintf("application: DNS: %.80q is no domain name: expected %s", e.Name, e.Want)
}

// checkName refuses what cannot be a host's name (RFC 1035 §2.3.1, with digits
// in front allowed by RFC 1123 §2.1).
func checkName(name string) error {
	if name == "" || len(name) > maxName {
		return &NameSyntaxError{name, fmt.Sprintf("1 to %d characters", maxName)}
	}
	for label := range strings.SplitSeq(name, ".") {
		switch {
		case label == "" || len(label) > maxLabel:
			return &NameSyntaxError{name, fmt.Sprintf("labels of 1 to %d characters between the dots", maxLabel)}
		case label[0] == '-' || label[len(label)-1] == '-' || strings.ContainsFunc(label, notNick) || strings.Contains(label, "_"):
			return &NameSyntaxError{name, "labels of letters, digits and inner hyphens"}
		}
	}
	return nil
}

// sameName compares names as DNS does: the case of letters does not matter
// (RFC 1035 §2.3.3).
func sameName(a, b string) bool { return strings.EqualFold(a, b) }
