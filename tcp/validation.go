package tcp

import "github.com/packetwalk/packetwalk/sim"

// What cwnd says about the network it says from experience, and experience ages.
// cwnd does not grow while it is not what holds the sender back (cwndInUse), and
// after a pause it shrinks:
//
//	RFC 5681 §4.1   at once, to the restart window, when the pause was an RTO
//	RFC 2861 §3.1   by half for each RTO, and ssthresh remembers it (Linux)
//
// Simplified: RFC 7661 would keep the window of a program that sends in bursts
// for five minutes and judge it by what was really in flight (pipeACK). It is an
// experiment that neither profile takes part in.

// restartAfterIdle is called when text goes out and nothing is in flight.
func (c *Conn) restartAfterIdle(now sim.Time) {
	if c.lastSent == 0 {
		return
	}
	idle, rto, w := now.Sub(c.lastSent), c.rto.RTO, &c.cwnd
	c.cong.idled(idle)
	if idle <= rto {
		return
	}
	restart := min(w.CWND, c.cfg.initialWindow(w.SMSS))
	if c.cfg.Profile == RFC {
		w.CWND = restart
		return
	}
	w.SSThresh = max(w.SSThresh, w.CWND/4*3)
	for ; idle > rto && w.CWND > restart; idle -= rto {
		w.CWND = w.whole(w.CWND / 2)
	}
	w.CWND = max(w.CWND, restart)
}
