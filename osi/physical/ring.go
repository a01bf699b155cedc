package physical

// ring is a queue on a circle of memory that grows and never shrinks. The zero
// ring is empty. What left is not wiped: frames belong to a pool, so nothing
// is kept alive that would not be anyway.
type ring[T any] struct {
	mem  []T // its length is a power of two
	head int
	n    int
}

func (r *ring[T]) len() int { return r.n }

// at is the i-th element from the front.
func (r *ring[T]) at(i int) *T { return &r.mem[(r.head+i)&(len(r.mem)-1)] }

func (r *ring[T]) push(v T) {
	if r.n == len(r.mem) {
		r.grow()
	}
	r.n++
	*r.at(r.n - 1) = v
}

// pop takes the front. The ring must not be empty.
func (r *ring[T]) pop() T {
	v := *r.at(0)
	r.head = (r.head + 1) & (len(r.mem) - 1)
	r.n--
	return v
}

// remove takes out the i-th element and closes the gap.
func (r *ring[T]) remove(i int) T {
	v := *r.at(i)
	for ; i < r.n-1; i++ {
		*r.at(i) = *r.at(i + 1)
	}
	r.n--
	return v
}

func (r *ring[T]) grow() {
	bigger := make([]T, max(16, 2*len(r.mem)))
	for i := range r.n {
		bigger[i] = *r.at(i)
	}
	r.mem, r.head = bigger, 0
}
