package host

import (
	"fmt"
	"net/netip"

	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/trace"
)

// Tunnel is an interface without a wire: what the device sends comes out of a
// function as bare IPv4 packets, and what it shall receive is handed in by
// Deliver, as with a TUN device of Linux. Whoever holds both ends can be any
// network that there is: a test that plays packets from a script, another
// simulator, a real network. Time is theirs too: they step the laboratory with
// Lab.Sim().Advance, to the moments that Lab.Sim().Next names or to others.
//
//	          ┌───────────── Host ─────────────┐
//	program ──│ sockets ── TCP, UDP ── IP, ICMP│── send(packet) ──▶  yours
//	          └────────────────────────────────┘◀─ Deliver(packet) ─
//
// Captures see its packets with an Ethernet header whose addresses are zero, as
// those of the loopback.
type Tunnel struct {
	nic  *NIC
	send func(packet []byte)
}

// Tunnel adds a tunnel to the device, with an address and the length of its
// network's prefix: 192.0.2.1/24. Everything for that network goes through it;
// for the rest set a route or Gateway to any address in it. Tunnels are called
// tun0, tun1, ... in the order of all interfaces.
//
// send is called inside calls of the device and of Advance. It must not call
// them, nor keep packet, which is used again.
func (s *stack) Tunnel(prefix netip.Prefix, send func(packet []byte)) *Tunnel {
	n := s.addNIC(prefix, fmt.Sprintf("tun%d", len(s.nics)), datalink.MAC{})
	n.tunnel = &Tunnel{nic: n, send: send}
	return n.tunnel
}

// Deliver hands in a packet that arrives now. The bytes are copied. Programs
// that it wakes go on when time is advanced, be it to this same moment; TCP
// itself answers at once, through send.
func (t *Tunnel) Deliver(packet []byte) error {
	s := t.nic.stack
	lab := s.lab
	switch {
	case lab.sim.Check() != nil:
		return lab.sim.Check()
	case lab.sim.Ended():
		return ErrEnded
	case len(packet) > network.IPv4MaxLen:
		return fmt.Errorf("host: a packet of %d bytes for %s: IPv4 has at most %d", len(packet), s.name, network.IPv4MaxLen)
	}
	f := lab.pool.Get(datalink.FrameLen(len(packet)))
	t.dress(f, packet)
	log := lab.log
	before := log.Cause()
	if log.Tapped() {
		log.Because(log.Tap(t.nic.at, trace.Received, f.ID, f.Bytes()))
	}
	if !s.packetArrives(t.nic, f, f.Data[datalink.HeaderLen:len(f.Data)-datalink.FCSLen], true) {
		lab.pool.Put(f)
	}
	log.Because(before)
	return nil
}

// dress makes the frame that captures see around a packet.
func (t *Tunnel) dress(f *physical.Frame, packet []byte) {
	copy(f.Data[datalink.HeaderLen:], packet)
	datalink.Header{Type: datalink.TypeIPv4}.Put(f.Data)
	clear(f.Data[datalink.HeaderLen+len(packet) : len(f.Data)-datalink.FCSLen])
	f.SealWith(datalink.PutFCS)
	f.ID = t.nic.stack.lab.log.NextFrameID()
}

// transmit hands the packet out that lies in the frame, size bytes long.
func (t *Tunnel) transmit(f *physical.Frame, size int) {
	lab := t.nic.stack.lab
	packet := f.Data[datalink.HeaderLen:][:size]
	t.dress(f, packet)
	if lab.log.Tapped() {
		lab.log.Tap(t.nic.at, trace.Sent, f.ID, f.Bytes())
	}
	t.send(packet)
	lab.pool.Put(f)
}

// SetMTU sets the largest IP packet that the tunnel sends, in bytes.
func (t *Tunnel) SetMTU(mtu int) { t.nic.SetMTU(mtu) }

// MTU is the largest IP packet that the tunnel sends, in bytes.
func (t *Tunnel) MTU() int { return t.nic.MTU() }

// Addr is the tunnel's IP address.
func (t *Tunnel) Addr() netip.Addr { return t.nic.Addr() }

// Interface is the vantage point that captures know it by.
func (t *Tunnel) Interface() *trace.Interface { return t.nic.at }
