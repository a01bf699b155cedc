package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/osi"
)

// What a frame takes on the wire beside its own bytes (IEEE 802.3 §4.2.5,
// §4.4.2): 7 bytes of preamble and the start delimiter, and then silence for
// the time of 12 bytes.
const (
	preambleBytes = 8
	gapBytes      = 12
)

const linkTypeEthernet = 1

// size is a number of bytes, told apart by what they are for.
type size struct {
	payload int   // what the frame is for: the bytes of the highest layer, or the content in them
	headers []int // by part, from the highest layer down
	padding int
	fcs     int
}

func (s size) header() int { return sum(s.headers) }
func (s size) total() int  { return s.payload + s.header() + s.padding + s.fcs }

// sizeOf adds up what the frame's bytes are for.
func sizeOf(d *capture.Dissection) size {
	var all size
	for i := range d.Parts {
		s := sizeOfPart(d, &d.Parts[i])
		all.payload += s.payload
		all.padding += s.padding
		all.fcs += s.fcs
		if s.header() > 0 {
			all.headers = append(all.headers, s.header())
		}
	}
	slices.Reverse(all.headers)
	return all
}

// sizeOfPart tells the header of a part from the padding and the frame check
// sequence that Ethernet puts behind the payload.
func sizeOfPart(d *capture.Dissection, p *osi.Part) size {
	// Whatever is above the transport, and on top, is what the program sent.
	// "data" is what the dissector calls bytes of which no header is known; a
	// fragment's bytes are a piece of whatever the datagram carries.
	if p.Protocol == "data" || p.PDU == "fragment" || p.Layer > osi.Transport && p.Layer == topBytes(d) {
		if span, ok := contentOf(p); ok {
			return size{payload: span.Length, headers: []int{p.Len() - span.Length}}
		}
		return size{payload: p.Len()}
	}
	var s size
	if p.Layer == osi.DataLink && len(p.Spans) > 0 {
		if last := p.Spans[len(p.Spans)-1]; last.End() == len(d.Data) && last.Length >= d.FCS {
			s.fcs = d.FCS
		}
		for _, f := range p.Fields {
			if f.Key == "eth.padding" {
				s.padding += f.Span.Length
			}
		}
	}
	if h := p.Len() - s.padding - s.fcs; h > 0 {
		s.headers = []int{h}
	}
	return s
}

// String is the sum written out: "5 payload + 54 headers (20 + 20 + 14) + 1 padding + 4 FCS".
func (s size) String() string {
	var terms []string
	add := func(n int, what string) {
		if n > 0 {
			terms = append(terms, fmt.Sprintf("%d %s", n, what))
		}
	}
	add(s.payload, "payload")
	switch len(s.headers) {
	case 0:
	case 1:
		add(s.header(), "header")
	default:
		each := strings.Trim(strings.ReplaceAll(fmt.Sprint(s.headers), " ", " + "), "[]")
		add(s.header(), "headers ("+each+")")
	}
	add(s.padding, "padding")
	add(s.fcs, "FCS")
	return strings.Join(terms, " + ")
}

// aroundPayload says what stands in front of a payload and what behind it.
func (s size) aroundPayload() string {
	behind := size{padding: s.padding, fcs: s.fcs}
	return fmt.Sprintf("%d in front, %s behind", s.header(), behind)
}

// onTheWire says how long the frame keeps the wire busy, in the bytes that
// would pass in that time and, when the link's rate (bit/s) is known, in time.
func onTheWire(d *capture.Dissection, s size, rate int64) string {
	if d.LinkType != linkTypeEthernet {
		return fmt.Sprintf("%d bytes were captured: %s. The link layer is not among them.", s.total(), s)
	}
	busy := d.Length + preambleBytes + gapBytes
	if d.FCS == 0 {
		busy += 4
		return fmt.Sprintf("%d bytes were captured; the frame check sequence is not among them. On the wire the frame takes "+
			"the time of %d bytes: %d + 4 FCS + %d preamble and start delimiter before it + %d gap after it.",
			len(d.Data), busy, d.Length, preambleBytes, gapBytes)
	}
	text := fmt.Sprintf("On the wire the frame takes the time of %d bytes: %d + %d preamble and start delimiter before it "+
		"+ %d gap after it. Those %d are time only: no capture shows them.",
		busy, d.Length, preambleBytes, gapBytes, preambleBytes+gapBytes)
	if rate > 0 {
		text += fmt.Sprintf(" At %s that is %s.", rateText(rate), durationText(int64(busy)*8*1e9/rate))
	}
	return text
}
