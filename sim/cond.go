package sim

// Cond is a place where programs wait for something to change. As with
// sync.Cond, who is woken looks again whether what it waits for is so. There
// is no lock: one program runs at a time, and it is never interrupted between
// two calls that wait.
//
// It is three words and can be part of another struct; see Init.
type Cond struct {
	sim      *Sim
	describe func() string
	waiters  ring
}

// NewCond makes a condition. describe says what a program waits for, as in
// "reading from 10.0.2.2:80"; it is asked only when a run fails and reports
// who waits for what, and may be nil.
func NewCond(s *Sim, describe func() string) *Cond {
	c := new(Cond)
	c.Init(s, describe)
	return c
}

// Init makes a condition of a zero value inside another struct. Several
// conditions may share one describe.
func (c *Cond) Init(s *Sim, describe func() string) { c.sim, c.describe = s, describe }

// Wait parks the program until it is woken.
func (c *Cond) Wait() {
	p := c.sim.enter("Cond.Wait")
	c.join(p)
	p.park()
}

// WaitUntil parks the program until it is woken, or until the moment at: then
// it returns false. A moment that has come already is false at once; Never is
// no limit. A deadline alone never keeps a run alive.
func (c *Cond) WaitUntil(at Time) bool {
	p := c.sim.enter("Cond.WaitUntil")
	if at <= c.sim.now {
		return false
	}
	c.join(p)
	p.wakeAt(at)
	p.park()
	p.timer.Stop()
	timedOut := p.timedOut
	p.timedOut = false
	return !timedOut
}

func (c *Cond) join(p *Program) {
	p.waits = c
	c.waiters.push(p)
}

// Signal wakes the program that has waited longest, if there is one. It goes
// on at this same moment, before the next event. Events and programs may call
// it.
func (c *Cond) Signal() { c.wake() }

// Broadcast wakes all that wait, in the order in which they came.
func (c *Cond) Broadcast() {
	for c.wake() {
	}
}

// wake says whether there was somebody to wake.
func (c *Cond) wake() bool {
	if c.waiters.empty() || c.sim.Check() != nil {
		return false
	}
	p := c.waiters.pop()
	p.waits = nil
	c.sim.ready.push(p)
	return true
}
