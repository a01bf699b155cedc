package host

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"

	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// Lab is one simulated network: its devices, the links between them, the
// programs that run on its hosts, and the log of what happens. Everything in a
// Lab happens one thing at a time; it is not for use by several goroutines.
type Lab struct {
	sim        *sim.Sim
	log        *trace.Log
	pool       *physical.Pool
	nodes      map[string]bool
	names      []NameEntry
	interfaces []*trace.Interface
	links      []*physical.Link
	macs       uint32
	failures   []error
	causes     map[*sim.Program]trace.ID
	streams    map[string]int // how many streams of randomness have begun with a name
}

// NewLab makes an empty laboratory. All its randomness comes from seed.
func NewLab(seed uint64) *Lab {
	s := sim.New(seed)
	return &Lab{
		sim: s, log: trace.NewLog(s), pool: physical.NewPool(),
		nodes: map[string]bool{}, causes: map[*sim.Program]trace.ID{},
		streams: map[string]int{},
	}
}

// Sim is the laboratory's clock and event queue.
func (l *Lab) Sim() *sim.Sim { return l.sim }

// Log is the record of what happens. Subscribe to it before Run.
func (l *Lab) Log() *trace.Log { return l.log }

// Interfaces lists the vantage points at which a capture can be taken, in the
// order in which they were made.
func (l *Lab) Interfaces() []*trace.Interface { return l.interfaces }

// Links lists the links in the order in which they were made.
func (l *Lab) Links() []*physical.Link { return l.links }

// Run lets time pass until all foreground programs have returned and the wires
// are quiet. Its error joins what the simulation reports (a deadlock, a panic)
// and what programs returned as errors, each a *ProgramError.
func (l *Lab) Run() error {
	err := l.sim.Run()
	return errors.Join(append([]error{err}, l.failures...)...)
}

// addNode claims a name. Names are unique in a laboratory: a second device of
// the same name is a mistake in the program that builds it, and panics.
func (l *Lab) addNode(name string) {
	if name == "" || l.nodes[name] {
		panic(fmt.Sprintf("host: a device named %q: names are unique and not empty", name))
	}
	l.nodes[name] = true
}

func (l *Lab) addName(name string, addr netip.Addr) {
	for _, entry := range l.names {
		if entry.Name == name {
			return // a device is known by its first address
		}
	}
	l.names = append(l.names, NameEntry{name, addr})
}

// nextStream begins another stream of randomness for what a name stands for.
func (l *Lab) nextStream(name string) *sim.Stream {
	l.streams[name]++
	return l.sim.Stream(name + "/" + strconv.Itoa(l.streams[name]))
}

func (l *Lab) addInterface(node, name string) *trace.Interface {
	i := &trace.Interface{Node: node, Name: name, Index: len(l.interfaces)}
	l.interfaces = append(l.interfaces, i)
	return i
}

// nextMAC hands out addresses in the order in which interfaces are made, from
// the locally administered space (IEEE 802-2014 §8.4: the second lowest bit of
// the first octet).
func (l *Lab) nextMAC() datalink.MAC {
	l.macs++
	n := l.macs
	return datalink.MAC{0x02, 0, 0, byte(n >> 16), byte(n >> 8), byte(n)}
}

// Plug is an end into which a link can be plugged: a host's or router's
// interface, a port of a switch or a hub.
type Plug interface {
	physical.Receiver
	// Node is the name of the device.
	Node() string
	// Interface is the vantage point that captures know it by.
	Interface() *trace.Interface
	plugIn(*physical.Port)
}

// Connect plugs a link into two ends. Where the configuration has no name,
// the link is called "a-b" after the devices; where it has no classifier,
// frames with application data are told apart by CarriesData; and a
// queue that marks does so by MarkCE.
func (l *Lab) Connect(a, b Plug, cfg physical.LinkConfig) *physical.Link {
	if cfg.Name == "" {
		cfg.Name = a.Node() + "-" + b.Node()
	}
	cfg.EndA, cfg.EndB = a.Node(), b.Node()
	for _, d := range []*physical.DirectionConfig{&cfg.A, &cfg.B} {
		if d.Classify == nil {
			d.Classify = CarriesData
		}
		if d.Mark == nil {
			d.Mark = MarkCE
		}
	}
	link := physical.NewLink(l.sim, l.log, l.pool, cfg)
	a.plugIn(link.A())
	b.plugIn(link.B())
	link.A().Attach(a)
	link.B().Attach(b)
	l.links = append(l.links, link)
	return link
}
