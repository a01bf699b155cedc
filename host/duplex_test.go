package host_test

import (
	"io"
	"net/netip"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

const (
	duplexRate  = 10_000_000
	duplexDelay = 5 * time.Microsecond
)

// bothTalk sends 50 kB each way over one link at the same time.
func bothTalk(t *testing.T, half bool) (rec *trace.Recording, took time.Duration) {
	t.Helper()
	lab := host.NewLab(1)
	rec = &trace.Recording{}
	lab.Log().Subscribe(rec)
	client, server := lab.Host("client"), lab.Host("server")
	way := physical.DirectionConfig{Rate: duplexRate, Delay: duplexDelay}
	lab.Connect(client.NIC(netip.MustParsePrefix("10.0.0.1/24")), server.NIC(netip.MustParsePrefix("10.0.0.2/24")),
		physical.LinkConfig{A: way, B: way, HalfDuplex: half})
	const size = 50_000
	talk := func(h *host.Host, c io.ReadWriteCloser) error {
		h.Go("writer", func() error {
			if _, err := c.Write(make([]byte, size)); err != nil {
				return err
			}
			return c.(*host.TCPConn).CloseWrite()
		})
		all, err := io.ReadAll(c)
		if len(all) != size {
			t.Errorf("%d bytes arrived, want %d", len(all), size)
		}
		took = h.Now().Sub(host.Epoch)
		return err
	}
	server.Go("server", func() error {
		l, err := server.Listen("tcp", ":80")
		if err != nil {
			return err
		}
		c, err := l.Accept()
		if err != nil {
			return err
		}
		return talk(server, c)
	})
	client.Go("client", func() error {
		c, err := client.Dial("tcp", "server:80")
		if err != nil {
			return err
		}
		return talk(client, c)
	})
	if err := lab.Run(); err != nil {
		t.Fatal(err)
	}
	return rec, took
}

// IEEE 802.3 §4.2.3.2.1: on a half-duplex link one side waits while the other
// speaks. Each waits for the other, never do both speak, and the same talk
// takes about twice as long as on a link on which both may speak at once.
func TestHalfDuplexMakesTheOtherSideWait(t *testing.T) {
	full, quick := bothTalk(t, false)
	half, slow := bothTalk(t, true)
	if n := len(full.Find(trace.OfKind(physical.Deferred.ID))); n != 0 {
		t.Errorf("on a full-duplex link somebody waits %d times", n)
	}
	for _, side := range []string{"client", "server"} {
		if len(half.Find(trace.All(trace.OfKind(physical.Deferred.ID), trace.With("from", side)))) < 10 {
			t.Errorf("on the half-duplex link %s hardly ever waits", side)
		}
	}
	if ratio := float64(slow) / float64(quick); ratio < 1.6 || ratio > 2.2 {
		t.Errorf("half duplex takes %v, full duplex %v: want about twice as long", slow, quick)
	}
	if n := overlaps(full); n == 0 {
		t.Error("on the full-duplex link nobody speaks while the other does: the check below proves nothing")
	}
	if n := overlaps(half); n != 0 {
		t.Errorf("on the half-duplex link %d frames begin while another is on the wire", n)
	}
}

// overlaps counts the frames that begin on a wire before the last one has
// arrived: its preamble (8 bytes) and bytes at the link's rate, then its delay.
// A capture at the sender sees a frame when it is handed to the wire, one at
// the receiver when its last bit has come.
func overlaps(r *trace.Recording) (n int) {
	var quiet sim.Time
	for i := range r.Frames {
		f := &r.Frames[i]
		if f.Direction != trace.Received {
			continue
		}
		onWire := time.Duration(8+len(f.Data)) * 8 * time.Second / duplexRate
		if begins := f.Time.Add(-duplexDelay - onWire); begins < quiet {
			n++
		}
		quiet = f.Time
	}
	return n
}
