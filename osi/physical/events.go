package physical

import (
	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/trace"
)

// The kinds of events of a wire. The node of each is the link; from and to are
// the nodes at its ends; n counts the frames sent in that direction from 1; k
// counts those of them that carry application data, and is 0 for the others.
var (
	// Lost: a frame does not arrive.
	Lost = strike("wire.lost", "is lost: {why}")
	// Corrupted: bytes of a frame change on the way.
	Corrupted = strike("wire.corrupted", "is damaged, {where}: {before} becomes {after} ({why})",
		"where", "byte", "bits", "before", "after")
	// Duplicated: a frame arrives twice.
	Duplicated = strike("wire.duplicated", "arrives twice: {why}")
	// Reordered: a frame is held back so that later ones overtake it.
	Reordered = strike("wire.reordered", "is held back until {until}: {why}", "until")
	// Delayed: a frame takes longer.
	Delayed = strike("wire.delayed", "takes {by} longer: {why}", "by")
	// Interrupted: a frame is sent while the wire is dead.
	Interrupted = strike("wire.outage", "is lost: {why}")
	// Missed: a fate was meant for a frame but cannot change it.
	Missed = strike("wire.missed", "is left as it is: {fate} changes nothing, {reason} ({why})", "fate", "reason")

	// TooLong: a frame is longer than the wire's MTU permits.
	TooLong = trace.Define(trace.Kind{
		ID: "wire.too-long", Layer: osi.Physical, Ref: "IEEE 802.3 §3.2.7",
		Sentence: "a frame of {size} bytes from {from} to {to} is dropped: the wire takes at most {limit} (an MTU of {mtu})",
		Fields:   []string{"from", "to", "size", "limit", "mtu"},
	})
	// QueueFull: a frame finds no place in the queue before the transmitter.
	QueueFull = trace.Define(trace.Kind{
		ID: "wire.queue-full", Layer: osi.Physical,
		Sentence: "a frame of {size} bytes from {from} to {to} is dropped: the queue is full, {waiting} waiting",
		Fields:   []string{"from", "to", "size", "waiting", "waited"},
	})
	// Marked: a frame is marked instead of being dropped.
	Marked = trace.Define(trace.Kind{
		ID: "wire.marked", Layer: osi.Physical, Ref: "RFC 3168 §5; RFC 8289 §5",
		Sentence: "a frame of {size} bytes from {from} to {to} is marked with congestion experienced: it has waited {waited}",
		Fields:   []string{"from", "to", "size", "waiting", "waited"},
	})
	// Deferred: one end of a half-duplex wire waits because the other speaks.
	Deferred = trace.Define(trace.Kind{
		ID: "wire.deferred", Layer: osi.Physical, Ref: "IEEE 802.3 §4.2.3.2.1",
		Sentence: "{from} waits {for} before it sends: {to} is speaking on the same medium",
		Fields:   []string{"from", "to", "for"},
	})
	// Unplugged: a frame arrives where nobody is attached.
	Unplugged = trace.Define(trace.Kind{
		ID: "wire.unplugged", Layer: osi.Physical,
		Sentence: "a frame from {from} arrives at {to}, where nothing is plugged in",
		Fields:   []string{"from", "to", "size"},
	})
)

// strike declares the kind of something that befalls the n-th frame.
func strike(id, what string, more ...string) *trace.Kind {
	return trace.Define(trace.Kind{
		ID: id, Layer: osi.Physical,
		Sentence: "frame {n} from {from} to {to} ({size} bytes) " + what,
		Fields:   append([]string{"from", "to", "n", "k", "size", "why"}, more...),
	})
}
