package host

import (
	"net/netip"
	"time"

	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/sim"
)

// pingTable knows the echo requests that are out.
type pingTable struct {
	host   *Host
	waits  map[echoKey]*echoWait
	lastID uint16
}

type echoKey struct{ id, seq uint16 }

type echoWait struct {
	done    sim.Cond
	replied bool
	err     error
}

func newPingTable(h *Host) pingTable {
	return pingTable{host: h, waits: map[echoKey]*echoWait{}}
}

// Ping sends one ICMP echo request with size bytes of data and waits for the
// reply. ttl 0 means DefaultTTL. The error is an *ICMPError when a router or the
// host says why it cannot be, os.ErrDeadlineExceeded when nobody answers.
func (h *Host) Ping(name string, size int, ttl uint8, timeout time.Duration) (rtt time.Duration, err error) {
	cause, err := h.lab.enter()
	if err != nil {
		return 0, opError("ping", "ip4:icmp", nil, nil, err)
	}
	defer h.lab.leave(cause)
	dst, err := h.lab.LookupHost(name)
	if err != nil {
		return 0, err
	}
	src, err := h.sourceFor(dst)
	if err != nil {
		return 0, systemError("sendto", err)
	}
	h.ping.lastID++
	key := echoKey{h.ping.lastID, 1}
	w := &echoWait{}
	w.done.Init(h.lab.sim, func() string { return "an echo reply from " + dst.String() })
	h.ping.waits[key] = w
	defer delete(h.ping.waits, key)
	start := h.lab.sim.Now()
	h.sendEcho(src, dst, key, size, ttl)
	until := deadline{at: start.Add(timeout), set: true}
	for !w.replied && w.err == nil {
		if err := h.lab.wait(&w.done, &until); err != nil {
			return 0, opError("ping", "ip4:icmp", nil, nil, err)
		}
	}
	return h.lab.sim.Now().Sub(start), w.err
}

func (h *Host) sendEcho(src, dst netip.Addr, key echoKey, size int, ttl uint8) {
	m := network.ICMPMessage{Type: network.Echo, ID: key.id, Seq: key.seq, Data: make([]byte, size)}
	for i := range m.Data {
		m.Data[i] = 'a' + byte(i%26)
	}
	h.icmp.Sent(0, m, dst)
	n := network.ICMPHeaderLen + size
	f := h.newFrame(n)
	m.Append(transportBytes(f, n)[:0])
	h.send(network.IPv4Header{Protocol: network.ProtocolICMP, Src: src, Dst: dst, TTL: ttl}, f, n)
}

// echoReply is the answer to one of the host's own echo requests.
func (h *Host) echoReply(_ netip.Addr, m *network.ICMPMessage) {
	if w := h.ping.waits[echoKey{m.ID, m.Seq}]; w != nil {
		w.replied = true
		w.done.Broadcast()
	}
}

// failed is an error about one of them.
func (t *pingTable) failed(e *ICMPError) {
	if w := t.waits[echoKey{e.Local.Port(), e.Remote.Port()}]; w != nil {
		w.err = e
		w.done.Broadcast()
	}
}
