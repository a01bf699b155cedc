package programs

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/packetwalk/packetwalk/scenarios/value"
)

// How sort-client says that there are no more words.
const (
	closeHalf = "half"
	closeFull = "full"
	closeNone = "none"
)

var _ = Declare(Declaration{
	Name: "sort-client",
	Help: "sends words to sort-server, closes as it is told, and prints what comes back",
	Parameters: []value.Parameter{
		toParameter, portParameter, messageParameter,
		{
			Name: "close", Kind: value.Choice, Choices: []string{closeHalf, closeFull, closeNone}, Default: must(value.Choice, closeHalf),
			Help: "after the words: half closes the direction to the server; full closes both; none leaves both open",
		},
		{Name: "wait", Kind: value.Duration, Default: must(value.Duration, "5s"), Help: "how long to wait for the answer"},
	},
	Run: sortClient,
})

func sortClient(c *Context) (err error) {
	conn, err := c.dial("tcp")
	if err != nil {
		return err
	}
	defer closing(conn, &err)
	if _, err := io.WriteString(conn, c.text("message")); err != nil {
		return err
	}
	switch c.text("close") {
	case closeHalf:
		err = closeWrite(conn)
	case closeFull:
		err = conn.Close()
	}
	if err != nil {
		return err
	}
	if err := conn.SetReadDeadline(c.Host.Now().Add(c.duration("wait"))); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	answer, err := io.ReadAll(conn)
	switch {
	case errors.Is(err, net.ErrClosed):
		c.printf("the connection is closed here: nothing can be read from it")
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.printf("no answer within %v", c.duration("wait"))
	case err != nil:
		return err
	default:
		c.Journal.Count("answers", 1)
		c.printf("the answer: %q", shortened(string(answer)))
	}
	return nil
}

var _ = Declare(Declaration{
	Name: "sort-server",
	Help: "takes one connection, reads words to the end, and only then sends them back in order",
	Parameters: []value.Parameter{
		portParameter,
		{Name: "think", Kind: value.Duration, Default: must(value.Duration, "0s"), Help: "how long sorting takes"},
	},
	Run: sortServer,
})

func sortServer(c *Context) (err error) {
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
	all, err := io.ReadAll(conn) // the first word in order may be the last to come
	if err != nil {
		return err
	}
	words := strings.Fields(string(all))
	slices.Sort(words)
	c.printf("%s to sort", quantity(len(words), "word"))
	c.Host.Sleep(c.duration("think"))
	_, err = io.WriteString(conn, strings.Join(words, " "))
	return err
}
