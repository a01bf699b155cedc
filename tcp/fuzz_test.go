package tcp

import (
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// FuzzSegmentArrives lets anything arrive at a connection in any state, in any
// order with calls of the program and time-outs. The input is a script: each
// step is a byte that says what happens, and some that say how.
func FuzzSegmentArrives(f *testing.F) {
	f.Add([]byte{0, 1, 2, 0x12, 0, 0, 1, 5, 3, 9, 2, 0x11, 0, 0, 0, 0})
	f.Add([]byte{1, 2, 0x10, 0, 1, 1, 0, 2, 0x18, 3, 1, 9, 200, 5, 2, 0x04, 0, 0, 0, 0})
	f.Add([]byte{7, 2, 0x12, 0, 1, 1, 0, 3, 255, 2, 0x10, 0, 1, 0, 4, 4, 4, 4})
	f.Add([]byte{3, 2, 0x02, 0, 0, 0, 0, 2, 0x12, 0, 1, 1, 0, 6, 2, 0x14, 0, 1, 1, 0, 7})
	f.Fuzz(func(t *testing.T, script []byte) {
		s := &script
		setting := next(s)
		cfg := &Config{Profile: Profile(setting & 1), NoSACK: setting&2 != 0, NoTimestamps: setting&4 != 0, ReceiveBuffer: 3000, SendBuffer: 5000,
			MTUProbing: setting&16 != 0, KeepAlive: setting&32 != 0, KeepAliveIdle: time.Minute}
		if setting&64 != 0 {
			cfg.UserTimeout = 30 * time.Second
		}
		if setting&128 != 0 {
			cfg.ECN = ECNActive
		}
		w := &fuzzed{t: t}
		id := ID{addrA, addrB}
		if setting&8 == 0 {
			w.c = Open(0, id, 100, cfg, Emitter{})
		} else {
			syn := w.segment(s, 300)
			syn.Flags = SYN
			w.c = Accept(0, id, 100, cfg, Emitter{}, syn)
		}
		w.drain()
		for len(*s) > 0 {
			w.step(next(s), s)
			w.drain()
		}
	})
}

func next(s *[]byte) byte {
	if len(*s) == 0 {
		return 0
	}
	b := (*s)[0]
	*s = (*s)[1:]
	return b
}

type fuzzed struct {
	t   *testing.T
	c   *Conn
	now int64
	buf [10_240]byte
}

// segment makes a segment whose numbers are near those that the connection
// expects, where the interesting edges are.
func (w *fuzzed) segment(s *[]byte, irs Seq) *Segment {
	seg := &Segment{SEQ: irs, Flags: Flags(next(s))}
	near := func(base Seq) Seq {
		switch b := next(s); {
		case b < 128:
			return base + Seq(b)
		case b < 250:
			return base - Seq(b-128)
		default:
			return base + Seq(b)<<24
		}
	}
	if w.c != nil {
		seg.SEQ, seg.ACK = near(w.c.rcv.NXT), near(w.c.snd.UNA)
	}
	shape := next(s)
	seg.CE = shape&4 != 0
	seg.WND = uint16(shape&7) * 700
	if shape&8 != 0 {
		seg.Data = w.buf[:int(next(s))*16]
	}
	o := &seg.Options
	if shape&16 == 0 {
		o.HasTimestamps, o.TSval, o.TSecr = true, uint32(w.now/1e6)+uint32(shape>>6), uint32(next(s))
	}
	if shape&32 != 0 && w.c != nil {
		o.NSACK = 1 + shape>>6
		for i := range o.SACK[:o.NSACK] {
			o.SACK[i] = Block{near(w.c.snd.UNA), near(w.c.snd.NXT)}
		}
	}
	if seg.Flags&SYN != 0 {
		o.MSS, o.SACKPermitted, o.HasWScale, o.WScale = uint16(shape)*8, shape&64 != 0, shape&128 != 0, shape
	}
	return seg
}

func (w *fuzzed) step(what byte, s *[]byte) {
	c, now := w.c, sim.Time(w.now)
	switch what % 10 {
	case 0, 1, 2:
		c.SegmentArrives(now, w.segment(s, 0))
	case 3:
		w.now += int64(next(s)) * int64(20*time.Millisecond)
		if at, _ := c.NextDeadline(); at <= sim.Time(w.now) {
			c.TimerExpired(sim.Time(w.now))
		}
	case 4:
		if at, _ := c.NextDeadline(); at < sim.Time(1<<62) {
			w.now = max(w.now, int64(at))
			c.TimerExpired(sim.Time(w.now))
		}
	case 5:
		if _, err := c.Write(now, w.buf[:int(next(s))*40]); err != nil && c.Err() == nil && !c.snd.fin && c.state != Closed {
			w.t.Fatalf("SEND in %v: %v", c.state, err)
		}
	case 6:
		if n, err := c.Read(now, w.buf[:int(next(s))*40]); n > 0 && err != nil {
			w.t.Fatalf("RECEIVE gives %d and %v", n, err)
		}
	case 7:
		[]func(){func() { c.Close(now) }, func() { c.CloseWrite(now) }, func() { c.CloseRead(now) }}[next(s)%3]()
	case 9:
		c.PathMTU(now, c.snd.UNA+Seq(next(s))*16, int(next(s))*8)
	case 8:
		if next(s) > 250 {
			c.Abort(now)
		}
	}
}

// drain takes what the connection wants to send and checks what must always
// hold.
func (w *fuzzed) drain() {
	c := w.c
	var out Segment
	for n := 0; c.NextSegment(sim.Time(w.now), &out); n++ {
		if n > 200 {
			w.t.Fatalf("in %v it sends for ever: %s", c.state, spell(&out))
		}
		c.CopyPayload(w.buf[:c.PayloadLen(&out)], &out)
		if out.Flags&RST == 0 && int(out.text)+out.HeaderLen() > 1480 {
			w.t.Fatalf("a segment of %d bytes", int(out.text)+out.HeaderLen())
		}
		b := make([]byte, out.HeaderLen())
		out.Put(b, src4, dst4)
	}
	if c.snd.NXT.Less(c.snd.UNA) {
		w.t.Fatalf("SND.UNA %v is beyond SND.NXT %v", c.snd.UNA, c.snd.NXT)
	}
	if c.snd.END.Add(1).Less(c.snd.NXT) {
		w.t.Fatalf("SND.NXT %v is beyond what was written, %v, and FIN", c.snd.NXT, c.snd.END)
	}
	if c.rcv.unread > 3000 || c.sendBuf.span > 5000 || c.receiveBuf.span > 3000+65536 {
		w.t.Fatalf("buffers hold %d unread, %d to send, %d in all", c.rcv.unread, c.sendBuf.span, c.receiveBuf.span)
	}
	if at, _ := c.NextDeadline(); c.state == Closed && at < sim.Time(1<<62) {
		w.t.Fatalf("CLOSED, and a deadline at %v", at)
	}
	if inFlight := c.queue.live(); len(inFlight) > 0 && !c.timers.on(retransmission) {
		w.t.Fatalf("%d segments outstanding in %v and no timer", len(inFlight), c.state)
	}
}
