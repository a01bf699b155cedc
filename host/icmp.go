package host

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"syscall"

	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/tcp"
	"github.com/packetwalk/packetwalk/trace"
)

// ICMPError is what ICMP said of a packet that this host had sent.
type ICMPError struct {
	Message network.ICMPMessage
	From    netip.Addr // who says so
	// Protocol, Local and Remote are the packet's.
	Protocol      network.Protocol
	Local, Remote netip.AddrPort
	seq           tcp.Seq // of a segment
	length        int     // of the packet, in bytes
}

func (e *ICMPError) Error() string { return fmt.Sprintf("%v says: %v", e.From, e.Message) }

// Unwrap gives the error number by which programs know it.
func (e *ICMPError) Unwrap() error {
	if n := e.Errno(); n != 0 {
		return n
	}
	return nil
}

// Errno is the error number that Linux gives a program for it (icmp_err_convert,
// tcp_v4_err), 0 if it gives none.
func (e *ICMPError) Errno() syscall.Errno {
	switch e.Message.Type {
	case network.DestinationUnreachable:
	case network.TimeExceeded:
		return syscall.EHOSTUNREACH
	default:
		return 0
	}
	switch e.Message.Code {
	case network.NetUnreachable, netUnknown, netProhibited, netUnreachableTOS:
		return syscall.ENETUNREACH
	case network.ProtocolUnreachable:
		return syscall.ENOPROTOOPT
	case network.PortUnreachable:
		return syscall.ECONNREFUSED
	case network.FragmentationNeeded:
		return syscall.EMSGSIZE
	}
	return syscall.EHOSTUNREACH
}

// Codes of destination unreachable that only routers elsewhere use (RFC 1812
// §5.2.7.1).
const (
	netUnknown        = 6
	netProhibited     = 9
	netUnreachableTOS = 11
)

// icmpArrives answers echo requests and passes errors up.
func (s *stack) icmpArrives(h *network.IPv4Header, body []byte) {
	m, ok := s.icmp.Receive(s.arriving, h, body)
	if !ok {
		return
	}
	switch {
	case m.Type == network.Echo && !s.isBroadcast(h.Dst):
		// RFC 1122 §3.2.2.6: every host MUST answer.
		if s.lab.log.On() {
			s.lab.log.Emit(s.name, EventEchoReply, s.arriving, trace.String("to", h.Src.String()))
		}
		s.sendICMP(m.Reply(), h.Dst, h.Src)
	case s.transport == nil:
	case m.Type == network.EchoReply:
		s.transport.echoReply(h.Src, &m)
	case m.Type.IsError():
		s.icmpErrorArrives(h.Src, m)
	}
}

// icmpErrorArrives finds out from the quoted packet whom an error is for
// (RFC 1122 §3.2.2).
func (s *stack) icmpErrorArrives(from netip.Addr, m network.ICMPMessage) {
	h, body, err := network.ParseIPv4Quote(m.Data)
	if err != nil || len(body) < 8 || !s.isLocal(h.Src) {
		return
	}
	e := &ICMPError{Message: m, From: from, Protocol: h.Protocol, length: h.TotalLen}
	e.Message.Data = nil // it lies in the frame
	src, dst := binary.BigEndian.Uint16(body), binary.BigEndian.Uint16(body[2:])
	e.seq = tcp.Seq(binary.BigEndian.Uint32(body[4:]))
	if h.Protocol == network.ProtocolICMP {
		src = binary.BigEndian.Uint16(body[4:]) // the echo's identifier
		dst = binary.BigEndian.Uint16(body[6:]) // and its sequence number
	}
	e.Local, e.Remote = netip.AddrPortFrom(h.Src, src), netip.AddrPortFrom(h.Dst, dst)
	s.transport.icmpError(e)
}

func (s *stack) sendICMP(m network.ICMPMessage, src, dst netip.Addr) {
	n := network.ICMPHeaderLen + len(m.Data)
	f := s.newFrame(n)
	m.Append(transportBytes(f, n)[:0])
	s.send(network.IPv4Header{Protocol: network.ProtocolICMP, Src: src, Dst: dst}, f, n)
}

// report tells a packet's source of a problem with it, where ICMP may
// (RFC 1122 §3.2.2, RFC 1812 §4.3.2).
func (s *stack) report(packet []byte, p network.Problem) {
	m, to, ok := s.icmp.Error(s.now(), s.arriving, packet, s.arrival, p)
	if !ok {
		return
	}
	source, err := s.sourceFor(to)
	if err != nil {
		return
	}
	s.sendICMP(m, source, to)
}

// reportAbout is report for a packet whose header and payload are apart.
func (s *stack) reportAbout(h *network.IPv4Header, body []byte, p network.Problem) {
	packet := make([]byte, h.Len()+len(body))
	copy(packet[h.Put(packet):], body)
	s.report(packet, p)
}

// undeliverable takes a packet back whose next hop did not answer ARP: host
// unreachable (RFC 1812 §5.2.7.1). A host that sent it itself tells its own
// socket, as Linux does.
func (s *stack) undeliverable(p parcel) {
	defer s.lab.log.Because(s.lab.log.Because(p.cause))
	packet := p.frame.Data[datalink.HeaderLen:][:p.size]
	h, _, err := network.ParseIPv4(packet)
	// What was for everybody on a link was not sent on: this was not.
	s.arriving, s.arrival.LinkBroadcast = p.frame.ID, false
	switch {
	case err != nil:
	case !s.isLocal(h.Src):
		s.report(packet, network.Unresolved)
	case s.transport != nil:
		m := network.ICMPMessage{Type: network.Unresolved.Type, Code: network.Unresolved.Code, Data: packet}
		s.icmpErrorArrives(h.Src, m)
	}
	s.lab.pool.Put(p.frame)
}

func (s *stack) noteNoRoute(h *network.IPv4Header) {
	if s.lab.log.On() {
		s.lab.log.Emit(s.name, network.NoRoute, 0, trace.String("src", h.Src.String()), trace.String("dst", h.Dst.String()))
	}
}

func (s *stack) noteTooBig(h *network.IPv4Header, mtu int) {
	if s.lab.log.On() {
		s.lab.log.Emit(s.name, network.TooBig, 0, trace.String("src", h.Src.String()), trace.String("dst", h.Dst.String()),
			trace.Int("length", h.TotalLen), trace.Int("mtu", mtu))
	}
}
