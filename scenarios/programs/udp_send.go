package programs

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/packetwalk/packetwalk/scenarios/value"
)

var numberedParameter = value.Parameter{
	Name: "numbered", Kind: value.Bool, Default: must(value.Bool, "false"),
	Help: `begin every datagram with its number and how many there are, "3/12 ", so that the receiver can tell what is missing`,
}

var _ = Declare(Declaration{
	Name: "udp-send",
	Help: "sends a message in pieces, a datagram each, and does not wait for anything",
	Parameters: []value.Parameter{
		toParameter, portParameter, messageParameter, bytesParameter, pieceParameter, everyParameter, numberedParameter,
	},
	Run: udpSend,
})

func udpSend(c *Context) (err error) {
	conn, err := c.Host.Dial("udp", c.address())
	if err != nil {
		return err
	}
	defer closing(conn, &err)
	pieces := c.pieces()
	for i, piece := range pieces {
		if i > 0 {
			c.Host.Sleep(c.duration("every"))
		}
		datagram := piece
		if c.yes("numbered") {
			datagram = append(fmt.Appendf(nil, "%d/%d ", i+1, len(pieces)), piece...)
		}
		if _, err := conn.Write(datagram); err != nil {
			return err
		}
		c.Journal.Sent(piece) // the number is this program's header, no part of the message
	}
	c.Journal.Count("datagrams", int64(len(pieces)))
	return nil
}

var _ = Declare(Declaration{
	Name: "udp-receive",
	Help: "reads datagrams until none has come for a while, and says which are missing",
	Parameters: []value.Parameter{
		portParameter, numberedParameter,
		{Name: "quiet", Kind: value.Duration, Default: must(value.Duration, "1s"), Help: "how long to wait for another datagram"},
		{Name: "first", Kind: value.Duration, Default: must(value.Duration, "5s"), Help: "how long to wait for the first"},
	},
	Run: udpReceive,
})

func udpReceive(c *Context) (err error) {
	conn, err := c.Host.ListenPacket("udp", c.listenAddress())
	if err != nil {
		return err
	}
	defer closing(conn, &err)
	tally := newTally(c)
	buf := make([]byte, 65535)
	patience := c.duration("first")
	for {
		if err := conn.SetReadDeadline(c.Host.Now().Add(patience)); err != nil {
			return err
		}
		n, _, err := conn.ReadFrom(buf)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			tally.report()
			return nil
		case err != nil:
			return err
		}
		patience = c.duration("quiet")
		c.Journal.Received([]byte(tally.add(string(buf[:n]))))
	}
}

// tally keeps account of the datagrams of one sender.
type tally struct {
	c                      *Context
	numbered               bool
	count, bytes           int
	pieces                 map[int]string
	total, highest         int
	duplicates, outOfOrder int
	plain                  strings.Builder
}

func newTally(c *Context) *tally {
	return &tally{c: c, numbered: c.yes("numbered"), pieces: map[int]string{}}
}

// add counts a datagram in and gives the part of the message that is in it.
func (t *tally) add(text string) string {
	t.count++
	number, total, piece, ok := splitNumber(text)
	if !t.numbered || !ok {
		t.bytes += len(text)
		t.plain.WriteString(text)
		t.c.printf("datagram %d: %s %q", t.count, quantity(len(text), "byte"), shortened(text))
		return text
	}
	t.bytes += len(piece)
	t.total = total
	remark := ""
	if _, again := t.pieces[number]; again {
		t.duplicates++
		remark = ", for the second time"
	} else if number < t.highest {
		t.outOfOrder++
		remark = fmt.Sprintf(", after number %d", t.highest)
	}
	t.highest = max(t.highest, number)
	t.pieces[number] = piece
	t.c.printf("datagram %d: number %d of %d%s", t.count, number, total, remark)
	return piece
}

func shortened(s string) string {
	if len(s) <= 40 {
		return s
	}
	return strings.ToValidUTF8(s[:40], "") + "..."
}

// splitNumber reads "3/12 rest".
func splitNumber(text string) (number, total int, rest string, ok bool) {
	head, rest, found := strings.Cut(text, " ")
	a, b, slash := strings.Cut(head, "/")
	number, err1 := strconv.Atoi(a)
	total, err2 := strconv.Atoi(b)
	ok = found && slash && err1 == nil && err2 == nil && number >= 1 && number <= total && total <= 1<<20
	return number, total, rest, ok
}

// report says what arrived and what did not, as far as the numbers tell.
func (t *tally) report() {
	t.c.Journal.Count("datagrams", int64(t.count))
	t.c.Journal.Count("bytes", int64(t.bytes))
	if !t.numbered {
		t.c.printf("received %s with %s; whether that is all, UDP does not say", quantity(t.count, "datagram"), quantity(t.bytes, "byte"))
		return
	}
	var missing []int
	var message strings.Builder
	for k := 1; k <= t.total; k++ {
		piece, here := t.pieces[k]
		if !here {
			missing = append(missing, k)
			piece = "[hole]"
		}
		message.WriteString(piece)
	}
	t.c.Journal.Count("missing", int64(len(missing)))
	t.c.Journal.Count("duplicates", int64(t.duplicates))
	t.c.Journal.Count("out_of_order", int64(t.outOfOrder))
	t.c.printf("received %d of %s", len(t.pieces), quantity(t.total, "piece"))
	if len(missing) > 0 {
		t.c.printf("missing: %s", ranges(missing))
	}
	t.c.printMessage(message.String())
}
