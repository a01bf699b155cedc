package osi

// Span is a range of bytes: Offset from the start of whatever is described (a
// frame, unless said otherwise) and Length, both in bytes.
type Span struct {
	Offset int `json:"offset"`
	Length int `json:"length"`
}

// End is the offset just behind the span.
func (s Span) End() int { return s.Offset + s.Length }

// Contains says whether the byte at offset i lies in the span.
func (s Span) Contains(i int) bool { return i >= s.Offset && i < s.End() }

// Field is one header field as a reader meets it: its name, the bytes it
// stands in, and its value in the notation of its standard.
type Field struct {
	// Key is stable and unique within its protocol, in the words of
	// Wireshark's display filters where they exist: "tcp.seq", "ip.ttl".
	Key string `json:"key"`
	// Name is what the standard calls it: "Sequence Number".
	Name string `json:"name"`
	// Span is where it stands. A field of a few bits spans every byte it
	// touches; Bits then says which of them. A field that was worked out and
	// has no bytes (a payload's length) has a span of length 0.
	Span Span `json:"span"`
	// Bits is "" for whole bytes, else the position in the span, most
	// significant bit first, as "0-3".
	Bits string `json:"bits,omitempty"`
	// Value is the value for people: "SYN, ACK", "10.0.0.1", "0x1c46".
	Value string `json:"value"`
	// Number is the value when it is a number, for filters and arithmetic.
	Number uint64 `json:"number,omitempty"`
	// Note says what is worth knowing here: "correct", "scaled by 128".
	Note string `json:"note,omitempty"`
	// Problem says what is wrong with these bytes, and is "" when nothing is:
	// "checksum is 0x1234, should be 0xabcd".
	Problem string `json:"problem,omitempty"`
}

// Part is what one protocol owns of a frame. The parts of a frame, in order,
// own each of its bytes exactly once; a part without bytes of its own (a
// session that exists only as turn-taking) has an empty span and says why in
// Summary.
type Part struct {
	Layer    Layer  `json:"layer"`
	Protocol string `json:"protocol"` // "Ethernet II", "IPv4", "TCP", "HTTP/1.1"
	PDU      string `json:"pdu"`      // "frame", "packet", "segment", "datagram", "message"
	// Spans are the bytes this part owns, in ascending order: usually one
	// header, sometimes a trailer too (Ethernet's padding and FCS).
	Spans []Span `json:"spans"`
	// Fields are in the order of their bytes.
	Fields []Field `json:"fields"`
	// Summary is one line for people: "10.0.1.2 → 10.0.2.2, TTL 64".
	Summary string `json:"summary"`
	// Problem says what makes this part damaged or undecodable, "" if nothing.
	Problem string `json:"problem,omitempty"`
}

// Len is the number of bytes the part owns.
func (p *Part) Len() int {
	n := 0
	for _, s := range p.Spans {
		n += s.Length
	}
	return n
}

// FirstProblem is the problem of the first field that has one, "" when none
// has.
func FirstProblem(fields []Field) string {
	for _, f := range fields {
		if f.Problem != "" {
			return f.Problem
		}
	}
	return ""
}

// Field finds a field by its key.
func (p *Part) Field(key string) (Field, bool) {
	for _, f := range p.Fields {
		if f.Key == key {
			return f, true
		}
	}
	return Field{}, false
}
