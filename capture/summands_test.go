package capture_test

import (
	"encoding/binary"
	"testing"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/osi/checksum"
)

// onesComplement is the sum of RFC 1071 §1, as one would do it by hand.
func onesComplement(words []capture.Summand) uint16 {
	sum := uint32(0)
	for _, w := range words {
		if sum += uint32(w.Value); sum > 0xffff {
			sum = sum&0xffff + 1
		}
	}
	return uint16(sum)
}

// frameOf is an Ethernet frame with an IPv4 packet from 10.0.1.10 to
// 10.0.2.10 that carries what is given, a right checksum put in at index at.
func frameOf(protocol byte, at int, pseudo bool, body []byte) []byte {
	f := append(make([]byte, 12), 0x08, 0x00)
	ip := []byte{0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, protocol, 0, 0, 10, 0, 1, 10, 10, 0, 2, 10}
	binary.BigEndian.PutUint16(ip[2:], uint16(20+len(body)))
	binary.BigEndian.PutUint16(ip[10:], checksum.Finish(checksum.Sum(ip, 0)))
	sum := uint32(0)
	if pseudo {
		sum = checksum.Sum(append(ip[12:20:20], 0, protocol, 0, byte(len(body))), 0)
	}
	binary.BigEndian.PutUint16(body[at:], checksum.Finish(checksum.Sum(body, sum)))
	f = append(append(f, ip...), body...)
	for len(f) < 60 {
		f = append(f, 0xee) // padding that no sum may touch
	}
	return f
}

// RFC 1071 §1: "the 1's complement sum is computed over the same set of
// octets, including the checksum field. If the result is all 1 bits ..., the
// check succeeds."
func TestSummandsAddUpToAllOnes(t *testing.T) {
	tcp := append([]byte{0xc0, 0, 0, 80, 1, 2, 3, 4, 5, 6, 7, 8, 0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0}, "Hello"...)
	udp := append([]byte{0xc0, 0, 0, 53, 0, 12, 0, 0}, "four"...)
	for _, c := range []struct {
		name  string
		frame []byte
		words int
		odd   bool
	}{
		{"TCP", frameOf(6, 16, true, tcp), 6 + 10 + 3, true},
		{"UDP", frameOf(17, 6, true, udp), 6 + 4 + 2, false},
		{"ICMP", frameOf(1, 2, false, []byte{8, 0, 0, 0, 0, 1, 0, 1}), 4, false},
	} {
		d := capture.NewDissector(capture.DissectOptions{}).Dissect(&capture.Packet{LinkType: capture.LinkEthernet, Data: c.frame, Length: len(c.frame)})
		words := d.Summands(c.name)
		if len(words) != c.words {
			t.Errorf("%s is summed up in %d words, want %d", c.name, len(words), c.words)
			continue
		}
		if got := onesComplement(words); got != 0xffff {
			t.Errorf("%s adds up to %#04x, want 0xffff", c.name, got)
		}
		if last := words[len(words)-1]; c.odd != (last.Span.Length == 1) {
			t.Errorf("the last word of %s spans %d bytes", c.name, last.Span.Length)
		}
	}
}

func TestSummandsOfWhatIsNotThere(t *testing.T) {
	whole := frameOf(17, 6, true, []byte{0xc0, 0, 0, 53, 0, 8, 0, 0})
	fragment := append([]byte(nil), whole...)
	fragment[14+6] = 0x20
	for _, c := range []struct {
		why      string
		protocol string
		frame    []byte
	}{
		{"another protocol", "TCP", whole},
		{"no checksum of its own", "IPv4", whole},
		{"a fragment", "UDP", fragment},
		{"cut short", "UDP", whole[:40]},
		{"no IP", "UDP", make([]byte, 60)},
	} {
		d := capture.NewDissector(capture.DissectOptions{}).Dissect(&capture.Packet{LinkType: capture.LinkEthernet, Data: c.frame, Length: len(whole)})
		if words := d.Summands(c.protocol); words != nil {
			t.Errorf("%s: %d words", c.why, len(words))
		}
	}
}
