package capture

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"
	"time"

	"github.com/packetwalk/packetwalk/trace"
)

// pcapngReader reads pcapng.
type pcapngReader struct {
	source
	order binary.ByteOrder
	// interfaces are all those of the file so far; a section numbers its own
	// from 0, which is at first here.
	interfaces []vantage
	first      int
	ours       bool // the section says that packetwalk wrote it
	packets    int
	kept       int // bytes of secrets
	about      About
}

// vantage is an interface as the file describes it.
type vantage struct {
	at       *trace.Interface
	linkType uint16
	snapLen  uint32
	fcs      int
	ticks    uint64 // units of time in a second
	offset   int64  // seconds to add to every time
}

func newPcapngReader(s source) *pcapngReader {
	s.format, s.unit = "pcapng", "block"
	return &pcapngReader{source: s, order: binary.LittleEndian, about: About{Format: "pcapng"}}
}

func (r *pcapngReader) About() *About { return &r.about }

// block is one block's body, with its place in the file for errors.
type block struct {
	kind   uint32
	offset int64 // of the body
	body   []byte
}

func (r *pcapngReader) Next() (*Packet, error) {
	for {
		b, err := r.block()
		if err != nil {
			return nil, err
		}
		p, err := r.interpret(b)
		if err != nil {
			return nil, err
		}
		if p != nil {
			r.packets++
			p.Number = r.packets
			return p, nil
		}
	}
}

// block reads the next block. The body of a block that is not understood is
// passed over, and nil.
func (r *pcapngReader) block() (block, error) {
	start := r.offset
	r.number++
	h, err := r.read(8, "a block header")
	if err != nil {
		return block{}, err
	}
	b := block{kind: r.order.Uint32(h), offset: r.offset}
	var head [12]byte
	n := copy(head[:], h)
	if b.kind == blockSection {
		if n, err = r.byteOrder(&head); err != nil {
			return block{}, err
		}
	}
	length := r.order.Uint32(head[4:])
	if length < minBlock || length%4 != 0 || int(length) < n+4 {
		return block{}, r.fail(start+4, "a block length that is a multiple of 4 and at least 12", "%d", length)
	}
	rest := int64(length) - int64(n) - 4
	if !understood(b.kind) {
		if err := r.skip(rest, "a block"); err != nil {
			return block{}, err
		}
		return b, r.trailer(length)
	}
	if length > maxBlock {
		return block{}, r.fail(start+4, fmt.Sprintf("a block of at most %d bytes", maxBlock), "%d", length)
	}
	if b.body, err = r.must(int(rest)+4, "a block"); err != nil {
		return block{}, err
	}
	if again := r.order.Uint32(b.body[rest:]); again != length {
		return block{}, r.fail(r.offset-4, fmt.Sprintf("the block's length %d again", length), "%d", again)
	}
	b.body = b.body[:rest]
	b.offset = start + int64(n)
	return b, nil
}

// byteOrder reads the magic of a section header, which decides how even the
// block's length is to be read.
func (r *pcapngReader) byteOrder(head *[12]byte) (int, error) {
	m, err := r.must(4, "the byte-order magic")
	if err != nil {
		return 0, err
	}
	copy(head[8:], m)
	switch uint32(byteOrderMagic) {
	case binary.LittleEndian.Uint32(m):
		r.order = binary.LittleEndian
	case binary.BigEndian.Uint32(m):
		r.order = binary.BigEndian
	default:
		return 0, r.fail(r.offset-4, "the byte-order magic 1a2b3c4d in either order", "%x", m)
	}
	return 12, nil
}

func (r *pcapngReader) trailer(length uint32) error {
	t, err := r.must(4, "a block's end")
	if err != nil {
		return err
	}
	if again := r.order.Uint32(t); again != length {
		return r.fail(r.offset-4, fmt.Sprintf("the block's length %d again", length), "%d", again)
	}
	return nil
}

func understood(kind uint32) bool {
	switch kind {
	case blockSection, blockInterface, blockPacket, blockSimple, blockNames, blockEnhanced, blockSecrets:
		return true
	}
	return false
}

// interpret does what a block says; it returns a packet if it holds one.
func (r *pcapngReader) interpret(b block) (*Packet, error) {
	switch b.kind {
	case blockSection:
		return nil, r.section(b)
	case blockInterface:
		return nil, r.describe(b)
	case blockNames:
		return nil, r.names(b)
	case blockSecrets:
		return nil, r.secrets(b)
	case blockEnhanced:
		return r.enhanced(b)
	case blockPacket:
		return r.obsolete(b)
	case blockSimple:
		return r.simple(b)
	}
	return nil, nil
}

// need refuses a body that is too short for its fixed fields.
func (r *pcapngReader) need(b block, n int, what string) error {
	if len(b.body) < n {
		return r.fail(b.offset, fmt.Sprintf("at least %d bytes of %s", n, what), "%d", len(b.body))
	}
	return nil
}

// enhanced reads an Enhanced Packet Block.
func (r *pcapngReader) enhanced(b block) (*Packet, error) {
	if err := r.need(b, 20, "enhanced packet block"); err != nil {
		return nil, err
	}
	return r.packet(b, r.order.Uint32(b.body))
}

// obsolete reads a Packet Block, appendix A: the interface number has 16 bits,
// and a count of drops stands in the other 16.
func (r *pcapngReader) obsolete(b block) (*Packet, error) {
	if err := r.need(b, 20, "packet block"); err != nil {
		return nil, err
	}
	return r.packet(b, uint32(r.order.Uint16(b.body)))
}

// packet reads what the two blocks have in common: time, lengths, data,
// options.
func (r *pcapngReader) packet(b block, number uint32) (*Packet, error) {
	in, err := r.vantage(b, number)
	if err != nil {
		return nil, err
	}
	ticks := uint64(r.order.Uint32(b.body[4:]))<<32 | uint64(r.order.Uint32(b.body[8:]))
	captured, length := r.order.Uint32(b.body[12:]), r.order.Uint32(b.body[16:])
	if int64(captured) > int64(len(b.body)-20) {
		return nil, r.fail(b.offset+12, fmt.Sprintf("at most %d captured bytes, as the block has", len(b.body)-20), "%d", captured)
	}
	p := in.packet(b.body[20:20+captured], length)
	p.Time = in.time(ticks)
	fcs := in.fcs
	end := min(20+int(captured)+pad4(int(captured)), len(b.body))
	err = r.options(b, end, func(code uint16, v []byte) {
		switch {
		case code == optComment:
			p.Comments = append(p.Comments, text(v))
		case code == epbFlags && len(v) == 4:
			flags := r.order.Uint32(v)
			switch flags & flagDirection {
			case flagInbound:
				p.Direction = trace.Received
			case flagOutbound:
				p.Direction = trace.Sent
			}
			if n := flags >> flagFCSShift & flagFCSMask; n != 0 {
				fcs = int(n)
			}
		}
	})
	p.FCS = capturedFCS(fcs, p)
	return p, err
}

// simple reads a Simple Packet Block.4: no time, and always the section's
// first interface.
func (r *pcapngReader) simple(b block) (*Packet, error) {
	if err := r.need(b, 4, "simple packet block"); err != nil {
		return nil, err
	}
	in, err := r.vantage(b, 0)
	if err != nil {
		return nil, err
	}
	length := r.order.Uint32(b.body)
	captured := min(int64(length), int64(len(b.body)-4))
	if in.snapLen != 0 {
		captured = min(captured, int64(in.snapLen))
	}
	p := in.packet(b.body[4:4+captured], length)
	p.FCS = capturedFCS(in.fcs, p)
	return p, nil
}

// vantage finds an interface by its number in the section.
func (r *pcapngReader) vantage(b block, number uint32) (*vantage, error) {
	if have := len(r.interfaces) - r.first; int64(number) >= int64(have) {
		return nil, r.fail(b.offset, fmt.Sprintf("one of the %d interfaces described so far", have), "interface %d", number)
	}
	return &r.interfaces[r.first+int(number)], nil
}

func (in *vantage) packet(data []byte, length uint32) *Packet {
	return &Packet{
		Interface: in.at,
		Direction: trace.Unknown,
		Data:      append([]byte(nil), data...),
		Length:    max(int(length), len(data)),
		LinkType:  in.linkType,
	}
}

// time converts the units of an interface to a date.
func (in *vantage) time(ticks uint64) time.Time {
	hi, lo := bits.Mul64(ticks%in.ticks, 1e9)
	ns, _ := bits.Div64(hi, lo, in.ticks)
	return time.Unix(int64(ticks/in.ticks)+in.offset, int64(ns)).UTC()
}

// text is a text of the file: some writers end it with a zero byte, and some
// write no valid UTF-8.
func text(v []byte) string {
	return strings.ToValidUTF8(strings.TrimRight(string(v), "\x00"), "\ufffd")
}
