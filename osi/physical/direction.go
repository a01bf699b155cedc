package physical

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

type way uint8

const (
	aToB way = iota
	bToA
)

// direction is one way of a link: queue, transmitter, wire.
type direction struct {
	sim          *sim.Sim
	log          *trace.Log
	pool         *Pool
	link         *LinkConfig
	cfg          *DirectionConfig
	from, toNode string
	to           *Port // where frames come out
	maxFrame     int
	pace         pace

	discipline Discipline
	tail       int // see tailLimit
	queue      ring[waiting]
	queued     int // bytes in the queue
	medium     *medium
	deferring  bool // waits for the other end, and said so

	strikers []struckBy
	luck     [2]*sim.Stream // of frames without and with application data
	passage  Passage
	data     int // frames with application data so far
	all      int // frames so far
	storm    Storm

	flights flights
	timer   *sim.Timer
	count   Counters
}

func newDirection(s *sim.Sim, log *trace.Log, pool *Pool, link *LinkConfig, w way) *direction {
	d := &direction{sim: s, log: log, pool: pool, link: link, cfg: &link.A, from: link.EndA, toNode: link.EndB}
	name := "A→B"
	if w == bToA {
		name, d.cfg, d.from, d.toNode = "B→A", &link.B, link.EndB, link.EndA
	}
	stream := link.Stream
	if stream == "" {
		stream = link.Name
	}
	d.luck[0] = s.Stream("wire " + stream + " " + name + " other")
	d.luck[1] = s.Stream("wire " + stream + " " + name + " data")
	d.maxFrame = d.cfg.maxFrame()
	d.discipline = d.cfg.discipline()
	d.tail = tailLimit(d.discipline)
	d.pace = d.cfg.Rate.pace()
	d.strikers = strikers(d.cfg.Impairments)
	d.timer = s.NewTimer(d.arrive)
	return d
}

func (d *direction) send(f *Frame) {
	d.count.Sent++
	d.count.SentBytes += int64(len(f.Data))
	if f.ID == 0 {
		f.ID = d.log.NextFrameID()
	}
	switch {
	case len(f.Data) > d.maxFrame:
		d.tooLong(f)
	case d.medium.idle():
		d.transmit(f)
	default:
		d.enqueue(f)
	}
}

// transmit puts the frame's bits on the wire, beginning now. The gap that must
// follow a frame keeps the medium busy but does not delay the frame.
func (d *direction) transmit(f *Frame) {
	now, size := d.sim.Now(), len(f.Data)
	sent := now.Add(d.pace.timeFor(Preamble + size))
	d.medium.occupy(d, now.Add(d.pace.timeFor(Preamble+size+Gap)))
	d.pass(f, sent)
}

// takeOff puts a frame between the ends.
func (d *direction) takeOff(f flight) {
	d.flights.insert(f)
	if f.behind == 0 && d.flights.held > 0 {
		d.flights.overtake(f.at)
	}
	if first := d.flights.at(0).at; first < d.timer.Deadline() {
		d.timer.Arm(first)
	}
}

// arrive hands the frame whose time has come to the receiver.
func (d *direction) arrive() {
	f := d.flights.land()
	if d.flights.len() > 0 {
		d.timer.Arm(d.flights.at(0).at)
	}
	before := d.log.Because(f.cause)
	if r := d.to.receiver; r != nil {
		d.count.Delivered++
		r.Receive(f.frame)
	} else {
		d.unplugged(f.frame)
	}
	d.log.Because(before)
}

func (d *direction) unplugged(f *Frame) {
	d.count.Unplugged++
	if d.log.On() {
		d.log.Emit(d.link.Name, Unplugged, f.ID, trace.String("from", d.from), trace.String("to", d.toNode), trace.Int("size", len(f.Data)))
	}
	d.pool.Put(f)
}
