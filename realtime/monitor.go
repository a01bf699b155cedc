package realtime

import (
	"slices"
	"sync"
	"time"
)

// monitor is a lock with one condition. It is not a sync.Cond, because that
// cannot wait with a deadline.
type monitor struct {
	sync.Mutex

	line    sync.Mutex      // guards waiters: Signal needs no lock
	waiters []chan struct{} // those that wait, in the order in which they came
}

func (m *monitor) Wait() {
	woken := m.join()
	m.Unlock()
	<-woken
	m.Lock()
}

func (m *monitor) WaitUntil(t time.Time) bool {
	woken := m.join()
	m.Unlock()
	defer m.Lock()
	timeUp := time.NewTimer(time.Until(t))
	defer timeUp.Stop()
	select {
	case <-woken:
		return true
	case <-timeUp.C:
		return !m.leave(woken)
	}
}

func (m *monitor) Signal() { m.wake(1) }

func (m *monitor) Broadcast() { m.wake(-1) }

func (m *monitor) join() chan struct{} {
	m.line.Lock()
	defer m.line.Unlock()
	woken := make(chan struct{})
	m.waiters = append(m.waiters, woken)
	return woken
}

// leave says whether the waiter was still in the line; if not, it was woken at
// the moment at which its time was up.
func (m *monitor) leave(woken chan struct{}) bool {
	m.line.Lock()
	defer m.line.Unlock()
	i := slices.Index(m.waiters, woken)
	if i < 0 {
		return false
	}
	m.waiters = slices.Delete(m.waiters, i, i+1)
	return true
}

// wake wakes the first n waiters; all of them if n is negative.
func (m *monitor) wake(n int) {
	m.line.Lock()
	defer m.line.Unlock()
	if n < 0 || n > len(m.waiters) {
		n = len(m.waiters)
	}
	for _, woken := range m.waiters[:n] {
		close(woken)
	}
	m.waiters = slices.Delete(m.waiters, 0, n)
}
