package physical_test

import (
	"time"

	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// failer is a test, or a draw of a property.
type failer interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// lab is a link between "a" and "b" whose frames are kept as they arrive.
type lab struct {
	*physical.Link
	t    failer
	sim  *sim.Sim
	log  *trace.Log
	rec  *trace.Recording
	pool *physical.Pool
	a, b inbox // what arrived at each end
}

// arrived is a frame as it arrived.
type arrived struct {
	at     sim.Time
	id     trace.FrameID
	data   string
	intact bool
}

type inbox struct {
	lab *lab
	got []arrived
}

func (in *inbox) Receive(f *physical.Frame) {
	in.got = append(in.got, arrived{in.lab.sim.Now(), f.ID, string(f.Bytes()), f.Intact()})
	in.lab.pool.Put(f)
}

func newLab(t failer, seed uint64, cfg physical.LinkConfig) *lab {
	s := sim.New(seed)
	l := &lab{t: t, sim: s, log: trace.NewLog(s), rec: &trace.Recording{}, pool: physical.NewPool()}
	l.pool.Poison = true
	l.log.Subscribe(l.rec)
	if cfg.Name == "" {
		cfg.Name, cfg.EndA, cfg.EndB = "a-b", "a", "b"
	}
	l.Link = physical.NewLink(s, l.log, l.pool, cfg)
	l.a.lab, l.b.lab = l, l
	l.A().Attach(&l.a)
	l.B().Attach(&l.b)
	return l
}

// oneWay is a link that is configured from A to B and perfect back.
func oneWay(c physical.DirectionConfig) physical.LinkConfig { return physical.LinkConfig{A: c} }

// frame makes a frame of n bytes whose trailer is the sum of the others, so
// that damage shows.
func (l *lab) frame(n int, first byte) *physical.Frame {
	f := l.pool.Get(n)
	for i := range f.Data {
		f.Data[i] = byte(i)
	}
	f.Data[0] = first
	f.SealWith(seal)
	return f
}

func seal(data []byte) {
	var sum byte
	for _, b := range data[:len(data)-1] {
		sum += b
	}
	data[len(data)-1] = sum
}

// at runs fn at a time.
func (l *lab) at(d time.Duration, fn func()) { l.sim.NewTimer(fn).Arm(sim.Time(d)) }

// run ends the simulation and checks that every frame went back to the pool.
func (l *lab) run() {
	l.t.Helper()
	if err := l.sim.Run(); err != nil {
		l.t.Fatal(err)
	}
	if n := l.pool.Outstanding(); n != 0 {
		l.t.Errorf("%d frames never went back to the pool", n)
	}
}

// told lists the sentences of the events of a kind.
func (l *lab) told(kind string) []string {
	var all []string
	for _, e := range l.rec.Find(trace.OfKind(kind)) {
		all = append(all, e.Sentence())
	}
	return all
}

// firsts are the first bytes of what arrived at an end, in order.
func firsts(in inbox) string {
	s := ""
	for _, g := range in.got {
		s += g.data[:1]
	}
	return s
}

// send sends a 64-byte frame for each letter from A to B, now.
func (l *lab) send(letters string) {
	for i := range len(letters) {
		l.A().Send(l.frame(64, letters[i]))
	}
}

// isData classifies frames whose first byte is a small letter.
func isData(f *physical.Frame) bool { return f.Data[0] >= 'a' && f.Data[0] <= 'z' }

// begins matches frames by their first byte.
func begins(with byte) func([]byte) bool { return func(data []byte) bool { return data[0] == with } }
