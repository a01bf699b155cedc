package checksum

import (
	"encoding/binary"
	"testing"

	"pgregory.net/rapid"
)

func TestExpected(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 4, 80).Draw(r, "message")
		at := 2 * rapid.IntRange(0, len(b)/2-1).Draw(r, "at")
		initial := uint32(rapid.Uint16().Draw(r, "pseudo-header"))
		want, _ := Expected(b, at, initial)
		binary.BigEndian.PutUint16(b[at:], want)
		if again, right := Expected(b, at, initial); again != want || !right {
			r.Fatalf("%#04x was put in, %#04x is expected, right %v", want, again, right)
		}
		// A receiver sums everything up, the checksum included.
		if Finish(Sum(b, initial)) != 0 {
			r.Fatalf("with %#04x the sum is not zero", want)
		}
		b[at] ^= 1
		if _, right := Expected(b, at, initial); right {
			r.Fatal("a flipped bit in the checksum is not noticed")
		}
	})
	// RFC 1624 §3: 0x0000 and 0xffff are the same number.
	for _, have := range [][]byte{{0, 0, 0xff, 0xff}, {0xff, 0xff, 0xff, 0xff}} {
		if want, right := Expected(have, 0, 0); want != 0 || !right {
			t.Errorf("% x: %#04x expected, right %v", have, want, right)
		}
	}
	// But only these two: neither a zero nor a complement is right elsewhere.
	for _, have := range [][]byte{{0, 0, 0x12, 0x34}, {0xff, 0xff, 0x12, 0x34}, {0x12, 0x34, 0x12, 0x34}} {
		if want, right := Expected(have, 0, 0); want != 0xedcb || right {
			t.Errorf("% x: %#04x expected, right %v", have, want, right)
		}
	}
}
