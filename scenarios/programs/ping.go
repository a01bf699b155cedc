package programs

import (
	"errors"
	"os"
	"slices"
	"time"

	"github.com/packetwalk/packetwalk/scenarios/value"
)

var _ = Declare(Declaration{
	Name: "ping",
	Help: "sends ICMP echo requests, one after the other, and says what comes back",
	Parameters: []value.Parameter{
		toParameter,
		{Name: "count", Kind: value.Int, Default: must(value.Int, "1"), Min: bound(value.Int, "1"), Max: bound(value.Int, "1000"), Help: "how many"},
		{Name: "size", Kind: value.Bytes, Default: must(value.Bytes, "56"), Max: bound(value.Bytes, "65507"), Help: "bytes of data in each"},
		{Name: "ttl", Kind: value.Int, Default: must(value.Int, "64"), Min: bound(value.Int, "1"), Max: bound(value.Int, "255"), Help: "the time to live it begins with"},
		{Name: "every", Kind: value.Duration, Default: must(value.Duration, "1s"), Help: "pause so long between two"},
		{Name: "wait", Kind: value.Duration, Default: must(value.Duration, "5s"), Help: "how long to wait for a reply"},
	},
	Run: ping,
})

func ping(c *Context) error {
	var times []time.Duration
	for i := range c.number("count") {
		if i > 0 {
			c.Host.Sleep(c.duration("every"))
		}
		rtt, err := c.Host.Ping(c.text("to"), int(c.arg("size").Bytes()), uint8(c.number("ttl")), c.duration("wait"))
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			c.printf("no reply within %v", c.duration("wait"))
		case err != nil:
			c.printf("%v", err)
		default:
			times = append(times, rtt)
			c.printf("reply after %v", rtt.Round(time.Microsecond))
		}
	}
	c.Journal.Count("replies", int64(len(times)))
	if len(times) > 0 {
		slices.Sort(times)
		c.Journal.Count("median_us", times[len(times)/2].Microseconds())
		c.Journal.Count("longest_us", times[len(times)-1].Microseconds())
	}
	return nil
}
