package network_test

import (
	"bytes"
	"testing"

	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/sim"
)

// FuzzParseIPv4: what is read is written back as the same bytes, but for the
// reserved flag, which is sent as 0; no quote and no verdict panics.
func FuzzParseIPv4(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(packet(plain(), []byte("Hello")))
	withOptions := plain()
	withOptions.Options = []byte{7, 3, 4, 1, 0x94, 4, 0, 0}
	f.Add(packet(withOptions, []byte("Hello")))
	f.Add(packet(fragment(1480, 8, true).h, []byte("12345678")))
	f.Fuzz(func(t *testing.T, b []byte) {
		icmp := network.NewICMP(network.ICMPConfig{})
		if m, _, ok := icmp.Error(0, 0, b, network.Arrival{}, network.Unresolved); ok && len(m.Data) < 20 {
			t.Fatalf("an error quotes %d bytes", len(m.Data))
		}
		h, payload, err := network.ParseIPv4(b)
		if err != nil {
			return
		}
		if len(payload) != h.TotalLen-h.Len() {
			t.Fatalf("a payload of %d bytes, by its header %d", len(payload), h.TotalLen-h.Len())
		}
		router(t, nil).Decide(0, &h)
		again := packet(h, payload)
		if b[6]&0x80 == 0 && !bytes.Equal(again[:10], b[:10]) || !bytes.Equal(again[12:], b[12:h.TotalLen]) {
			t.Fatalf("read\n% x and wrote\n% x", b[:h.TotalLen], again)
		}
		if h.TTL > 1 {
			if !network.DecrementTTL(b) {
				t.Fatal("a TTL above 1 may not go on")
			}
			if _, _, err := network.ParseIPv4(b); err != nil {
				t.Fatalf("after a hop: %v", err)
			}
		}
	})
}

// FuzzParseICMP: what is read is written back as the same bytes where all of
// them mean something here.
func FuzzParseICMP(f *testing.F) {
	f.Add([]byte(nil))
	for _, kind := range []network.ICMPType{network.Echo, network.EchoReply, network.DestinationUnreachable, network.TimeExceeded} {
		f.Add(network.ICMPMessage{Type: kind, Code: 4, MTU: 1400, ID: 1, Seq: 2, Data: packet(plain(), []byte("Hello"))}.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := network.ParseICMP(b)
		if err != nil {
			return
		}
		again, err := network.ParseICMP(m.Append(nil))
		if err != nil || again.String() != m.String() || again.ID != m.ID || again.Seq != m.Seq || !bytes.Equal(again.Data, m.Data) {
			t.Fatalf("%+v came back as %+v, %v", m, again, err)
		}
		if m.Type == network.Echo && !bytes.Equal(m.Append(nil)[4:], b[4:]) {
			t.Fatalf("read\n% x and wrote\n% x", b, m.Append(nil))
		}
		if h, payload, err := network.ParseIPv4Quote(m.Data); err == nil && h.Len()+len(payload) > len(m.Data) {
			t.Fatalf("a quote of %d bytes is read as %d", len(m.Data), h.Len()+len(payload))
		}
	})
}

// FuzzReassembly: each chunk of the script is a fragment, filled with a byte of
// its own. Whatever comes, the memory stays bounded, each byte of a packet that
// comes out came in at that place, and everything is over at the end.
func FuzzReassembly(f *testing.F) {
	f.Add([]byte{0, 0, 4, 1, 0, 4, 2, 0})
	f.Add([]byte{0, 0, 4, 1, 0, 3, 1, 0, 0, 4, 4, 0})
	f.Add([]byte{1, 4, 4, 0, 1, 0, 4, 1, 2, 0, 0, 0})
	f.Add(bytes.Repeat([]byte{0, 255, 255, 1}, 8))
	f.Fuzz(func(t *testing.T, script []byte) {
		const maxBytes = 1 << 17
		r := network.NewIPv4Reassembler(network.ReassemblyConfig{MaxBytes: maxBytes})
		var now sim.Time
		var sent []network.IPv4Header
		for ; len(script) >= 4; script = script[4:] {
			h, length := scripted(script)
			now += sim.Time(script[3]&0xf0) << 26 // up to 16 s
			r.TimerExpired(now)
			h.TOS = uint8(len(sent)) &^ 3 // marks the fragment; ECN stays 0
			h.TotalLen = h.Len() + length
			sent = append(sent, h)
			got, payload, whole := r.Add(now, 0, h, bytes.Repeat([]byte{h.TOS}, length))
			if whole && h.IsFragment() {
				checkWhole(t, got, payload, sent)
			}
			if r.Held() < 0 || r.Held() > maxBytes {
				t.Fatalf("%d bytes are held, at most %d may be", r.Held(), maxBytes)
			}
		}
		if due, ok := r.NextDeadline(); ok && due <= now {
			t.Fatalf("at %v the next deadline is %v", now, due)
		}
		r.TimerExpired(sim.Never)
		for e, ok := r.Expired(); ok; e, ok = r.Expired() {
			if e.First != nil && len(e.First) < 28 {
				t.Fatalf("a first fragment of %d bytes", len(e.First))
			}
		}
		if _, ok := r.NextDeadline(); ok || r.Held() != 0 {
			t.Fatalf("a packet outlived its time; %d bytes are held", r.Held())
		}
	})
}

// scripted reads the header of a fragment, and the length of its payload, from
// four bytes.
func scripted(script []byte) (h network.IPv4Header, length int) {
	h = plain()
	h.ID, h.FragmentOffset, length = uint16(script[0]), 8*int(script[1]), 8*int(script[2])
	flags := script[3]
	h.MF = flags&1 != 0
	if flags&4 != 0 {
		h.FragmentOffset += 60000
	}
	if flags&8 != 0 {
		length += 3
	}
	return h, length
}

func checkWhole(t *testing.T, got network.IPv4Header, payload []byte, sent []network.IPv4Header) {
	if got.IsFragment() || got.TotalLen != got.Len()+len(payload) || got.TotalLen > network.IPv4MaxLen {
		t.Fatalf("a whole packet has the header %+v and %d bytes", got, len(payload))
	}
	for at, b := range payload {
		came := false
		for _, h := range sent {
			came = came || h.ID == got.ID && h.TOS == b && at >= h.FragmentOffset && at < h.FragmentOffset+h.TotalLen-h.Len()
		}
		if !came {
			t.Fatalf("byte %d is 0x%02x, which never came in there", at, b)
		}
	}
}
