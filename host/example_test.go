package host_test

import (
	"bufio"
	"fmt"
	"net/netip"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/physical"
)

// Two hosts, one wire of 10 Mbit/s and 20 ms, and ordinary programs on ordinary
// connections. Nobody waits while it runs; 120 ms pass inside: the ARP question
// and its answer, the handshake, and the line itself.
func Example() {
	lab := host.NewLab(1)
	client, server := lab.Host("client"), lab.Host("server")
	way := physical.DirectionConfig{Rate: 10_000_000, Delay: 20 * time.Millisecond}
	lab.Connect(
		client.NIC(netip.MustParsePrefix("10.0.0.1/24")),
		server.NIC(netip.MustParsePrefix("10.0.0.2/24")),
		physical.LinkConfig{A: way, B: way},
	)
	server.Go("greeter", func() error {
		l, err := server.Listen("tcp", ":80")
		if err != nil {
			return err
		}
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		fmt.Fprintf(conn, "Hello from %v\n", conn.LocalAddr())
		return conn.Close()
	})
	client.Go("guest", func() error {
		conn, err := client.Dial("tcp", "server:80")
		if err != nil {
			return err
		}
		line, err := bufio.NewReader(conn).ReadString('\n')
		fmt.Printf("%s after %v\n", line[:len(line)-1], client.Now().Sub(host.Epoch).Round(time.Millisecond))
		conn.Close()
		return err
	})
	fmt.Println("the run ended with:", lab.Run())
	// Output:
	// Hello from 10.0.0.2:80 after 120ms
	// the run ended with: <nil>
}
