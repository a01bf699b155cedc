package network

import (
	"net/netip"
	"slices"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// ReassemblyConfig describes one host's reassembly. A field that is zero has
// the value that its comment names.
type ReassemblyConfig struct {
	// Timeout is how long the rest of a packet is waited for: 30 s, as Linux
	// has it (ipfrag_time). RFC 791 §3.2 began with 15 s; RFC 1122 §3.3.2 says
	// that a fixed value of 60 to 120 s SHOULD be used.
	Timeout time.Duration
	// MaxBytes bounds the memory that pieces may hold: 4 MiB, as Linux has it
	// (ipfrag_high_thresh). When it is exceeded the oldest packet goes.
	MaxBytes int

	Node string
	Log  *trace.Log
}

// IPv4Reassembler puts fragments together again (RFC 791 §3.2, RFC 1122 §3.3.2).
// A packet's fragments are those of equal source, destination, protocol and
// Identification.
type IPv4Reassembler struct {
	cfg     ReassemblyConfig
	packets []*partial // in the order of their first fragments, so of their deadlines
	byKey   map[fragmentKey]*partial
	bytes   int      // memory of their payloads
	spare   *partial // the packet given out last, whose memory the next one uses
	expired []Expired
}

// Expired is a packet whose rest did not come in time.
type Expired struct {
	// First is its first fragment, header and all, for the ICMP error to quote;
	// nil if that is among the missing: then no error may be sent.
	First []byte
}

type fragmentKey struct {
	src, dst netip.Addr
	protocol Protocol
	id       uint16
}

// partial is a packet of which some fragments have arrived.
type partial struct {
	key       fragmentKey
	deadline  sim.Time
	first     IPv4Header // of the fragment at offset 0, when hasFirst
	firstLen  int        // length of that fragment's payload
	hasFirst  bool
	refused   bool // a fragment contradicted another: nothing of it is believed
	fragments int
	ecn       [4]bool // codepoints seen
	payload   assembly
}

// NewIPv4Reassembler makes an empty one.
func NewIPv4Reassembler(cfg ReassemblyConfig) *IPv4Reassembler {
	if cfg.Timeout <= 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.MaxBytes <= 0 {
		cfg.MaxBytes = 4 << 20
	}
	return &IPv4Reassembler{cfg: cfg, byKey: map[fragmentKey]*partial{}}
}

// Add takes a fragment. When it completes its packet, whole is true and the
// packet's header and payload are returned; the payload is valid until the
// next call of Add. A packet that is no fragment is returned as it is.
func (r *IPv4Reassembler) Add(now sim.Time, id trace.FrameID, h IPv4Header, payload []byte) (IPv4Header, []byte, bool) {
	if !h.IsFragment() {
		return h, payload, true
	}
	if why := impossible(&h, payload); why != "" {
		r.drop(id, &h, why)
		return IPv4Header{}, nil, false
	}
	p := r.find(now, &h)
	if p.refused {
		r.drop(id, &h, "an earlier one of its packet overlapped")
		return IPv4Header{}, nil, false
	}
	before := cap(p.payload.data)
	switch p.payload.add(h.FragmentOffset, payload, !h.MF) {
	case fitsDuplicate:
		r.drop(id, &h, "it is a duplicate")
		return IPv4Header{}, nil, false
	case fitsNot:
		r.refuse(id, p, &h)
		return IPv4Header{}, nil, false
	}
	r.bytes += cap(p.payload.data) - before
	p.note(&h, payload)
	if p.payload.whole() {
		return r.finish(id, p)
	}
	r.makeRoom(id, p)
	return IPv4Header{}, nil, false
}

// impossible says what is wrong with a fragment in itself.
func impossible(h *IPv4Header, payload []byte) string {
	switch {
	case len(payload) == 0:
		return "it is empty"
	case h.MF && len(payload)%8 != 0:
		return "its length is no multiple of 8, but it is not the last"
	case IPv4HeaderLen+h.FragmentOffset+len(payload) > IPv4MaxLen:
		return "it ends behind the longest packet there can be"
	}
	return ""
}

// find is the packet that a fragment belongs to, begun if need be. Its time
// runs from its first fragment on, whatever comes later (RFC 1122 §3.3.2).
func (r *IPv4Reassembler) find(now sim.Time, h *IPv4Header) *partial {
	key := fragmentKey{h.Src, h.Dst, h.Protocol, h.ID}
	if p := r.byKey[key]; p != nil {
		return p
	}
	p := r.spare
	if r.spare = nil; p == nil {
		p = &partial{}
	}
	*p = partial{key: key, deadline: now.Add(r.cfg.Timeout), payload: p.payload.reset()}
	r.bytes += cap(p.payload.data)
	r.packets = append(r.packets, p)
	r.byKey[key] = p
	return p
}

// note keeps what the headers of the fragments say.
func (p *partial) note(h *IPv4Header, payload []byte) {
	p.fragments++
	p.ecn[h.ECN()] = true
	if h.FragmentOffset == 0 {
		p.first, p.firstLen, p.hasFirst = *h, len(payload), true
		p.first.Options = slices.Clone(h.Options)
	}
}

// finish gives out a packet that is whole. Its header is the first fragment's.
func (r *IPv4Reassembler) finish(id trace.FrameID, p *partial) (IPv4Header, []byte, bool) {
	r.remove(p)
	r.spare = p
	// RFC 3168 §5.3: one fragment that met congestion marks the packet; but a
	// mark beside a fragment that could not bear one is a contradiction.
	if p.ecn[CE] && p.ecn[NotECT] {
		r.drop(id, &p.first, "some fragments are marked CE and others not ECN-capable")
		return IPv4Header{}, nil, false
	}
	h := p.first
	h.MF = false
	h.TotalLen = h.Len() + len(p.payload.data)
	if h.TotalLen > IPv4MaxLen {
		r.drop(id, &p.first, "header and payload are longer than the longest packet there can be")
		return IPv4Header{}, nil, false
	}
	if p.ecn[CE] {
		h.TOS |= uint8(CE)
	}
	if r.cfg.Log.On() {
		r.cfg.Log.Emit(r.cfg.Node, Reassembled, id, trace.String("src", h.Src.String()), trace.String("dst", h.Dst.String()),
			trace.Int("id", h.ID), trace.Int("fragments", p.fragments), trace.Int("length", h.TotalLen))
	}
	return h, p.payload.data, true
}

// refuse gives up a packet whose fragments contradict each other. It stays
// known until its time is over, so that its other fragments are refused too
// (RFC 5722 §4, a rule of IPv6; Linux follows it for IPv4).
func (r *IPv4Reassembler) refuse(id trace.FrameID, p *partial, h *IPv4Header) {
	r.bytes -= cap(p.payload.data)
	p.payload = assembly{}
	p.refused, p.hasFirst = true, false
	r.drop(id, h, "it overlaps another fragment of its packet")
}

// makeRoom forgets the oldest packets while too much memory is held, whichever
// packet the last fragment was for.
func (r *IPv4Reassembler) makeRoom(id trace.FrameID, newest *partial) {
	for r.bytes > r.cfg.MaxBytes || len(r.packets) > r.cfg.MaxBytes/fragmentCost {
		p := r.packets[0]
		if r.cfg.Log.On() {
			r.cfg.Log.Emit(r.cfg.Node, ReassemblyEvicted, id, trace.String("src", p.key.src.String()),
				trace.String("dst", p.key.dst.String()), trace.Int("id", p.key.id), trace.Int("bytes", r.bytes))
		}
		r.remove(p)
		if p == newest {
			return
		}
	}
}

// fragmentCost is roughly what a packet's bookkeeping takes, in bytes.
const fragmentCost = 512

func (r *IPv4Reassembler) remove(p *partial) {
	r.bytes -= cap(p.payload.data)
	delete(r.byKey, p.key)
	for i := len(r.packets) - 1; i >= 0; i-- { // what is removed is mostly young
		if r.packets[i] == p {
			r.packets = slices.Delete(r.packets, i, i+1)
			return
		}
	}
}

// Held is the memory, in bytes, that the pieces of incomplete packets take.
func (r *IPv4Reassembler) Held() int { return r.bytes }

// NextDeadline is when TimerExpired wants to be called; there is none (ok is
// false) while no packet is incomplete.
func (r *IPv4Reassembler) NextDeadline() (at sim.Time, ok bool) {
	if len(r.packets) == 0 {
		return sim.Never, false
	}
	return r.packets[0].deadline, true
}

// TimerExpired forgets the packets whose time is over.
func (r *IPv4Reassembler) TimerExpired(now sim.Time) {
	for len(r.packets) > 0 && r.packets[0].deadline <= now {
		p := r.packets[0]
		r.remove(p)
		if p.refused {
			continue // it was given up when its fragments overlapped
		}
		if r.cfg.Log.On() {
			r.cfg.Log.Emit(r.cfg.Node, ReassemblyTimeout, 0, trace.String("src", p.key.src.String()),
				trace.String("dst", p.key.dst.String()), trace.Int("id", p.key.id),
				trace.Int("fragments", p.fragments), trace.Duration("after", r.cfg.Timeout), trace.Bool("first", p.hasFirst))
		}
		r.expired = append(r.expired, Expired{First: p.firstFragment()})
	}
}

// firstFragment is the fragment at offset 0 as it arrived, nil without one.
func (p *partial) firstFragment() []byte {
	if !p.hasFirst {
		return nil
	}
	b := make([]byte, p.first.Len()+p.firstLen)
	copy(b[p.first.Put(b):], p.payload.data)
	return b
}

// Expired takes the next packet whose time was over. With a First, its source
// is told: ICMP time exceeded, code 1 (RFC 792; RFC 1122 §3.3.2).
func (r *IPv4Reassembler) Expired() (e Expired, ok bool) {
	if len(r.expired) == 0 {
		return Expired{}, false
	}
	e = r.expired[0]
	r.expired = r.expired[1:]
	return e, true
}

func (r *IPv4Reassembler) drop(id trace.FrameID, h *IPv4Header, why string) {
	if r.cfg.Log.On() {
		r.cfg.Log.Emit(r.cfg.Node, FragmentDropped, id, trace.String("src", h.Src.String()), trace.String("dst", h.Dst.String()),
			trace.Int("id", h.ID), trace.Int("offset", h.FragmentOffset), trace.String("why", why))
	}
}
