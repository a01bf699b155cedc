package host

import (
	"net/netip"

	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/osi/physical"
)

// Router forwards IPv4 packets between its interfaces: it reads frames up to
// layer 3 (RFC 1812).
type Router struct{ *stack }

// Router adds a router to the laboratory. Give it an interface with NIC for
// each network, further routes with Route, a middlebox with Use.
func (l *Lab) Router(name string) *Router {
	l.addNode(name)
	r := &Router{newStack(l, name)}
	r.decideAnew(true)
	return r
}

// decideAnew makes the forwarder of a router that has been given another
// network.
func (s *stack) decideAnew(forwards bool) {
	if !forwards {
		return
	}
	s.forwarder = network.NewForwarder(network.ForwarderConfig{
		Routes: &s.routes, MTU: func(i int) int { return s.nics[i].mtu },
		Networks: s.arrival.Networks, Node: s.name, Log: s.lab.log,
	})
}

// Use adds a middlebox: packets pass all of a router's middleboxes in the
// order in which they were added.
func (r *Router) Use(m Middlebox) { r.boxes = append(r.boxes, m) }

// passThrough takes a packet that came in by an interface past the
// middleboxes, and then up or onward. True means that the frame has a new
// owner.
func (s *stack) passThrough(in *NIC, f *physical.Frame, packet []byte) (gone bool) {
	t := Transit{Now: s.now(), In: in, Packet: packet, Frame: f.ID}
	for _, box := range s.boxes {
		if !box.BeforeRouting(&t) {
			return false
		}
	}
	h, body, ok := network.ReceiveIPv4(s.lab.log, s.name, f.ID, packet)
	if !ok {
		return false
	}
	if s.isLocal(h.Dst) || s.isBroadcast(h.Dst) {
		s.deliver(&h, body)
		return false
	}
	// RFC 1812 §5.3.4: what was for everybody on the link is not forwarded.
	if s.arrival.LinkBroadcast {
		return false
	}
	return s.forward(&t, f, s.forwarder.Decide(f.ID, &h))
}

// forward carries out the decision about a packet (RFC 1812 §5.2.1).
func (s *stack) forward(t *Transit, f *physical.Frame, d network.Decision) (gone bool) {
	switch d.Fate {
	case network.Silent:
		return false
	case network.Refuse:
		s.report(t.Packet, d.Problem)
		return false
	}
	t.Out = s.nics[d.Route.Interface]
	network.DecrementTTL(t.Packet)
	if !s.leaves(t) {
		return false
	}
	if d.Fate == network.CutAndSend {
		s.sendFragments(t.Out, d.Gateway, t.Packet)
		return false
	}
	t.Out.sendTo(d.Gateway, reframe(f, len(t.Packet)), len(t.Packet))
	return true
}

// reframe makes the received frame the one that is sent: the packet stays
// where it is, around it comes a new header and a new FCS. Padding that the
// sender added beyond what is needed is not sent on.
func reframe(f *physical.Frame, size int) *physical.Frame {
	f.Data = f.Data[:datalink.FrameLen(size)]
	return f
}

// sendFragments sends a packet in pieces that fit the interface's MTU.
func (s *stack) sendFragments(nic *NIC, next netip.Addr, packet []byte) {
	h, body, err := network.ParseIPv4(packet)
	if err != nil {
		return
	}
	pieces, err := network.FragmentIPv4(h, body, nic.mtu)
	if err != nil {
		s.noteTooBig(&h, nic.mtu)
		return
	}
	count := 0
	for range pieces {
		count++
	}
	network.NoteFragmented(s.lab.log, s.name, s.arriving, &h, nic.mtu, count)
	for piece, data := range pieces {
		f := s.newFrame(piece.Len() - network.IPv4HeaderLen + len(data))
		n := piece.Put(f.Data[datalink.HeaderLen:])
		copy(f.Data[datalink.HeaderLen+n:], data)
		nic.sendTo(next, f, n+len(data))
	}
}
