package capture

import (
	"fmt"
	"strconv"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/osi/datalink"
)

// DissectOptions bound what a Dissector remembers. The zero value is for
// everyday use; a bound of 0 is the default named beside it.
type DissectOptions struct {
	// MaxConnections is how many TCP connections and UDP exchanges are
	// remembered at once (65,536). When there are more, the one that was
	// quiet the longest is forgotten.
	MaxConnections int
	// MaxMessage is how many bytes of one message are kept until its end has
	// come (65,536). Of a longer one the beginning is kept and the rest
	// counted.
	MaxMessage int
	// MaxWaiting is how many bytes of one direction of a connection are kept
	// because bytes before them have not come (1 MiB).
	MaxWaiting int
	// MaxFragmented is how many datagrams are put together from fragments at
	// once (256), each of at most 65,535 bytes.
	MaxFragmented int
}

func (o *DissectOptions) setDefaults() {
	for _, bound := range []struct {
		at    *int
		value int
	}{{&o.MaxConnections, 65536}, {&o.MaxMessage, 65536}, {&o.MaxWaiting, 1 << 20}, {&o.MaxFragmented, 256}} {
		if *bound.at <= 0 {
			*bound.at = bound.value
		}
	}
}

// Dissector reads packets back from their bytes. It remembers what it needs
// from one packet to the next: fragments, TCP streams, numbers of connections.
// So it is to be given the packets of a capture in their order. Packets of
// different interfaces are kept apart: each vantage point is followed alone.
//
// A Dissector never fails: what it cannot read is a part called "data", or a
// Problem.
type Dissector struct {
	opts      DissectOptions
	fragments fragments
	tcp, udp  conversations
	secrets   []string
}

// NewDissector makes a Dissector that has seen nothing.
func NewDissector(opts DissectOptions) *Dissector {
	opts.setDefaults()
	d := &Dissector{opts: opts}
	d.fragments.limit = opts.MaxFragmented
	d.tcp.limit, d.udp.limit = opts.MaxConnections, opts.MaxConnections
	return d
}

// Secret gives the Dissector a line of TLS key material in the NSS key log
// format, ahead of the packets that it opens.
func (d *Dissector) Secret(line string) { d.secrets = append(d.secrets, line) }

// Dissect reads one packet. The result refers to the packet and its Data.
func (d *Dissector) Dissect(p *Packet) *Dissection {
	w := walk{d: d, p: p, out: &Dissection{Packet: p, Stream: -1}, snapped: p.Length > len(p.Data)}
	w.out.Parts = make([]osi.Part, 0, 8)
	switch p.LinkType {
	case LinkEthernet:
		w.ethernet()
	case LinkRaw:
		w.rawIP()
	case LinkNull, LinkLoop:
		w.foreign(datalink.LoopbackFields(p.Data))
	case LinkCooked:
		w.foreign(datalink.CookedFields(p.Data, 1))
	case LinkCooked2:
		w.foreign(datalink.CookedFields(p.Data, 2))
	default:
		w.data(osi.DataLink, p.Data, 0, fmt.Sprintf("link type %d is not taken apart here", p.LinkType))
	}
	w.columns()
	return w.out
}

// walk is one packet on its way up the layers.
type walk struct {
	d       *Dissector
	p       *Packet
	out     *Dissection
	snapped bool // the capture cut the frame short

	// window is set while bytes are read that were put together from several
	// frames: only those within it are in this frame.
	window *osi.Span

	source, destination string // for the columns, from the highest addresses
	protocol, info      string // from the highest protocol
	messages            int    // of the application, in this packet
}

// add appends a part. Of one that was read from bytes put together, it keeps
// the spans that lie in this frame.
func (w *walk) add(part osi.Part) {
	if w.window != nil {
		clip(&part, *w.window)
	}
	w.out.Parts = append(w.out.Parts, part)
}

// data adds a part for bytes that nobody here can read.
func (w *walk) data(layer osi.Layer, b []byte, at int, why string) {
	if len(b) == 0 {
		return
	}
	part := osi.Part{Layer: layer, Protocol: "data", PDU: "data", Spans: []osi.Span{{Offset: at, Length: len(b)}}}
	part.Fields = []osi.Field{{Key: "data.data", Name: "Data", Span: part.Spans[0], Value: osi.Hex(b, 16)}}
	part.Summary = octets(len(b))
	if why != "" {
		part.Summary += ": " + why
	}
	w.add(part)
}

// empty adds a part for a layer that has no bytes of its own here.
func (w *walk) empty(layer osi.Layer, protocol string, at int, why string) {
	w.add(osi.Part{Layer: layer, Protocol: protocol, PDU: layer.PDU(),
		Spans: []osi.Span{{Offset: at}}, Summary: "no bytes of its own: " + why})
}

// clip keeps what of a part lies within a window. A field outside keeps its
// value and loses its bytes.
func clip(part *osi.Part, window osi.Span) {
	spans := part.Spans[:0:0]
	for _, s := range part.Spans {
		if s = intersect(s, window); s.Length > 0 {
			spans = append(spans, s)
		}
	}
	if len(spans) == 0 {
		spans = []osi.Span{{Offset: window.Offset}}
	}
	part.Spans = spans
	for i := range part.Fields {
		f := &part.Fields[i]
		s := intersect(f.Span, window)
		if s.Length < f.Span.Length {
			if f.Note != "" {
				f.Note += "; "
			}
			if f.Note += "in an earlier frame"; s.Length > 0 {
				f.Note += " in part"
			}
			f.Bits = ""
		}
		f.Span = s
	}
}

// intersect is what two spans share; empty, but within the window, when that
// is nothing.
func intersect(s, window osi.Span) osi.Span {
	from, to := max(s.Offset, window.Offset), min(s.End(), window.End())
	if to < from {
		from = min(max(s.Offset, window.Offset), window.End())
		to = from
	}
	return osi.Span{Offset: from, Length: to - from}
}

// octets is a number of bytes in words.
func octets(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return strconv.Itoa(n) + " bytes"
}
