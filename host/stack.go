package host

import (
	"fmt"
	"net/netip"

	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// DefaultTTL is what packets begin with (IANA's recommended default, RFC 1700).
const DefaultTTL = 64

func interfaceName(i int) string { return fmt.Sprintf("eth%d", i) }

// stack is what hosts and routers have in common: interfaces and the network
// layer. Transport is above it, and only in hosts.
type stack struct {
	lab        *Lab
	name       string
	nics       []*NIC
	loop       *loopback
	routes     network.Routes
	ways       ways
	ids        network.Identifications
	reassembly *network.IPv4Reassembler
	reasmTimer *sim.Timer
	icmp       *network.ICMP
	forwarder  *network.Forwarder // nil in a host
	boxes      []Middlebox
	transport  transport // nil in a router
	// arriving and arrival describe the frame that is being read.
	arriving   trace.FrameID
	arrival    network.Arrival
	goodSource netip.Addr // of the packet before: most come from the same host
	// in and out are reused for every packet that comes and goes.
	in, out network.IPv4Header
}

// transport is what a host has above the network layer.
type transport interface {
	// packetForMe takes a whole packet's payload; false says that nobody here
	// speaks its protocol or has its port open, and problem which.
	packetForMe(h *network.IPv4Header, body []byte) (problem network.Problem, taken bool)
	icmpError(e *ICMPError)
	echoReply(from netip.Addr, m *network.ICMPMessage)
}

func newStack(l *Lab, name string) *stack {
	s := &stack{lab: l, name: name}
	s.loop = newLoopback(s)
	s.reassembly = network.NewIPv4Reassembler(network.ReassemblyConfig{Node: name, Log: l.log})
	s.icmp = network.NewICMP(network.ICMPConfig{Node: name, Log: l.log})
	s.reasmTimer = l.sim.NewTimer(s.reassemblyExpired)
	return s
}

// Name is the device's name.
func (s *stack) Name() string { return s.name }

// NICs lists the interfaces in the order in which they were made.
func (s *stack) NICs() []*NIC { return s.nics }

func (s *stack) now() sim.Time { return s.lab.sim.Now() }

// newFrame takes a frame with room for a transport header and payload of n
// bytes behind Ethernet's and IP's headers.
func (s *stack) newFrame(n int) *physical.Frame {
	return s.lab.pool.Get(datalink.FrameLen(network.IPv4HeaderLen + n))
}

const transportOffset = datalink.HeaderLen + network.IPv4HeaderLen

// transportBytes is that room.
func transportBytes(f *physical.Frame, n int) []byte {
	return f.Data[transportOffset : transportOffset+n]
}

// send sends what lies in the frame's transport bytes, n of them, as a packet
// with the header given; TTL, ID and length are filled in. It takes the frame.
func (s *stack) send(header network.IPv4Header, f *physical.Frame, n int) {
	s.out = header
	if s.out.TTL == 0 {
		s.out.TTL = DefaultTTL
	}
	s.sendBy(s.wayTo(header.Dst), &s.out, f, n)
}

// sendBy is send for whom the way is known to.
func (s *stack) sendBy(w *way, h *network.IPv4Header, f *physical.Frame, n int) {
	h.TotalLen = network.IPv4HeaderLen + n
	h.ID = s.ids.Next(h)
	h.Put(f.Data[datalink.HeaderLen:])
	packet := f.Data[datalink.HeaderLen:][:h.TotalLen]
	switch {
	case w.self:
		s.loop.send(f, h.TotalLen)
		return
	case w.nic == nil:
		s.noteNoRoute(h)
	case len(s.boxes) > 0 && !s.leaves(&Transit{Now: s.now(), Out: w.nic, Packet: packet}):
	case h.TotalLen <= w.nic.mtu:
		w.nic.sendBy(w, f, h.TotalLen)
		return
	case h.DF:
		s.tooBigHere(h, f, w.nic.mtu)
	default:
		s.sendFragments(w, packet)
	}
	s.lab.pool.Put(f)
}

// leaves asks the middleboxes about a packet that is about to leave.
func (s *stack) leaves(t *Transit) bool {
	for _, box := range s.boxes {
		if !box.AfterRouting(t) {
			return false
		}
	}
	return true
}

// packetArrives reads an IPv4 packet. The frame's payload may be padded.
// unicast says that the frame was addressed to this device alone. True means
// that the frame was sent on and has a new owner.
func (s *stack) packetArrives(in *NIC, f *physical.Frame, payload []byte, unicast bool) (gone bool) {
	s.arriving, s.arrival.LinkBroadcast = f.ID, !unicast
	h := &s.in
	body, ok := h.Receive(s.lab.log, s.name, f.ID, payload)
	if !ok {
		return false
	}
	switch {
	case s.forwarder != nil && in != nil:
		return s.passThrough(in, f, payload[:h.TotalLen], body)
	case h.Src != s.goodSource && s.invalidSource(h.Src, in != nil), in != nil && h.Dst.IsLoopback():
		// RFC 1122 §3.2.1.3: silently discarded.
	case s.isLocal(h.Dst), s.isBroadcast(h.Dst):
		s.deliver(h, body)
	}
	// RFC 1122 §3.3.1.1: a host silently discards what is not for it.
	return false
}

// invalidSource says whether an address cannot be a packet's source (RFC 1122
// §3.2.1.3): everybody, a group, or, on a wire, oneself by loopback's name.
func (s *stack) invalidSource(src netip.Addr, onWire bool) bool {
	if src.IsMulticast() || s.isBroadcast(src) || onWire && src.IsLoopback() {
		return true
	}
	if !src.IsLoopback() {
		s.goodSource = src
	}
	return false
}

// deliver hands a packet for this device up, once it is whole.
func (s *stack) deliver(h *network.IPv4Header, body []byte) {
	if h.IsFragment() {
		whole, payload, done := s.reassembly.Add(s.now(), s.arriving, *h, body)
		s.tendReassembly()
		if !done {
			return
		}
		h, body = &whole, payload
	}
	if h.Protocol == network.ProtocolICMP {
		s.icmpArrives(h, body)
		return
	}
	// RFC 1122 §3.2.2.1: protocol unreachable, where nothing is above IP.
	problem := network.Problem{Type: network.DestinationUnreachable, Code: network.ProtocolUnreachable}
	if s.transport != nil {
		var taken bool
		if problem, taken = s.transport.packetForMe(h, body); taken {
			return
		}
	}
	s.reportAbout(h, body, problem)
}

func (s *stack) reassemblyExpired() {
	log := s.lab.log
	defer log.Because(log.Because(0))
	s.reassembly.TimerExpired(s.now())
	s.tendReassembly()
}

// tendReassembly reports packets whose rest did not come (RFC 1122 §3.3.2) and
// sets the timer for the next.
func (s *stack) tendReassembly() {
	for {
		e, ok := s.reassembly.Expired()
		if !ok {
			break
		}
		if e.First != nil {
			s.report(e.First, network.Problem{Type: network.TimeExceeded, Code: network.ReassemblyExpired})
		}
	}
	if at, ok := s.reassembly.NextDeadline(); ok {
		s.reasmTimer.Arm(at)
	} else {
		s.reasmTimer.Stop()
	}
}
