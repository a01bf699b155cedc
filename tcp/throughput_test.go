package tcp

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

var (
	seeds    = flag.Int("tcp.seeds", 2, "random seeds for each point of the throughput table")
	showRate = flag.Bool("tcp.table", false, "print the throughput table")
)

// losses decide which data segments (retransmissions included) a path loses.
type losses func(nth int) bool

func every(n int) losses { return func(nth int) bool { return nth%n == 0 } }

func random(perMille int, seed uint64) losses {
	r := rand.New(rand.NewPCG(seed, 9))
	return func(int) bool { return r.IntN(1000) < perMille }
}

// throughput is the rate of a transfer in Mbit/s between the tenth loss and
// the loss that many epochs later, on a path with nothing but delay.
func throughput(t *testing.T, cfg Config, rtt time.Duration, lose losses, epochs int) float64 {
	cfg.SendBuffer, cfg.ReceiveBuffer = 4<<20, 4<<20
	b := newBulk(t, 0, &cfg)
	sent, lost := 0, 0
	b.pair.fate = func(from int, s *Segment) []time.Duration {
		if from == 0 && s.textLen() > 0 {
			if sent++; lose(sent) {
				lost++
				return nil
			}
		}
		b.delays[0] = rtt / 2
		return b.delays[:]
	}
	wait := func(n int) {
		for until := lost + n; lost < until; {
			b.transfer(1448)
		}
	}
	wait(10)
	from, start := b.got, b.now
	wait(epochs)
	return float64(b.got-from) * 8 / 1e6 / b.now.Sub(start).Seconds()
}

// bottleneck is the rate through a link of 10 Mbit/s with a queue of so many
// frames, as a share of what framing leaves, after the first ten seconds.
func bottleneck(t *testing.T, cfg Config, rtt time.Duration, queue int, framing int) float64 {
	const nsPerByte = 800
	cfg.SendBuffer, cfg.ReceiveBuffer = 1<<20, 1<<20
	b := newBulk(t, 0, &cfg)
	var free sim.Time
	b.pair.fate = func(from int, s *Segment) []time.Duration {
		b.delays[0] = rtt / 2
		if from == 0 {
			n := sim.Time(s.HeaderLen()+s.textLen()+20+framing) * nsPerByte
			free = max(free, b.now)
			if free-b.now > sim.Time(queue)*sim.Time(1500+framing)*nsPerByte {
				return nil
			}
			free += n
			b.delays[0] += free.Sub(b.now)
		}
		return b.delays[:]
	}
	for b.now < sim.Time(10*time.Second) {
		b.transfer(1448)
	}
	from, start := b.got, b.now
	for b.now < sim.Time(70*time.Second) {
		b.transfer(1448)
	}
	rate := float64(b.got-from) * 8 / b.now.Sub(start).Seconds()
	return rate / (10e6 * 1448 / float64(1500+framing))
}

func TestExplore(t *testing.T) {
	if !*showRate {
		t.Skip("run with -tcp.table")
	}
	for _, c := range []struct {
		control string
		rtt     int
		every   int
		linux   float64
	}{
		{"reno", 50, 1000, 8.45}, {"reno", 100, 1000, 4.28}, {"reno", 50, 200, 3.65},
		{"cubic", 100, 1000, 4.93}, {"cubic", 100, 10000, 24.6},
	} {
		for _, nodelay := range []bool{false, true} {
			got := throughput(t, Config{Profile: Linux, Congestion: c.control, NoDelayedACK: nodelay}, time.Duration(c.rtt)*ms, every(c.every), 30)
			fmt.Printf("%s %d ms every %d nodelack %v: %.2f, Linux %.2f: %.2f\n", c.control, c.rtt, c.every, nodelay, got, c.linux, got/c.linux)
		}
	}
	for _, nodelay := range []bool{false, true} {
		sum := 0.0
		for s := range *seeds {
			sum += throughput(t, Config{Profile: Linux, NoDelayedACK: nodelay}, 50*ms, random(10, uint64(s)), 300)
		}
		fmt.Printf("reno 50 ms 1%%, nodelack %v: %.2f, Linux 2.86\n", nodelay, sum/float64(*seeds))
	}
	for _, cc := range Congestions() {
		fmt.Printf("bottleneck %s: %.4f\n", cc, bottleneck(t, Config{Profile: Linux, Congestion: cc}, 50*ms, 42, 38))
	}
}
