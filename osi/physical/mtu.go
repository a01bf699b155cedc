package physical

import (
	"math"

	"github.com/packetwalk/packetwalk/trace"
)

// aroundPayload is what an Ethernet frame adds to its payload: two addresses
// and a type (14 bytes), and the FCS (4).
const aroundPayload = 18

// maxFrame is the longest frame that the MTU permits, in bytes. A frame that
// is padded to the minimum of 64 bytes is never too long.
func (c *DirectionConfig) maxFrame() int {
	if c.MTU <= 0 {
		return math.MaxInt
	}
	return max(c.MTU+aroundPayload, 64)
}

// tooLong drops a frame that the wire does not take. It never was on the wire,
// so it uses up no fate.
func (d *direction) tooLong(f *Frame) {
	d.count.TooLong++
	if d.log.On() {
		d.log.Emit(d.link.Name, TooLong, f.ID, trace.String("from", d.from), trace.String("to", d.toNode),
			trace.Int("size", len(f.Data)), trace.Int("limit", d.maxFrame), trace.Int("mtu", d.cfg.MTU))
	}
	d.pool.Put(f)
}
