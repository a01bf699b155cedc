package programs

import (
	"io"
	"net"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/scenarios/value"
)

var _ = Declare(Declaration{
	Name: "tcp-send",
	Help: "connects, sends a message in pieces, closes its direction and waits for the other side to close",
	Parameters: []value.Parameter{
		toParameter, portParameter, messageParameter, bytesParameter, pieceParameter, everyParameter,
		{Name: "nodelay", Kind: value.Bool, Default: must(value.Bool, "true"), Help: "send small pieces at once (TCP_NODELAY)"},
		{Name: "hold", Kind: value.Duration, Default: must(value.Duration, "0s"), Help: "how long to wait before it closes its direction"},
		{Name: "abort", Kind: value.Bool, Default: must(value.Bool, "false"), Help: "do not close, but throw everything away and reset the connection"},
	},
	Run: tcpSend,
})

func tcpSend(c *Context) (err error) {
	conn, err := c.dial("tcp")
	if err != nil {
		return err
	}
	defer closing(conn, &err)
	if err := noDelay(conn, c.yes("nodelay")); err != nil {
		return err
	}
	for i, piece := range c.pieces() {
		if i > 0 {
			c.Host.Sleep(c.duration("every"))
		}
		if _, err := conn.Write(piece); err != nil {
			return err
		}
	}
	c.Host.Sleep(c.duration("hold"))
	if c.yes("abort") {
		return abort(conn)
	}
	if err := closeWrite(conn); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, conn); err != nil {
		return err
	}
	return nil
}

func noDelay(conn net.Conn, on bool) error {
	if t, ok := socket(conn).(*host.TCPConn); ok {
		return t.SetNoDelay(on)
	}
	return nil
}

// abort ends a connection as programs do on every system: a close that does
// not linger.
func abort(conn net.Conn) error {
	if t, ok := socket(conn).(*host.TCPConn); ok {
		if err := t.SetLinger(0); err != nil {
			return err
		}
	}
	return conn.Close()
}

var _ = Declare(Declaration{
	Name:       "tcp-receive",
	Help:       "takes one connection and reads it to its end",
	Parameters: []value.Parameter{portParameter},
	Run:        tcpReceive,
})

func tcpReceive(c *Context) (err error) {
	l, err := c.Host.Listen("tcp", c.listenAddress())
	if err != nil {
		return err
	}
	defer closing(l, &err)
	accepted, err := l.Accept()
	if err != nil {
		return err
	}
	conn := &watched{accepted, c.Journal}
	defer closing(conn, &err)
	all, err := io.ReadAll(conn)
	c.Journal.Count("bytes", int64(len(all)))
	c.printf("received %s", quantity(len(all), "byte"))
	c.printMessage(string(all))
	return err
}
