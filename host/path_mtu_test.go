package host_test

import (
	"io"
	"testing"

	"github.com/packetwalk/packetwalk/host"
)

// upload carries n bytes from the client to the server.
func (r *routed) upload(t *testing.T, n int, times int) {
	t.Helper()
	r.server.Go("reader", func() error {
		l, err := r.server.Listen("tcp", ":9")
		if err != nil {
			return err
		}
		for range times {
			c, err := l.Accept()
			if err != nil {
				return err
			}
			got, err := io.Copy(io.Discard, c)
			if got != int64(n) || err != nil {
				t.Errorf("%d bytes arrived, %v; want %d", got, err, n)
			}
			c.Close()
		}
		return nil
	})
	r.client.Go("writer", func() error {
		for range times {
			c, err := r.client.Dial("tcp", "server:9")
			if err != nil {
				return err
			}
			if _, err := c.Write(make([]byte, n)); err != nil {
				return err
			}
			if err := c.(*host.TCPConn).CloseWrite(); err != nil {
				return err
			}
			if _, err := io.Copy(io.Discard, c); err != nil { // until all has arrived
				return err
			}
			c.Close()
		}
		return nil
	})
	if err := r.lab.Run(); err != nil {
		t.Fatal(err)
	}
}

// RFC 1191: the router's message makes the segments smaller at once, and later
// connections to the same host know from the start.
func TestPathMTUOverARouter(t *testing.T) {
	r := newRouted()
	r.outside.SetMTU(1000)
	r.upload(t, 50_000, 2)
	if n := r.happened("tcp.path-mtu"); n != 1 {
		t.Errorf("the path's MTU was learnt %d times, want once", n)
	}
	if n := r.happened("tcp.rto"); n != 0 {
		t.Errorf("%d timeouts: a message from a router needs none", n)
	}
}

// The first link may be the narrow one: nobody has to send a message then.
func TestPathMTUOfTheFirstLink(t *testing.T) {
	r := newRouted()
	r.client.Go("narrower", func() error {
		r.client.Sleep(4_500_000)
		r.client.NICs()[0].SetMTU(700)
		return nil
	})
	r.upload(t, 500_000, 1)
	if r.happened("tcp.path-mtu") != 1 || r.happened("tcp.rto") != 0 || r.happened("icmp.sent") != 0 {
		t.Errorf("learnt %d times, %d timeouts, %d messages", r.happened("tcp.path-mtu"), r.happened("tcp.rto"), r.happened("icmp.sent"))
	}
}

// RFC 2923 §2.1: a filter that eats ICMP makes a black hole, and RFC 4821 finds
// the way out of it.
func TestBlackHole(t *testing.T) {
	r := newRouted()
	r.outside.SetMTU(1000)
	r.r1.Use(mute{})
	r.client.TCP.MTUProbing = true
	r.upload(t, 300_000, 1)
	if r.happened("tcp.mtu-black-hole") == 0 || r.happened("tcp.mtu-found") == 0 || r.happened("tcp.path-mtu") != 0 {
		t.Errorf("%d black holes, %d sizes found, learnt by ICMP %d times",
			r.happened("tcp.mtu-black-hole"), r.happened("tcp.mtu-found"), r.happened("tcp.path-mtu"))
	}
}

// An ICMP message that does not say what fits is from an old router: RFC 1191
// §7.1's plateaus.
func TestPathMTUOfAnOldRouter(t *testing.T) {
	r := newRouted()
	r.outside.SetMTU(1000)
	r.r1.Use(forgetsMTU{})
	r.upload(t, 50_000, 1)
	// 1500 -> 1492 -> 1006 -> 508
	if n := r.happened("tcp.path-mtu"); n != 3 || r.happened("tcp.rto") != 0 {
		t.Errorf("learnt in %d steps, %d timeouts; want 3 and none", n, r.happened("tcp.rto"))
	}
}

// mute eats what the router itself says.
type mute struct{}

func (mute) BeforeRouting(*host.Transit) bool  { return true }
func (mute) AfterRouting(t *host.Transit) bool { return t.In != nil || t.Packet[9] != 1 }

// forgetsMTU blanks the MTU in what the router itself says.
type forgetsMTU struct{}

func (forgetsMTU) BeforeRouting(*host.Transit) bool { return true }

func (forgetsMTU) AfterRouting(t *host.Transit) bool {
	p := t.Packet
	if t.In == nil && p[9] == 1 && p[20] == 3 && p[21] == 4 {
		sum := uint32(p[22])<<8 + uint32(p[23]) + uint32(p[26])<<8 + uint32(p[27])
		p[26], p[27] = 0, 0
		sum = sum&0xffff + sum>>16
		p[22], p[23] = byte(sum>>8), byte(sum)
	}
	return true
}

var _ host.Middlebox = forgetsMTU{}
