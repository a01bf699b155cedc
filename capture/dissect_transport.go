package capture

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/tcp"
	"github.com/packetwalk/packetwalk/udp"
)

// segment reads a TCP segment, places it in its connection and goes on to
// what the connection carries.
func (w *walk) segment(ip network.FieldsSeen) {
	part, seg := tcp.Fields(ip.Payload, ip.PayloadAt, ip.PayloadLen, ip.Source, ip.Destination)
	w.protocol, w.info = "TCP", part.Summary
	if !seg.OK {
		w.add(part)
		w.data(osi.Application, seg.Payload, seg.PayloadAt, "behind a damaged header")
		return
	}
	key, dir := keyOf(netip.AddrPortFrom(ip.Source, seg.SourcePort), netip.AddrPortFrom(ip.Destination, seg.DestinationPort))
	conv, reused := w.d.connection(key, dir, &seg, w.p.Interface)
	v := conv.view(w.p.Interface)
	w.out.Stream = conv.stream
	finding := v.analysis.segment(dir, &seg, w.p.Time, w.p.Number, reused)
	w.out.Label = finding.String()
	known := tcp.FieldsKnown{SeqBase: conv.began[dir].seq, HasSeq: conv.began[dir].seen,
		AckBase: conv.began[1-dir].seq, HasAck: conv.began[1-dir].seen, Shift: v.analysis.shift(dir)}
	tcp.RelateFields(&part, &seg, known)
	w.info = segmentInfo(&part, &seg, w.out.Label, known)
	w.add(part)
	w.follow(conv, v, dir, &seg, w.damage(&part))
}

// damage says why a receiver would drop what the frame carries, "" if it would
// not.
func (w *walk) damage(part *osi.Part) string {
	for i := range w.out.Parts {
		p := &w.out.Parts[i]
		for _, key := range [...]string{"eth.fcs", "ip.checksum"} {
			if f, ok := p.Field(key); ok && f.Problem != "" {
				return f.Problem
			}
		}
	}
	if f, ok := part.Field("tcp.checksum"); ok {
		return f.Problem
	}
	return ""
}

// datagram reads a UDP datagram and what it carries.
func (w *walk) datagram(ip network.FieldsSeen) {
	part, seen := udp.Fields(ip.Payload, ip.PayloadAt, ip.PayloadLen, ip.Source, ip.Destination)
	w.add(part)
	w.protocol, w.info = "UDP", part.Summary
	if !seen.OK {
		return
	}
	w.info = fmt.Sprintf("%d → %d Len=%d", seen.SourcePort, seen.DestinationPort, seen.PayloadLen)
	key, _ := keyOf(netip.AddrPortFrom(ip.Source, seen.SourcePort), netip.AddrPortFrom(ip.Destination, seen.DestinationPort))
	conv := w.d.udp.find(key)
	w.out.Stream = conv.stream
	s := stream{w: w, conv: conv, view: conv.view(w.p.Interface)}
	s.datagram(seen.Payload, seen.PayloadAt, len(seen.Payload) == seen.PayloadLen)
	behind := seen.PayloadAt + len(seen.Payload) - ip.PayloadAt
	w.data(osi.Transport, ip.Payload[behind:], ip.PayloadAt+behind, "behind the datagram's end")
}

// segmentInfo is the Info column of a segment, in Wireshark's form.
func segmentInfo(part *osi.Part, seg *tcp.FieldsSeen, label string, known tcp.FieldsKnown) string {
	var b strings.Builder
	b.Grow(128)
	if label != "" {
		for _, l := range strings.Split(label, ", ") {
			b.WriteString("[TCP " + l + "] ")
		}
	}
	fmt.Fprintf(&b, "%d → %d [%s]", seg.SourcePort, seg.DestinationPort, seg.FlagNames())
	number := func(name, key string) {
		if f, ok := part.Field(key); ok {
			b.WriteString(" " + name + "=" + strconv.FormatUint(f.Number, 10))
		}
	}
	number("Seq", "tcp.seq")
	number("Ack", "tcp.ack")
	number("Win", "tcp.window_size")
	if seg.Flags&32 != 0 {
		number("Urg", "tcp.urgent_pointer")
	}
	number("Len", "tcp.len")
	for _, f := range part.Fields {
		switch f.Key {
		case "tcp.options.mss_val":
			fmt.Fprintf(&b, " MSS=%d", f.Number)
		case "tcp.options.wscale.shift":
			fmt.Fprintf(&b, " WS=%d", 1<<min(f.Number, 14))
		case "tcp.options.timestamp.tsval":
			fmt.Fprintf(&b, " TSval=%d", f.Number)
		case "tcp.options.timestamp.tsecr":
			fmt.Fprintf(&b, " TSecr=%d", f.Number)
		case "tcp.options.sack_le":
			fmt.Fprintf(&b, " SLE=%d", uint32(f.Number)-known.AckBase)
		case "tcp.options.sack_re":
			fmt.Fprintf(&b, " SRE=%d", uint32(f.Number)-known.AckBase)
		case "tcp.option_kind":
			if f.Number == 4 {
				b.WriteString(" SACK_PERM")
			}
		}
	}
	return b.String()
}
