package host_test

import (
	"net"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/tcp"
)

// idle sets up n connections that stay and on which nothing happens; nobody
// waits for them. between is called when they stand.
func idle(tb testing.TB, n int, profile tcp.Profile, between func()) {
	tb.Helper()
	lab := host.NewLab(1)
	a, b := lab.Host("a"), lab.Host("b")
	a.TCP.Profile, b.TCP.Profile = profile, profile
	a.TCP.NoDelayedACK, b.TCP.NoDelayedACK = true, true // or all would have something under way at once
	lab.Connect(a.NIC(netip.MustParsePrefix("10.0.0.1/24")), b.NIC(netip.MustParsePrefix("10.0.0.2/24")), wire(time.Microsecond))
	conns := make([]net.Conn, 0, 2*n)
	b.Background("accept", func() error {
		l, err := b.Listen("tcp", ":80")
		if err != nil {
			return err
		}
		for {
			c, err := l.Accept()
			if err != nil {
				return err
			}
			conns = append(conns, c)
		}
	})
	a.Go("dial", func() error {
		buf := make([]byte, 5)
		for i := range n {
			c, err := a.Dial("tcp", "10.0.0.2:80")
			if err != nil {
				return err
			}
			if _, err := c.Write(buf); err != nil { // one that was used is idle too
				return err
			}
			for len(conns) < 2*i+1 {
				a.Sleep(10 * time.Microsecond)
			}
			conns = append(conns, c)
			if _, err := conns[2*i].Read(buf); err != nil {
				return err
			}
		}
		a.Sleep(time.Second) // the last ACK
		between()
		return nil
	})
	if err := lab.Run(); err != nil {
		tb.Fatal(err)
	}
	if len(conns) != 2*n {
		tb.Fatalf("%d ends, want %d", len(conns), 2*n)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Both ends of an idle connection together take 2 kB at most, whatever of them
// is where: connections, machines, timers, places in tables.
func TestIdleConnectionsAreSmall(t *testing.T) {
	const n = 10_000
	for _, profile := range []tcp.Profile{tcp.RFC, tcp.Linux} {
		var small, large int64
		idle(t, 1, profile, func() { small = heap() })
		idle(t, n, profile, func() { large = heap() })
		each := (large - small) / (n - 1)
		t.Logf("profile %v: %d bytes a connection", profile, each)
		if each > 2000 {
			t.Errorf("profile %v: an idle connection takes %d bytes, want at most 2000", profile, each)
		}
	}
}

// What the operating system sees of 10,000 idle connections is 30 MB at most.
func TestIdleConnectionsAreFewPages(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector keeps several times as many pages")
	}
	before := resident(t)
	idle(t, 10_000, tcp.RFC, func() {
		if grown := resident(t) - before; grown > 30e6 {
			t.Errorf("the process has grown by %d kB, want at most 30,000", grown/1000)
		} else {
			t.Logf("the process has grown by %d kB", grown/1000)
		}
	})
}

// resident is the process's memory as Linux counts it, in bytes.
func resident(t *testing.T) int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("only Linux tells how much memory is resident")
	}
	pages, err := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// BenchmarkSetUp is the whole of Dial and Accept with five bytes on the
// connection, per connection of many that stay.
func BenchmarkSetUp(b *testing.B) {
	for _, n := range []int{1000, 5000, 15_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				idle(b, n, tcp.RFC, func() {})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/connection")
		})
	}
}
