package physical

import (
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// Receiver is what a port delivers to. Receive takes ownership of the frame
// and runs inside an event, at the moment the frame's last bit arrived.
type Receiver interface{ Receive(f *Frame) }

// LinkConfig describes a wire between two nodes. It holds no state: the same
// value can make any number of links.
type LinkConfig struct {
	Name       string          // names the link in the log, and its randomness
	EndA, EndB string          // the nodes at its ends
	A, B       DirectionConfig // what A sends to B, what B sends to A
	// HalfDuplex makes the two directions share one medium: while one end
	// speaks, the other waits.
	HalfDuplex bool
	// Stream names the randomness instead of Name, so that two links of one
	// run meet the same storm.
	Stream string
}

// DirectionConfig describes one direction of a link. The zero value is a
// perfect wire: infinitely fast, no delay, nothing ever goes wrong.
type DirectionConfig struct {
	Rate   Rate          // how fast bits leave; 0 is infinitely fast
	Delay  time.Duration // how long a bit travels
	Jitter time.Duration // 0 to Jitter of additional delay, drawn for each frame; frames may overtake each other
	// Queue is how many frames may wait for the transmitter, besides the one
	// that it sends; 0 is DefaultQueue, negative is no waiting room at all.
	Queue int
	// Discipline makes what manages the queue; nil drops the tail at the limit
	// of Queue.
	Discipline func() Discipline
	// Mark puts a mark of congestion into a frame, where the verdict of the
	// Discipline is Mark; false says that this frame cannot carry one, and it is
	// dropped. The wire reads no headers, so whoever does supplies it.
	Mark func(f *Frame) bool
	// MTU is the largest payload of a frame in bytes: a frame may be 18 bytes
	// longer (header and FCS). 0 is no limit.
	MTU         int
	Impairments []Impairment
	// Classify says whether a frame carries application data. Nil: none does.
	// It is asked only where the answer matters: where there is jitter or an
	// impairment.
	Classify func(f *Frame) bool
	// RecordStorm keeps the fates that strike frames with application data,
	// for Port.Storm.
	RecordStorm bool
}

// DefaultQueue is the length of a queue that nobody chose, that of a Linux
// network interface (txqueuelen).
const DefaultQueue = 1000

// Link is a wire between two ports. A frame sent into one leaves the other
// later, or never.
type Link struct {
	cfg  LinkConfig
	a, b Port
}

// NewLink strings a wire. Frames that get lost go back to the pool.
func NewLink(s *sim.Sim, log *trace.Log, pool *Pool, cfg LinkConfig) *Link {
	l := &Link{cfg: cfg}
	ab := newDirection(s, log, pool, &l.cfg, aToB)
	ba := newDirection(s, log, pool, &l.cfg, bToA)
	ab.to, ba.to = &l.b, &l.a
	l.a = Port{node: cfg.EndA, out: ab, in: ba}
	l.b = Port{node: cfg.EndB, out: ba, in: ab}
	if cfg.HalfDuplex {
		newMedium(s, ab, ba)
	} else {
		newMedium(s, ab)
		newMedium(s, ba)
	}
	return l
}

// Name is the link's name.
func (l *Link) Name() string { return l.cfg.Name }

// A is the port at the end EndA.
func (l *Link) A() *Port { return &l.a }

// B is the port at the end EndB.
func (l *Link) B() *Port { return &l.b }

// Port is one end of a link.
type Port struct {
	node     string
	receiver Receiver
	out, in  *direction
}

// Node is the name of the node at this end.
func (p *Port) Node() string { return p.node }

// Attach plugs in who receives what arrives at this end.
func (p *Port) Attach(r Receiver) { p.receiver = r }

// Send puts a frame on the wire towards the other end and takes ownership of
// it.
func (p *Port) Send(f *Frame) { p.out.send(f) }

// Counters counts what became of the frames sent from this end.
func (p *Port) Counters() Counters { return p.out.count }

// Queue is the state of the queue of frames that wait to leave this end.
func (p *Port) Queue() QueueState { return p.out.queueState() }

// InFlight is the number of frames between this end and the other.
func (p *Port) InFlight() int { return p.out.flights.len() }

// Storm lists the fates of the frames with application data that were sent
// from this end, if DirectionConfig.RecordStorm asked for it.
func (p *Port) Storm() Storm { return p.out.storm }
