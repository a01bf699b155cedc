package host

import (
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
func (s *stack) passThrough(in *NIC, f *physical.Frame, packet, body []byte) (gone bool) {
	h := &s.in
	if len(s.boxes) > 0 {
		t := Transit{Now: s.now(), In: in, Packet: packet, Frame: f.ID}
		for _, box := range s.boxes {
			if !box.BeforeRouting(&t) {
				return false
			}
		}
		var err error // none of them makes a packet that cannot be read
		if body, err = h.Parse(packet); err != nil {
			return false
		}
	}
	if s.isLocal(h.Dst) || s.isBroadcast(h.Dst) {
		s.deliver(h, body)
		return false
	}
	// RFC 1812 §5.3.4: what was for everybody on the link is not forwarded.
	if s.arrival.LinkBroadcast {
		return false
	}
	return s.forward(in, f, packet, s.forwarder.Decide(f.ID, h))
}

// forward carries out the decision about the packet that is being read
// (RFC 1812 §5.2.1).
func (s *stack) forward(in *NIC, f *physical.Frame, packet []byte, d network.Decision) (gone bool) {
	switch d.Fate {
	case network.Silent:
		return false
	case network.Refuse:
		s.report(packet, d.Problem)
		return false
	}
	w := s.wayTo(s.in.Dst)
	network.DecrementTTL(packet)
	if len(s.boxes) > 0 && !s.leaves(&Transit{Now: s.now(), In: in, Out: w.nic, Packet: packet, Frame: f.ID}) {
		return false
	}
	if d.Fate == network.CutAndSend {
		s.sendFragments(w, packet)
		return false
	}
	w.nic.sendBy(w, reframe(f, len(packet)), len(packet))
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
func (s *stack) sendFragments(w *way, packet []byte) {
	nic := w.nic
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
		nic.sendBy(w, f, n+len(data))
	}
}
