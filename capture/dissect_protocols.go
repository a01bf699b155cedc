package capture

import (
	"slices"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/osi/application"
	"github.com/packetwalk/packetwalk/osi/presentation"
)

// MessageReader cuts one connection's bytes into messages and names their
// fields. from is 0 or 1 and tells the two directions apart. A protocol's own
// folder has the type; none of its methods may panic, whatever the bytes.
type MessageReader interface {
	// Length looks at the bytes of one direction from the beginning of a
	// message on and says how long that message is, in bytes: 0 when that
	// cannot be told yet, less than 0 when this is no message of the protocol.
	// pushed says that the sender wanted these bytes delivered at once.
	Length(from int, b []byte, pushed bool) int
	// Read names the fields of a message. b is what was kept of it and stands
	// at offset at; total is its length, 0 if not known yet; complete says
	// that its last byte has come. It is called when a message begins and,
	// once, when it is complete.
	Read(from int, b []byte, at, total int, complete bool) osi.Message
}

// protocol is something that is spoken above TCP or UDP.
type protocol struct {
	Name  string
	Layer osi.Layer // where its messages belong; the zero value is Application
	// Ports are those that the protocol is known by, for when the bytes do not
	// tell.
	Ports []uint16
	// Sniff says whether the first bytes of a stream, or a datagram, look like
	// the protocol.
	Sniff func(b []byte) bool
	// Reader makes a reader for a connection; nil if it is not spoken on TCP.
	Reader func() MessageReader
	// Datagram names the fields of a datagram that stands at offset at; whole
	// says that b is all of it. nil if it is not spoken on UDP.
	Datagram func(b []byte, at int, whole bool) osi.Message
	// Check, for a protocol on UDP, is a stricter Sniff; nil means Sniff.
	Check func(b []byte) bool
}

// protocols are tried in this order. A new one is a line here.
var protocols = []protocol{
	{Name: "TLS", Layer: osi.Presentation, Ports: []uint16{443, 8443}, Sniff: presentation.LooksLikeTLS, Reader: func() MessageReader { return new(presentation.TLSReader) }},
	{Name: "HTTP/1.1", Ports: []uint16{80, 8000, 8080}, Sniff: application.LooksLikeHTTP, Reader: func() MessageReader { return new(application.HTTPReader) }},
	{Name: "DNS", Ports: []uint16{53, 5353}, Sniff: application.LooksLikeDNSOverTCP, Reader: func() MessageReader { return new(application.DNSReader) },
		Check: application.LooksLikeDNS, Datagram: application.DNSDatagram},
	{Name: "Text", Sniff: application.LooksLikeText, Reader: func() MessageReader { return new(application.TextReader) }, Datagram: application.TextDatagram},
}

// chooseProtocol settles what a connection speaks: by what its first bytes
// look like; nil when they do not tell. middle says that they are the first only
// in the capture: then what is known by its port is not taken for something
// else.
func chooseProtocol(first []byte, key flowKey, middle bool) *protocol {
	for i := range protocols {
		p := &protocols[i]
		if p.Reader != nil && p.Sniff(first) {
			return p
		}
		if middle && p.onPort(key) {
			// The middle of something: it may look like anything.
			return nil
		}
	}
	return nil
}

// chooseDatagram does the same for one datagram.
func chooseDatagram(b []byte, key flowKey) *protocol {
	for i := range protocols {
		p := &protocols[i]
		check := p.Check
		if check == nil {
			check = p.Sniff
		}
		if p.Datagram != nil && check(b) {
			return p
		}
	}
	for i := range protocols {
		if p := &protocols[i]; p.Datagram != nil && p.onPort(key) {
			return p
		}
	}
	return nil
}

func (p *protocol) onPort(key flowKey) bool {
	return slices.Contains(p.Ports, key.low.Port()) || slices.Contains(p.Ports, key.high.Port())
}

// datagram reads what a UDP datagram carries. What an exchange was seen to
// speak it goes on speaking, also when a datagram of it is damaged.
func (s *stream) datagram(b []byte, at int, whole bool) {
	if len(b) == 0 {
		return
	}
	t := &s.view.talk
	p := chooseDatagram(b, s.conv.key)
	if p == nil {
		p = t.protocol
	}
	if p == nil {
		s.w.data(osi.Application, b, at, "")
		return
	}
	t.protocol = p
	s.add(p.Datagram(b, at, whole), osi.Span{Offset: at, Length: len(b)}, "", whole)
}
