package programs

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/scenarios/value"
)

var _ = Declare(Declaration{
	Name: "udp-ask",
	Help: "sends one datagram and says what it learns: an answer, an error, or nothing",
	Parameters: []value.Parameter{
		toParameter, portParameter, messageParameter, bytesParameter,
		{Name: "connected", Kind: value.Bool, Default: must(value.Bool, "true"), Help: "connect the socket to the other side; only then does it hear of ICMP errors"},
		{Name: "wait", Kind: value.Duration, Default: must(value.Duration, "2s"), Help: "how long to wait for an answer"},
	},
	Run: udpAsk,
})

func udpAsk(c *Context) (err error) {
	dial := c.dialUnconnected
	if c.yes("connected") {
		dial = func() (net.Conn, error) { return c.dial("udp") }
	}
	conn, err := dial()
	if err != nil {
		return err
	}
	defer closing(conn, &err)
	if _, err := conn.Write(c.data()); err != nil {
		c.printf("the write failed: %s", refusal(err))
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
		c.printf("the read failed: %s", refusal(err))
	default:
		c.Journal.Count("answers", 1)
		c.printf("the answer: %q", buf[:n])
	}
	return nil
}

// refusal says what a program commonly prints of an error, and who is behind
// it if ICMP is.
func refusal(err error) string {
	var icmp *host.ICMPError
	if errors.Is(err, syscall.ECONNREFUSED) && errors.As(err, &icmp) {
		return fmt.Sprintf("connection refused (%v)", icmp)
	}
	return err.Error()
}

var _ = Declare(Declaration{
	Name:       "udp-echo",
	Help:       "sends every datagram back to where it came from",
	Parameters: []value.Parameter{portParameter},
	Run:        udpEcho,
})

func udpEcho(c *Context) (err error) {
	conn, err := c.Host.ListenPacket("udp", c.listenAddress())
	if err != nil {
		return err
	}
	defer closing(conn, &err)
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
