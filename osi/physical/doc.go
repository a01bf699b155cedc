// Package physical is layer 1: the wire. It answers the question what can
// happen to a frame between two network cards, and how long that takes.
//
//	       Port A                                                     Port B
//	Send ──▶ too long? ──▶ queue ──▶ transmitter ──▶ ~~ the wire ~~ ──▶ Receive
//	         │ mtu.go      │ queue.go  │ medium.go    │ passage.go      │
//	         ▼             ▼           │ one bit      │ one draw of     │
//	     wire.too-long  wire.queue-    │ after the    │ luck, then the  │
//	                    full           │ other        │ impairments     ▼
//	                                   │              │              direction.go
//	      time:      waiting           │  8 + frame   │  delay + jitter
//	                                   │  then 12 gap │
//
// A wire moves bits and reads no headers. It knows three numbers about a
// frame: 8 bytes of preamble and start delimiter go before it, its own bytes
// follow (padding and FCS included), then 12 byte times of silence. Frame.Data
// and every count of bytes here include padding and FCS, never preamble and
// gap; time always includes them.
//
// Times are exact. Sending n bytes takes 8n/rate seconds, rounded up to the
// next nanosecond, once for each frame. The last bit of a frame arrives when
// preamble and frame have been sent and the last bit has travelled; the gap
// behind it keeps the transmitter busy but does not delay the frame.
//
// What goes wrong is an Impairment, one file each: random loss, bursts, bit
// errors, duplication, reordering, an outage, fates for chosen frames. None of
// them is silent: each strike is an event that names the frame, and every
// frame that was sent is delivered, lost by a named event, or still under way
// (Counters).
//
// Each frame draws its luck once, from a stream that belongs to the link, the
// direction and the kind of frame: those that carry application data have one
// of their own (Classify). So the k-th such frame meets the same fate whatever
// else is sent: the same storm for two protocols that are compared (storm.go).
//
// Reading order: frame.go and pool.go (what travels), rate.go (how long it
// takes), link.go (the two ends), direction.go (one way, from Send to
// Receive), queue.go and codel.go (who may wait), medium.go (full and half
// duplex), flight.go; then impairment.go, passage.go, fate.go (how misfortune
// is decided and carried out), one file for each kind of it, and storm.go.
//
// Left out: the coding of bits into signals, collisions, auto-negotiation,
// pause frames, and noise that hits preamble or gap.
package physical
