package host

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"

	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// DefaultTTL is what packets begin with (IANA's recommended default, RFC 1700).
const DefaultTTL = 64

// loopbackAddr is the host's own name for itself (RFC 1122 §3.2.1.3 (g)).
var loopbackAddr = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// limitedBroadcast reaches everybody on the link (RFC 1122 §3.2.1.3 (c)).
var limitedBroadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

func interfaceName(i int) string { return fmt.Sprintf("eth%d", i) }

// stack is what hosts and routers have in common: interfaces and the network
// layer. Transport is above it, and only in hosts.
type stack struct {
	lab        *Lab
	name       string
	nics       []*NIC
	loop       *loopback
	routes     network.Routes
	ids        network.Identifications
	reassembly *network.IPv4Reassembler
	reasmTimer *sim.Timer
	icmp       *network.ICMP
	forwarder  *network.Forwarder // nil in a host
	boxes      []Middlebox
	transport  transport // nil in a router
	// arriving and arrival describe the frame that is being read.
	arriving trace.FrameID
	arrival  network.Arrival
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

// Routes is the table of routes.
func (s *stack) Routes() *network.Routes { return &s.routes }

func (s *stack) now() sim.Time { return s.lab.sim.Now() }

// connected adds the route to an interface's own network.
func (s *stack) connected(n *NIC) {
	if err := s.routes.Add(network.Route{Prefix: n.prefix, Interface: len(s.nics) - 1}); err != nil {
		panic(err) // NIC has checked the prefix
	}
	s.arrival.Networks = append(s.arrival.Networks, n.prefix)
	s.decideAnew(s.forwarder != nil)
}

// ErrNoInterface says that a next hop is on none of the device's networks.
var ErrNoInterface = errors.New("host: the next hop is on no network of the device")

// Route sends packets for a prefix to a next hop, which must be on one of the
// device's networks. 0.0.0.0/0 is the default route.
func (s *stack) Route(prefix netip.Prefix, nextHop netip.Addr) error {
	for i, n := range s.nics {
		if n.prefix.Contains(nextHop) {
			return s.routes.Add(network.Route{Prefix: prefix, NextHop: nextHop, Interface: i})
		}
	}
	return fmt.Errorf("%w: %s cannot reach %v directly", ErrNoInterface, s.name, nextHop)
}

// Gateway sets the default route.
func (s *stack) Gateway(nextHop netip.Addr) error {
	return s.Route(netip.PrefixFrom(netip.IPv4Unspecified(), 0), nextHop)
}

func (s *stack) isLocal(a netip.Addr) bool {
	for _, n := range s.nics {
		if n.prefix.Addr() == a {
			return true
		}
	}
	return a.Is4() && a.As4()[0] == 127
}

// sourceFor picks the address that packets to dst are sent from: that of the
// interface they leave by (RFC 1122 §3.3.4.3 (b)).
func (s *stack) sourceFor(dst netip.Addr) (netip.Addr, error) {
	if s.isLocal(dst) {
		return dst, nil
	}
	if dst == limitedBroadcast && len(s.nics) > 0 {
		return s.nics[0].Addr(), nil
	}
	route, ok := s.routes.Lookup(dst)
	if !ok {
		return netip.Addr{}, syscall.ENETUNREACH
	}
	return s.nics[route.Interface].Addr(), nil
}

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
	h := &s.out
	*h = header
	if h.TTL == 0 {
		h.TTL = DefaultTTL
	}
	h.TotalLen = network.IPv4HeaderLen + n
	h.ID = s.ids.Next(h)
	h.Put(f.Data[datalink.HeaderLen:])
	if s.isLocal(h.Dst) {
		s.loop.send(f, h.TotalLen)
		return
	}
	nic, next, ok := s.wayTo(h.Dst)
	packet := f.Data[datalink.HeaderLen:][:h.TotalLen]
	switch {
	case !ok:
		s.noteNoRoute(h)
	case !s.mayLeave(nic, packet):
	case h.TotalLen <= nic.mtu:
		nic.sendTo(next, f, h.TotalLen)
		return
	case h.DF:
		s.noteTooBig(h, nic.mtu)
	default:
		s.sendFragments(nic, next, packet)
	}
	s.lab.pool.Put(f)
}

// mayLeave asks the middleboxes about one of the device's own packets.
func (s *stack) mayLeave(out *NIC, packet []byte) bool {
	if len(s.boxes) == 0 {
		return true
	}
	return s.leaves(&Transit{Now: s.now(), Out: out, Packet: packet})
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

func (s *stack) wayTo(dst netip.Addr) (nic *NIC, next netip.Addr, ok bool) {
	if dst == limitedBroadcast && len(s.nics) > 0 {
		return s.nics[0], dst, true
	}
	route, ok := s.routes.Lookup(dst)
	if !ok {
		return nil, next, false
	}
	return s.nics[route.Interface], route.Gateway(dst), true
}

// packetArrives reads an IPv4 packet. The frame's payload may be padded.
// unicast says that the frame was addressed to this device alone. True means
// that the frame was sent on and has a new owner.
func (s *stack) packetArrives(in *NIC, f *physical.Frame, payload []byte, unicast bool) (gone bool) {
	s.arriving, s.arrival.LinkBroadcast = f.ID, !unicast
	header, body, ok := network.ReceiveIPv4(s.lab.log, s.name, f.ID, payload)
	if !ok {
		return false
	}
	h := &s.in
	*h = header
	switch {
	case s.forwarder != nil && in != nil:
		return s.passThrough(in, f, payload[:h.TotalLen])
	case s.isLocal(h.Dst), s.isBroadcast(h.Dst):
		s.deliver(h, body)
	}
	// RFC 1122 §3.3.1.1: a host silently discards what is not for it.
	return false
}

func (s *stack) isBroadcast(a netip.Addr) bool {
	for _, n := range s.nics {
		if n.isBroadcast(a) {
			return true
		}
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
