package host

import (
	"net/netip"

	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/tcp"
	"github.com/packetwalk/packetwalk/trace"
)

// Raw is a neighbour without a stack, for tests: it answers every ARP request
// with its own MAC, keeps the IPv4 packets that come and sends what it is told.
type Raw struct {
	lab  *Lab
	at   *trace.Interface
	port *physical.Port
	mac  datalink.MAC
	peer datalink.MAC
	// Packets are those that have come; OnPacket is called for each.
	Packets  [][]byte
	OnPacket func(packet []byte)
}

// Raw adds such a neighbour and connects it to an interface.
func (l *Lab) Raw(to *NIC, cfg physical.LinkConfig) *Raw {
	r := &Raw{lab: l, at: l.addInterface("raw", "eth0"), mac: l.nextMAC(), peer: to.mac}
	l.Connect(to, r, cfg)
	return r
}

func (r *Raw) Node() string                { return "raw" }
func (r *Raw) Interface() *trace.Interface { return r.at }
func (r *Raw) plugIn(p *physical.Port)     { r.port = p }

func (r *Raw) Receive(f *physical.Frame) {
	h, payload, err := datalink.Parse(f.Bytes())
	if err != nil {
		panic(err)
	}
	switch h.Type {
	case datalink.TypeARP:
		if m, err := datalink.ParseARP(payload); err == nil && m.Operation == datalink.Request {
			m.Operation, m.TargetMAC, m.Target, m.SenderMAC, m.Sender = datalink.Reply, m.SenderMAC, m.Sender, r.mac, m.Target
			r.frame(h.Src, datalink.TypeARP, m.Append(nil))
		}
	case datalink.TypeIPv4:
		h, _, err := network.ParseIPv4(payload)
		if err != nil {
			panic(err)
		}
		packet := append([]byte(nil), payload[:h.TotalLen]...)
		r.Packets = append(r.Packets, packet)
		if r.OnPacket != nil {
			r.OnPacket(packet)
		}
	}
	r.lab.pool.Put(f)
}

func (r *Raw) frame(dst datalink.MAC, kind datalink.EtherType, payload []byte) {
	f := r.lab.pool.Get(datalink.FrameLen(len(payload)))
	clear(f.Data)
	datalink.Header{Dst: dst, Src: r.mac, Type: kind}.Put(f.Data)
	copy(f.Data[datalink.HeaderLen:], payload)
	f.SealWith(datalink.PutFCS)
	r.port.Send(f)
}

// Send sends an IPv4 packet with the given payload, to everybody on the link or
// to the interface alone.
func (r *Raw) Send(h network.IPv4Header, payload []byte, everybody bool) {
	h.TTL, h.TotalLen = 64, network.IPv4HeaderLen+len(payload)
	packet := make([]byte, h.TotalLen)
	copy(packet[h.Put(packet):], payload)
	dst := r.peer
	if everybody {
		dst = datalink.Broadcast
	}
	r.frame(dst, datalink.TypeIPv4, packet)
}

// SendSegment sends a segment between two sockets.
func (r *Raw) SendSegment(from, to netip.AddrPort, seg tcp.Segment, everybody bool) {
	seg.SrcPort, seg.DstPort = from.Port(), to.Port()
	b := make([]byte, seg.HeaderLen()+len(seg.Data))
	copy(b[seg.HeaderLen():], seg.Data)
	seg.Put(b, from.Addr(), to.Addr())
	r.Send(network.IPv4Header{Protocol: network.ProtocolTCP, Src: from.Addr(), Dst: to.Addr()}, b, everybody)
}

// SendICMP sends an ICMP message.
func (r *Raw) SendICMP(from, to netip.Addr, m network.ICMPMessage) {
	r.Send(network.IPv4Header{Protocol: network.ProtocolICMP, Src: from, Dst: to}, m.Append(nil), false)
}

// Segments are the TCP segments that have come, in order.
func (r *Raw) Segments() []tcp.Segment {
	var all []tcp.Segment
	for _, packet := range r.Packets {
		h, body, err := network.ParseIPv4(packet)
		if err != nil || h.Protocol != network.ProtocolTCP {
			continue
		}
		var seg tcp.Segment
		if err := tcp.Parse(body, h.Src, h.Dst, &seg); err != nil {
			panic(err)
		}
		all = append(all, seg)
	}
	return all
}
