package bench

import (
	"encoding/binary"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/physical"
)

// meter counts segments where they enter the wire, from their bytes alone. It
// stands in for the wire's classifier, which looks at every frame anyway, so
// that it costs next to nothing. It expects one connection.
type meter struct {
	segments, again int
	highest         uint32 // the highest SEQ that a segment with data had
}

func (m *meter) classify(f *physical.Frame) bool {
	if !host.CarriesData(f) {
		return false
	}
	packet := f.Data[datalink.HeaderLen:]
	segment := packet[int(packet[0]&0x0f)*4:]
	seq := binary.BigEndian.Uint32(segment[4:])
	// RFC 9293 §3.4: sequence numbers are compared modulo 2^32.
	if m.segments > 0 && int32(seq-m.highest) <= 0 {
		m.again++
	} else {
		m.highest = seq
	}
	m.segments++
	return true
}
