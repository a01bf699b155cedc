package host

import (
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
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
	answer  trace.ID
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
	opError := func(err error) error { return opError("ping", "ip4:icmp", nil, nil, err) }
	if size < 0 || size > maxEcho {
		return 0, opError(os.NewSyscallError("sendto", syscall.EMSGSIZE))
	}
	dst, err := h.lookup(name, 0)
	if err != nil {
		return 0, err
	}
	src, err := h.sourceFor(dst)
	if err != nil {
		return 0, opError(systemError("sendto", err))
	}
	h.ping.lastID++
	key := echoKey{h.ping.lastID, 1}
	w := &echoWait{}
	w.done.Init(h.lab.sim, func() string { return "an echo reply from " + dst.String() })
	h.ping.waits[key] = w
	defer delete(h.ping.waits, key)
	start := h.lab.sim.Now()
	h.sendEcho(src, dst, key, size, ttl)
	until := deadlineAt(start.Add(timeout))
	for !w.replied && w.err == nil {
		if until.passed(h.lab.sim.Now()) {
			return 0, opError(os.ErrDeadlineExceeded)
		}
		h.lab.wait(&w.done, until)
	}
	h.lab.woken(w.answer)
	return h.lab.sim.Now().Sub(start), w.err
}

// maxEcho is the most data that an echo request holds, in bytes.
const maxEcho = network.IPv4MaxLen - network.IPv4HeaderLen - network.ICMPHeaderLen

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
	h.ping.answered(echoKey{m.ID, m.Seq}, nil)
}

// failed is an error about one of them.
func (t *pingTable) failed(e *ICMPError) {
	t.answered(echoKey{e.Local.Port(), e.Remote.Port()}, e)
}

func (t *pingTable) answered(key echoKey, err error) {
	if w := t.waits[key]; w != nil {
		w.replied, w.err, w.answer = err == nil, err, t.host.lab.log.Cause()
		w.done.Broadcast()
	}
}
