package capture

import (
	"fmt"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/osi/presentation"
	"github.com/packetwalk/packetwalk/tcp"
)

// talk is what the two ends of a connection speak.
type talk struct {
	protocol *protocol
	reader   MessageReader
	clueless bool // it changed to a protocol that is not known here
}

// message is the one that is being read in one direction.
type message struct {
	kept   []byte // its first bytes, at most MaxMessage
	length int    // bytes of it that have come
	total  int    // its length in bytes, 0 while that is not known
	packet int    // the number of the packet that brought its first byte
}

// follow hands a segment's data to whoever reads its stream.
func (w *walk) follow(conv *conversation, v *view, dir int, seg *tcp.FieldsSeen, damage string) {
	d := &v.dirs[dir]
	if seg.SYN() && damage == "" {
		d.restart(seg.Seq + 1)
	}
	if seg.ACK() && damage == "" {
		v.dirs[1-dir].acked, v.dirs[1-dir].hasAcked = seg.Ack, true
	}
	if seg.PayloadLen == 0 {
		return
	}
	if damage != "" {
		w.data(osi.Application, seg.Payload, seg.PayloadAt, "not read as part of the stream, since a receiver drops this: "+damage)
		return
	}
	seq := seg.Seq
	if seg.SYN() {
		seq++
	}
	a := d.arrive(piece{seq, seg.Payload, w.p.Number, seg.PSH()}, w.d.opts.MaxWaiting)
	if a.lost > 0 {
		d.message = message{}
	}
	s := stream{w: w, conv: conv, view: v, dir: dir, end: seg.PayloadAt + len(seg.Payload)}
	for _, p := range a.before {
		s.feed(p, -1)
	}
	b, at := seg.Payload, seg.PayloadAt
	if a.old > 0 {
		s.own(b[:a.old], at, fmt.Sprintf("%s that came before: nothing new", octets(a.old)))
	}
	if a.fresh > 0 {
		s.feed(piece{seq, b[a.old:], w.p.Number, seg.PSH()}, at+a.old)
	}
	if a.early > 0 {
		s.own(b, at, fmt.Sprintf("%s before their turn: %s in front of them have not come", octets(a.early), octets(a.hole)))
	}
	for _, p := range a.after {
		s.feed(p, -1)
	}
	if cut := seg.PayloadLen - len(seg.Payload); cut > 0 && a.early == 0 {
		d.next += uint32(cut) // On the wire, but not in the capture.
		d.message = message{}
	}
}

// stream is one direction of a connection while a segment's data is read.
type stream struct {
	w    *walk
	conv *conversation
	view *view
	dir  int
	end  int // where the segment's data ends in the frame
}

// feed reads the next bytes of the stream. They stand at offset at of this
// frame; -1 says that an earlier frame brought them.
func (s *stream) feed(p piece, at int) {
	d, t := &s.view.dirs[s.dir], &s.view.talk
	for len(p.data) > 0 {
		m := &d.message
		if m.length == 0 {
			m.packet = p.packet
			s.choose(p.data)
		}
		if t.protocol == nil {
			s.unread(p, at, "")
			*m = message{}
			return
		}
		took, ok := s.step(m, p, at)
		if !ok {
			s.unread(p, at, "not "+t.protocol.Name+", which this connection spoke until here")
			*m, t.protocol, t.reader = message{}, nil, nil
			return
		}
		if p = p.from(took); at >= 0 {
			at += took
		}
	}
}

// step gives the current message the bytes of p that belong to it, and says
// how many those are; ok is false when they cannot be the protocol's.
func (s *stream) step(m *message, p piece, at int) (took int, ok bool) {
	room := max(0, s.w.d.opts.MaxMessage-len(m.kept))
	before := m.length
	if m.total == 0 {
		m.kept = append(m.kept, p.data[:min(room, len(p.data))]...)
		pushed := p.pushed || len(m.kept) >= s.w.d.opts.MaxMessage
		if m.total = s.view.talk.reader.Length(s.dir, m.kept, pushed); m.total < 0 || m.total == 0 && room == 0 || m.total > 0 && m.total <= before {
			return 0, false
		}
	} else {
		m.kept = append(m.kept, p.data[:min(room, len(p.data), m.total-before)]...)
	}
	took = len(p.data)
	if m.total > 0 {
		took = min(took, m.total-before)
		m.kept = m.kept[:min(len(m.kept), m.total)]
	}
	m.length += took
	s.show(m, before, took, p, at)
	if m.total > 0 && m.length >= m.total {
		*m = message{}
	}
	return took, true
}

// show adds the parts for the bytes of a message that this frame has, those
// behind the first before ones.
func (s *stream) show(m *message, before, took int, p piece, at int) {
	w, t := s.w, &s.view.talk
	complete := m.total > 0 && m.length >= m.total
	late := at < 0
	if late && !complete {
		return
	}
	window := osi.Span{Offset: at, Length: took}
	if late {
		window = osi.Span{Offset: s.end}
		at = s.end
	}
	of := ""
	if before > 0 || !complete {
		of = fmt.Sprintf("bytes %d–%d of ", before+1, before+took)
		if m.total > 0 {
			of += fmt.Sprintf("%d of ", m.total)
		}
	}
	if before > 0 && !complete {
		what := fmt.Sprintf("%sa message that began in packet %d", of, m.packet)
		s.own(p.data[:took], at, what)
		w.note("[" + what + "]")
		return
	}
	read := t.reader.Read(s.dir, m.kept, at-before, m.total, complete)
	if last := &read.Parts[len(read.Parts)-1]; len(m.kept) < m.length {
		last.Fields = append(last.Fields, osi.Field{Key: "data.data", Name: "Rest of the message", Note: "counted, but not kept",
			Span: osi.Span{Offset: at - before + len(m.kept), Length: m.length - len(m.kept)}, Value: octets(m.length - len(m.kept))})
	}
	if before > 0 {
		of += fmt.Sprintf("a message that began in packet %d: ", m.packet)
	}
	if late {
		of = fmt.Sprintf("came early, in packet %d, and can be read only now: ", p.packet)
	}
	s.add(read, window, of, complete && len(m.kept) == m.total)
	if complete && read.Next != "" {
		t.upgrade(read.Next)
	}
}

// add adds what a reader made of a message, of which this frame has the
// window, and what the layers below have to say of it.
func (s *stream) add(m osi.Message, window osi.Span, of string, whole bool) {
	w := s.w
	outer := w.window
	if outer != nil {
		window = intersect(window, *outer)
	}
	w.window = &window
	defer func() { w.window = outer }()
	if m.Dialogue != "" && !w.has(osi.Session) {
		w.empty(osi.Session, "dialogue", window.Offset, m.Dialogue)
	}
	if len(m.Content) > 0 {
		w.add(presentation.Fields(m.Content, m.ContentAt, m.MediaType, m.Coding, whole))
	}
	for i, part := range m.Parts {
		if i == len(m.Parts)-1 {
			w.message(part.Protocol, part.Summary)
			part.Summary = of + part.Summary
		}
		w.add(part)
	}
}

// own adds a part for bytes that the protocol spoken here owns but that are
// not read in this frame.
func (s *stream) own(b []byte, at int, why string) {
	p := s.view.talk.protocol
	if p == nil {
		s.w.data(osi.Application, b, at, why)
		return
	}
	layer := p.Layer
	if layer == 0 {
		layer = osi.Application
	}
	span := osi.Span{Offset: at, Length: len(b)}
	s.w.add(osi.Part{Layer: layer, Protocol: p.Name, PDU: "message", Spans: []osi.Span{span}, Summary: why,
		Fields: []osi.Field{{Key: "data.data", Name: "Data", Span: span, Value: osi.Hex(b, 16)}}})
}

func (s *stream) unread(p piece, at int, why string) {
	if at >= 0 {
		s.w.data(osi.Application, p.data, at, why)
	}
}

// choose settles what the connection speaks: by what the bytes look like,
// else by the ports.
func (s *stream) choose(first []byte) {
	t := &s.view.talk
	if t.protocol != nil || t.clueless {
		return
	}
	t.speak(chooseProtocol(first, s.conv.key, !s.conv.opened))
}

func (t *talk) speak(p *protocol) {
	if t.protocol = p; p != nil {
		t.reader = p.Reader()
	}
}

// upgrade changes the protocol in the middle of a connection, as HTTP does
// with "101 Switching Protocols".
func (t *talk) upgrade(name string) {
	t.protocol, t.reader, t.clueless = nil, nil, true
	for i := range protocols {
		if protocols[i].Name == name {
			t.speak(&protocols[i])
			t.clueless = false
		}
	}
}
