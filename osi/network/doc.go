// Package network is layer 3: how a packet finds its way across many links.
//
// The question it answers: a link delivers to its own stations only. How does a
// packet reach a network that nobody here is attached to, what does each router
// on the way look at and change, and who says so when it cannot go on?
//
// The header of IPv4 (RFC 791 §3.1), one row for every four bytes:
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-------+-------+-----------+---+-------------------------------+
//	|Version|  IHL  |   DSCP    |ECN|         Total Length          |
//	+-------+-------+-----------+---+-----+-------------------------+
//	|        Identification         |0 D M|    Fragment Offset      |
//	+---------------+---------------+-----+-------------------------+
//	| Time to Live* |   Protocol    |       Header Checksum*        |
//	+---------------+---------------+-------------------------------+
//	|                        Source Address                         |
//	+---------------------------------------------------------------+
//	|                      Destination Address                      |
//	+---------------------------------------------------------------+
//
// A router changes what bears a star, and nothing else, unless it has to cut
// the packet into fragments. What it decides:
//
//	packet --> header whole? --> for me? --> a route? --> TTL left? --> fits? --> out
//	            | no: drop        | yes: up    | no         | no          | no, DF
//	            v                 v            v            v             v
//	                                           '---- ICMP tells the source ----'
//
// Nothing here has a clock, an interface or a neighbour: packets and the present
// moment go in; verdicts, fragments and messages come out.
//
// Reading order: ipv4.go (the header), ttl.go (what a router changes), ident.go;
// route.go (where to), forward.go (the router's verdict); fragment.go,
// assembly.go, reassemble.go (there and back); icmp.go (the messages), wire.go
// (their bytes), icmp_error.go (when an error must not be sent), limit.go,
// events.go. The files named fields* are another reader of the same bytes: it
// names each of them, damaged or not.
//
// Left out: IPv6 (addresses are netip.Addr everywhere but in the files and names
// that say IPv4), options other than carrying them along, source routes,
// multicast routing, ICMP redirects, and routing protocols: routes are laid down
// by hand.
package network
