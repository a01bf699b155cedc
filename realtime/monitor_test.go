package realtime_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/packetwalk/packetwalk/realtime"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMonitorWakesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := realtime.New()
		m := rt.NewMonitor("state")
		var woken []int
		for i := range 5 {
			rt.Go(fmt.Sprint(i), func() {
				m.Lock()
				defer m.Unlock()
				m.Wait()
				woken = append(woken, i)
			})
			synctest.Wait() // each joins the line before the next
		}
		m.Signal()
		synctest.Wait()
		m.Signal()
		synctest.Wait()
		if !slices.Equal(woken, []int{0, 1}) {
			t.Errorf("two signals woke %v, want 0 and 1", woken)
		}
		m.Broadcast()
		synctest.Wait()
		if len(woken) != 5 {
			t.Errorf("the broadcast left some waiting: %v", woken)
		}
		m.Signal() // nobody waits: nothing happens
	})
}

func TestMonitorWaitUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := realtime.New()
		m := rt.NewMonitor("state")
		begin := rt.Now()
		m.Lock()
		if m.WaitUntil(begin.Add(30*time.Millisecond)) || rt.Now().Sub(begin) != 30*time.Millisecond {
			t.Errorf("nobody signalled, but it was woken, or not at 30 ms: %s", rt.Now().Sub(begin))
		}
		rt.AfterFunc(20*time.Millisecond, func() {
			m.Lock()
			defer m.Unlock()
			m.Signal()
		})
		if !m.WaitUntil(begin.Add(time.Hour)) || rt.Now().Sub(begin) != 50*time.Millisecond {
			t.Errorf("the signal at 50 ms did not wake it: %s", rt.Now().Sub(begin))
		}
		m.Unlock()
	})
}

// The one whose time is up leaves the line: the next signal is for the next.
func TestMonitorSignalPassesOverWhoHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := realtime.New()
		m := rt.NewMonitor("state")
		woken := false
		rt.Go("impatient", func() {
			m.Lock()
			defer m.Unlock()
			m.WaitUntil(rt.Now().Add(time.Millisecond))
		})
		synctest.Wait()
		rt.Go("patient", func() {
			m.Lock()
			defer m.Unlock()
			m.Wait()
			woken = true
		})
		time.Sleep(2 * time.Millisecond)
		m.Signal()
		synctest.Wait()
		if !woken {
			t.Error("the signal was lost on one that had left")
			m.Broadcast()
		}
	})
}

func TestAfterFuncCanBeStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := realtime.New()
		called := 0
		stop := rt.AfterFunc(time.Second, func() { called++ })
		never := rt.AfterFunc(time.Second, func() { called += 10 })
		if !never() || never() {
			t.Error("stop did not say that it prevented the call, once")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if called != 1 || stop() {
			t.Errorf("called %d times and stopped afterwards, want once", called)
		}
	})
}

func TestRandCannotBePredicted(t *testing.T) {
	a, b := make([]byte, 32), make([]byte, 32)
	for _, p := range [][]byte{a, b} {
		if _, err := io.ReadFull(realtime.New().Rand(), p); err != nil {
			t.Fatal(err)
		}
	}
	if bytes.Equal(a, b) {
		t.Errorf("two runtimes drew the same bytes: %x", a)
	}
}
