package tcp

import "github.com/packetwalk/packetwalk/sim"

// timer names one of the connection's timers. All of them are just times; the
// host arms one timer of its own for the earliest (see NextDeadline).
type timer uint8

const (
	retransmission timer = iota // RFC 6298 §5
	reordering                  // RFC 8985 §6.2, step 5
	tailLoss                    // RFC 8985 §7.2
	persist                     // zero-window probes and the SWS override, RFC 9293 §3.8.6
	delayedACK                  // RFC 9293 §3.8.6.3
	timeWait                    // 2 MSL, and Linux's limit on FIN-WAIT-2
	keepAlive                   // RFC 9293 §3.8.4
	numTimers
)

type timers [numTimers]sim.Time

func (t *timers) stopAll() {
	for i := range t {
		t[i] = sim.Never
	}
}

func (t *timers) stop(which timer)             { t[which] = sim.Never }
func (t *timers) set(which timer, at sim.Time) { t[which] = at }
func (t *timers) on(which timer) bool          { return t[which] != sim.Never }

// due says whether the timer has expired, and turns it off if so.
func (t *timers) due(which timer, now sim.Time) bool {
	if t[which] > now {
		return false
	}
	t[which] = sim.Never
	return true
}

// NextDeadline is the moment at which TimerExpired wants to be called,
// sim.Never if there is none. live says whether something is still to be
// achieved: a connection that only waits for 2 MSL to pass, or that has asked
// a closed window in vain for a long time, keeps nothing alive; nor does one
// that nothing happens on, until a keep-alive probe waits for its answer.
func (c *Conn) NextDeadline() (at sim.Time, live bool) {
	t := &c.timers
	work := min(t[retransmission], t[reordering], t[tailLoss], t[delayedACK])
	work = min(work, c.userDeadline())
	if c.probes < uint8(min(c.cfg.retries(), 255)) {
		work = min(work, t[persist])
	}
	if c.keepProbes > 0 {
		work = min(work, t[keepAlive])
	}
	return min(work, t[persist], t[timeWait], t[keepAlive]), work != sim.Never
}
