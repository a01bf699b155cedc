package tcp

import (
	"testing"
	"time"
)

// round feeds a window's worth of ACKs that measure the same round trip.
func (h *hystart) round(w *window, una *Seq, rtt time.Duration) {
	end := una.Add(w.CWND)
	for n := w.CWND / w.SMSS; n > 0; n-- {
		*una += Seq(w.SMSS)
		h.acked(w, growth{octets: w.SMSS, rtt: rtt, una: *una, nxt: end})
	}
}

// RFC 9406 §4.2: "if ((rttSampleCount >= N_RTT_SAMPLE) AND ... (currentRoundMinRTT
// >= (lastRoundMinRTT + RttThresh))": conservative slow start, a quarter as fast;
// "If CSS_ROUNDS rounds are complete, enter congestion avoidance".
func TestHyStartEndsSlowStart(t *testing.T) {
	for _, c := range []struct {
		says  string
		rtts  []time.Duration
		cwnd  []uint32 // in segments, after each round
		ended bool
	}{
		{"the path is empty", []time.Duration{50 * ms, 50 * ms, 50 * ms}, []uint32{20, 40, 80}, false},
		{"a little longer is no sign (RttThresh is 50/8 ms)", []time.Duration{50 * ms, 56 * ms}, []uint32{20, 40}, false},
		{"six rounds later slow start is over",
			[]time.Duration{50 * ms, 57 * ms, 60 * ms, 60 * ms, 60 * ms, 60 * ms, 60 * ms}, []uint32{20, 31, 39}, true},
		{"when it gets shorter again, it was no queue",
			[]time.Duration{50 * ms, 57 * ms, 50 * ms, 50 * ms}, nil, false},
	} {
		w := newWindow(&Config{}, 1000)
		h := &hystart{congestion: reno{}}
		una := Seq(1)
		for i, rtt := range c.rtts {
			h.round(&w, &una, rtt)
			if i < len(c.cwnd) && (w.CWND/1000 < c.cwnd[i]-2 || w.CWND/1000 > c.cwnd[i]+2) {
				t.Errorf("%s: after %d rounds cwnd is %d, want about %d segments", c.says, i+1, w.CWND, c.cwnd[i])
			}
		}
		if ended := w.SSThresh < 1<<30; ended != c.ended {
			t.Errorf("%s: slow start has ended: %v (cwnd %d)", c.says, ended, w.CWND)
		}
	}
}

// Behind a bottleneck with a long queue, slow start overshoots by less. (Five
// rounds of conservative slow start may still fill the queue.)
func TestHyStartLosesLess(t *testing.T) {
	cfg := Config{Profile: Linux, Congestion: "cubic"}
	without := overflow(t, cfg)
	cfg.HyStart = true
	if with := overflow(t, cfg); with*2 > without {
		t.Errorf("slow start loses %d segments with HyStart++, %d without", with, without)
	}
}
