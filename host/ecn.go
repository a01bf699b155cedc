package host

import (
	"encoding/binary"

	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/osi/physical"
)

// MarkCE sets "congestion experienced" in a frame's IPv4 packet, if its sender
// has said that its transport understands that (RFC 3168 §5): the codepoints
// ECT(0) and ECT(1) become CE. It is false for every other frame. The device
// whose queue the frame is in makes the FCS anew.
func MarkCE(f *physical.Frame) bool {
	g := look(f.Data)
	packet := f.Data[min(datalink.HeaderLen, len(f.Data)):]
	if g.etherType != datalink.TypeIPv4 || g.protocol == 0 {
		return false
	}
	switch network.ECN(packet[1] & 3) {
	case network.CE:
		return true
	case network.ECT0, network.ECT1:
	default:
		return false
	}
	before := binary.BigEndian.Uint16(packet)
	packet[1] |= byte(network.CE)
	sum := binary.BigEndian.Uint16(packet[10:])
	binary.BigEndian.PutUint16(packet[10:], network.UpdateChecksum(sum, before, binary.BigEndian.Uint16(packet)))
	f.SealWith(datalink.PutFCS)
	return true
}
