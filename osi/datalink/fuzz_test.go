package datalink_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/sim"
)

// FuzzReceive: whatever a wire delivers is read or refused; what is read is
// exactly what was there.
func FuzzReceive(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(makeFrame([]byte("Hello")))
	f.Add(makeFrame(message(datalink.Request, mac(1), ip(1), ip(2))))
	f.Add(make([]byte, 64))
	f.Fuzz(func(t *testing.T, frame []byte) {
		h, payload, ok := datalink.Receive(nil, "", 0, frame)
		if !ok {
			if len(frame) < datalink.MinFrame {
				return
			}
			// Made sound, it must be read.
			datalink.PutFCS(frame)
			if h, payload, ok = datalink.Receive(nil, "", 0, frame); !ok {
				t.Fatalf("a frame of %d bytes with a right FCS is refused", len(frame))
			}
		}
		again := make([]byte, len(frame))
		h.Put(again)
		copy(again[datalink.HeaderLen:], payload)
		datalink.PutFCS(again)
		if !bytes.Equal(frame, again) {
			t.Fatalf("read\n% x and wrote\n% x", frame, again)
		}
	})
}

// FuzzParseARP: what is read is written back as the same bytes.
func FuzzParseARP(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(message(datalink.Request, mac(1), ip(1), ip(2)))
	f.Add(message(datalink.Reply, mac(1), ip(1), ip(2)))
	f.Add(append([]byte{0, 1, 8, 0, 255, 255}, make([]byte, 40)...))
	f.Fuzz(func(t *testing.T, payload []byte) {
		m, err := datalink.ParseARP(payload)
		if err != nil {
			return
		}
		if again := m.Append(nil); !bytes.Equal(again, payload[:datalink.ARPLen]) {
			t.Fatalf("read\n% x and wrote\n% x", payload[:datalink.ARPLen], again)
		}
	})
}

// FuzzARPCache: each chunk of the input is a message from the wire, a packet to
// send or a pause. The cache stays within its bounds, and comes to rest.
func FuzzARPCache(f *testing.F) {
	f.Add([]byte{0, 2, 1, 2, 2, 200, 1, 3, 0, 3})
	f.Add(bytes.Repeat([]byte{1, 9, 2, 255}, 20))
	f.Fuzz(func(t *testing.T, script []byte) {
		const entries, pending = 4, 2
		c, _ := station(1, func(cfg *datalink.ARPConfig) { cfg.Entries, cfg.Pending = entries, pending })
		var now sim.Time
		waiting := 0
		drain := func() {
			for a, ok := c.Next(); ok; a, ok = c.Next() {
				if a.Kind != datalink.SendARP {
					waiting--
				}
			}
		}
		for ; len(script) >= 2; script = script[2:] {
			peer := script[1]
			switch script[0] % 4 {
			case 0:
				c.Receive(now, 0, message(datalink.Operation(1+script[0]>>7), mac(peer), ip(peer), ip(1)))
			case 1:
				if _, ok := c.Resolve(now, ip(peer), "packet"); !ok {
					waiting++
				}
			case 2:
				now = now.Add(time.Duration(peer) * time.Second / 16)
				c.TimerExpired(now)
			case 3:
				c.Receive(now, 0, script)
			}
			drain()
			if waiting < 0 || waiting > entries*pending {
				t.Fatalf("%d packets are inside, at most %d fit", waiting, entries*pending)
			}
		}
		for due, ok := c.NextDeadline(); ok; due, ok = c.NextDeadline() {
			if due > now.Add(time.Minute) {
				t.Fatalf("at %v a deadline at %v", now, due)
			}
			c.TimerExpired(max(now, due))
			drain()
		}
		if waiting != 0 {
			t.Fatalf("%d packets never came out", waiting)
		}
	})
}
