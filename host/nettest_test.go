package host_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/net/nettest"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/sim"
)

// TestNettest runs golang.org/x/net/nettest as it is, goroutines, wall clock
// and all, over a bridge: each call of a goroutine becomes a program in a
// simulation whose clock follows the wall clock. What it tests beyond
// conn_test.go is that it is somebody else's test.
func TestNettest(t *testing.T) {
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		b := newBridge()
		c1, c2 = b.connect()
		return c1, c2, b.stop, nil
	})
}

// bridge owns a simulation: only its goroutine ever touches it.
type bridge struct {
	lab   *host.Lab
	calls chan func()
	quit  chan chan struct{}
	start time.Time
}

func newBridge() *bridge {
	b := &bridge{lab: host.NewLab(1), calls: make(chan func()), quit: make(chan chan struct{}), start: time.Now()}
	go b.loop()
	return b
}

// loop starts calls as programs and lets simulated time follow.
func (b *bridge) loop() {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case call := <-b.calls:
			b.lab.Sim().Go("call", call)
		case <-tick.C:
		case done := <-b.quit:
			b.lab.Sim().Close()
			close(done)
			return
		}
		if err := b.lab.Sim().Advance(sim.Time(time.Since(b.start))); err != nil {
			panic(err)
		}
	}
}

func (b *bridge) stop() {
	done := make(chan struct{})
	b.quit <- done
	<-done
}

// do runs a call inside the simulation and waits for it outside.
func (b *bridge) do(call func()) {
	done := make(chan struct{})
	b.calls <- func() { defer close(done); call() }
	<-done
}

func (b *bridge) connect() (c1, c2 net.Conn) {
	var client, server *host.Host
	listening := make(chan struct{})
	b.do(func() {
		client, server = b.lab.Host("client"), b.lab.Host("server")
		b.lab.Connect(client.NIC(netip.MustParsePrefix("10.0.0.1/24")), server.NIC(netip.MustParsePrefix("10.0.0.2/24")), wire(0))
	})
	accepted := make(chan net.Conn, 1)
	go b.do(func() {
		l, err := server.Listen("tcp", ":80")
		close(listening)
		if err != nil {
			panic(err)
		}
		c, err := l.Accept()
		if err != nil {
			panic(err)
		}
		accepted <- c
	})
	<-listening
	var dialled net.Conn
	b.do(func() {
		var err error
		if dialled, err = client.Dial("tcp", "server:80"); err != nil {
			panic(err)
		}
	})
	return &bridged{b, dialled}, &bridged{b, <-accepted}
}

// bridged is a connection for goroutines.
type bridged struct {
	b *bridge
	c net.Conn
}

func (c *bridged) Read(p []byte) (n int, err error) {
	c.b.do(func() { n, err = c.c.Read(p) })
	return n, err
}

func (c *bridged) Write(p []byte) (n int, err error) {
	c.b.do(func() { n, err = c.c.Write(p) })
	return n, err
}

func (c *bridged) Close() (err error) {
	c.b.do(func() { err = c.c.Close() })
	return err
}

func (c *bridged) LocalAddr() net.Addr  { return c.c.LocalAddr() }
func (c *bridged) RemoteAddr() net.Addr { return c.c.RemoteAddr() }

func (c *bridged) SetDeadline(t time.Time) error      { return c.set(c.c.SetDeadline, t) }
func (c *bridged) SetReadDeadline(t time.Time) error  { return c.set(c.c.SetReadDeadline, t) }
func (c *bridged) SetWriteDeadline(t time.Time) error { return c.set(c.c.SetWriteDeadline, t) }

// set translates a deadline from the wall clock to the simulation's.
func (c *bridged) set(set func(time.Time) error, t time.Time) (err error) {
	c.b.do(func() {
		if !t.IsZero() {
			t = sim.Epoch.Add(t.Sub(c.b.start))
		}
		err = set(t)
	})
	return err
}
