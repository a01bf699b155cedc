package tcp

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/packetwalk/packetwalk/osi"
)

// FieldsKnown is what somebody who follows the connection knows beyond one
// segment.
type FieldsKnown struct {
	// SeqBase and AckBase are the sequence numbers that count as 0 in this
	// direction and in the other; they mean something when HasSeq and HasAck
	// say so.
	SeqBase, AckBase uint32
	HasSeq, HasAck   bool
	// Shift is the sender's window scale, -1 when its SYN was not seen.
	Shift int
}

// RelateFields adds what a segment's numbers mean within its connection:
// relative sequence and acknowledgment numbers, the window in bytes, the
// length of the data and the sequence number behind it.
func RelateFields(part *osi.Part, seen *FieldsSeen, known FieldsKnown) {
	if !seen.OK {
		return
	}
	fields := part.Fields
	for i := 0; i < len(fields); i++ {
		f := fields[i]
		switch f.Key {
		case "tcp.seq_raw":
			if known.HasSeq {
				fields = slices.Insert(fields, i+1, relative(f, "tcp.seq", "Sequence Number", known.SeqBase))
			}
		case "tcp.ack_raw":
			if known.HasAck && seen.ACK() {
				fields = slices.Insert(fields, i+1, relative(f, "tcp.ack", "Acknowledgment Number", known.AckBase))
			}
		case "tcp.window_size_value":
			fields = slices.Insert(fields, i+1, scaledWindow(f, seen, known.Shift))
		}
	}
	behind := osi.Span{Offset: seen.PayloadAt}
	fields = append(fields, osi.Field{Key: "tcp.len", Name: "Segment Length", Span: behind,
		Value: strconv.Itoa(seen.PayloadLen) + " bytes", Number: uint64(seen.PayloadLen)})
	if known.HasSeq {
		next := seen.Seq - known.SeqBase + seen.SequenceLen()
		fields = append(fields, osi.Field{Key: "tcp.nxtseq", Name: "Next Sequence Number", Span: behind,
			Value: strconv.FormatUint(uint64(next), 10), Number: uint64(next)})
	}
	part.Fields = fields
}

// SequenceLen is how many sequence numbers the segment takes: its data, and
// one each for SYN and FIN (RFC 9293 §3.4).
func (s *FieldsSeen) SequenceLen() uint32 {
	n := uint32(s.PayloadLen)
	if s.SYN() {
		n++
	}
	if s.FIN() {
		n++
	}
	return n
}

func relative(raw osi.Field, key, name string, base uint32) osi.Field {
	n := uint64(uint32(raw.Number) - base)
	return osi.Field{Key: key, Name: name, Span: raw.Span, Number: n, Value: strconv.FormatUint(n, 10),
		Note: "counted from " + strconv.FormatUint(uint64(base), 10)}
}

// scaledWindow is the window in bytes. RFC 7323 §2.2: the window of a SYN is
// never scaled.
func scaledWindow(raw osi.Field, seen *FieldsSeen, shift int) osi.Field {
	f := osi.Field{Key: "tcp.window_size", Name: "Window in bytes", Span: raw.Span, Number: raw.Number}
	switch {
	case seen.SYN():
		f.Note = "a SYN's window is never scaled"
	case shift < 0:
		f.Note = "perhaps to be scaled: the handshake was not seen"
	default:
		f.Number <<= shift
		f.Note = fmt.Sprintf("scaled by %d", 1<<shift)
	}
	f.Value = strconv.FormatUint(f.Number, 10) + " bytes"
	return f
}
