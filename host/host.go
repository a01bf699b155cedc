package host

import (
	"net/netip"

	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/tcp"
)

// Host is a computer on the simulated network: all layers, and sockets for
// the programs that run on it.
type Host struct {
	*stack
	tcp tcpTable
	udp udpTable
	// TCP is the configuration of connections that are made from now on; its
	// MSS is taken from the interface when it is zero or does not fit there.
	TCP tcp.Config
	// Backlog is how many connections may wait for Accept, on sockets that
	// listen from now on; 0 means 4096, as Linux's SOMAXCONN.
	Backlog int
	// SYNCookies lets sockets that listen answer SYNs without remembering them
	// while there is no room for more (RFC 4987 §3.6), instead of dropping them.
	SYNCookies bool
	// Resolver is the DNS server that names are looked up at; without one, the
	// laboratory's hosts table knows them all.
	Resolver netip.AddrPort
	// NoUDPChecksum sends datagrams without a checksum (RFC 768 allows it).
	NoUDPChecksum bool

	configs map[tcp.Config]*tcp.Config
	ping    pingTable
}

// Host adds a host to the laboratory. Give it an interface with NIC, and a
// default route with Gateway where there is a router.
func (l *Lab) Host(name string) *Host {
	l.addNode(name)
	h := &Host{stack: newStack(l, name), configs: map[tcp.Config]*tcp.Config{}}
	h.tcp = newTCPTable(h)
	h.udp = newUDPTable(h)
	h.ping = newPingTable(h)
	h.transport = h
	return h
}

// Lab is the laboratory that the host is in.
func (h *Host) Lab() *Lab { return h.lab }

// config is the TCP configuration of a new connection.
func (h *Host) config(id tcp.ID) *tcp.Config { return h.fitted(h.TCP, id) }

// fitted is a configuration whose MSS fits the interface that the connection
// will use (RFC 9293 §3.7.1).
func (h *Host) fitted(cfg tcp.Config, id tcp.ID) *tcp.Config {
	if w := h.wayTo(id.Remote.Addr()); w.nic != nil {
		fits := uint16(min(w.nic.mtu, network.IPv4MaxLen) - network.IPv4HeaderLen - tcpHeaderLen)
		if cfg.MSS == 0 || cfg.MSS > fits {
			cfg.MSS = fits
		}
	}
	return h.shared(cfg)
}

// shared: connections configured alike share one configuration, and with it
// the memory that their buffers come from.
func (h *Host) shared(cfg tcp.Config) *tcp.Config {
	shared := h.configs[cfg]
	if shared == nil {
		own := cfg
		shared = &own
		h.configs[cfg] = shared
	}
	return shared
}

const tcpHeaderLen = 20

func (h *Host) emitter() tcp.Emitter { return tcp.Emitter{Log: h.lab.log, Node: h.name} }

// packetForMe hands a packet's payload to its protocol.
func (h *Host) packetForMe(p *network.IPv4Header, body []byte) (problem network.Problem, taken bool) {
	switch p.Protocol {
	case network.ProtocolTCP:
		h.tcpArrives(p, body)
		return problem, true
	case network.ProtocolUDP:
		return h.udpArrives(p, body)
	}
	// RFC 1122 §3.2.2.1
	return network.Problem{Type: network.DestinationUnreachable, Code: network.ProtocolUnreachable}, false
}

// icmpError tells the socket that a packet of its own met with an error.
func (h *Host) icmpError(e *ICMPError) {
	switch e.Protocol {
	case network.ProtocolTCP:
		if c := h.tcp.find(e.Local, e.Remote); c != nil {
			c.icmpError(e)
		}
	case network.ProtocolUDP:
		h.udpError(e)
	case network.ProtocolICMP:
		h.ping.failed(e)
	}
}

var _ transport = (*Host)(nil)
