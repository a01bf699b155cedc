package host_test

import (
	"fmt"
	"net/netip"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/tcp"
)

// A host whose network is a pair of functions and whose clock is outside: here
// two laboratories are joined packet by packet, as any network could be, and
// time is moved on by whoever holds both.
func ExampleTunnel() {
	var packets []func()
	join := func(from string, to **host.Tunnel) func([]byte) {
		return func(packet []byte) {
			b := append([]byte(nil), packet...)
			h, body, _ := network.ParseIPv4(b)
			var seg tcp.Segment
			_ = tcp.Parse(body, h.Src, h.Dst, &seg)
			fmt.Printf("%s sends %v %q\n", from, seg.Flags, seg.Data)
			packets = append(packets, func() { _ = (*to).Deliver(b) })
		}
	}
	var here, there *host.Tunnel
	labA, labB := host.NewLab(1), host.NewLab(2)
	a, b := labA.Host("a"), labB.Host("b")
	here = a.Tunnel(netip.MustParsePrefix("192.0.2.1/24"), join("a", &there))
	there = b.Tunnel(netip.MustParsePrefix("192.0.2.2/24"), join("b", &here))

	listening := host.ListenConfig{Host: b}
	l, _ := listening.Listen("tcp", ":7")
	dialer := host.Dialer{Host: a, LocalAddr: netip.MustParseAddrPort("0.0.0.0:4000")}
	client, _ := dialer.Start("tcp", "192.0.2.2:7")
	deliver := func() {
		for len(packets) > 0 {
			next := packets[0]
			packets = packets[1:]
			next()
		}
	}
	deliver()
	server, _ := l.TryAccept()
	_, _ = client.TryWrite([]byte("ping"))
	deliver()
	p := make([]byte, 10)
	n, _ := server.TryRead(p)
	fmt.Printf("b has read %q; the next moment of its clock is %v\n", p[:n], labB.Sim().Next())
	_ = labB.Sim().Advance(labB.Sim().Next()) // the delayed ACK
	deliver()
	fmt.Println("poll:", client.Poll() == host.PollOut)
	// Output:
	// a sends SYN ""
	// b sends SYN, ACK ""
	// a sends ACK ""
	// a sends PSH, ACK "ping"
	// b has read "ping"; the next moment of its clock is 0.200000 s
	// b sends ACK ""
	// poll: true
}
