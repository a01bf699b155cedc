package capture

import (
	"slices"
)

// direction follows one half of a TCP connection: it puts the bytes of its
// segments back in order. A capture may begin in the middle, repeat bytes,
// have them out of order, or miss some for good.
type direction struct {
	synced bool
	next   uint32 // the sequence number of the first byte that has not come
	// waiting are the pieces that came before their turn, in ascending order.
	waiting      []piece
	waitingBytes int
	// acked is the other side's latest acknowledgment.
	acked    uint32
	hasAcked bool
	message  message
}

// piece is a run of a stream's bytes.
type piece struct {
	seq    uint32
	data   []byte
	packet int // that brought it
	pushed bool
}

// arrival is what a segment's data turned out to be, as byte counts in the
// order of its bytes: old (came before), fresh (the stream's next bytes), or
// early (their turn has not come).
type arrival struct {
	old, fresh, early int
	hole              int // bytes that are missing in front of the early ones
	// lost is how many bytes in front of all this the capture will never see.
	lost int
	// before and after are pieces that had waited and can be read now, in
	// front of this segment's data and behind it.
	before, after []piece
}

// arrive places a segment's data. limit bounds how many bytes may wait.
func (d *direction) arrive(p piece, limit int) arrival {
	var a arrival
	if !d.synced {
		d.synced, d.next = true, p.seq
	}
	d.giveUp(&a, p.seq)
	ahead := int64(int32(p.seq - d.next))
	if ahead > 0 {
		a.early, a.hole = len(p.data), int(ahead)
		p.data = slices.Clone(p.data)
		if d.wait(p); d.waitingBytes > limit {
			a.lost += int(d.waiting[0].seq - d.next)
			d.next = d.waiting[0].seq
			a.after = d.due()
		}
		return a
	}
	a.old = int(min(-ahead, int64(len(p.data))))
	if a.fresh = len(p.data) - a.old; a.fresh > 0 {
		d.next += uint32(a.fresh)
		a.after = d.due()
	}
	return a
}

// giveUp jumps over bytes that the other side has acknowledged and the capture
// has not seen: they will not come any more.
func (d *direction) giveUp(a *arrival, seq uint32) {
	if !d.hasAcked || int32(d.acked-d.next) <= 0 || int32(seq-d.next) < 0 {
		return
	}
	to := d.acked
	if len(d.waiting) > 0 && int32(d.waiting[0].seq-to) < 0 {
		to = d.waiting[0].seq
	}
	if int32(seq-to) < 0 {
		to = seq
	}
	a.lost = int(to - d.next)
	d.next = to
	a.before = d.due()
}

// wait keeps a piece until its turn; of what it shares with others the first
// copy stays.
func (d *direction) wait(p piece) {
	i := 0
	for i < len(d.waiting) && int32(d.waiting[i].seq-p.seq) <= 0 {
		i++
	}
	if i > 0 {
		before := d.waiting[i-1]
		if over := int32(before.seq + uint32(len(before.data)) - p.seq); over > 0 {
			p = p.from(min(int(over), len(p.data)))
		}
	}
	for len(p.data) > 0 && i < len(d.waiting) {
		behind := d.waiting[i]
		over := int32(p.seq + uint32(len(p.data)) - behind.seq)
		if over <= 0 {
			break
		}
		if int(over) <= len(behind.data) {
			p.data = p.data[:len(p.data)-min(int(over), len(p.data))]
			break
		}
		// The new piece reaches past an old one: it takes its place.
		d.waiting = slices.Delete(d.waiting, i, i+1)
		d.waitingBytes -= len(behind.data)
	}
	if len(p.data) > 0 {
		d.waiting = slices.Insert(d.waiting, i, p)
		d.waitingBytes += len(p.data)
	}
}

// due takes the pieces whose turn has come out of the waiting ones.
func (d *direction) due() []piece {
	var now []piece
	for len(d.waiting) > 0 {
		p := d.waiting[0]
		ahead := int64(int32(p.seq - d.next))
		if ahead > 0 {
			break
		}
		d.waiting = slices.Delete(d.waiting, 0, 1)
		d.waitingBytes -= len(p.data)
		if p = p.from(int(min(-ahead, int64(len(p.data))))); len(p.data) == 0 {
			continue
		}
		d.next += uint32(len(p.data))
		now = append(now, p)
	}
	return now
}

// from is the piece without its first n bytes.
func (p piece) from(n int) piece {
	p.seq += uint32(n)
	p.data = p.data[n:]
	return p
}

// restart is for a SYN: the stream's first byte is the one behind it.
func (d *direction) restart(next uint32) {
	*d = direction{synced: true, next: next}
}
