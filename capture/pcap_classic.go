package capture

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/packetwalk/packetwalk/trace"
)

// The classic pcap format, draft-ietf-opsawg-pcap: a header of 24 bytes, then
// for each packet a header of 16 bytes and its data. The magic number at the
// start tells the byte order and the unit of time.
const (
	magicMicro    = 0xa1b2c3d4
	magicNano     = 0xa1b23c4d
	magicModified = 0xa1b2cd34 // Kuznetsov's: 8 bytes more in each header

	pcapHeader   = 24
	recordHeader = 16

	// The link type field says in its high bits how long the frames' FCS is,
	// in units of 16 bits, and in one bit that it does so.
	linkFCSPresent = 1 << 26
	linkFCSShift   = 28
)

// pcap is the encoder of the classic format.
type pcap struct{}

func beginPcap(b []byte) []byte {
	b = order.AppendUint32(b, magicNano)
	b = order.AppendUint16(b, 2) // version 2.4
	b = order.AppendUint16(b, 4)
	b = order.AppendUint64(b, 0) // two reserved words
	b = order.AppendUint32(b, 256<<10)
	return order.AppendUint32(b, uint32(LinkEthernet)|linkFCSPresent|2<<linkFCSShift)
}

func (*pcap) packet(b []byte, p *Packet) ([]byte, error) {
	at, err := nanoseconds(p.Time)
	switch {
	case err != nil:
		return b, err
	case at/1e9 > 1<<32-1:
		return b, fmt.Errorf("capture: a packet's time is %s: expected at most the year 2106, the last that classic pcap can express", p.Time.Format(time.RFC3339))
	case p.LinkType != LinkEthernet || p.FCS != 4:
		return b, fmt.Errorf("capture: a packet with link type %d and an FCS of %d bytes: expected Ethernet with 4 in this classic pcap file", p.LinkType, p.FCS)
	case len(p.Data) > maxPacket:
		return b, fmt.Errorf("capture: a packet of %d bytes: expected at most %d", len(p.Data), maxPacket)
	}
	b = order.AppendUint32(b, uint32(at/1e9))
	b = order.AppendUint32(b, uint32(at%1e9))
	b = order.AppendUint32(b, uint32(len(p.Data)))
	b = order.AppendUint32(b, uint32(max(p.Length, len(p.Data))))
	return append(b, p.Data...), nil
}

// secrets writes nothing: the format has no room for them.
func (*pcap) secrets(b, _ []byte) []byte { return b }

func (*pcap) end(b []byte) []byte { return b }

// pcapReader reads the classic format.
type pcapReader struct {
	source
	order    binary.ByteOrder
	tick     int64 // nanoseconds in a unit of time
	modified bool
	minor    uint16
	linkType uint16
	fcs      int
	at       *trace.Interface
	about    About
}

func newPcapReader(s source) (*pcapReader, error) {
	s.format, s.unit = "pcap", "record"
	r := &pcapReader{source: s, tick: 1000, at: &trace.Interface{}}
	r.about = About{Format: "pcap", Interfaces: []*trace.Interface{r.at}}
	h, err := r.must(pcapHeader, "the file header")
	if err != nil {
		return nil, err
	}
	r.order = binary.LittleEndian
	if h[0] == 0xa1 {
		r.order = binary.BigEndian
	}
	switch r.order.Uint32(h) {
	case magicNano:
		r.tick = 1
	case magicModified:
		r.modified = true
	}
	major, minor := r.order.Uint16(h[4:]), r.order.Uint16(h[6:])
	if major != 2 {
		return nil, r.fail(4, "version 2", "%d.%d", major, minor)
	}
	link := r.order.Uint32(h[20:])
	r.minor, r.linkType = minor, uint16(link)
	if link&linkFCSPresent != 0 {
		r.fcs = 2 * int(link>>linkFCSShift)
	}
	return r, nil
}

func (r *pcapReader) About() *About { return &r.about }

func (r *pcapReader) Next() (*Packet, error) {
	start := r.offset
	r.number++
	size := recordHeader
	if r.modified {
		size += 8
	}
	h, err := r.read(size, "a record header")
	if err != nil {
		return nil, err
	}
	sec, frac := r.order.Uint32(h), int64(r.order.Uint32(h[4:]))
	captured, length := r.order.Uint32(h[8:]), r.order.Uint32(h[12:])
	// Before version 2.3 the two lengths stood the other way round, and some
	// writers of 2.3 kept the habit.
	if r.minor < 3 || r.minor == 3 && captured > length {
		captured, length = length, captured
	}
	if captured > maxPacket {
		return nil, r.fail(start+8, fmt.Sprintf("at most %d captured bytes", maxPacket), "%d", captured)
	}
	data, err := r.must(int(captured), "packet data")
	if err != nil {
		return nil, err
	}
	p := &Packet{
		Number:    r.number,
		Time:      time.Unix(int64(sec), frac*r.tick).UTC(),
		Interface: r.at,
		Direction: trace.Unknown,
		Data:      append([]byte(nil), data...),
		Length:    max(int(length), int(captured)),
		LinkType:  r.linkType,
	}
	p.FCS = capturedFCS(r.fcs, p)
	return p, nil
}

// capturedFCS is how much of an FCS of that length the capture still holds:
// a packet cut short loses it first.
func capturedFCS(fcs int, p *Packet) int {
	return min(max(0, fcs-(p.Length-len(p.Data))), len(p.Data))
}
