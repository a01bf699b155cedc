package programs

import (
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/scenarios/value"
)

var _ = Declare(Declaration{
	Name: "tcp-connect",
	Help: "opens a TCP connection, keeps it for a while, and closes it",
	Parameters: []value.Parameter{
		toParameter, portParameter,
		{Name: "hold", Kind: value.Duration, Default: must(value.Duration, "0s"), Help: "how long to keep it"},
		{Name: "from", Kind: value.Int, Default: must(value.Int, "0"), Min: bound(value.Int, "0"), Max: bound(value.Int, "65535"), Help: "its own port; 0 leaves the choice to the host"},
	},
	Run: tcpConnect,
})

func tcpConnect(c *Context) error {
	start := c.Host.Now()
	dialer := host.Dialer{Host: c.Host}
	if port := c.number("from"); port != 0 {
		dialer.LocalAddr = netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(port))
	}
	conn, err := dialer.Dial("tcp", c.address())
	if err != nil {
		c.printf("no connection after %v: %v", c.Host.Now().Sub(start).Round(time.Microsecond), err)
		return err
	}
	c.printf("connected after %v", c.Host.Now().Sub(start).Round(time.Microsecond))
	c.Host.Sleep(c.duration("hold"))
	return conn.Close()
}

var _ = Declare(Declaration{
	Name: "tcp-accept",
	Help: "takes connections, one after the other, and closes each when the other side has",
	Parameters: []value.Parameter{
		portParameter,
		{Name: "first", Kind: value.Bool, Default: must(value.Bool, "false"), Help: "close each at once, before the other side does"},
	},
	Run: tcpAccept,
})

func tcpAccept(c *Context) (err error) {
	l, err := c.Host.Listen("tcp", c.listenAddress())
	if err != nil {
		return err
	}
	defer closing(l, &err)
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		c.Journal.Count("accepted", 1)
		c.printf("connection from %v", conn.RemoteAddr())
		if c.yes("first") {
			if err := conn.Close(); err != nil {
				return err
			}
			continue
		}
		if err := c.drain(conn); err != nil {
			c.printf("%v", err)
		}
	}
}

// drain reads a connection to its end and closes it.
func (c *Context) drain(conn net.Conn) (err error) {
	defer closing(conn, &err)
	_, err = io.Copy(io.Discard, &watched{conn, c.Journal})
	return err
}
