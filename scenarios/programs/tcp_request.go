package programs

import (
	"bufio"
	"errors"
	"io"
	"net"

	"github.com/packetwalk/packetwalk/scenarios/value"
)

var _ = Declare(Declaration{
	Name: "tcp-request",
	Help: "sends requests of two lines, one after the other, and says how long each answer took",
	Parameters: []value.Parameter{
		toParameter, portParameter,
		{Name: "count", Kind: value.Int, Default: must(value.Int, "1"), Min: bound(value.Int, "1"), Max: bound(value.Int, "100"), Help: "how many"},
		{Name: "writes", Kind: value.Int, Default: must(value.Int, "2"), Min: bound(value.Int, "1"), Max: bound(value.Int, "2"), Help: "2: each line is written by itself; 1: both in one go"},
		{Name: "nodelay", Kind: value.Bool, Default: must(value.Bool, "false"), Help: "send small pieces at once (TCP_NODELAY)"},
	},
	Run: tcpRequest,
})

// The two lines of a request: what is wanted, and of what.
const (
	requestHead = "measure\n"
	requestBody = "the depth of the water\n"
)

func tcpRequest(c *Context) (err error) {
	conn, err := c.dial("tcp")
	if err != nil {
		return err
	}
	defer closing(conn, &err)
	if err := noDelay(conn, c.yes("nodelay")); err != nil {
		return err
	}
	answers := bufio.NewReader(conn)
	for i := range c.number("count") {
		asked := c.Host.Now()
		if err := writeRequest(conn, c.number("writes")); err != nil {
			return err
		}
		if _, err := answers.ReadString('\n'); err != nil {
			return err
		}
		c.printf("answer %d after %v", i+1, c.Host.Now().Sub(asked))
		c.Journal.Count("answers", 1)
	}
	return nil
}

func writeRequest(conn net.Conn, writes int) error {
	if writes == 1 {
		_, err := io.WriteString(conn, requestHead+requestBody)
		return err
	}
	for _, line := range []string{requestHead, requestBody} {
		if _, err := io.WriteString(conn, line); err != nil {
			return err
		}
	}
	return nil
}

var _ = Declare(Declaration{
	Name:       "tcp-answer",
	Help:       "takes one connection and answers each request of tcp-request with a line, at once when it has both of its lines",
	Parameters: []value.Parameter{portParameter},
	Run:        tcpAnswer,
})

func tcpAnswer(c *Context) (err error) {
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
	requests := bufio.NewReader(conn)
	for {
		if _, err := requests.ReadString('\n'); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if _, err := requests.ReadString('\n'); err != nil {
			return err
		}
		if _, err := io.WriteString(conn, "seven fathoms\n"); err != nil {
			return err
		}
		c.Journal.Count("requests", 1)
	}
}
