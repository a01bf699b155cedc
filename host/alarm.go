package host

import "github.com/packetwalk/packetwalk/sim"

// alarm is the one timer of a connection, lent to it while its machine has a
// deadline. Idle connections have none, and very many connections need only as
// many alarms as are set at once.
type alarm struct {
	timer *sim.Timer
	conn  *TCPConn
	live  bool // keeps the run alive
}

func (a *alarm) ring() { a.conn.timerExpired() }

// alarms are those that nobody has, by whether they keep the run alive.
type alarms struct{ idle, live []*alarm }

func (p *alarms) of(live bool) *[]*alarm {
	if live {
		return &p.live
	}
	return &p.idle
}

func (p *alarms) get(s *sim.Sim, c *TCPConn, live bool) *alarm {
	free := p.of(live)
	if last := len(*free) - 1; last >= 0 {
		a := (*free)[last]
		*free = (*free)[:last]
		a.conn = c
		return a
	}
	a := &alarm{conn: c, live: live}
	if live {
		a.timer = s.NewTimer(a.ring)
	} else {
		a.timer = s.NewIdleTimer(a.ring)
	}
	return a
}

func (p *alarms) put(a *alarm) {
	a.timer.Stop()
	a.conn = nil
	free := p.of(a.live)
	*free = append(*free, a)
}

// setAlarm sets the connection's alarm to the machine's next deadline.
func (c *TCPConn) setAlarm() {
	at, live := c.machine.NextDeadline()
	if at == sim.Never {
		c.stopAlarm()
		return
	}
	if c.alarm == nil || c.alarm.live != live {
		c.stopAlarm()
		c.alarm = c.host.tcp.alarms.get(c.host.lab.sim, c, live)
	}
	c.alarm.timer.Arm(at)
}

func (c *TCPConn) stopAlarm() {
	if c.alarm != nil {
		c.host.tcp.alarms.put(c.alarm)
		c.alarm = nil
	}
}
