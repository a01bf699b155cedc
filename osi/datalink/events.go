package datalink

import (
	"errors"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/trace"
)

// What can happen to a frame at its receiver.
var (
	BadFCS = trace.Define(trace.Kind{
		ID: "eth.bad-fcs", Layer: osi.DataLink, Ref: "IEEE 802.3 §3.2.9",
		Sentence: "{node} discards a frame: {why}",
		Fields:   []string{"why", "length"},
	})
	Runt = trace.Define(trace.Kind{
		ID: "eth.runt", Layer: osi.DataLink, Ref: "IEEE 802.3 §4A.2.9",
		Sentence: "{node} discards a frame: {why}",
		Fields:   []string{"why", "length"},
	})
)

// What ARP does.
var (
	ARPRequest = trace.Define(trace.Kind{
		ID: "arp.request", Layer: osi.DataLink, Ref: "RFC 826",
		Sentence: "{node} asks the link: who has {address}? (attempt {attempt})",
		Fields:   []string{"address", "attempt", "to"},
	})
	ARPReply = trace.Define(trace.Kind{
		ID: "arp.reply", Layer: osi.DataLink, Ref: "RFC 826",
		Sentence: "{node} answers {to}: {address} is at {mac}",
		Fields:   []string{"address", "mac", "to"},
	})
	ARPAnnounce = trace.Define(trace.Kind{
		ID: "arp.announce", Layer: osi.DataLink, Ref: "RFC 5227 §2.3",
		Sentence: "{node} tells the link: {address} is at {mac}",
		Fields:   []string{"address", "mac"},
	})
	ARPLearned = trace.Define(trace.Kind{
		ID: "arp.learned", Layer: osi.DataLink, Ref: "RFC 826",
		Sentence: "{node} learns that {address} is at {mac}",
		Fields:   []string{"address", "mac", "before"},
	})
	ARPQueued = trace.Define(trace.Kind{
		ID: "arp.queued", Layer: osi.DataLink, Ref: "RFC 1122 §2.3.2.2",
		Sentence: "{node} keeps a packet back until it knows who {address} is ({waiting} waiting)",
		Fields:   []string{"address", "waiting"},
	})
	ARPQueueFull = trace.Define(trace.Kind{
		ID: "arp.queue-full", Layer: osi.DataLink, Ref: "RFC 1122 §2.3.2.2",
		Sentence: "{node} discards the oldest packet that waits for {address}: no more than {waiting} may wait",
		Fields:   []string{"address", "waiting"},
	})
	ARPGaveUp = trace.Define(trace.Kind{
		ID: "arp.gave-up", Layer: osi.DataLink, Ref: "RFC 1122 §2.3.2.1",
		Sentence: "{node} gives up on {address}: {attempts request}, no reply ({waiting packet} undelivered)",
		Fields:   []string{"address", "attempts", "waiting"},
	})
	ARPExpired = trace.Define(trace.Kind{
		ID: "arp.expired", Layer: osi.DataLink, Ref: "RFC 1122 §2.3.2.1",
		Sentence: "{node} forgets who {address} is: {why}",
		Fields:   []string{"address", "mac", "why"},
	})
	ARPConflict = trace.Define(trace.Kind{
		ID: "arp.conflict", Layer: osi.DataLink, Ref: "RFC 5227 §2.4",
		Sentence: "{node} notices that {mac} uses its address {address}",
		Fields:   []string{"address", "mac"},
	})
	ARPInvalid = trace.Define(trace.Kind{
		ID: "arp.invalid", Layer: osi.DataLink, Ref: "RFC 826",
		Sentence: "{node} ignores an ARP message: {why}",
		Fields:   []string{"why"},
	})
)

// What a switch does.
var (
	SwitchLearned = trace.Define(trace.Kind{
		ID: "switch.learned", Layer: osi.DataLink, Ref: "IEEE 802.1Q §8.7",
		Sentence: "{node} learns that {mac} is behind port {port}",
		Fields:   []string{"mac", "port"},
	})
	SwitchMoved = trace.Define(trace.Kind{
		ID: "switch.moved", Layer: osi.DataLink, Ref: "IEEE 802.1Q §8.7",
		Sentence: "{node} sees that {mac} has moved from port {before} to port {port}",
		Fields:   []string{"mac", "port", "before"},
	})
	SwitchFull = trace.Define(trace.Kind{
		ID: "switch.full", Layer: osi.DataLink, Ref: "IEEE 802.1Q §8.8",
		Sentence: "{node} cannot learn {mac}: its table of {entries} addresses is full",
		Fields:   []string{"mac", "port", "entries"},
	})
	SwitchAged = trace.Define(trace.Kind{
		ID: "switch.aged", Layer: osi.DataLink, Ref: "IEEE 802.1Q §8.8.3",
		Sentence: "{node} forgets {mac}: not heard of for {age}",
		Fields:   []string{"mac", "port", "age"},
	})
	SwitchFlooded = trace.Define(trace.Kind{
		ID: "switch.flooded", Layer: osi.DataLink, Ref: "IEEE 802.1Q §8.6",
		Sentence: "{node} sends the frame for {mac} out of every port but {port}: {why}",
		Fields:   []string{"mac", "port", "why"},
	})
	SwitchForwarded = trace.Define(trace.Kind{
		ID: "switch.forwarded", Layer: osi.DataLink, Ref: "IEEE 802.1Q §8.6",
		Sentence: "{node} sends the frame for {mac} out of port {to} only",
		Fields:   []string{"mac", "port", "to"},
	})
	SwitchFiltered = trace.Define(trace.Kind{
		ID: "switch.filtered", Layer: osi.DataLink, Ref: "IEEE 802.1Q §8.6",
		Sentence: "{node} keeps the frame for {mac} back: {why}",
		Fields:   []string{"mac", "port", "why"},
	})
)

// Receive checks and reads a frame as a station does: the FCS first, then the
// header. A damaged frame is recorded and dropped (ok is false).
func Receive(log *trace.Log, node string, id trace.FrameID, frame []byte) (h Header, payload []byte, ok bool) {
	err := CheckFCS(frame)
	if err == nil {
		h, payload, err = Parse(frame)
	}
	if err == nil {
		return h, payload, true
	}
	if log.On() {
		kind := BadFCS
		if errors.Is(err, ErrRunt) {
			kind = Runt
		}
		log.Emit(node, kind, id, trace.Reason("why", err), trace.Int("length", len(frame)))
	}
	return Header{}, nil, false
}
