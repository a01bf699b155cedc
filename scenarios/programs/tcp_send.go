package programs

import (
	"io"

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
	},
	Run: tcpSend,
})

func tcpSend(c *Context) error {
	conn, err := c.dial("tcp")
	if err != nil {
		return err
	}
	defer conn.Close()
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
	if err := closeWrite(conn); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, conn); err != nil {
		return err
	}
	return nil
}

func noDelay(conn io.Writer, on bool) error {
	if w, ok := conn.(*watched); ok {
		if t, ok := w.Conn.(*host.TCPConn); ok {
			return t.SetNoDelay(on)
		}
	}
	return nil
}

var _ = Declare(Declaration{
	Name:       "tcp-receive",
	Help:       "takes one connection and reads it to its end",
	Parameters: []value.Parameter{portParameter},
	Run:        tcpReceive,
})

func tcpReceive(c *Context) error {
	l, err := c.Host.Listen("tcp", c.listenAddress())
	if err != nil {
		return err
	}
	defer l.Close()
	accepted, err := l.Accept()
	if err != nil {
		return err
	}
	conn := &watched{accepted, c.Journal}
	defer conn.Close()
	all, err := io.ReadAll(conn)
	c.Journal.Count("bytes", int64(len(all)))
	c.printf("received %s", quantity(len(all), "byte"))
	c.printMessage(string(all))
	return err
}
