package host

import (
	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// loopback is the interface "lo": what a device sends to itself comes back to
// it without touching a wire, in an event of its own. As on Linux its frames
// have an Ethernet header whose addresses are zero.
type loopback struct {
	stack *stack
	at    *trace.Interface // made when first used
	queue []parcel
	spare []parcel // the queue before this one, used again
	timer *sim.Timer
}

func newLoopback(s *stack) *loopback {
	lo := &loopback{stack: s}
	lo.timer = s.lab.sim.NewTimer(lo.deliver)
	return lo
}

// send takes a frame in which a packet of size bytes lies.
func (lo *loopback) send(f *physical.Frame, size int) {
	lab := lo.stack.lab
	if lo.at == nil {
		lo.at = lab.addInterface(lo.stack.name, "lo")
	}
	datalink.Header{Type: datalink.TypeIPv4}.Put(f.Data)
	clear(f.Data[datalink.HeaderLen+size : len(f.Data)-datalink.FCSLen])
	f.SealWith(datalink.PutFCS)
	f.ID = lab.log.NextFrameID()
	cause := lab.log.Cause()
	if lab.log.Tapped() {
		cause = lab.log.Tap(lo.at, trace.Sent, f.ID, f.Bytes())
	}
	lo.queue = append(lo.queue, parcel{f, size, cause})
	lo.timer.Arm(lab.sim.Now())
}

func (lo *loopback) deliver() {
	lab := lo.stack.lab
	waiting := lo.queue
	lo.queue, lo.spare = lo.spare[:0], nil
	for _, p := range waiting {
		before := lab.log.Because(p.cause)
		if lab.log.Tapped() {
			lab.log.Because(lab.log.Tap(lo.at, trace.Received, p.frame.ID, p.frame.Bytes()))
		}
		payload := p.frame.Data[datalink.HeaderLen : len(p.frame.Data)-datalink.FCSLen]
		if !lo.stack.packetArrives(nil, p.frame, payload, true) {
			lab.pool.Put(p.frame)
		}
		lab.log.Because(before)
	}
	lo.spare = waiting
}
