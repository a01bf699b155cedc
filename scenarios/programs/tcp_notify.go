package programs

import (
	"io"
	"time"

	"github.com/packetwalk/packetwalk/scenarios/value"
)

var _ = Declare(Declaration{
	Name: "tcp-subscribe",
	Help: "opens a TCP connection, says nothing, waits until something comes, prints it and closes",
	Parameters: []value.Parameter{
		toParameter, portParameter,
	},
	Run: tcpSubscribe,
})

func tcpSubscribe(c *Context) (err error) {
	conn, err := c.dial("tcp")
	if err != nil {
		return err
	}
	defer closing(conn, &err)
	opened := c.Host.Now()
	buf := make([]byte, 65536)
	n, err := conn.Read(buf)
	waited := c.Host.Now().Sub(opened).Round(time.Second)
	if err != nil {
		c.printf("after %v: %v", waited, err)
		return err
	}
	c.printf("after %v: %q", waited, shortened(string(buf[:n])))
	return nil
}

var _ = Declare(Declaration{
	Name: "tcp-notify",
	Help: "takes one connection, says nothing for a while, then sends a message and waits for the other side to close",
	Parameters: []value.Parameter{
		portParameter, messageParameter, bytesParameter,
		{Name: "silence", Kind: value.Duration, Default: must(value.Duration, "0s"), Help: "how long it says nothing"},
	},
	Run: tcpNotify,
})

func tcpNotify(c *Context) (err error) {
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
	c.Host.Sleep(c.duration("silence"))
	asked := c.Host.Now()
	if _, err := conn.Write(c.data()); err != nil {
		c.printf("the write failed: %v", err)
		return err
	}
	c.printf("the write succeeded")
	if _, err := io.Copy(io.Discard, conn); err != nil {
		c.printf("%v later: %v", c.Host.Now().Sub(asked).Round(time.Second), err)
		return err
	}
	return nil
}
