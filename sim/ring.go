package sim

// ring is a first-in first-out line of programs, linked through the programs
// themselves: joining it and leaving it, at any place, allocates nothing. A
// program is in at most one.
type ring struct{ last *Program }

func (r *ring) empty() bool { return r.last == nil }

func (r *ring) push(p *Program) {
	if last := r.last; last == nil {
		p.next, p.prev = p, p
	} else {
		p.next, p.prev = last.next, last
		last.next.prev = p
		last.next = p
	}
	r.last = p
}

// pop takes the first out; nil if there is none.
func (r *ring) pop() *Program {
	if r.last == nil {
		return nil
	}
	p := r.last.next
	r.remove(p)
	return p
}

func (r *ring) remove(p *Program) {
	if p.next == p {
		r.last = nil
	} else {
		p.prev.next, p.next.prev = p.next, p.prev
		if r.last == p {
			r.last = p.prev
		}
	}
	p.next, p.prev = nil, nil
}
