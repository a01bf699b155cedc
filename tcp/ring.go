package tcp

import "math/bits"

// ring is a stretch of a byte stream, kept in a buffer that is used in a
// circle. It takes memory from a pool when the first byte comes, grows by
// doubling, and gives the memory back when the last byte goes: an idle
// connection has none.
//
//	       head             head+span
//	┌───────┬─────────┬──────┬─────────┐
//	│       │ bytes   │ gap  │ bytes   │      gaps: what has not yet arrived
//	└───────┴─────────┴──────┴─────────┘
type ring struct {
	buf  []byte // nil, or a power of two long
	head uint32 // where the first byte stands
	span uint32 // from the first byte to behind the last one, gaps included
}

// store puts b at off bytes behind the first byte.
func (r *ring) store(p *pool, off uint32, b []byte) {
	end := off + uint32(len(b))
	if end > uint32(len(r.buf)) {
		r.grow(p, end)
	}
	r.span = max(r.span, end)
	at := (r.head + off) & uint32(len(r.buf)-1)
	if n := copy(r.buf[at:], b); n < len(b) {
		copy(r.buf, b[n:])
	}
}

// load copies len(dst) bytes from off bytes behind the first.
func (r *ring) load(dst []byte, off uint32) {
	if len(dst) == 0 {
		return
	}
	at := (r.head + off) & uint32(len(r.buf)-1)
	if n := copy(dst, r.buf[at:]); n < len(dst) {
		copy(dst[n:], r.buf)
	}
}

// discard forgets the first n bytes.
func (r *ring) discard(p *pool, n uint32) {
	r.head += n
	r.span -= n
	if r.span == 0 {
		r.release(p)
	}
}

// release forgets everything and gives the memory back.
func (r *ring) release(p *pool) {
	if r.buf != nil {
		p.putBytes(r.buf)
	}
	*r = ring{}
}

func (r *ring) grow(p *pool, need uint32) {
	next := p.getBytes(need)
	r.load(next[:r.span], 0)
	if r.buf != nil {
		p.putBytes(r.buf)
	}
	r.buf, r.head = next, 0
}

// pool keeps what connections gave back, for the next that needs it. Nothing
// on the path of a segment allocates once enough is in it.
type pool struct {
	bytes    [32][][]byte // by the logarithm of the length
	sent     [][]sent
	block    [][]Block
	episodes []*episode
	recent   []*recent
}

const minBuffer = 2048

// getBytes is a buffer of n bytes or more, a power of two long, with anything
// in it.
func (p *pool) getBytes(n uint32) []byte {
	class := bits.Len32(max(n, minBuffer) - 1)
	if free := p.bytes[class]; len(free) > 0 {
		b := free[len(free)-1]
		p.bytes[class] = free[:len(free)-1]
		return b
	}
	return make([]byte, 1<<class)
}

func (p *pool) putBytes(b []byte) {
	class := bits.Len(uint(len(b) - 1))
	p.bytes[class] = append(p.bytes[class], b)
}

func (p *pool) getSent() []sent {
	if n := len(p.sent); n > 0 {
		s := p.sent[n-1]
		p.sent = p.sent[:n-1]
		return s
	}
	return make([]sent, 0, 8)
}

func (p *pool) putSent(s []sent) { p.sent = append(p.sent, s[:0]) }

func (p *pool) getBlocks() []Block {
	if n := len(p.block); n > 0 {
		b := p.block[n-1]
		p.block = p.block[:n-1]
		return b
	}
	return make([]Block, 0, 8)
}

func (p *pool) getRecent() *recent {
	if n := len(p.recent); n > 0 {
		r := p.recent[n-1]
		p.recent = p.recent[:n-1]
		return r
	}
	return new(recent)
}

func (p *pool) putBlocks(b []Block) { p.block = append(p.block, b[:0]) }
