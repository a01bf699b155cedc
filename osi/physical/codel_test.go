package physical

import (
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

const ms = time.Millisecond

// feed shows CoDel a frame every step whose waiting time wait gives, and lists
// the times of its drops.
func feed(c *CoDel, until, step time.Duration, wait func(time.Duration) time.Duration) (drops []time.Duration) {
	for at := time.Duration(0); at < until; at += step {
		if c.Dequeue(sim.Time(at), nil, QueueState{Frames: 20, Bytes: 20 * 1518, Waited: wait(at)}) != Keep {
			drops = append(drops, at)
		}
	}
	return drops
}

// RFC 8289 §4: a burst that drains within an interval is good queue.
func TestCoDelLeavesBurstsAlone(t *testing.T) {
	saw := func(at time.Duration) time.Duration { return 50*ms - at%(50*ms) } // drains every 50 ms
	if drops := feed(&CoDel{}, 5*time.Second, ms, saw); len(drops) != 0 {
		t.Errorf("bursts that drain are dropped from at %v", drops)
	}
	if (&CoDel{}).Dequeue(sim.Time(time.Second), nil, QueueState{Frames: 1, Bytes: 1518, Waited: time.Second}) != Keep {
		t.Error("the last frame in the queue is dropped")
	}
}

// RFC 8289 §5.3: "the next drop time is decreased in inverse proportion to the
// square root of the number of drops since the dropping state was entered".
func TestCoDelDropsMoreAndMoreOften(t *testing.T) {
	standing := func(time.Duration) time.Duration { return 20 * ms }
	drops := feed(&CoDel{}, 600*ms, 100*time.Microsecond, standing)
	// 100 ms after the first frame that waited too long, then 100/sqrt(1) ms,
	// 100/sqrt(2) ms, 100/sqrt(3) ms ...
	want := []time.Duration{100 * ms, 200 * ms, 270_800 * time.Microsecond, 328_500 * time.Microsecond, 378_500 * time.Microsecond}
	if len(drops) < len(want) {
		t.Fatalf("%d drops, want at least %d", len(drops), len(want))
	}
	for i := range want {
		if d := drops[i] - want[i]; d < 0 || d > 200*time.Microsecond {
			t.Errorf("drop %d is at %v, want %v", i+1, drops[i], want[i])
		}
	}
}

// RFC 8289 §5.5: soon after, dropping goes on at nearly the rate it had.
func TestCoDelRemembersItsRate(t *testing.T) {
	c := &CoDel{}
	wait := func(at time.Duration) time.Duration {
		if at >= 600*ms && at < 610*ms {
			return 0
		}
		return 20 * ms
	}
	drops := feed(c, 900*ms, 100*time.Microsecond, wait)
	var gaps []time.Duration
	for i := 1; i < len(drops); i++ {
		if drops[i-1] > 610*ms {
			gaps = append(gaps, drops[i]-drops[i-1])
		}
	}
	if len(gaps) == 0 || gaps[0] > 60*ms {
		t.Errorf("after a pause the first gaps are %v, want them well below the interval", gaps)
	}
}

func TestSquareRoot(t *testing.T) {
	for _, n := range []uint64{0, 1, 2, 3, 4, 15, 16, 17, 1e16, 1e16 - 1, 1<<62 - 1, 1<<63 + 12345} {
		r := squareRoot(n)
		if r*r > n || (r+1 < 1<<32 && (r+1)*(r+1) <= n) {
			t.Errorf("squareRoot(%d) = %d", n, r)
		}
	}
}
