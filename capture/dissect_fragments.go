package capture

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/trace"
)

// fragments puts datagrams together, each vantage point's for itself. RFC 791
// §3.2: fragments belong together when source, destination, protocol and
// identification agree.
type fragments struct {
	limit   int
	pending map[fragmentKey]*fragmented
	order   []fragmentKey // oldest first
}

type fragmentKey struct {
	at       *trace.Interface
	src, dst netip.Addr
	id       uint16
	protocol uint8
}

// fragmented is a datagram of which not everything has come.
type fragmented struct {
	have   []osi.Span // of data, in ascending order, apart from each other
	data   []byte
	length int // -1 until the last fragment has come
	count  int // fragments so far
	first  int // the number of the packet that brought the first
}

const longestDatagram = 65535

// fragment reads a piece of a datagram. The piece that completes it shows what
// the datagram carries.
func (w *walk) fragment(ip network.FieldsSeen) {
	from, n := ip.FragmentOffset, len(ip.Payload)
	name := "datagram " + osi.Hexadecimal(uint64(ip.ID), 4)
	whole, count, first := w.d.fragments.take(w.p, &ip)
	what := fmt.Sprintf("part %d of %s: bytes %d–%d", count, name, from, from+max(n, 1)-1)
	part := osi.Part{Layer: osi.Network, Protocol: "IPv4 fragment", PDU: "fragment", Summary: what}
	part.Spans = []osi.Span{{Offset: ip.PayloadAt, Length: n}}
	part.Fields = []osi.Field{{Key: "ip.fragment", Name: "Fragment", Span: part.Spans[0], Value: osi.Hex(ip.Payload, 16)}}
	carries := network.ProtocolName(ip.Protocol)
	w.info = fmt.Sprintf("Fragmented IP protocol (proto=%s, off=%d, ID=%04x)", carries, from, ip.ID)
	switch {
	case from+n > longestDatagram:
		part.Problem = fmt.Sprintf("it ends at byte %d; a datagram has at most %d", from+n, longestDatagram)
	case len(ip.Payload) < ip.PayloadLen:
		part.Summary += "; not all of it was captured, so the datagram cannot be put together"
	case ip.MoreFragments && ip.PayloadLen%8 != 0:
		part.Problem = fmt.Sprintf("it has %d bytes; all but the last have a multiple of 8", ip.PayloadLen)
	}
	if whole == nil {
		w.add(part)
		return
	}
	part.Summary += fmt.Sprintf(", the last to come: the datagram that began in packet %d is whole, %d bytes in %d fragments", first, len(whole), count)
	part.Fields = nil
	part.Spans = []osi.Span{{Offset: ip.PayloadAt}}
	w.add(part)
	// Read the datagram as if it stood around this fragment, and keep of
	// every span what lies in it.
	w.window = &osi.Span{Offset: ip.PayloadAt, Length: n}
	ip.PayloadAt -= from
	ip.Payload, ip.PayloadLen = whole, len(whole)
	w.transport(ip)
	w.window = nil
	if behind := from + n - len(whole); behind > 0 {
		behind = min(behind, n)
		w.data(osi.Network, w.p.Data[ip.PayloadAt+from+n-behind:][:behind], ip.PayloadAt+from+n-behind, "behind the datagram's end")
	}
}

// take adds a fragment; it returns the datagram when that is whole now, how
// many fragments there were, and the packet that brought the first.
func (f *fragments) take(p *Packet, ip *network.FieldsSeen) (whole []byte, count, first int) {
	from, n := ip.FragmentOffset, len(ip.Payload)
	if from+n > longestDatagram || n < ip.PayloadLen || ip.MoreFragments && n%8 != 0 {
		return nil, 1, p.Number
	}
	key := fragmentKey{p.Interface, ip.Source, ip.Destination, ip.ID, ip.Protocol}
	g := f.pending[key]
	if g == nil {
		g = &fragmented{length: -1, first: p.Number}
		f.remember(key, g)
	}
	g.count++
	if !ip.MoreFragments {
		g.length = from + n
	}
	g.add(ip.Payload, from)
	if g.length < 0 || len(g.have) != 1 || g.have[0].Offset != 0 || g.have[0].Length < g.length {
		return nil, g.count, g.first
	}
	f.forget(key)
	return g.data[:g.length], g.count, g.first
}

func (f *fragments) remember(key fragmentKey, g *fragmented) {
	if f.pending == nil {
		f.pending = make(map[fragmentKey]*fragmented)
	}
	if len(f.order) >= f.limit {
		f.forget(f.order[0])
	}
	f.pending[key] = g
	f.order = append(f.order, key)
}

func (f *fragments) forget(key fragmentKey) {
	delete(f.pending, key)
	if i := slices.Index(f.order, key); i >= 0 {
		f.order = slices.Delete(f.order, i, i+1)
	}
}

// add copies b to its place and joins the spans that touch.
func (g *fragmented) add(b []byte, from int) {
	if need := from + len(b) - len(g.data); need > 0 {
		g.data = append(g.data, make([]byte, need)...)
	}
	copy(g.data[from:], b)
	s := osi.Span{Offset: from, Length: len(b)}
	kept := g.have[:0:0]
	for _, h := range g.have {
		if h.End() < s.Offset || h.Offset > s.End() {
			kept = append(kept, h)
			continue
		}
		end := max(h.End(), s.End())
		s.Offset = min(h.Offset, s.Offset)
		s.Length = end - s.Offset
	}
	kept = append(kept, s)
	g.have = kept
	slices.SortFunc(g.have, func(a, b osi.Span) int { return a.Offset - b.Offset })
}
