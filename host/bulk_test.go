package host_test

import (
	"io"
	"net/netip"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
)

// bulk carries n bytes from one host to another over a link of 100 Mbit/s and
// 10 ms with a loss in the data's direction.
func bulk(tb testing.TB, n int, loss sim.Probability) *host.Lab {
	tb.Helper()
	lab := host.NewLab(1)
	a, b := lab.Host("a"), lab.Host("b")
	a.TCP.SendBuffer, b.TCP.ReceiveBuffer = 1<<20, 1<<20
	cfg := wire(10 * time.Millisecond)
	if loss > 0 {
		cfg.A.Impairments = []physical.Impairment{physical.Loss{Chance: loss}}
	}
	lab.Connect(a.NIC(netip.MustParsePrefix("10.0.0.1/24")), b.NIC(netip.MustParsePrefix("10.0.0.2/24")), cfg)
	b.Go("reader", func() error {
		l, err := b.Listen("tcp", ":9")
		if err != nil {
			return err
		}
		c, err := l.Accept()
		if err != nil {
			return err
		}
		got, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{c}, make([]byte, 64<<10))
		if got != int64(n) {
			tb.Errorf("%d bytes arrived, want %d", got, n)
		}
		return err
	})
	a.Go("writer", func() error {
		c, err := a.Dial("tcp", "10.0.0.2:9")
		if err != nil {
			return err
		}
		block := make([]byte, 64<<10)
		for left := n; left > 0; left -= len(block) {
			if _, err := c.Write(block[:min(left, len(block))]); err != nil {
				return err
			}
		}
		return c.Close()
	})
	if err := lab.Run(); err != nil {
		tb.Fatal(err)
	}
	return lab
}

// BenchmarkBulk carries 20 MB per operation through all layers, with nobody
// reading the log.
func BenchmarkBulk(b *testing.B) {
	for _, loss := range []struct {
		name string
		p    sim.Probability
	}{{"clean", 0}, {"1%", 10_000}} {
		b.Run(loss.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(20e6)
			for range b.N {
				bulk(b, 20e6, loss.p)
			}
		})
	}
}
