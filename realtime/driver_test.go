package realtime_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/packetwalk/packetwalk/realtime"
	"github.com/packetwalk/packetwalk/sim"
)

// pulse is a driver as ws and socketio have one, only smaller: it sends a
// heartbeat on a connection, expects each to come back as an echo, and closes
// the connection when none has come for too long. It has all that drivers
// have: a reader and a writer that run beside the caller, a queue between them,
// a deadline that is moved, state under a monitor.
type pulse struct {
	rt    sim.Runtime
	conn  io.ReadWriteCloser
	every time.Duration // between two heartbeats
	limit time.Duration // how long no echo may come
	tell  func(format string, args ...any)

	state   sim.Monitor
	outbox  []string
	sent    int
	echoes  int
	lost    bool // no echo for limit
	closed  bool
	disarm  func() bool
	helpers int // reader and writer that still run
}

var errLost = errors.New("the other side is silent")

// beat runs until the connection ends, and says why.
func (p *pulse) beat() error {
	p.state = p.rt.NewMonitor("the pulse")
	p.state.Lock()
	p.helpers = 2
	p.rearm()
	p.rt.Go("reader", p.read)
	p.rt.Go("writer", p.write)
	next := p.rt.Now()
	for !p.closed && !p.lost {
		if now := p.rt.Now(); !now.Before(next) {
			p.sent++
			p.outbox = append(p.outbox, fmt.Sprintf("beat %d", p.sent))
			p.state.Broadcast()
			next = next.Add(p.every)
		}
		p.state.WaitUntil(next)
	}
	p.disarm()
	p.state.Unlock()
	p.conn.Close() // wakes reader and writer
	p.state.Lock()
	defer p.state.Unlock()
	p.closed = true
	p.state.Broadcast()
	for p.helpers > 0 {
		p.state.Wait()
	}
	if p.lost {
		return errLost
	}
	return nil
}

// rearm gives the other side limit from now.
func (p *pulse) rearm() {
	if p.disarm != nil {
		p.disarm()
	}
	p.disarm = p.rt.AfterFunc(p.limit, func() {
		p.state.Lock()
		defer p.state.Unlock()
		p.lost = true
		p.tell("no echo for %s", p.limit)
		p.state.Broadcast()
	})
}

func (p *pulse) read() {
	defer p.leave()
	lines := bufio.NewScanner(p.conn)
	for lines.Scan() {
		p.state.Lock()
		p.echoes++
		p.tell("echo of %q", lines.Text())
		p.rearm()
		p.state.Unlock()
	}
}

func (p *pulse) write() {
	defer p.leave()
	for {
		p.state.Lock()
		for len(p.outbox) == 0 && !p.closed {
			p.state.Wait()
		}
		if p.closed {
			p.state.Unlock()
			return
		}
		line := p.outbox[0]
		p.outbox = p.outbox[1:]
		p.tell("sends %q", line)
		p.state.Unlock()
		if _, err := io.WriteString(p.conn, line+"\n"); err != nil {
			return
		}
	}
}

func (p *pulse) leave() {
	p.state.Lock()
	defer p.state.Unlock()
	p.helpers--
	p.closed = true
	p.state.Broadcast()
}

// echo is the other side: it answers a few heartbeats, each after a while of
// its own, and then falls silent.
func echo(conn io.ReadWriteCloser, answers int, pause func(time.Duration)) {
	lines := bufio.NewScanner(conn)
	for n := 0; lines.Scan(); n++ {
		if n >= answers {
			continue
		}
		pause(time.Duration(2+n) * time.Millisecond)
		if _, err := io.WriteString(conn, lines.Text()+"\n"); err != nil {
			return
		}
	}
}

// transcript collects what the driver tells, with the time since the start.
func transcript(rt sim.Runtime) (tell func(string, ...any), all *[]string) {
	begin, lines := rt.Now(), []string{}
	return func(format string, args ...any) {
		lines = append(lines, fmt.Sprintf("%s ", rt.Now().Sub(begin))+fmt.Sprintf(format, args...))
	}, &lines
}

const (
	every   = 10 * time.Millisecond
	limit   = 35 * time.Millisecond
	answers = 3
)

func simulated(t *testing.T) []string {
	s := sim.New(1)
	here, there := pipe(s)
	tell, lines := transcript(s.Runtime("client"))
	s.Go("client", func() {
		p := &pulse{rt: s.Runtime("client"), conn: here, every: every, limit: limit, tell: tell}
		tell("ends: %v", p.beat())
	})
	s.GoBackground("server", func() { echo(there, answers, s.Sleep) })
	if err := s.Run(); err != nil {
		t.Fatal(err)
	}
	return *lines
}

// real runs on goroutines, net.Pipe and package time. Only the hands of the
// clock are moved by synctest, so that the test is quick and its times exact.
func real(t *testing.T) (lines []string) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		tell, told := transcript(realtime.New())
		go func() {
			defer there.Close()
			echo(there, answers, time.Sleep)
		}()
		p := &pulse{rt: realtime.New(), conn: here, every: every, limit: limit, tell: tell}
		tell("ends: %v", p.beat())
		lines = *told
	})
	return lines
}

func TestOneDriverTwoWorlds(t *testing.T) {
	want := strings.Split(strings.TrimSpace(`
0s sends "beat 1"
2ms echo of "beat 1"
10ms sends "beat 2"
13ms echo of "beat 2"
20ms sends "beat 3"
24ms echo of "beat 3"
30ms sends "beat 4"
40ms sends "beat 5"
50ms sends "beat 6"
59ms no echo for 35ms
59ms ends: the other side is silent`), "\n")
	if diff := cmp.Diff(want, simulated(t)); diff != "" {
		t.Errorf("the simulated world:\n%s", diff)
	}
	if diff := cmp.Diff(want, real(t)); diff != "" {
		t.Errorf("the real world:\n%s", diff)
	}
}
