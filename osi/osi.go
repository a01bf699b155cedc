// Package osi is the vocabulary that every other package speaks: the seven
// layers of the OSI reference model, what the unit of data is called at each,
// and a header field with the bytes it stands in.
//
// It holds no behaviour. A package that moves bytes (tcp, osi/network, ...)
// describes them in these terms, and whoever shows bytes to a reader (report)
// reads these terms and nothing else.
//
// Source: ISO/IEC 7498-1:1994; the mapping to the Internet's four layers is
// that of RFC 1122 §1.1.3.
package osi

// Layer is one of the seven layers, 1 (physical) to 7 (application).
// The zero Layer means "none in particular".
type Layer uint8

// The seven layers.
const (
	Physical Layer = 1 + iota
	DataLink
	Network
	Transport
	Session
	Presentation
	Application
)

// Layers lists the seven layers from the top down, the order in which a
// message meets them on its way out.
var Layers = [...]Layer{Application, Presentation, Session, Transport, Network, DataLink, Physical}

var layerNames = [...]string{"", "Physical", "Data link", "Network", "Transport", "Session", "Presentation", "Application"}

// String is the layer's name, as "Data link".
func (l Layer) String() string {
	if int(l) < len(layerNames) {
		return layerNames[l]
	}
	return "?"
}

// PDU names the protocol data unit of the layer in the Internet's words, the
// ones this project never mixes: bits, frame, packet, segment, and above that
// message. (UDP's unit is a datagram; a protocol that differs from its layer
// says so in Part.PDU.)
func (l Layer) PDU() string {
	switch l {
	case Physical:
		return "bits"
	case DataLink:
		return "frame"
	case Network:
		return "packet"
	case Transport:
		return "segment"
	case Session, Presentation, Application:
		return "message"
	}
	return ""
}

// InternetLayer names the layer of the four-layer Internet model that does
// this layer's work (RFC 1122 §1.1.3).
func (l Layer) InternetLayer() string {
	switch l {
	case Physical, DataLink:
		return "Link"
	case Network:
		return "Internet"
	case Transport:
		return "Transport"
	case Session, Presentation, Application:
		return "Application"
	}
	return ""
}
