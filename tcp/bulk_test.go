package tcp

import (
	"bytes"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"github.com/packetwalk/packetwalk/sim"
)

// link is a path with a rate of 100 Mbit/s, a delay of 10 ms and random loss
// of what A sends.
type link struct {
	p        *pair
	r        *rand.Rand
	perMille int
	busy     [2]sim.Time
	data     int // segments with text, from A
	out      [1]time.Duration
}

func (l *link) fate(from int, seg *Segment) []time.Duration {
	const nsPerByte = 80
	n := sim.Time(seg.HeaderLen() + seg.textLen() + 58)
	l.busy[from] = max(l.busy[from], l.p.now) + n*nsPerByte
	if from == 0 && seg.textLen() > 0 {
		l.data++
		if l.r.IntN(1000) < l.perMille {
			return nil
		}
	}
	l.out[0] = l.busy[from].Sub(l.p.now) + 10*time.Millisecond
	return l.out[:]
}

// source is a program on A that writes the block again and again, and sink one
// on B that compares what it reads.
type bulk struct {
	*pair
	link
	block []byte
	got   int64
	wrong bool
}

func newBulk(t tester, perMille int, cfg *Config) *bulk {
	b := &bulk{pair: newPair(t, cfg, cfg), block: pattern(64 << 10)}
	b.link = link{p: b.pair, r: rand.New(rand.NewPCG(1, 7)), perMille: perMille}
	b.pair.fate = b.link.fate
	b.ends[1].sink = func(p []byte) {
		for len(p) > 0 {
			off := int(b.got % int64(len(b.block)))
			n := min(len(p), len(b.block)-off)
			b.wrong = b.wrong || !bytes.Equal(p[:n], b.block[off:off+n])
			b.got += int64(n)
			p = p[n:]
		}
	}
	b.open()
	return b
}

// transfer goes on until that many more bytes have been read.
func (b *bulk) transfer(n int64) {
	a := b.ends[0]
	for until := b.got + n; b.got < until && b.step(sim.Never); {
		if len(a.toWrite) == 0 {
			a.toWrite = b.block
		}
	}
	if b.wrong {
		b.t.Fatal("B read what A did not write")
	}
}

// The path of a segment (cut, sent, received, acknowledged) allocates nothing
// once buffers have their size.
func TestWarmTransferAllocatesNothing(t *testing.T) {
	for _, perMille := range []int{0, 10} {
		b := newBulk(t, perMille, &Config{Profile: Linux, ECN: ECNActive, KeepAlive: true, UserTimeout: time.Hour, MTUProbing: true})
		marked := 0
		b.marks = func(int, *Segment) bool { marked++; return marked%500 == 0 }
		b.transfer(30e6)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		segments := b.data
		b.transfer(20e6)
		runtime.ReadMemStats(&after)
		if n := after.Mallocs - before.Mallocs; n > 10 { // the runtime itself makes a few
			t.Errorf("loss of %d per mille: %d allocations for %d segments, want none", perMille, n, b.data-segments)
		}
	}
}

func TestIdleConnectionIsSmall(t *testing.T) {
	p := newPair(t, nil, nil)
	p.open().run(sim.Time(time.Second))
	a := p.ends[0]
	a.toWrite = []byte("hello")
	p.settle(a)
	p.run(sim.Time(2 * time.Second))
	for _, e := range p.ends {
		c := e.conn
		if c.sendBuf.buf != nil || c.receiveBuf.buf != nil || c.queue.segs != nil || c.reassembly.blocks != nil {
			t.Errorf("%s holds buffers while idle", e.name)
		}
	}
	if n := unsafe.Sizeof(Conn{}); n > 704 {
		t.Errorf("a Conn takes %d bytes, want at most 704", n)
	}
}

func benchmarkBulk(b *testing.B, perMille int) {
	const chunk = 1_000_000
	k := newBulk(b, perMille, &Config{Profile: Linux})
	k.transfer(10e6)
	segments := k.data
	b.SetBytes(chunk)
	b.ReportAllocs()
	for b.Loop() {
		k.transfer(chunk)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(k.data-segments), "ns/segment")
}

func BenchmarkBulk(b *testing.B)             { benchmarkBulk(b, 0) }
func BenchmarkBulk1PercentLoss(b *testing.B) { benchmarkBulk(b, 10) }

func BenchmarkHandshakeAndClose(b *testing.B) {
	cfg := &Config{}
	b.ReportAllocs()
	for b.Loop() {
		p := newPair(b, cfg, cfg)
		p.ends[0].closeAt, p.ends[1].closeAt = 0, 0
		p.open().run()
	}
}
