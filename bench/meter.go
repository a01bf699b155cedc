package bench

import (
	"encoding/binary"

	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/physical"
)

// meter counts segments where they enter the wire, from their bytes alone. It
// stands among the wire's impairments, which are shown every frame once, and
// does nothing to any. It expects one connection.
type meter struct {
	segments, again int
	highest         uint32 // the highest SEQ that a segment with data had
}

// Name is "meter".
func (m *meter) Name() string { return "meter" }

func (m *meter) String() string { return m.Name() }

// New is the meter itself: it is read when the transfer is over.
func (m *meter) New() physical.Striker { return m }

// Strike counts.
func (m *meter) Strike(p *physical.Passage) {
	if !p.HasData() {
		return
	}
	packet := p.Frame.Data[datalink.HeaderLen:]
	segment := packet[int(packet[0]&0x0f)*4:]
	seq := binary.BigEndian.Uint32(segment[4:])
	// RFC 9293 §3.4: sequence numbers are compared modulo 2^32.
	if m.segments > 0 && int32(seq-m.highest) <= 0 {
		m.again++
	} else {
		m.highest = seq
	}
	m.segments++
}
