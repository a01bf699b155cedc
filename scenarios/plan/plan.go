// Package plan is a laboratory on paper: hosts, switches, routers, links and
// programs, with every value filled in and checked. The scenarios package
// draws it from a file and the knobs; the runner builds it; a topology is
// drawn from it. It holds no behaviour of its own.
//
//	scenario file + knobs + variant + seed ──> Plan ──> run ──> result
package plan

import (
	"net/netip"
	"time"

	"github.com/packetwalk/packetwalk/scenarios/value"
	"github.com/packetwalk/packetwalk/sim"
)

// Plan is a laboratory to be built. Everything is in the file's order, which
// is also the order in which devices, interfaces and programs are made.
type Plan struct {
	Seed     uint64
	Until    time.Duration // when the run ends at the latest
	Hosts    []Host
	Switches []Switch
	Routers  []Router
	Links    []Link
	Programs []Program
}

// Host is an end system.
type Host struct {
	Name       string
	Interfaces []Interface
	Gateway    netip.Addr // the default route; the zero Addr is none
	Options    Settings   // how its TCP behaves; see HostOptions in scenarios
}

// Interface is where a host or router is attached to a link.
type Interface struct {
	Link    string
	Address netip.Prefix // the address with the length of its network's prefix
}

// Switch is a learning switch. It has an interface for each link to it.
type Switch struct {
	Name   string
	Ageing time.Duration // 0 is the standard's 300 s
}

// Router forwards packets. NAT, filter and corruption make it a middlebox.
type Router struct {
	Name       string
	Interfaces []Interface
	Gateway    netip.Addr // the default route; the zero Addr is none
	Routes     []Route
	NAT        *NAT         // nil if it translates nothing
	Filter     []Match      // packets that it discards without a word
	Corrupt    []Impairment // what it does to packets in its memory, before a new FCS is made
}

// Route sends packets for a network to a next hop.
type Route struct {
	To  netip.Prefix
	Via netip.Addr
}

// NAT translates the addresses of everything that leaves by the link Outside.
type NAT struct {
	Outside string
	Idle    time.Duration // a mapping unused for so long is forgotten; 0 leaves it to the standards
}

// Link joins two nodes.
type Link struct {
	Name string
	Ends [2]string
	// HalfDuplex lets only one side send at a time.
	HalfDuplex bool
	// Ways are its two directions: Ways[i] leads away from Ends[i].
	Ways [2]Way
}

// Way is one direction of a link.
type Way struct {
	From, To    string
	Rate        int64 // bits a second
	Delay       time.Duration
	Jitter      time.Duration // a frame takes up to so much longer
	Queue       int           // frames that may wait
	AQM         AQM           // who manages them
	MTU         int           // bytes of packet in a frame
	Impairments []Impairment
}

// AQM is how a queue is managed.
type AQM string

// The ways of managing a queue.
const (
	DropTail AQM = "tail"  // what finds no room is dropped
	CoDel    AQM = "codel" // what waits too long is dropped or marked (RFC 8289)
)

// Deed is what an impairment does to a frame.
type Deed string

// The deeds.
const (
	Lose      Deed = "lose"      // the frame is gone
	Flip      Deed = "flip"      // one bit is inverted
	Swap      Deed = "swap"      // two 16-bit words change places
	Duplicate Deed = "duplicate" // it arrives twice
	Hold      Deed = "hold"      // it is late, and others may overtake it
	Burst     Deed = "burst"     // losses come in bursts (Gilbert-Elliott)
	Noise     Deed = "noise"     // one bit in OneIn is inverted
	Outage    Deed = "outage"    // everything is lost from Start to End
	Replay    Deed = "replay"    // the fates of Storm are dealt again
)

// Deeds lists all deeds.
var Deeds = []Deed{Lose, Flip, Swap, Duplicate, Hold, Burst, Noise, Outage, Replay}

// Impairment is something that goes wrong. Lose, Flip, Swap, Duplicate and
// Hold strike the frames that Match picks: of these the Nth, or each with a
// Chance, or, when neither is said, every one. The other deeds say themselves
// what they strike.
type Impairment struct {
	Name   string // for messages, and to take it away: "storm"
	Do     Deed
	Match  Match
	Nth    []int // from 1, ascending; nil when Chance says it
	Chance sim.Probability
	Always bool // neither Nth nor Chance was said

	// Byte is the offset of the byte that is flipped or of the first word
	// that is swapped, With that of the second; -1 leaves it to chance. Bit
	// counts from the most significant, 0 to 7; -1 leaves it to chance.
	Byte, Bit, With int
	// InPayload counts Byte and With from the start of the application data,
	// not of the frame.
	InPayload bool

	By         time.Duration // Hold: how late; 0 when Frames says it
	Frames     int           // Hold: until so many later frames have passed
	Start, End time.Duration // Outage
	// Enter and Leave are a Burst's chances, at each frame, to go from good
	// to bad and back; Chance is that of loss while bad.
	Enter, Leave sim.Probability
	OneIn        int64  // Noise; 0 is none
	Storm        string // Replay, as osi/physical writes it
}

// Match says which frames are meant: all that are Of a class and whose
// fields, read back by the dissector, have these values.
type Match struct {
	Of    string // a class of FrameClasses; "" is every frame
	Where []FieldIs
}

// String is the match in words: "tcp.data with tcp.dstport 80".
func (m Match) String() string {
	words := m.Of
	if words == "" {
		words = "any"
	}
	for i, w := range m.Where {
		joint := " and "
		if i == 0 {
			joint = " with "
		}
		words += joint + w.Key + " " + w.Value
	}
	return words
}

// FieldIs is a field and the value that it must have, as the dissector
// writes it: "tcp.flags", "SYN".
type FieldIs struct{ Key, Value string }

// Program is a program on a host.
type Program struct {
	Name       string
	Host       string
	Run        string // a name that the programs package knows
	Args       Settings
	Background bool          // the run does not wait for it
	Start      time.Duration // when it begins
	After      string        // the program whose return it waits for first; "" if none
}

// Setting is a named value.
type Setting struct {
	Name  string
	Value value.Value
}

// Settings are named values in a fixed order.
type Settings []Setting

// Get finds a value by its name; it is the zero Value when there is none.
func (s Settings) Get(name string) (value.Value, bool) {
	for _, one := range s {
		if one.Name == name {
			return one.Value, true
		}
	}
	return value.Value{}, false
}
