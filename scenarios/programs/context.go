package programs

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/scenarios/plan"
)

// Context is what a running program has: its host, its arguments, and a
// journal in which it says what it does.
type Context struct {
	Host    *host.Host
	Args    plan.Settings // all of them, defaults filled in
	Journal Journal
}

// Journal takes down what a program prints, hands to the network, gets from
// it, and counts.
type Journal interface {
	Print(line string)
	Sent(data []byte)
	Received(data []byte)
	Count(name string, n int64)
}

// printf prints a line.
func (c *Context) printf(format string, args ...any) { c.Journal.Print(fmt.Sprintf(format, args...)) }

// The arguments. A name that was not declared is a mistake in the program, and
// panics.

func (c *Context) text(name string) string            { return c.arg(name).Text() }
func (c *Context) number(name string) int             { return int(c.arg(name).Int()) }
func (c *Context) duration(name string) time.Duration { return c.arg(name).Duration() }
func (c *Context) yes(name string) bool               { return c.arg(name).Bool() }

// address is where the arguments "to" and "port" point.
func (c *Context) address() string {
	return net.JoinHostPort(c.text("to"), strconv.Itoa(c.number("port")))
}

// listenAddress is ":port".
func (c *Context) listenAddress() string { return ":" + strconv.Itoa(c.number("port")) }

// dial connects and writes down what passes.
func (c *Context) dial(network string) (net.Conn, error) {
	conn, err := c.Host.Dial(network, c.address())
	if err != nil {
		return nil, err
	}
	return &watched{conn, c.Journal}, nil
}

// closing closes what a program opened, unless the program has closed it
// itself. What goes wrong is the program's error if it has no other.
func closing(socket io.Closer, err *error) {
	if failed := socket.Close(); *err == nil && !errors.Is(failed, net.ErrClosed) {
		*err = failed
	}
}

// watched writes down what passes through a connection.
type watched struct {
	net.Conn
	journal Journal
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if n > 0 {
		w.journal.Received(p[:n])
	}
	return n, err
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	if n > 0 {
		w.journal.Sent(p[:n])
	}
	return n, err
}

// closeWrite closes the direction to the peer, where there is such a thing.
func closeWrite(conn net.Conn) error {
	if half, ok := socket(conn).(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return conn.Close()
}

// socket is the connection itself, without the journal.
func socket(conn net.Conn) net.Conn {
	if w, ok := conn.(*watched); ok {
		return w.Conn
	}
	return conn
}
