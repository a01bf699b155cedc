package tcp

// reassembly remembers which octets beyond RCV.NXT have arrived; the octets
// themselves are in the receive buffer, at their places.
//
//	RCV.NXT      ┌───────┐    ┌──┐        ┌────────┐
//	   ├─ missing ┤ block ├────┤  ├────────┤  block │
//
// It also remembers which blocks changed last, because that is the order in
// which SACK options report them (RFC 2018 §4).
type reassembly struct {
	blocks []Block // ascending, apart from each other; nil while there is none
	recent *recent // nil with blocks
	count  uint8   // of recent
}

// recent are the blocks that changed last, the newest first: as many as fit
// into a SACK option.
type recent [4]Block

// maxBlocks bounds the memory that a stream of scattered octets can take. Text
// that would need one more block is dropped; it will be sent again.
const maxBlocks = 1024

// insert adds a stretch beyond RCV.NXT, joined with those that it touches. It
// says how many octets of it are new, and whether there was room for it.
func (r *reassembly) insert(p *pool, b Block) (news uint32, ok bool) {
	if r.blocks == nil {
		r.blocks, r.recent = p.getBlocks(), p.getRecent()
	}
	news = b.Len()
	i := len(r.blocks) // most often the new one is the last
	for i > 0 && b.Start.LessEq(r.blocks[i-1].End) {
		i--
	}
	j := i
	for j < len(r.blocks) && r.blocks[j].Start.LessEq(b.End) {
		old := r.blocks[j]
		news -= overlap(b, old)
		if old.Start.Less(b.Start) {
			b.Start = old.Start
		}
		b.End = later(b.End, old.End)
		j++
	}
	switch {
	case i < j:
		r.blocks = append(r.blocks[:i+1], r.blocks[j:]...)
	case len(r.blocks) == maxBlocks:
		return 0, false
	default:
		r.blocks = append(r.blocks, Block{})
		copy(r.blocks[i+1:], r.blocks[i:])
	}
	r.blocks[i] = b
	r.report(b)
	return news, true
}

// overlap is how many octets two stretches share.
func overlap(a, b Block) uint32 {
	start, end := later(a.Start, b.Start), a.End
	if b.End.Less(end) {
		end = b.End
	}
	if !start.Less(end) {
		return 0
	}
	return end.Sub(start)
}

// report puts a block at the front of those that SACK options report, and
// forgets the ones that it has swallowed.
func (r *reassembly) report(b Block) {
	kept := *r.recent
	r.recent[0] = b
	n := uint8(1)
	for _, k := range kept[:r.count] {
		if n < uint8(len(r.recent)) && overlap(k, b) == 0 {
			r.recent[n] = k
			n++
		}
	}
	r.count = n
}

// advance is told that everything below next has arrived in order. It returns
// how far the text in order really reaches, with the blocks that next touches.
func (r *reassembly) advance(p *pool, next Seq) Seq {
	i := 0
	for i < len(r.blocks) && r.blocks[i].Start.LessEq(next) {
		next = later(next, r.blocks[i].End)
		i++
	}
	if i == 0 {
		return next
	}
	if i == len(r.blocks) {
		r.release(p)
		return next
	}
	r.blocks = append(r.blocks[:0], r.blocks[i:]...)
	n := uint8(0)
	for _, k := range r.recent[:r.count] {
		if next.Less(k.Start) {
			r.recent[n] = k
			n++
		}
	}
	if n == 0 { // there are more blocks than are remembered: name one of them
		r.recent[0], n = r.blocks[len(r.blocks)-1], 1
	}
	r.count = n
	return next
}

func (r *reassembly) empty() bool { return r.blocks == nil }

func (r *reassembly) release(p *pool) {
	if r.blocks != nil {
		p.putBlocks(r.blocks)
		p.recent = append(p.recent, r.recent)
	}
	*r = reassembly{}
}

// sack fills the SACK option with at most room blocks, the one that changed
// last first (RFC 2018 §4).
func (r *reassembly) sack(o *Options, room int) {
	if o.NSACK = uint8(min(int(r.count), room)); o.NSACK > 0 {
		copy(o.SACK[:o.NSACK], r.recent[:])
	}
}
