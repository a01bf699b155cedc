package sim

// event orders the firing of timers: 16 bytes and no pointers, so that the
// garbage collector never looks at the queue.
type event struct {
	at  Time
	seq uint32 // order of insertion; compared in 32 bits, so it may wrap
	id  int32  // index of the timer
}

func (e event) before(f event) bool {
	return e.at < f.at || e.at == f.at && int32(e.seq-f.seq) < 0
}

// eventQueue is a 4-ary heap of events ordered by (time, insertion).
type eventQueue struct {
	heap []event
	seq  uint32 // the last number given out
}

// number gives out the next place in the order of insertion.
func (q *eventQueue) number() uint32 {
	q.seq++
	return q.seq
}

func (q *eventQueue) push(e event) {
	q.heap = append(q.heap, e)
	h, i := q.heap, len(q.heap)-1
	for i > 0 {
		parent := (i - 1) / 4
		if !e.before(h[parent]) {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = e
}

func (q *eventQueue) pop() event {
	h := q.heap
	top, last := h[0], len(h)-1
	e := h[last]
	h = h[:last]
	q.heap = h
	if last > 0 {
		h[sink(h, e)] = e
	}
	return top
}

// sink moves the hole at the root down to where e belongs.
func sink(h []event, e event) int {
	i := 0
	for {
		child := 4*i + 1
		if child >= len(h) {
			return i
		}
		least := child
		for j := child + 1; j < min(child+4, len(h)); j++ {
			if h[j].before(h[least]) {
				least = j
			}
		}
		if !h[least].before(e) {
			return i
		}
		h[i] = h[least]
		i = least
	}
}
