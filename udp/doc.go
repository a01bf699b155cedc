// Package udp is the User Datagram Protocol (RFC 768), one of the two at layer 4.
//
// The question it answers: IP brings packets to a host. What is the least that
// must be added so that they reach the right program there, and damaged ones do
// not? Eight bytes:
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-------------------------------+-------------------------------+
//	|          Source Port          |       Destination Port        |
//	+-------------------------------+-------------------------------+
//	|            Length             |           Checksum            |
//	+-------------------------------+-------------------------------+
//	|                             data ...
//
// Ports say which program; the checksum says whether the bytes, and the
// addresses they came with, are the ones that were sent. That is all: no
// connection, no order, no acknowledgement. What is lost stays lost. And one
// send is one receive, which TCP never promises.
//
// The checksum also covers a header that is never sent (the pseudo-header): the
// two addresses, the protocol and the length, so that a datagram that went to
// the wrong host is not taken for a right one.
//
// A datagram that arrives waits in a Queue until its program reads it. The queue
// is bounded: a slow reader loses datagrams on its own doorstep, with no fault
// of the network.
//
// Reading order: datagram.go (the bytes), queue.go (the wait for the program),
// events.go. The files named fields* are another reader of the same bytes: it
// names each of them, damaged or not.
//
// Left out: UDP-Lite and UDP options; which program has which port is the
// host's affair (package host).
package udp
