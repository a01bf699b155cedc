package host_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/sim"
)

// What golang.org/x/net/nettest demands of a net.Conn, restated for programs
// that take turns: where nettest starts goroutines, these start programs, and
// the same things happen in the same order every time. (nettest itself runs
// over a bridge in nettest_test.go.)

// pair runs a test with the two ends of a connection. Programs that the test
// starts run beside it, on either host.
func pair(t *testing.T, test func(p *ends)) {
	t.Helper()
	for _, c := range []struct {
		name  string
		delay time.Duration
	}{{"no delay", 0}, {"20ms", 20 * time.Millisecond}} {
		t.Run(c.name, func(t *testing.T) {
			lab := host.NewLab(1)
			a, b := lab.Host("a"), lab.Host("b")
			lab.Connect(a.NIC(netip.MustParsePrefix("10.0.0.1/24")), b.NIC(netip.MustParsePrefix("10.0.0.2/24")), wire(c.delay))
			p := &ends{t: t, lab: lab, a: a, b: b}
			b.Go("accept", func() error {
				l, err := b.Listen("tcp", ":80")
				if err != nil {
					return err
				}
				p.c2, err = l.Accept()
				return err
			})
			a.Go("test", func() error {
				var err error
				if p.c1, err = a.Dial("tcp", "b:80"); err != nil {
					return err
				}
				for p.c2 == nil {
					a.Sleep(time.Millisecond)
				}
				test(p)
				return nil
			})
			if err := lab.Run(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

type ends struct {
	t      *testing.T
	lab    *host.Lab
	a, b   *host.Host
	c1, c2 net.Conn
}

func (p *ends) in(d time.Duration) time.Time { return p.a.Now().Add(d) }

// together runs programs beside each other and waits for all of them.
func (p *ends) together(programs ...func()) {
	left := len(programs)
	done := sim.NewCond(p.lab.Sim(), func() string { return "the programs of the test" })
	for _, program := range programs {
		p.b.Go("part", func() error {
			program()
			if left--; left == 0 {
				done.Broadcast()
			}
			return nil
		})
	}
	for left > 0 {
		done.Wait()
	}
}

func (p *ends) wantTimeout(op string, err error) {
	p.t.Helper()
	var timeout net.Error
	if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
		p.t.Errorf("%s: %v, want a net.Error that is os.ErrDeadlineExceeded", op, err)
	}
}

func (p *ends) wantNoError(op string, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Errorf("%s: %v", op, err)
	}
}

// BasicIO: what goes in at one end comes out at the other, both ways.
func TestConnBasicIO(t *testing.T) {
	want := make([]byte, 1<<20)
	for i := range want {
		want[i] = byte(i >> 10 * 7)
	}
	pair(t, func(p *ends) {
		var got bytes.Buffer
		p.together(
			func() {
				_, err := io.Copy(p.c1, bytes.NewReader(want))
				p.wantNoError("write", err)
				p.wantNoError("close", p.c1.(*host.TCPConn).CloseWrite())
				_, err = io.Copy(&got, p.c1)
				p.wantNoError("read back", err)
			},
			func() {
				wrapped := new(bytes.Buffer)
				_, err := io.Copy(wrapped, p.c2)
				p.wantNoError("read", err)
				_, err = io.Copy(p.c2, wrapped)
				p.wantNoError("write back", err)
				p.wantNoError("close", p.c2.Close())
			},
		)
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%d bytes came back that are not the %d sent", got.Len(), len(want))
		}
	})
}

// PingPong: two ends that answer each other do not lock up.
func TestConnPingPong(t *testing.T) {
	pair(t, func(p *ends) {
		bounce := func(c net.Conn, first bool) func() {
			return func() {
				ball := make([]byte, 8)
				if first {
					_, err := c.Write(ball)
					p.wantNoError("serve", err)
				}
				for range 100 {
					if _, err := io.ReadFull(c, ball); err != nil {
						break // the other side has had enough
					}
					ball[0]++
					if _, err := c.Write(ball); err != nil {
						t.Errorf("write: %v", err)
					}
				}
				if first && ball[0] != 200 {
					t.Errorf("the ball was hit %d times, want 200", ball[0])
				}
				c.Close()
			}
		}
		p.together(bounce(p.c1, true), bounce(p.c2, false))
	})
}

// RacyRead and RacyWrite: several programs use one end at once, with deadlines
// that pass; nothing breaks, and only time-outs are reported.
func TestConnSharedReading(t *testing.T) {
	pair(t, func(p *ends) {
		p.b.Background("pour", func() error {
			_, err := io.Copy(p.c2, endless{})
			return err
		})
		p.wantNoError("deadline", p.c1.SetReadDeadline(p.in(50*time.Millisecond)))
		sawTimeout := false // whichever comes first: it moves the deadline for all
		reader := func() {
			b := make([]byte, 1024)
			for range 10 {
				if _, err := p.c1.Read(b); err != nil {
					p.wantTimeout("read", err)
					sawTimeout = true
					p.wantNoError("deadline", p.c1.SetReadDeadline(p.in(time.Millisecond)))
				}
				p.a.Sleep(10 * time.Millisecond)
			}
		}
		p.together(reader, reader, reader)
		if !sawTimeout {
			t.Error("no read ran into the deadline")
		}
	})
}

func TestConnSharedWriting(t *testing.T) {
	pair(t, func(p *ends) {
		p.wantNoError("deadline", p.c1.SetWriteDeadline(p.in(time.Millisecond)))
		block := make([]byte, 1<<20)
		writer := func() {
			sawTimeout := false
			for range 5 {
				if _, err := p.c1.Write(block); err != nil {
					p.wantTimeout("write", err)
					sawTimeout = true
					p.wantNoError("deadline", p.c1.SetWriteDeadline(p.in(time.Millisecond)))
				}
			}
			if !sawTimeout {
				t.Error("no write ran into the deadline, though nobody reads")
			}
		}
		p.together(writer, writer, writer)
	})
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

// ReadTimeout: a read deadline is no business of writes.
func TestConnReadTimeoutLeavesWritesAlone(t *testing.T) {
	pair(t, func(p *ends) {
		p.b.Background("drain", func() error { _, err := io.Copy(io.Discard, p.c2); return err })
		p.wantNoError("deadline", p.c1.SetReadDeadline(sim.Epoch.Add(-time.Second)))
		_, err := p.c1.Read(make([]byte, 1024))
		p.wantTimeout("read", err)
		_, err = p.c1.Write(make([]byte, 1024))
		p.wantNoError("write", err)
	})
}

// WriteTimeout: a write deadline is no business of reads.
func TestConnWriteTimeoutLeavesReadsAlone(t *testing.T) {
	pair(t, func(p *ends) {
		p.b.Background("pour", func() error { _, err := io.Copy(p.c2, endless{}); return err })
		p.wantNoError("deadline", p.c1.SetWriteDeadline(sim.Epoch.Add(-time.Second)))
		_, err := p.c1.Write(make([]byte, 1024))
		p.wantTimeout("write", err)
		_, err = p.c1.Read(make([]byte, 1024))
		p.wantNoError("read", err)
	})
}

// PastTimeout: a deadline in the past fails both, and lifting it mends both.
func TestConnPastTimeout(t *testing.T) {
	pair(t, func(p *ends) {
		p.b.Background("echo", func() error { _, err := io.Copy(p.c2, p.c2); return err })
		p.roundtrip()
		p.wantNoError("deadline", p.c1.SetDeadline(sim.Epoch.Add(-time.Second)))
		n, err := p.c1.Write(make([]byte, 1024))
		p.wantTimeout("write", err)
		if n != 0 {
			t.Errorf("the write took %d bytes after its deadline", n)
		}
		n, err = p.c1.Read(make([]byte, 1024))
		p.wantTimeout("read", err)
		if n != 0 {
			t.Errorf("the read gave %d bytes after its deadline", n)
		}
		p.roundtrip()
	})
}

// roundtrip checks that the connection works after its deadlines are lifted.
func (p *ends) roundtrip() {
	p.t.Helper()
	p.wantNoError("lift the deadlines", p.c1.SetDeadline(time.Time{}))
	want := []byte("there and back")
	_, err := p.c1.Write(want)
	p.wantNoError("write", err)
	got := make([]byte, len(want))
	_, err = io.ReadFull(p.c1, got)
	p.wantNoError("read", err)
	if !bytes.Equal(got, want) {
		p.t.Errorf("%q came back, want %q", got, want)
	}
}

// PresentTimeout: a deadline set while calls wait ends them.
func TestConnDeadlineEndsWaitingCalls(t *testing.T) {
	pair(t, func(p *ends) {
		set := false
		p.together(
			func() {
				p.a.Sleep(100 * time.Millisecond)
				set = true
				p.wantNoError("deadline", p.c1.SetDeadline(p.in(0)))
			},
			func() {
				_, err := p.c1.Read(make([]byte, 1024))
				p.wantTimeout("read", err)
				if !set {
					t.Error("the read ended before the deadline was set")
				}
			},
			func() {
				var err error
				for err == nil {
					_, err = p.c1.Write(make([]byte, 64<<10))
				}
				p.wantTimeout("write", err)
				if !set {
					t.Error("the write ended before the deadline was set")
				}
			},
		)
	})
}

// FutureTimeout: a deadline in the future ends calls then, not before.
func TestConnFutureTimeout(t *testing.T) {
	pair(t, func(p *ends) {
		at := p.in(100 * time.Millisecond)
		p.wantNoError("deadline", p.c1.SetDeadline(at))
		p.together(
			func() {
				_, err := p.c1.Read(make([]byte, 1024))
				p.wantTimeout("read", err)
				if now := p.a.Now(); !now.Equal(at) {
					t.Errorf("the read ended at %v, want the deadline, %v", now, at)
				}
			},
			func() {
				var err error
				for err == nil {
					_, err = p.c1.Write(make([]byte, 64<<10))
				}
				p.wantTimeout("write", err)
				if now := p.a.Now(); !now.Equal(at) {
					t.Errorf("the write ended at %v, want the deadline, %v", now, at)
				}
			},
		)
		p.b.Background("echo", func() error { _, err := io.Copy(p.c2, p.c2); return err })
		p.drainThenRoundtrip()
	})
}

// drainThenRoundtrip waits for the echo of what was poured in, and checks that
// the connection is as good as before.
func (p *ends) drainThenRoundtrip() {
	p.wantNoError("deadline", p.c1.SetDeadline(p.in(5*time.Second)))
	_, err := io.Copy(io.Discard, p.c1)
	p.wantTimeout("drain", err)
	p.roundtrip()
}

// CloseTimeout: closing ends calls that wait.
func TestConnCloseEndsWaitingCalls(t *testing.T) {
	pair(t, func(p *ends) {
		p.wantNoError("deadline", p.c1.SetDeadline(p.in(time.Hour)))
		p.together(
			func() {
				p.a.Sleep(100 * time.Millisecond)
				p.wantNoError("close", p.c1.Close())
			},
			func() {
				if _, err := p.c1.Read(make([]byte, 1024)); !errors.Is(err, net.ErrClosed) {
					t.Errorf("the read ended with %v, want net.ErrClosed", err)
				}
			},
			func() {
				var err error
				for err == nil {
					_, err = p.c1.Write(make([]byte, 64<<10))
				}
				if !errors.Is(err, net.ErrClosed) {
					t.Errorf("the write ended with %v, want net.ErrClosed", err)
				}
			},
		)
	})
}

// ConcurrentMethods: every method may be called by several programs.
func TestConnMethodsSideBySide(t *testing.T) {
	pair(t, func(p *ends) {
		p.b.Background("echo", func() error { _, err := io.Copy(p.c2, p.c2); return err })
		inTime := func(op string, err error) {
			if err != nil {
				p.wantTimeout(op, err)
			}
		}
		var programs []func()
		for range 100 {
			b := make([]byte, 1024)
			programs = append(programs,
				func() { _, err := p.c1.Read(b); inTime("read", err) },
				func() { _, err := p.c1.Write(b); inTime("write", err) },
				func() { p.wantNoError("deadline", p.c1.SetDeadline(p.in(10*time.Millisecond))) },
				func() { p.wantNoError("read deadline", p.c1.SetReadDeadline(p.in(10*time.Millisecond))) },
				func() { p.wantNoError("write deadline", p.c1.SetWriteDeadline(p.in(10*time.Millisecond))) },
				func() {
					if p.c1.LocalAddr().String() != p.c2.RemoteAddr().String() || p.c1.RemoteAddr().String() != p.c2.LocalAddr().String() {
						t.Error("the two ends disagree about their addresses")
					}
				},
			)
		}
		p.together(programs...)
	})
}

// A wall-clock deadline is a mistake that is named.
func TestWallClockDeadlineIsRefused(t *testing.T) {
	pair(t, func(p *ends) {
		var wall *sim.WallClockError
		if err := p.c1.SetDeadline(time.Now().Add(time.Second)); !errors.As(err, &wall) {
			t.Errorf("a wall-clock deadline gives %v, want a *sim.WallClockError", err)
		}
	})
}

// A second close says that the connection is closed.
func TestUseAfterClose(t *testing.T) {
	pair(t, func(p *ends) {
		p.wantNoError("close", p.c1.Close())
		_, readErr := p.c1.Read(make([]byte, 1))
		_, writeErr := p.c1.Write([]byte{1})
		for _, err := range []error{p.c1.Close(), readErr, writeErr, p.c1.SetDeadline(time.Time{})} {
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("a call after Close gives %v, want net.ErrClosed", err)
			}
		}
	})
}
