// Package datalink is layer 2: how a packet crosses one link.
//
// The question it answers: the network layer says "to 10.0.0.2", but a wire
// knows no such thing. Who on this link is that, how does the frame say so, how
// does a switch know which cable leads there, and how does the receiver know
// that no bit was flipped on the way?
//
// A frame of Ethernet II (IEEE 802.3 §3.1.1), as the wire and every capture of
// this project has it:
//
//	 0            6            12     14                        n-4      n
//	+------------+------------+------+-----------------+-------+--------+
//	|destination |   source   | type |     payload     |padding|  FCS   |
//	|  6 bytes   |  6 bytes   |  2   |  46..1500 bytes, padded | CRC-32 |
//	+------------+------------+------+-----------------+-------+--------+
//	|<----------------- the FCS is worked out over this ------>|
//
// The payload is padded so that no frame is shorter than 64 bytes. Preamble and
// gap are time on the wire, not bytes of the frame: osi/physical counts them.
//
// Who is that? ARP asks the whole link and remembers the answer:
//
//	client                      everybody                     10.0.0.2
//	  |-- who has 10.0.0.2? ------->|------------------------>|
//	  |<------------------ 10.0.0.2 is at 02:00:00:00:00:02 --|
//	  |== the packet that had to wait =======================>|
//
// Which cable? A switch learns it from the source addresses of the frames it
// has seen, and floods what it does not know yet.
//
// Nothing here has a clock, a wire or a goroutine: frames and the present
// moment go in, what is to be done comes out.
//
// Reading order: mac.go (addresses), ethernet.go (the frame), fcs.go (its check
// sequence), arp.go (the question and the cache), arp_receive.go (RFC 826's own
// steps), arp_time.go (retries, giving up, ageing), wire.go (ARP's bytes),
// switch.go (the learning switch), events.go. The files named fields* are
// another reader of the same bytes: it names each of them, damaged or not, and
// knows what stands in a frame's place in captures from elsewhere
// (fields_vlan.go, fields_foreign.go).
//
// ARP fits the seven layers badly: it serves layer 3, yet is carried by layer 2
// as if it were its user. Here it is counted as layer 2, since no router ever
// passes it on.
//
// Left out: IEEE 802.3's length field with LLC (a frame whose type is below
// 0x0600), and spanning tree, so a ring of switches floods for ever. VLAN tags
// (802.1Q) are carried as a payload; only the other reader looks into them.
package datalink
