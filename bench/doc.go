// Package bench measures the laboratory itself: how many bytes of a transfer
// it simulates in a second of the processor's time, and what that costs in
// memory.
//
//	sender ──── link: rate, delay, loss of what sender sends ──── receiver
//	  │                                                              │
//	  │ writes a known sequence of bytes                             │ compares
//	  │                                                              │ every byte
//	  └── capture of all frames, if wanted                           │
//
// What is measured is the whole way: real bytes through all layers, with the
// checksums of IP and TCP made and checked, and nobody reading the log. The
// frame check sequence is made where somebody looks at it: in a capture, and
// in a frame that the wire damages.
//
// Reading order: bulk.go (the transfer), meter.go (what is counted on the
// wire), usage.go and its platforms (what the process has used).
//
// What it leaves out: many connections, idle ones, and other protocols.
package bench
