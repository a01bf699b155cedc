// Package capture is what the laboratory shares with Wireshark: files of
// captured frames, and the reading of frames back from their bytes.
//
// The question it answers: what can somebody say who has only the bytes that
// passed one interface? No protocol machine is asked here and no event of the
// log. So what the lab claims of a run can be held against what the run's
// bytes say, and a stranger's capture is read by the same code.
//
//	bytes of a frame                                     parts
//	┌────────┬────────┬────────┬──────────────┬─────┐    Physical      no bytes
//	│Ethernet│  IPv4  │  TCP   │ Hello        │ FCS │    Ethernet II   header, padding, FCS
//	└────────┴────────┴────────┴──────────────┴─────┘    IPv4, TCP     their headers
//	     0       14       34         54                  Session       no bytes, and why
//	                                                     Presentation  no bytes: UTF-8
//	                                                     Text          the five letters
//
// Every byte belongs to exactly one part. A layer that has none is there all
// the same and says why: that a dialogue or an encoding has no header is what
// there is to learn about it.
//
// # Two readers
//
// Each protocol has its strict machine, which drops what is wrong, and a
// tolerant decoder (fields.go in the protocol's folder), which names what is
// wrong and reads on. They share no code, so that one finds the other's
// mistakes. This package calls the tolerant ones and joins them: addresses for
// a pseudo-header, the length that the layer below has room for, the bytes of
// a message that came in several segments.
//
// # What spans packets
//
// A Dissector sees packets in their order and remembers three things, each
// within a bound: fragments of IP datagrams, TCP streams, and the numbers of
// connections. A packet that completes something shows it: the last fragment
// shows the datagram's headers, the last segment its message; fields whose
// bytes came earlier have an empty span and say so. Vantage points are followed
// apart, since what the client's interface saw is not what the server's did.
//
// # Labels
//
// "[TCP Retransmission]" in Wireshark is a guess from one vantage point. The
// same guess is made here, from the same bytes, label for label (labels.go; the
// test compares with tshark). Beside an event of the log it shows what a label
// cannot know: the cause.
//
// # Reading order
//
// packet.go (what a packet and its dissection are); dissect.go, then
// dissect_link.go, _network, _fragments, _transport (a frame on its way up);
// streams.go, _follow, _messages (connections); dissect_protocols.go (what is
// spoken above them: a new protocol is one line there); labels.go;
// dissect_columns.go (the packet list). Files: pcap.go and its reader and writer,
// pcap_classic.go, the pcapng_*.go; tap.go takes captures from a run.
//
// # What is left out
//
// IPv6 and link types other than those in pcap.go are parts called "data". TLS records are
// named but not opened. The window of a connection whose handshake was not seen
// is shown unscaled. A message longer than MaxMessage is kept in its beginning
// only, and pieces that an interface saw twice are compared by position, not by
// content.
package capture
