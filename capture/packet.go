package capture

import (
	"time"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/trace"
)

// Packet is one captured frame, from a run or from a file.
type Packet struct {
	// Number is its place in the capture, from 1.
	Number int
	// Time is when the interface saw it. A run's time starts at sim.Epoch.
	Time time.Time
	// Interface is the vantage point; its Index is the interface's number in
	// a pcapng file.
	Interface *trace.Interface
	Direction trace.Direction
	// Frame, ID and Cause tie the packet to the log of a run; they are 0 for a
	// packet from a file.
	Frame     trace.FrameID
	ID, Cause trace.ID
	// Data is what was captured: for Ethernet, from the destination address on.
	Data []byte
	// Length is the frame's length on the wire; more than len(Data) when the
	// capture was truncated.
	Length int
	// FCS says how many of the last bytes are the frame check sequence: 4 in
	// a run's captures, usually 0 in a stranger's.
	FCS int
	// LinkType is the pcap link type: LinkEthernet or another of those.
	LinkType uint16
	// Comments are the packet's comments in a pcapng file.
	Comments []string
}

// Dissection is a packet read back from its bytes.
type Dissection struct {
	*Packet
	// Parts are the protocols found, from the lowest layer up. Their spans own
	// every byte of Data exactly once. Layers without bytes of their own have a
	// part too, with an empty span, where a higher layer is present.
	Parts []osi.Part
	// Stream numbers the TCP connection or UDP exchange that the packet
	// belongs to, as Wireshark's tcp.stream and udp.stream do; -1 if none.
	Stream int
	// Label is what Wireshark's TCP analysis will call this segment, seen from
	// this vantage point alone: "Retransmission", "Dup ACK 2#1"; "" when it
	// has nothing to say.
	Label string
	// Source, Destination, Protocol and Info are the packet list's columns.
	Source, Destination, Protocol, Info string
}

// Part finds the packet's part of a protocol ("TCP"), nil if it has none.
func (d *Dissection) Part(protocol string) *osi.Part {
	for i := range d.Parts {
		if d.Parts[i].Protocol == protocol {
			return &d.Parts[i]
		}
	}
	return nil
}

// Layer lists the parts at a layer, in order.
func (d *Dissection) Layer(l osi.Layer) []*osi.Part {
	var at []*osi.Part
	for i := range d.Parts {
		if d.Parts[i].Layer == l {
			at = append(at, &d.Parts[i])
		}
	}
	return at
}
