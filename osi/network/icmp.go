package network

import "fmt"

// ICMPType is the kind of an ICMP message (RFC 792).
type ICMPType uint8

// The types of message that are spoken here.
const (
	EchoReply              ICMPType = 0
	DestinationUnreachable ICMPType = 3
	SourceQuench           ICMPType = 4 // deprecated by RFC 6633, recognised as an error
	Redirect               ICMPType = 5 // recognised as an error
	Echo                   ICMPType = 8
	TimeExceeded           ICMPType = 11
	ParameterProblem       ICMPType = 12 // recognised as an error
)

// Codes of DestinationUnreachable (RFC 792; RFC 1812 §5.2.7.1) and of
// TimeExceeded.
const (
	NetUnreachable      uint8 = 0
	HostUnreachable     uint8 = 1
	ProtocolUnreachable uint8 = 2
	PortUnreachable     uint8 = 3
	FragmentationNeeded uint8 = 4
	AdminProhibited     uint8 = 13 // "communication administratively prohibited"

	TTLExpired        uint8 = 0 // on its way
	ReassemblyExpired uint8 = 1 // at its end, for want of a fragment
)

// IsError says whether the type reports an error, and quotes the packet that
// met it, rather than asks or answers (RFC 1122 §3.2.2).
func (t ICMPType) IsError() bool {
	switch t {
	case DestinationUnreachable, SourceQuench, Redirect, TimeExceeded, ParameterProblem:
		return true
	}
	return false
}

// ICMPHeaderLen is the length in bytes of what stands before a message's data.
const ICMPHeaderLen = 8

// ICMPMessage is an ICMP message (RFC 792).
type ICMPMessage struct {
	Type ICMPType
	Code uint8
	// ID and Seq are those of an echo and its reply: whose ping, and which.
	ID, Seq uint16
	// MTU is the next link's, in bytes, when fragmentation would be needed
	// (RFC 1191 §4); 0 from a router that does not say.
	MTU int
	// Data is what an echo carries, or the start of the packet an error is
	// about (ParseIPv4Quote reads it).
	Data []byte
}

// String is the message in words: "echo request", "host unreachable".
func (m ICMPMessage) String() string {
	switch m.Type {
	case EchoReply:
		return "echo reply"
	case Echo:
		return "echo request"
	case DestinationUnreachable:
		return unreachableName(m)
	case TimeExceeded:
		if m.Code == ReassemblyExpired {
			return "fragment reassembly time exceeded"
		}
		return "time to live exceeded in transit"
	}
	return fmt.Sprintf("type %d, code %d", uint8(m.Type), m.Code)
}

func unreachableName(m ICMPMessage) string {
	switch m.Code {
	case NetUnreachable:
		return "network unreachable"
	case HostUnreachable:
		return "host unreachable"
	case ProtocolUnreachable:
		return "protocol unreachable"
	case PortUnreachable:
		return "port unreachable"
	case FragmentationNeeded:
		return fmt.Sprintf("fragmentation needed (MTU %d)", m.MTU)
	case AdminProhibited:
		return "administratively prohibited"
	}
	return fmt.Sprintf("destination unreachable, code %d", m.Code)
}

// Reply is the answer to an echo: the same but for its type. RFC 1122 §3.2.2.6:
// all of its data is returned.
func (m ICMPMessage) Reply() ICMPMessage {
	m.Type, m.Code = EchoReply, 0
	return m
}
