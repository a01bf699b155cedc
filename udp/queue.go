package udp

import (
	"net/netip"

	"github.com/packetwalk/packetwalk/trace"
)

// QueueConfig describes the queue of one socket. A field that is zero has the
// value that its comment names.
type QueueConfig struct {
	// Bytes bounds what may wait, each datagram with its header: 212,992, as
	// Linux has it (net.core.rmem_default).
	//
	// Simplified: Linux also counts its own bookkeeping for each datagram, so
	// its queue is full somewhat earlier.
	Bytes int

	Node string
	Log  *trace.Log
}

// Queue holds the datagrams that have arrived for a socket until its program
// reads them, oldest first. Their bytes are copied into a ring that grows up to
// the bound:
//
//	         head            tail
//	 ring [..|AAAABBBBBBBBCCC|.......]     A, B, C: payloads
//	slots    [A][B][C]                     where from, where to, how long
type Queue struct {
	cfg   QueueConfig
	ring  []byte
	head  int // where the oldest byte stands
	held  int // bytes of payload in the ring
	slots []slot
	first int // the oldest slot; slots is a ring too
	count int
}

type slot struct {
	from, to netip.AddrPort
	length   int
}

// NewQueue makes an empty queue.
func NewQueue(cfg QueueConfig) *Queue {
	if cfg.Bytes <= 0 {
		cfg.Bytes = 212_992
	}
	return &Queue{cfg: cfg}
}

// Len is how many datagrams wait.
func (q *Queue) Len() int { return q.count }

// Push puts a datagram at the end; payload is copied. When the queue is full
// the datagram is thrown away, Push is false, and its sender will not know.
func (q *Queue) Push(id trace.FrameID, from, to netip.AddrPort, payload []byte) bool {
	if q.held+len(payload)+(q.count+1)*HeaderLen > q.cfg.Bytes {
		if q.cfg.Log.On() {
			q.cfg.Log.Emit(q.cfg.Node, QueueFull, id, trace.String("from", from.String()), trace.String("to", to.String()),
				trace.Int("length", len(payload)), trace.Int("waiting", q.count))
		}
		return false
	}
	q.makeRoom(len(payload))
	q.write(payload)
	q.slots[(q.first+q.count)%len(q.slots)] = slot{from: from, to: to, length: len(payload)}
	q.count++
	if q.cfg.Log.On() {
		q.cfg.Log.Emit(q.cfg.Node, Delivered, id, trace.String("from", from.String()), trace.String("to", to.String()),
			trace.Int("length", len(payload)), trace.Int("waiting", q.count))
	}
	return true
}

// Pop takes the oldest datagram: its payload is copied to p, and what does not
// fit there is lost, as with any datagram socket; length is what it was. ok is
// false when none waits.
func (q *Queue) Pop(p []byte) (n, length int, from, to netip.AddrPort, ok bool) {
	if q.count == 0 {
		return 0, 0, from, to, false
	}
	s := q.slots[q.first]
	q.slots[q.first] = slot{}
	q.first = (q.first + 1) % len(q.slots)
	q.count--
	n = min(len(p), s.length)
	q.read(p[:n])
	q.held -= s.length
	if q.held == 0 {
		q.head = 0 // the start of the ring is still in the processor's cache
	} else {
		q.head = (q.head + s.length) % len(q.ring)
	}
	return n, s.length, s.from, s.to, true
}

// makeRoom grows the rings, to the double at least, so that a payload fits.
func (q *Queue) makeRoom(payload int) {
	if q.count == len(q.slots) {
		larger := make([]slot, max(8, 2*len(q.slots)))
		for i := range q.count {
			larger[i] = q.slots[(q.first+i)%len(q.slots)]
		}
		q.slots, q.first = larger, 0
	}
	if need := q.held + payload; need > len(q.ring) {
		larger := make([]byte, min(q.cfg.Bytes, max(need, 2*len(q.ring), 2048)))
		q.read(larger[:q.held])
		q.ring, q.head = larger, 0
	}
}

// write copies a payload behind what is there; it may run round the end.
func (q *Queue) write(payload []byte) {
	if len(payload) == 0 {
		return
	}
	n := copy(q.ring[(q.head+q.held)%len(q.ring):], payload)
	copy(q.ring, payload[n:])
	q.held += len(payload)
}

// read copies the oldest bytes to p.
func (q *Queue) read(p []byte) {
	if len(p) == 0 {
		return
	}
	n := copy(p, q.ring[q.head:])
	copy(p[n:], q.ring)
}
