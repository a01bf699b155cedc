package physical_test

import (
	"slices"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
)

func TestQueueDropsTheTail(t *testing.T) {
	cases := []struct {
		name  string
		queue int
		sent  int
		kept  int
	}{
		{"one is sent and two wait", 2, 5, 3},
		{"no waiting room", -1, 3, 1},
		{"the default", 0, physical.DefaultQueue + 5, physical.DefaultQueue + 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t, 1, oneWay(physical.DirectionConfig{Rate: 10e6, Queue: c.queue}))
			l.at(0, func() {
				for range c.sent {
					l.A().Send(l.frame(64, 'x'))
				}
			})
			l.run()
			if len(l.b.got) != c.kept {
				t.Errorf("%d frames arrived, want %d", len(l.b.got), c.kept)
			}
			if n, counted := len(l.told("wire.queue-full")), l.A().Counters().QueueFull; n != c.sent-c.kept || counted != n {
				t.Errorf("%d drops told, %d counted, want %d", n, counted, c.sent-c.kept)
			}
		})
	}
}

func TestQueueFullSaysSo(t *testing.T) {
	l := newLab(t, 1, oneWay(physical.DirectionConfig{Rate: 10e6, Queue: 1}))
	l.at(0, func() { l.send("xyz") })
	l.run()
	want := []string{"a frame of 64 bytes from a to b is dropped: the queue is full, 1 waiting"}
	if got := l.told("wire.queue-full"); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

// A frame waits for those before it, gaps included: 84 bytes each.
func TestQueueState(t *testing.T) {
	l := newLab(t, 1, oneWay(physical.DirectionConfig{Rate: 10e6}))
	var states []physical.QueueState
	look := func() { states = append(states, l.A().Queue()) }
	l.at(0, func() { l.send("wxyz"); look() })
	l.at(67199, look)
	l.at(67201, look)
	l.at(3*67200+1, look)
	l.run()
	want := []physical.QueueState{
		{Frames: 3, Bytes: 192},
		{Frames: 3, Bytes: 192, Waited: 67199},
		{Frames: 2, Bytes: 128, Waited: 67201},
		{},
	}
	if !slices.Equal(states, want) {
		t.Errorf("queue states %+v, want %+v", states, want)
	}
}

// tooOld drops what has waited too long, when its turn has come.
type tooOld struct{ physical.DropTail }

func (tooOld) Dequeue(_ sim.Time, _ *physical.Frame, q physical.QueueState) physical.Verdict {
	if q.Waited > 100*time.Microsecond {
		return physical.Drop
	}
	return physical.Keep
}

func TestDisciplineJudgesAtTheHeadToo(t *testing.T) {
	l := newLab(t, 1, oneWay(physical.DirectionConfig{Rate: 10e6, Discipline: func() physical.Discipline {
		return tooOld{physical.DropTail{Limit: 10}}
	}}))
	l.at(0, func() { l.send("wxyz") })
	l.at(time.Millisecond, func() { l.send("v") })
	l.run()
	if got := firsts(l.b); got != "wxv" {
		t.Errorf("%q arrived, want wxv: y and z were older than 100 µs when their turn came", got)
	}
	if n := len(l.told("wire.queue-full")); n != 2 {
		t.Errorf("%d drops told, want 2", n)
	}
}
