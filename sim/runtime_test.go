package sim_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/packetwalk/packetwalk/sim"
)

func TestMonitorIsHeldWhileItsHolderIsParked(t *testing.T) {
	s := sim.New(1)
	d := &diary{sim: s}
	m := s.Runtime("host").NewMonitor("state")
	for _, name := range []string{"a", "b", "c"} {
		s.Go(name, func() {
			for range 2 {
				m.Lock()
				d.note("%s enters", name)
				s.Sleep(10)
				m.Unlock()
			}
		})
	}
	mustRun(t, s)
	want := []string{"0 a enters", "10 b enters", "20 c enters", "30 a enters", "40 b enters", "50 c enters"}
	if diff := gocmp.Diff(want, d.lines); diff != "" {
		t.Errorf("who waits longest enters next:\n%s", diff)
	}
}

func TestMonitorGivesTheLockBackWhileItWaits(t *testing.T) {
	s := sim.New(1)
	d := &diary{sim: s}
	rt := s.Runtime("host")
	m := rt.NewMonitor("state")
	ready := false
	s.Go("waiter", func() {
		m.Lock()
		defer m.Unlock()
		for !ready {
			m.Wait()
		}
		d.note("ready")
		d.note("%v", m.WaitUntil(rt.Now().Add(5)))
		d.note("%v", m.WaitUntil(rt.Now().Add(500)))
	})
	s.Go("changer", func() {
		s.Sleep(10)
		m.Lock()
		ready = true
		m.Signal()
		s.Sleep(10) // the waiter is woken, but does not have the lock yet
		m.Unlock()
		s.Sleep(100)
		m.Broadcast()
	})
	mustRun(t, s)
	if diff := gocmp.Diff([]string{"20 ready", "25 false", "120 true"}, d.lines); diff != "" {
		t.Error(diff)
	}
}

func TestMonitorInADeadlockHasItsName(t *testing.T) {
	s := sim.New(1)
	m := s.Runtime("host").NewMonitor("the write queue")
	s.Go("waiter", func() { m.Lock(); defer m.Unlock(); m.Wait() })
	s.Go("holder", func() { m.Lock(); m.Lock() })
	err := s.Run()
	for _, want := range []string{"waiter: waiting for a change of the write queue", "holder: waiting to enter the write queue"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Run: %v, want %q in it", err, want)
		}
	}
}

func TestUnlockOfAFreeMonitorPanics(t *testing.T) {
	s := sim.New(1)
	s.Go("p", s.Runtime("host").NewMonitor("state").Unlock)
	if err := s.Run(); err == nil || !strings.Contains(err.Error(), "Unlock of a monitor that is not locked") {
		t.Errorf("Run: %v", err)
	}
}

func TestAfterFunc(t *testing.T) {
	s := sim.New(1)
	d := &diary{sim: s}
	rt := s.Runtime("host")
	m := rt.NewMonitor("state")
	s.Go("main", func() {
		stop := rt.AfterFunc(10, func() {
			m.Lock() // its holder is parked: it waits
			defer m.Unlock()
			d.note("called")
		})
		never := rt.AfterFunc(20, func() { t.Error("it was stopped, but called") })
		rt.AfterFunc(time.Hour, func() { t.Error("it held the run") })
		m.Lock()
		s.Sleep(15)
		m.Unlock()
		s.Sleep(1)
		d.note("%v %v %v", stop(), never(), never())
		s.Sleep(10)
	})
	mustRun(t, s)
	if diff := gocmp.Diff([]string{"15 called", "16 false true false"}, d.lines); diff != "" {
		t.Error(diff)
	}
}

func TestRuntimeGoIsNotWaitedFor(t *testing.T) {
	s := sim.New(1)
	var name string
	s.Runtime("server").Go("writer", func() {
		name = s.Current().Name()
		s.Sleep(time.Hour)
	})
	mustRun(t, s)
	if name != "server/writer" || s.Now() != 0 {
		t.Errorf("the helper is %q, the run ended at %s; want server/writer, 0", name, s.Now())
	}
}

func TestRuntimeRandIsOneStreamWhateverTheSizesOfReads(t *testing.T) {
	read := func(r io.Reader, sizes ...int) []byte {
		var all []byte
		for _, n := range sizes {
			p := make([]byte, n)
			if _, err := io.ReadFull(r, p); err != nil {
				t.Fatal(err)
			}
			all = append(all, p...)
		}
		return all
	}
	s := sim.New(1)
	whole := read(s.Runtime("host").Rand(), 60)
	if cut := read(s.Runtime("host").Rand(), 3, 8, 0, 16, 33); !bytes.Equal(cut, whole) {
		t.Errorf("read in pieces: %x\nread at once:   %x", cut, whole)
	}
	// crypto/tls reads one byte or none, by a coin of its own.
	rand := s.Runtime("host").Rand()
	first := read(rand, 20)
	one := read(rand, 1, 1, 1)
	if rest := read(rand, 40); !bytes.Equal(append(first, rest...), whole) {
		t.Errorf("reads of one byte moved the stream on: %x, want %x", rest, whole[20:])
	}
	if !bytes.Equal(one, bytes.Repeat(whole[20:21], 3)) {
		t.Errorf("reads of one byte gave %x, want the next byte %x each", one, whole[20])
	}
	if other := read(s.Runtime("other").Rand(), 60); bytes.Equal(other, whole) {
		t.Error("two hosts draw the same bytes")
	}
}
