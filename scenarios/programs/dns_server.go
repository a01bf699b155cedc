package programs

import (
	"github.com/packetwalk/packetwalk/osi/application"
	"github.com/packetwalk/packetwalk/scenarios/value"
)

var _ = Declare(Declaration{
	Name: "dns-server",
	Help: "answers DNS questions for the address of a name, and prints them",
	Parameters: []value.Parameter{
		{Name: "zone", Kind: value.Text, Required: true, Help: `the names it knows, as "server.lab=10.0.2.10, www.lab=10.0.2.20"`},
		{Name: "origin", Kind: value.Text, Help: `the name that its own names end with, as "lab"; others it refuses to answer. Without it, it decides on every name`},
		{Name: "port", Kind: value.Int, Default: must(value.Int, "53"), Min: bound(value.Int, "1"), Max: bound(value.Int, "65535"), Help: "the port"},
	},
	Run: dnsServer,
})

func dnsServer(c *Context) (err error) {
	zone, err := application.ParseDNSZone(c.text("origin"), c.text("zone"))
	if err != nil {
		return err
	}
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
		answer := zone.Answer(buf[:n])
		if answer == nil {
			continue // it was not a question
		}
		c.printAnswer(answer)
		if _, err := conn.WriteTo(answer, from); err != nil {
			return err
		}
		c.Journal.Sent(answer)
	}
}

// printAnswer prints a question, which its answer repeats, and what was said.
func (c *Context) printAnswer(answer []byte) {
	c.Journal.Count("questions", 1)
	a, err := application.ParseDNS(answer)
	if err != nil || len(a.Questions) == 0 {
		c.printf("a question that cannot be read")
		return
	}
	name := a.Questions[0].Name
	switch {
	case a.Code != application.NoError:
		c.printf("%s? %v", name, a.Code)
	case len(a.Answers) == 0:
		c.printf("%s? it has no address", name)
	}
	for _, r := range a.Answers {
		c.printf("%s? %v", name, r.Addr)
	}
}
