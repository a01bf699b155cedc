// Package host puts the layers together: hosts, switches and routers on
// simulated links, middleboxes, and the sockets that programs use. It answers
// the question which device reads a frame how far:
//
//	layer                         client  switch  router  server
//	7 application   program          |                       |
//	4 transport     tcp, udp         |                       |
//	3 network       stack            |             |         |
//	2 data link     NIC, SwitchPort  |      |      |         |
//	1 physical      physical.Link    +------+------+---------+
//
// A program on a host is ordinary Go on ordinary interfaces (net.Conn,
// net.Listener, net.PacketConn) with the standard library's errors; it blocks
// while simulated time passes. It may not start goroutines: it starts sibling
// programs with Host.Go, and sleeps with Host.Sleep. A call from a foreign
// goroutine is refused.
//
// Reading order: lab.go (the network as a whole), nic.go, stack.go and way.go (a
// frame comes in, a packet goes out and finds its way), loopback.go, switch.go,
// router.go, middlebox.go and what implements it (nat.go, filter.go,
// corrupt.go), icmp.go; then host.go, tcp_table.go, tcp_conn.go, alarm.go and
// tcp_calls.go, tcp_options.go, path_mtu.go, listener.go, syn_cookie.go, dial.go,
// dialer.go and poll.go, udp_table.go and udp_conn.go, ping.go,
// resolve.go and dns.go, tls.go, program.go, and last tunnel.go.
//
// What it leaves out: IPv6, multicast, VLANs, routing protocols (routes are set
// by hand), DHCP (so are addresses).
package host
