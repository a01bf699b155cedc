package checksum

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

// textbook is the loop of RFC 1071 §4.1: word by word, carries at the end.
func textbook(b []byte) uint16 {
	var sum uint64
	for len(b) > 1 {
		sum += uint64(b[0])<<8 | uint64(b[1])
		b = b[2:]
	}
	if len(b) == 1 {
		sum += uint64(b[0]) << 8
	}
	for sum>>16 != 0 {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

func TestExampleOfRFC1071(t *testing.T) {
	// RFC 1071 §3: 00 01 f2 03 f4 f5 f6 f7 sums to 0xddf2.
	b := []byte{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}
	if got := Finish(Sum(b, 0)); got != 0xffff-0xddf2 {
		t.Errorf("checksum is %#04x, want %#04x", got, 0xffff-0xddf2)
	}
}

func TestAgreesWithTextbookLoop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "b")
		if got, want := Finish(Sum(b, 0)), textbook(b); got != want {
			t.Fatalf("checksum of % x is %#04x, want %#04x", b, got, want)
		}
	})
}

func TestAllOnesAndLongData(t *testing.T) {
	// Every addition carries: the case in which a lost carry would show.
	for _, n := range []int{0, 1, 2, 7, 8, 9, 63, 64, 65, 1459, 1460, 65535, 1 << 20} {
		b := make([]byte, n)
		for i := range b {
			b[i] = 0xff
		}
		if got, want := Finish(Sum(b, 0)), textbook(b); got != want {
			t.Errorf("%d bytes of ones: checksum is %#04x, want %#04x", n, got, want)
		}
	}
}

func TestPartsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		head := rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(t, "head")
		head = head[:len(head)&^1] // only the last part may be odd
		text := rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(t, "text")
		initial := rapid.Uint32().Draw(t, "initial")
		got := Finish(Sum(text, Sum(head, initial)))
		var first [4]byte
		binary.BigEndian.PutUint32(first[:], initial)
		want := textbook(append(append(first[:], head...), text...))
		if got != want {
			t.Fatalf("checksum in parts is %#04x, want %#04x", got, want)
		}
	})
}

func TestReceiverGetsZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 2, 100).Draw(t, "b")
		b[0], b[1] = 0, 0
		binary.BigEndian.PutUint16(b, Finish(Sum(b, 0)))
		if got := Finish(Sum(b, 0)); got != 0 {
			t.Fatalf("the sum over data and checksum finishes as %#04x, want 0", got)
		}
	})
}

func TestPseudoHeader(t *testing.T) {
	for _, c := range []struct{ src, dst string }{
		{"10.0.1.2", "10.0.2.2"}, {"255.255.255.255", "255.255.255.255"}, {"2001:db8::1", "fe80::ffff:1"},
	} {
		src, dst := netip.MustParseAddr(c.src), netip.MustParseAddr(c.dst)
		for _, n := range []int{0, 20, 1480, 65535, 70000} {
			b := append(src.AsSlice(), dst.AsSlice()...)
			if src.Is4() && n > 65535 {
				continue // IPv4 has 16 bits for the length
			}
			b = binary.BigEndian.AppendUint32(b, uint32(n))
			b = append(b, 0, 0, 0, 6)
			if got, want := Finish(PseudoHeader(src, dst, 6, n)), textbook(b); got != want {
				t.Errorf("%s to %s, %d bytes: %#04x, want %#04x", c.src, c.dst, n, got, want)
			}
		}
	}
}

func BenchmarkSum1460(b *testing.B) {
	buf := make([]byte, 1460)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range buf {
		buf[i] = byte(r.Uint32())
	}
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		sink = Sum(buf, sink)
	}
}

var sink uint32
