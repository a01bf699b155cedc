package programs

import (
	"io"

	"github.com/packetwalk/packetwalk/scenarios/value"
)

var _ = Declare(Declaration{
	Name: "tcp-connect",
	Help: "opens a TCP connection, keeps it for a while, and closes it",
	Parameters: []value.Parameter{
		toParameter, portParameter,
		{Name: "hold", Kind: value.Duration, Default: must(value.Duration, "0s"), Help: "how long to keep it"},
	},
	Run: tcpConnect,
})

func tcpConnect(c *Context) error {
	start := c.Host.Now()
	conn, err := c.dial("tcp")
	if err != nil {
		c.printf("no connection after %v: %v", c.Host.Now().Sub(start), err)
		return err
	}
	c.printf("connected after %v", c.Host.Now().Sub(start))
	c.Host.Sleep(c.duration("hold"))
	return conn.Close()
}

var _ = Declare(Declaration{
	Name:       "tcp-accept",
	Help:       "takes connections, one after the other, and closes each when the other side has",
	Parameters: []value.Parameter{portParameter},
	Run:        tcpAccept,
})

func tcpAccept(c *Context) error {
	l, err := c.Host.Listen("tcp", c.listenAddress())
	if err != nil {
		return err
	}
	defer l.Close()
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		c.Journal.Count("accepted", 1)
		c.printf("connection from %v", conn.RemoteAddr())
		_, err = io.Copy(io.Discard, &watched{conn, c.Journal})
		conn.Close()
		if err != nil {
			c.printf("%v", err)
		}
	}
}
