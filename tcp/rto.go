package tcp

import "time"

// rto works out the retransmission timeout (RFC 6298): how long to wait for an
// acknowledgment before sending again. It is twice as patient after each
// timeout, and learns from measured round trips. Karn's rule (§3), that the
// ACK of a segment that was sent twice measures nothing, is the caller's: such
// a round trip is never handed in, unless timestamps tell the two apart.
type rto struct {
	SRTT   time.Duration // smoothed round-trip time; 0 before the first sample
	RTTVAR time.Duration // its variation
	RTO    time.Duration
}

// granularity is G of RFC 6298 §2: the tick of the timestamps. (The timer
// itself is exact here.)
const granularity = time.Millisecond

// sample takes a measured round trip into account (RFC 6298 §2.2 and §2.3,
// with alpha = 1/8, beta = 1/4, K = 4). It also ends any back-off.
func (r *rto) sample(cfg *Config, rtt time.Duration) {
	rtt = max(rtt, 1) // 0 stands for "no sample yet"
	if r.SRTT == 0 {
		r.SRTT, r.RTTVAR = rtt, rtt/2
	} else {
		r.RTTVAR += (max(r.SRTT-rtt, rtt-r.SRTT) - r.RTTVAR) / 4
		r.SRTT += (rtt - r.SRTT) / 8
	}
	r.set(cfg)
}

// set computes RTO from what was measured.
func (r *rto) set(cfg *Config) {
	variance := max(granularity, 4*r.RTTVAR)
	if cfg.Profile == Linux {
		// Linux holds the variance term, not the sum, above its minimum.
		r.RTO = r.SRTT + max(variance, cfg.minRTO())
	} else {
		r.RTO = max(r.SRTT+variance, cfg.minRTO()) // §2.4
	}
	r.RTO = min(r.RTO, cfg.maxRTO()) // §2.5
}

// backOff doubles the timeout after it expired (§5.5).
func (r *rto) backOff(cfg *Config) { r.RTO = min(2*r.RTO, cfg.maxRTO()) }

// afterSYN is §5.7: when the SYN had to be sent again and nothing was
// measured, data begins with 3 seconds.
func (r *rto) afterSYN() {
	if r.SRTT == 0 {
		r.RTO = 3 * time.Second
	}
}
