package programs

import (
	"errors"
	"os"

	"github.com/packetwalk/packetwalk/scenarios/value"
)

var _ = Declare(Declaration{
	Name: "udp-ask",
	Help: "sends one datagram and says what it learns: an answer, an error, or nothing",
	Parameters: []value.Parameter{
		toParameter, portParameter, messageParameter, bytesParameter,
		{Name: "wait", Kind: value.Duration, Default: must(value.Duration, "2s"), Help: "how long to wait for an answer"},
	},
	Run: udpAsk,
})

func udpAsk(c *Context) error {
	conn, err := c.dial("udp")
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.Write(c.data()); err != nil {
		c.printf("the write failed: %v", err)
		return nil
	}
	c.printf("the write succeeded")
	if err := conn.SetReadDeadline(c.Host.Now().Add(c.duration("wait"))); err != nil {
		return err
	}
	buf := make([]byte, 65535)
	n, err := conn.Read(buf)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.Journal.Count("timeouts", 1)
		c.printf("no answer within %v", c.duration("wait"))
	case err != nil:
		c.Journal.Count("errors", 1)
		c.printf("the read failed: %v", err)
	default:
		c.Journal.Count("answers", 1)
		c.printf("the answer: %q", buf[:n])
	}
	return nil
}

var _ = Declare(Declaration{
	Name:       "udp-echo",
	Help:       "sends every datagram back to where it came from",
	Parameters: []value.Parameter{portParameter},
	Run:        udpEcho,
})

func udpEcho(c *Context) error {
	conn, err := c.Host.ListenPacket("udp", c.listenAddress())
	if err != nil {
		return err
	}
	defer conn.Close()
	buf := make([]byte, 65535)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return err
		}
		c.Journal.Received(buf[:n])
		if _, err := conn.WriteTo(buf[:n], from); err != nil {
			return err
		}
		c.Journal.Sent(buf[:n])
	}
}
