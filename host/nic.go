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

// DefaultMTU is the largest IP packet that Ethernet carries (RFC 894).
const DefaultMTU = 1500

// NIC is a network interface of a host or a router: the place where frames
// begin and end, where captures are taken, and where addresses are resolved.
type NIC struct {
	stack    *stack
	at       *trace.Interface
	mac      datalink.MAC
	prefix   netip.Prefix // its address, and by the length its network
	everyone netip.Addr   // the network's broadcast address, if it has one
	mtu      int
	port     *physical.Port
	arp      *datalink.ARPCache[parcel]
	arpTimer *sim.Timer
	tunnel   *Tunnel // in place of a wire
}

// parcel is a packet that waits for the MAC of its next hop, and the cause it
// will leave by.
type parcel struct {
	frame *physical.Frame
	size  int // of the IP packet
	cause trace.ID
}

// NIC adds an interface with an address and the length of its network's
// prefix, as 10.0.1.10/24. Interfaces are called eth0, eth1, ... in order.
func (s *stack) NIC(prefix netip.Prefix) *NIC {
	return s.addNIC(prefix, interfaceName(len(s.nics)), s.lab.nextMAC())
}

func (s *stack) addNIC(prefix netip.Prefix, name string, mac datalink.MAC) *NIC {
	if !prefix.IsValid() || !prefix.Addr().Is4() {
		panic("host: an interface of " + s.name + " needs an IPv4 prefix, as 10.0.1.10/24")
	}
	n := &NIC{
		stack: s, prefix: prefix, mtu: DefaultMTU, mac: mac,
		at: s.lab.addInterface(s.name, name),
	}
	if prefix.Bits() < 31 { // RFC 3021: a link of two has no broadcast address
		n.everyone = network.Broadcast(prefix)
	}
	n.arp = datalink.NewARPCache[parcel](datalink.ARPConfig{
		MAC: n.mac, Addrs: []netip.Addr{prefix.Addr()}, Node: s.name, Log: s.lab.log,
	})
	n.arpTimer = s.lab.sim.NewTimer(n.arpTimerExpired)
	s.nics = append(s.nics, n)
	s.lab.addName(s.name, prefix.Addr())
	s.connected(n)
	return n
}

// minMTU: every link carries packets of 68 bytes whole (RFC 791 §3.2).
const minMTU = 68

// SetMTU sets the largest IP packet that the interface sends, in bytes.
func (n *NIC) SetMTU(mtu int) {
	if mtu < minMTU {
		panic(fmt.Sprintf("host: an MTU of %d bytes for %s: RFC 791 wants at least %d", mtu, n.stack.name, minMTU))
	}
	n.mtu = mtu
}

// MTU is the largest IP packet that the interface sends, in bytes.
func (n *NIC) MTU() int { return n.mtu }

// Addr is the interface's IP address.
func (n *NIC) Addr() netip.Addr { return n.prefix.Addr() }

// Prefix is the interface's address with the length of its network's prefix.
func (n *NIC) Prefix() netip.Prefix { return n.prefix }

// MAC is the interface's hardware address.
func (n *NIC) MAC() datalink.MAC { return n.mac }

// Interface is the vantage point that captures know it by.
func (n *NIC) Interface() *trace.Interface { return n.at }

// Node is the name of the device.
func (n *NIC) Node() string { return n.stack.name }

func (n *NIC) plugIn(p *physical.Port) {
	if n.port != nil {
		panic(fmt.Sprintf("host: there is a cable in %s of %s already", n.at.Name, n.stack.name))
	}
	n.port = p
}

// Receive is the end of a frame: the wire delivers it here.
func (n *NIC) Receive(f *physical.Frame) {
	log := n.stack.lab.log
	before := log.Cause()
	if log.Tapped() {
		log.Because(log.Tap(n.at, trace.Received, f.ID, f.Bytes()))
	}
	if !n.take(f) {
		n.stack.lab.pool.Put(f)
	}
	log.Because(before)
}

// take reads a frame as far as it is for this device; true says that the
// frame has gone on and has a new owner.
func (n *NIC) take(f *physical.Frame) bool {
	// A frame that was not damaged on the wire needs no check: its FCS is right
	// by construction.
	if !f.Intact() {
		if _, _, ok := datalink.Receive(n.stack.lab.log, n.stack.name, f.ID, f.Bytes()); !ok {
			return false
		}
	}
	h := datalink.ParseHeader(f.Data)
	if h.Dst != n.mac && !h.Dst.IsMulticast() {
		n.stack.lab.noteNotMine(n, f, h.Dst)
		return false
	}
	payload := f.Data[datalink.HeaderLen : len(f.Data)-datalink.FCSLen]
	switch h.Type {
	case datalink.TypeARP:
		n.arp.Receive(n.stack.now(), f.ID, payload)
		n.actARP()
	case datalink.TypeIPv4:
		return n.stack.packetArrives(n, f, payload, h.Dst == n.mac)
	}
	return false
}

// sendBy puts the IP packet that lies in the frame, size bytes long, on the
// link to the next hop. It may have to wait until the next hop's MAC is known.
func (n *NIC) sendBy(w *way, f *physical.Frame, size int) {
	if n.tunnel != nil {
		n.tunnel.transmit(f, size)
		return
	}
	if w.everyone {
		n.transmit(datalink.Header{Dst: datalink.Broadcast, Src: n.mac, Type: datalink.TypeIPv4}, f, size)
		return
	}
	mac, known := n.arp.Resolve(n.stack.now(), w.next, parcel{f, size, n.stack.lab.log.Cause()})
	if known {
		n.transmit(datalink.Header{Dst: mac, Src: n.mac, Type: datalink.TypeIPv4}, f, size)
	}
	if !n.arp.Quiet() {
		n.actARP()
	}
}

func (n *NIC) isBroadcast(dst netip.Addr) bool {
	return dst == n.everyone || dst == limitedBroadcast
}

// transmit completes the frame, whose payload of size bytes is in place, and
// puts it on the wire.
func (n *NIC) transmit(h datalink.Header, f *physical.Frame, size int) {
	h.Put(f.Data)
	clear(f.Data[datalink.HeaderLen+size : len(f.Data)-datalink.FCSLen]) // padding: RFC 894 wants zeros
	f.SealWith(datalink.PutFCS)
	if n.port == nil {
		n.stack.lab.noteNoLink(n, f)
		n.stack.lab.pool.Put(f)
		return
	}
	log := n.stack.lab.log
	f.ID = log.NextFrameID()
	if !log.Tapped() {
		n.port.Send(f)
		return
	}
	before := log.Because(log.Tap(n.at, trace.Sent, f.ID, f.Bytes()))
	n.port.Send(f)
	log.Because(before)
}

// actARP carries out what address resolution wants done.
func (n *NIC) actARP() {
	for {
		a, ok := n.arp.Next()
		if !ok {
			break
		}
		n.doARP(a)
	}
	if at, asking := n.arp.NextDeadline(); asking {
		n.arpTimer.Arm(at)
	} else {
		n.arpTimer.Stop()
	}
}

func (n *NIC) doARP(a datalink.Action[parcel]) {
	lab := n.stack.lab
	switch a.Kind {
	case datalink.SendARP:
		var b [64]byte
		message := a.Message.Append(b[:0])
		f := lab.pool.Get(datalink.FrameLen(len(message)))
		copy(f.Data[datalink.HeaderLen:], message)
		n.transmit(datalink.Header{Dst: a.MAC, Src: n.mac, Type: datalink.TypeARP}, f, len(message))
	case datalink.SendPacket:
		before := lab.log.Because(a.Packet.cause)
		n.transmit(datalink.Header{Dst: a.MAC, Src: n.mac, Type: datalink.TypeIPv4}, a.Packet.frame, a.Packet.size)
		lab.log.Because(before)
	case datalink.Undelivered:
		n.stack.undeliverable(a.Packet)
	case datalink.Discard:
		lab.pool.Put(a.Packet.frame)
	}
}

func (n *NIC) arpTimerExpired() {
	log := n.stack.lab.log
	defer log.Because(log.Because(0))
	n.arp.TimerExpired(n.stack.now())
	n.actARP()
}
