package programs

import (
	"errors"
	"io"

	"github.com/packetwalk/packetwalk/scenarios/value"
)

var _ = Declare(Declaration{
	Name: "tcp-read",
	Help: "takes one connection, is busy for a while, then prints what each read returns",
	Parameters: []value.Parameter{
		portParameter,
		{Name: "busy", Kind: value.Duration, Default: must(value.Duration, "0s"), Help: "how long it does something else before it reads"},
		{Name: "buffer", Kind: value.Bytes, Default: must(value.Bytes, "65536"), Min: bound(value.Bytes, "1"), Max: bound(value.Bytes, "1MB"), Help: "the most that one read may return"},
	},
	Run: tcpRead,
})

func tcpRead(c *Context) (err error) {
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
	c.Host.Sleep(c.duration("busy"))
	buf := make([]byte, c.arg("buffer").Bytes())
	for reads := 1; ; reads++ {
		n, err := conn.Read(buf)
		if errors.Is(err, io.EOF) {
			c.printf("read %d: the end", reads)
			return nil
		}
		if err != nil {
			c.printf("read %d: %v", reads, err)
			return err
		}
		c.Journal.Count("reads", 1)
		c.printf("read %d: %s %q", reads, quantity(n, "byte"), shortened(string(buf[:n])))
	}
}
