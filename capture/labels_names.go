package capture

import (
	"fmt"
	"strings"
)

// remark is one thing that the analysis can say of a segment.
type remark uint16

const (
	reusedPorts remark = 1 << iota
	zeroWindowProbe
	zeroWindow
	lostSegment
	keepAlive
	windowUpdate
	windowFull
	keepAliveACK
	zeroWindowProbeACK
	duplicateACK
	ackedLost
	spuriousRetransmission
	fastRetransmission
	outOfOrder
	retransmission
)

// remarkNames in the order in which Wireshark's Info column has them.
var remarkNames = [...]struct {
	remark remark
	name   string
}{
	{zeroWindowProbeACK, "ZeroWindowProbeAck"},
	{zeroWindow, "ZeroWindow"},
	{zeroWindowProbe, "ZeroWindowProbe"},
	{duplicateACK, "Dup ACK"},
	{keepAliveACK, "Keep-Alive ACK"},
	{keepAlive, "Keep-Alive"},
	{windowFull, "Window Full"},
	{windowUpdate, "Window Update"},
	{ackedLost, "ACKed unseen segment"},
	{lostSegment, "Previous segment not captured"},
	{outOfOrder, "Out-Of-Order"},
	{spuriousRetransmission, "Spurious Retransmission"},
	{fastRetransmission, "Fast Retransmission"},
	{retransmission, "Retransmission"},
	{reusedPorts, "Port numbers reused"},
}

// finding is what the analysis makes of one segment.
type finding struct {
	remarks remark
	// dupOf is the packet whose ACK is repeated, and dupNumber how often it
	// was until now.
	dupOf, dupNumber int
}

// String is the finding in Wireshark's words, with commas between several.
func (f finding) String() string {
	if f.remarks == 0 {
		return ""
	}
	var said []string
	for _, n := range remarkNames {
		switch {
		case f.remarks&n.remark == 0:
		case n.remark == duplicateACK:
			said = append(said, fmt.Sprintf("%s %d#%d", n.name, f.dupOf, f.dupNumber))
		default:
			said = append(said, n.name)
		}
	}
	return strings.Join(said, ", ")
}
