package scenarios

import (
	"github.com/packetwalk/packetwalk/scenarios/value"
	"github.com/packetwalk/packetwalk/sim"
)

// The structs of this file are the YAML form itself: its keys, their types
// and, in the descriptions, their meaning. The loader (decode.go), the schema
// for editors (jsonschema.go) and docs/scenarios.md all follow them.
//
// In the tags, "required" means that the key must be there, and ",key" that a
// mapping's key ends up in this field: {client: {...}} becomes a Host whose
// Name is "client", and the order of the file is kept.

// Scenario is a scenario file: a lesson and the laboratory that it needs.
type Scenario struct {
	File   string `yaml:"-"` // where it came from, for messages
	Source []byte `yaml:"-"` // the file itself

	embedded bool

	Name    Text   `yaml:"name,required" jsonschema_description:"What people type to run it: lower-case words joined by hyphens."`
	Title   Text   `yaml:"title,required" jsonschema_description:"The lesson in a few words."`
	Topic   Text   `yaml:"topic,required" jsonschema_description:"The topic of the course that it belongs to: OSI, TCP, UDP, Compare, WebSocket or Socket.IO."`
	Level   Text   `yaml:"level,required" jsonschema_description:"beginner, intermediate or advanced."`
	Minutes int    `yaml:"minutes,required" jsonschema_description:"How long a learner will be busy with it."`
	Order   int    `yaml:"order" jsonschema_description:"Its place within the topic, from 1. A scenario of your own needs none."`
	Summary Text   `yaml:"summary,required" jsonschema_description:"One line for the list of scenarios."`
	Learn   []Text `yaml:"learn,required" jsonschema_description:"What the learner will know afterwards, a sentence each."`

	Knobs    []*Knob        `yaml:"knobs" jsonschema_description:"What the learner may turn. ${name} stands for a knob's value in every other value."`
	Topology Topology       `yaml:"topology,required" jsonschema_description:"The devices and the links between them."`
	Programs []*Program     `yaml:"programs" jsonschema_description:"What runs on the hosts."`
	Variants []*Variant     `yaml:"variants" jsonschema_description:"The scenario runs once for each of these, on the same storm, and the runs are compared."`
	Until    Text           `yaml:"until" jsonschema_description:"The run ends at this time at the latest: 10s. Without it, 1h."`
	Open     *Moment        `yaml:"open" jsonschema_description:"The frame that is opened layer by layer; without it, the first in which a host sends a program's bytes."`
	Story    []*Step        `yaml:"story" jsonschema_description:"What happens, step by step; each step is tied to an event or a frame, and one that finds none is a failure."`
	Predict  []*Prediction  `yaml:"predict" jsonschema_description:"Questions asked before the run. The right answer is worked out from the run."`
	Expect   []*Expectation `yaml:"expect,required" jsonschema_description:"Facts that must hold, so that the scenario checks itself."`
	Without  []*Removal     `yaml:"without,required" jsonschema_description:"Ways to take the lesson away. A test does each of them and demands that a step or an expectation then fails."`

	References []Text `yaml:"references" jsonschema_description:"Where to read on: a standard with its section."`
	Limits     []Text `yaml:"limits" jsonschema_description:"What the model leaves out."`
	Wireshark  Text   `yaml:"wireshark" jsonschema_description:"The display filter that shows the lesson in Wireshark."`
}

// Knob is something that the learner may turn.
type Knob struct {
	Name    Text   `yaml:",key"`
	Type    Text   `yaml:"type,required" jsonschema_description:"percent, duration, rate, bytes, int, text, choice or bool."`
	Default Text   `yaml:"default,required" jsonschema_description:"Its value when nobody turns it."`
	Min     Text   `yaml:"min" jsonschema_description:"The least value allowed; of a text, the least number of letters."`
	Max     Text   `yaml:"max" jsonschema_description:"The greatest value allowed; of a text, the greatest number of letters."`
	Choices []Text `yaml:"choices" jsonschema_description:"The words allowed when type is choice."`
	Help    Text   `yaml:"help,required" jsonschema_description:"What it is, in one line."`
	Try     Text   `yaml:"try" jsonschema_description:"A value worth trying and what to look for then."`

	Parameter value.Parameter `yaml:"-"` // the same, read and checked

	setBy []string // the variants that set it
}

// Topology is the laboratory: devices and links.
type Topology struct {
	Hosts    []*Host   `yaml:"hosts,required" jsonschema_description:"End systems, which run programs."`
	Switches []*Switch `yaml:"switches" jsonschema_description:"Learning switches."`
	Routers  []*Router `yaml:"routers" jsonschema_description:"Routers, and with nat, filter or corrupt: middleboxes."`
	Links    []*Link   `yaml:"links,required" jsonschema_description:"The wires; addresses say where routers and hosts are attached."`
}

// Host is an end system.
type Host struct {
	Name      Text        `yaml:",key"`
	Address   Text        `yaml:"address" jsonschema_description:"Its address with the prefix length, when it has one link: 10.0.1.10/24."`
	Addresses []*Argument `yaml:"addresses" jsonschema_description:"Its addresses by the neighbour each leads to, when it has several links."`
	Gateway   Text        `yaml:"gateway" jsonschema_description:"The router that it sends everything else to: 10.0.1.1."`
	Options   []*Argument `yaml:"options" jsonschema_description:"How its TCP behaves: profile, congestion, mss, ..."`
}

// Switch is a learning switch.
type Switch struct {
	Name   Text `yaml:",key"`
	Ageing Text `yaml:"ageing" jsonschema_description:"An address unused for so long is forgotten; 300s if not said."`
}

// Router forwards packets between its links.
type Router struct {
	Name      Text          `yaml:",key"`
	Addresses []*Argument   `yaml:"addresses,required" jsonschema_description:"Its addresses by the neighbour each leads to: {s1: 10.0.1.1/24}."`
	Gateway   Text          `yaml:"gateway" jsonschema_description:"Its default route."`
	Routes    []*Route      `yaml:"routes" jsonschema_description:"Further routes."`
	NAT       *NAT          `yaml:"nat" jsonschema_description:"It translates addresses."`
	Filter    []*Match      `yaml:"filter" jsonschema_description:"Packets that it discards without a word: {of: icmp}."`
	Corrupt   []*Impairment `yaml:"corrupt" jsonschema_description:"What goes wrong in its memory, before a new FCS is made."`
}

// Route sends a network's packets to a next hop.
type Route struct {
	To  Text `yaml:"to,required" jsonschema_description:"A network: 10.0.3.0/24."`
	Via Text `yaml:"via,required" jsonschema_description:"The next router's address."`
}

// NAT translates addresses.
type NAT struct {
	Outside Text `yaml:"outside,required" jsonschema_description:"The neighbour on the outside."`
	Idle    Text `yaml:"idle" jsonschema_description:"A mapping unused for so long is forgotten; without it, the times of RFC 4787 and RFC 5382."`
}

// Link joins two nodes.
type Link struct {
	Place   Place  `yaml:"-"`
	Name    Text   `yaml:"name" jsonschema_description:"Its name; without one, the two nodes: client-s1."`
	Between []Text `yaml:"between,required" jsonschema_description:"The two nodes: [client, s1]."`
	Duplex  Text   `yaml:"duplex" jsonschema_description:"full (if not said) or half."`
	Way     `yaml:",inline"`
	To      []*DirectedWay `yaml:"to" jsonschema_description:"What differs in the direction to one of the nodes: {s1: {rate: 1mbit}}."`
}

// Way is what can be said of a link or of one direction of it.
type Way struct {
	Rate   Text          `yaml:"rate" jsonschema_description:"Bits a second: 100mbit, which is also what it is when not said."`
	Delay  Text          `yaml:"delay" jsonschema_description:"How long a bit travels: 1ms; 0s if not said."`
	Jitter Text          `yaml:"jitter" jsonschema_description:"A frame takes up to so much longer."`
	Queue  Text          `yaml:"queue" jsonschema_description:"How many frames may wait to be sent; 1000 if not said."`
	AQM    Text          `yaml:"aqm" jsonschema_description:"Who manages the queue: tail (if not said: it drops what finds no room) or codel, which drops, or marks for ECN, what waits too long."`
	MTU    Text          `yaml:"mtu" jsonschema_description:"The largest packet in a frame, in bytes; 1500 if not said."`
	Impair []*Impairment `yaml:"impair" jsonschema_description:"What goes wrong on it."`
}

// DirectedWay is one direction of a link.
type DirectedWay struct {
	Node Text `yaml:",key"`
	Way  `yaml:",inline"`
}

// Impairment is something that goes wrong: a deed, and which frames it
// strikes.
type Impairment struct {
	Place  Place  `yaml:"-"`
	Name   Text   `yaml:"name" jsonschema_description:"A name, by which without can remove it."`
	Do     Text   `yaml:"do,required" jsonschema_description:"lose, flip, swap, duplicate, hold, burst, noise, outage or replay."`
	To     Text   `yaml:"to" jsonschema_description:"Only in the direction to this node of the link; without it, both."`
	If     Text   `yaml:"if" jsonschema_description:"It is there only if this expression over knobs is true: knob.loss > 0."`
	Chance Text   `yaml:"chance" jsonschema_description:"Each frame is struck with this chance: 5%. (burst: while the burst lasts.)"`
	Nth    []Text `yaml:"nth" jsonschema_description:"Which frames are struck, counted from 1 among those that match: 3 or [2, 3]."`
	Match  `yaml:",inline"`
	Byte   Text `yaml:"byte" jsonschema_description:"flip, swap: which byte, from 0; without it, any."`
	Bit    Text `yaml:"bit" jsonschema_description:"flip: which bit of the byte, 0 (the highest) to 7."`
	With   Text `yaml:"with" jsonschema_description:"swap: the byte at which the other 16-bit word begins."`
	In     Text `yaml:"in" jsonschema_description:"flip, swap: count bytes from the start of the frame (if not said) or of the payload."`
	By     Text `yaml:"by" jsonschema_description:"hold: how much later: 20ms; others may overtake it."`
	Frames Text `yaml:"frames" jsonschema_description:"hold: until so many later frames have passed."`
	From   Text `yaml:"from" jsonschema_description:"outage: when it begins."`
	Until  Text `yaml:"until" jsonschema_description:"outage: when it ends."`
	Enter  Text `yaml:"enter" jsonschema_description:"burst: the chance, at each frame, that a burst begins."`
	Leave  Text `yaml:"leave" jsonschema_description:"burst: the chance, at each frame, that it ends."`
	OneIn  Text `yaml:"one_in" jsonschema_description:"noise: one bit in so many is flipped: 1000000."`
	Storm  Text `yaml:"storm" jsonschema_description:"replay: a storm as a run prints it: 3:drop 7:flip@54.1."`
}

// Match says which frames are meant.
type Match struct {
	Of    Text        `yaml:"of" jsonschema_description:"A class of frames: data, arp.request, tcp.syn, udp, icmp, ip.fragment, ..."`
	Where []*Argument `yaml:"where" jsonschema_description:"Fields, as Wireshark calls them, and their values: {tcp.dstport: 80}."`
}

// Argument is a name and its value.
type Argument struct {
	Name  Text `yaml:",key"`
	Value Text `yaml:",value"`
}

// Program is a program on a host.
type Program struct {
	Place      Place       `yaml:"-"`
	Name       Text        `yaml:"name" jsonschema_description:"What expressions call it; without it, the host's name."`
	On         Text        `yaml:"on,required" jsonschema_description:"The host."`
	Run        Text        `yaml:"run,required" jsonschema_description:"Which program."`
	With       []*Argument `yaml:"with" jsonschema_description:"Its arguments: {port: 80}."`
	Background bool        `yaml:"background" jsonschema_description:"The run does not wait for it: a server."`
	Start      Text        `yaml:"start" jsonschema_description:"When it begins; 0s if not said."`
	After      Text        `yaml:"after" jsonschema_description:"The program whose return it waits for first."`
	If         Text        `yaml:"if" jsonschema_description:"It runs only if this is true: \"${cookies}\"."`
	Variants   []Text      `yaml:"variants" jsonschema_description:"It runs only in these variants."`
}

// Variant is one of several runs that are compared.
type Variant struct {
	Name  Text        `yaml:",key"`
	Title Text        `yaml:"title,required" jsonschema_description:"What it is called above its column: over TCP."`
	Set   []*Argument `yaml:"set" jsonschema_description:"Knobs and their values in this variant."`
}

// Step is a step of the story.
type Step struct {
	Place   Place  `yaml:"-"`
	Match   Moment `yaml:"match,required" jsonschema_description:"The event or the frame that it tells of."`
	Say     Text   `yaml:"say,required" jsonschema_description:"The sentence. {key} is a field of the event or frame, {...} any expression."`
	Variant Text   `yaml:"variant" jsonschema_description:"Only in this variant; without it, in every one."`
	If      Text   `yaml:"if" jsonschema_description:"Told only if this expression over knobs is true: knob.loss > 0."`

	say       *template
	condition *expression
}

// Moment finds one event, or one frame, in a run.
type Moment struct {
	Place     Place       `yaml:"-"`
	Event     Text        `yaml:"event" jsonschema_description:"An event by its id: arp.request."`
	Frame     Text        `yaml:"frame" jsonschema_description:"Or a frame, by a protocol in it: TCP; any for every frame."`
	Node      Text        `yaml:"node" jsonschema_description:"The device or link at which it happened; of a frame, whose interface saw it."`
	Direction Text        `yaml:"direction" jsonschema_description:"frame: sent or received."`
	Where     []*Argument `yaml:"where" jsonschema_description:"Fields and their values: {why: timeout}."`
	If        Text        `yaml:"if" jsonschema_description:"An expression that must be true as well; event or frame is the candidate."`
	Nth       int         `yaml:"nth" jsonschema_description:"The n-th that matches; the first if not said."`
	From      Text        `yaml:"from" jsonschema_description:"Where the search begins: after the previous step (previous, if not said) or at the start."`

	condition *expression
}

// Prediction is a question that is asked before the answer is shown.
type Prediction struct {
	Place   Place     `yaml:"-"`
	Ask     Text      `yaml:"ask,required" jsonschema_description:"The question."`
	Kind    Text      `yaml:"kind,required" jsonschema_description:"choice, number or text."`
	Answer  Text      `yaml:"answer,required" jsonschema_description:"An expression that works the right answer out from the run."`
	Unit    Text      `yaml:"unit" jsonschema_description:"number: what it counts: bytes."`
	Within  Text      `yaml:"within" jsonschema_description:"number: how far off still counts as right: 5%."`
	Choices []*Choice `yaml:"choices,required" jsonschema_description:"choice: all answers to choose from. number, text: the wrong answers that are foreseen."`
	Explain Text      `yaml:"explain,required" jsonschema_description:"Why the answer is what it is."`
	Variant Text      `yaml:"variant" jsonschema_description:"The variant that the answer is worked out from, if not from all together."`

	answer       *expression
	ask, explain *template
	within       sim.Probability
}

// Choice is an answer that somebody may give.
type Choice struct {
	Answer   Text `yaml:"answer,required" jsonschema_description:"The answer. {...} is an expression over the run."`
	Belief   Text `yaml:"belief" jsonschema_description:"The idea that leads to this answer when it is wrong."`
	Feedback Text `yaml:"feedback" jsonschema_description:"What speaks to that idea."`

	answer, feedback *template
}

// Expectation is a fact that must hold.
type Expectation struct {
	Place   Place `yaml:"-"`
	That    Text  `yaml:"that,required" jsonschema_description:"The fact, in words: the server received every byte."`
	Check   Text  `yaml:"check,required" jsonschema_description:"The same as an expression that is true or false."`
	Found   Text  `yaml:"found" jsonschema_description:"What to say when it does not hold; without it, the check's two sides are shown."`
	Variant Text  `yaml:"variant" jsonschema_description:"Only in this variant; without it, in every one, or once if it compares them."`
	If      Text  `yaml:"if" jsonschema_description:"Demanded only if this expression over knobs is true: knob.loss > 0."`

	check, condition *expression
	that, found      *template
	compares         bool // it speaks of several variants
}

// Removal takes the lesson away.
type Removal struct {
	Place  Place       `yaml:"-"`
	Set    []*Argument `yaml:"set" jsonschema_description:"Knobs and the values that switch the lesson off."`
	Remove []Text      `yaml:"remove" jsonschema_description:"Names of impairments and programs to leave out."`
}
