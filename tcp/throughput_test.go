package tcp

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

var (
	seeds    = flag.Int("tcp.seeds", 4, "random seeds, or beginnings, for each point of the throughput table")
	showRate = flag.Bool("tcp.table", false, "print the throughput table")
)

// losses decide which data segments (retransmissions included) a path loses.
type losses func(nth int) bool

func every(n int) losses { return func(nth int) bool { return nth%n == 0 } }

func everyFrom(n, first int) losses { return func(nth int) bool { return (nth+n-first)%n == 0 } }

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

// mathis is the model of Mathis, Semke, Mahdavi and Ott (1997) in Mbit/s:
// MSS / RTT · sqrt(3/2 / p).
func mathis(rtt time.Duration, p float64) float64 {
	return 1448 * 8 / 1e6 / rtt.Seconds() * math.Sqrt(1.5/p)
}

// pftk is the model of Padhye, Firoiu, Towsley and Kurose (1998, equation 32),
// with timeouts of 200 ms above the round trip and b segments for each ACK.
func pftk(rtt time.Duration, p, b float64) float64 {
	rto := rtt.Seconds() + 0.2
	slow := min(1, 3*math.Sqrt(3*b*p/8)) * p * (1 + 32*p*p)
	return 1448 * 8 / 1e6 / (rtt.Seconds()*math.Sqrt(2*b*p/3) + rto*slow)
}

// cubicResponse is the response function of RFC 9438 §5.2, equation 6, in
// Mbit/s: 1.054 segments · (RTT / p)^(3/4) in a round trip, or Reno's rate where
// that is higher (§4.3).
func cubicResponse(rtt time.Duration, p float64) float64 {
	w := 1.054 * math.Pow(rtt.Seconds()/p, 0.75)
	return max(w*1448*8/1e6/rtt.Seconds(), mathis(rtt, p))
}

// point is one row of the table: what real Linux reached, in Mbit/s.
type point struct {
	control string
	rtt     time.Duration
	every   int // one of so many segments is lost; 0: one of a hundred, at random
	linux   float64
	within  float64
	slow    bool
}

// Where the losses of CUBIC's points first fall decides at which of many heights
// its window comes to rest (docs/tcp.md), so several beginnings are averaged.
var points = []point{
	{"reno", 50 * ms, 1000, 8.45, 0.05, false},
	{"reno", 100 * ms, 1000, 4.28, 0.05, false},
	{"reno", 50 * ms, 200, 3.65, 0.06, false},
	{"reno", 50 * ms, 0, 2.86, 0.10, false},
	{"cubic", 100 * ms, 1000, 4.93, 0.05, false},
	{"cubic", 100 * ms, 10_000, 24.6, 0.05, true},
}

// measure is the average over the beginnings or seeds, and the extremes.
func (c *point) measure(t *testing.T, profile Profile, runs int) (mean, least, most float64) {
	cfg := Config{Profile: profile, Congestion: c.control}
	least = math.Inf(1)
	for i := range runs {
		lose, epochs := random(10, uint64(i)), 300
		if c.every > 0 {
			lose, epochs = everyFrom(c.every, c.every-i*c.every/runs), 30
		}
		got := throughput(t, cfg, c.rtt, lose, epochs)
		mean, least, most = mean+got/float64(runs), min(least, got), max(most, got)
	}
	return mean, least, most
}

// What real Linux reaches, with segments of 1448 octets and nothing else in the
// way. (-tcp.seeds 10 -tcp.table for the table in docs/tcp.md.)
func TestThroughputIsThatOfLinux(t *testing.T) {
	if *showRate {
		t.Logf("%-5s %6s %7s | %6s %14s | %6s | %6s %6s %6s", "", "RTT", "every", "here", "", "Linux", "Mathis", "PFTK", "9438 §5")
	}
	for _, c := range points {
		if c.slow && !*showRate {
			continue
		}
		runs := *seeds
		if c.control == "cubic" {
			runs = 10
		}
		mean, least, most := c.measure(t, Linux, runs)
		if mean < (1-c.within)*c.linux || mean > (1+c.within)*c.linux {
			t.Errorf("%s, %v, every %dth lost: %.2f Mbit/s, Linux has %.2f", c.control, c.rtt, c.every, mean, c.linux)
		}
		if *showRate {
			p := 1 / float64(or(c.every, 100))
			t.Logf("%-5s %6v %7d | %6.2f (%5.2f–%5.2f) | %6.2f | %6.2f %6.2f %6.2f", c.control, c.rtt, c.every,
				mean, least, most, c.linux, mathis(c.rtt, p), pftk(c.rtt, p, 2), cubicResponse(c.rtt, p))
		}
	}
}

// A queue of 42 packets, as much as is on the way, keeps a link of 10 Mbit/s
// busy: the window never falls below what the link holds.
func TestBottleneckIsFull(t *testing.T) {
	for _, profile := range []Profile{RFC, Linux} {
		for _, control := range Congestions() {
			share := bottleneck(t, Config{Profile: profile, Congestion: control}, 50*ms, 42, 38)
			if share < 0.99 || share > 1.001 {
				t.Errorf("%v, %s: %.2f%% of what framing leaves, want 99%% or more", profile, control, 100*share)
			}
			if *showRate {
				t.Logf("bottleneck, %v, %s: %.2f%%", profile, control, 100*share)
			}
		}
	}
}

// RFC 9438 §5.2: what CUBIC reaches by the letter lies near its response function.
func TestCubicResponse(t *testing.T) {
	for _, c := range []struct {
		rtt   time.Duration
		every int
	}{{100 * ms, 1000}, {100 * ms, 3000}, {200 * ms, 1000}} {
		got := throughput(t, Config{Congestion: "cubic"}, c.rtt, every(c.every), 30)
		want := cubicResponse(c.rtt, 1/float64(c.every))
		if got < 0.85*want || got > 1.15*want {
			t.Errorf("%v, every %dth lost: %.2f Mbit/s, the response function has %.2f", c.rtt, c.every, got, want)
		}
	}
}

// overflow counts what a queue of 200 frames drops in the first two seconds
// behind 10 Mbit/s.
func overflow(t *testing.T, cfg Config) (lost int) {
	cfg.SendBuffer, cfg.ReceiveBuffer = 1<<20, 1<<20
	b := newBulk(t, 0, &cfg)
	var free sim.Time
	b.pair.fate = func(from int, s *Segment) []time.Duration {
		b.delays[0] = 25 * ms
		if from == 0 {
			if free = max(free, b.now); free-b.now > 200*1538*800 {
				lost++
				return nil
			}
			free += sim.Time(s.HeaderLen()+s.textLen()+58) * 800
			b.delays[0] += free.Sub(b.now)
		}
		return b.delays[:]
	}
	for b.now < sim.Time(2*time.Second) {
		b.transfer(1448)
	}
	return lost
}
