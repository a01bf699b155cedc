package physical

// The storage of frames comes in sizes: an ordinary Ethernet frame (at most
// 1518 bytes, 1522 with a VLAN tag), jumbo frames, and the largest frame that
// an IP packet of 65,535 bytes makes. Anything larger is not kept.
const ordinary = 1536

var classes = [...]int{ordinary, 10 << 10, 66 << 10}

const unkept = int8(-1)

// Pool lends frames and takes them back, so that a run in full swing allocates
// none. It is not safe for several goroutines, as nothing in a simulation is.
type Pool struct {
	free [len(classes)][]*Frame
	out  int
	// Poison makes Put overwrite the bytes of a frame, so that a test notices
	// a reader that kept them.
	Poison bool
}

// NewPool makes an empty pool.
func NewPool() *Pool { return &Pool{} }

// ordinaryFrame keeps a frame and its storage in one piece of memory.
type ordinaryFrame struct {
	Frame
	mem [ordinary]byte
}

// Get lends a frame whose Data has length n and undefined contents, without
// number and unsealed.
func (p *Pool) Get(n int) *Frame {
	p.out++
	class := 0
	if n > ordinary {
		if class = classOf(n); class < 0 {
			return &Frame{Data: make([]byte, n), class: unkept}
		}
	}
	list := p.free[class]
	if last := len(list) - 1; last >= 0 {
		f := list[last]
		p.free[class] = list[:last]
		f.ID, f.pending, f.intact, f.free = 0, false, false, false
		f.Data = f.store[:n]
		return f
	}
	return newFrame(class, n)
}

func newFrame(class, n int) *Frame {
	var f *Frame
	if class == 0 {
		o := &ordinaryFrame{}
		f, o.store = &o.Frame, o.mem[:]
	} else {
		f = &Frame{store: make([]byte, classes[class]), class: int8(class)}
	}
	f.Data = f.store[:n]
	return f
}

func classOf(n int) int {
	for i, size := range classes {
		if n <= size {
			return i
		}
	}
	return int(unkept)
}

// Put takes a frame back. Putting the same frame back twice panics: two
// owners would write over each other.
func (p *Pool) Put(f *Frame) {
	if f.free {
		panic("physical: a frame was put back into the pool twice")
	}
	f.free = true
	p.out--
	if p.Poison {
		for i := range f.Data {
			f.Data[i] = 0xdb
		}
	}
	if f.class != unkept {
		p.free[f.class] = append(p.free[f.class], f)
	}
}

// Copy lends a second frame with the same number, bytes and seal: what a
// switch floods, and what a wire repeats.
func (p *Pool) Copy(f *Frame) *Frame {
	g := p.Get(len(f.Data))
	copy(g.Data, f.Data)
	g.ID, g.seal, g.pending, g.intact = f.ID, f.seal, f.pending, f.intact
	return g
}

// Outstanding is the number of frames lent and not yet put back.
func (p *Pool) Outstanding() int { return p.out }
