package host

import (
	"fmt"

	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/trace"
)

// Switch is a learning Ethernet switch: it reads frames up to layer 2 and no
// further.
// Simplified: there is no spanning tree (IEEE 802.1Q §13); a loop of switches
// is a storm, as it would be with the tree turned off.
type Switch struct {
	lab   *Lab
	name  string
	ports []*SwitchPort
	table *datalink.MACTable
}

// Switch adds a switch to the laboratory.
func (l *Lab) Switch(name string) *Switch { return l.SwitchWith(name, datalink.TableConfig{}) }

// SwitchWith is Switch with a table of one's own: its size, and how long an
// address is remembered.
func (l *Lab) SwitchWith(name string, table datalink.TableConfig) *Switch {
	l.addNode(name)
	table.Node, table.Log = name, l.log
	return &Switch{lab: l, name: name, table: datalink.NewMACTable(table)}
}

// Name is the switch's name.
func (s *Switch) Name() string { return s.name }

// Table is what the switch has learned.
func (s *Switch) Table() *datalink.MACTable { return s.table }

// Port adds a port to the switch: port1, port2, ... in order.
func (s *Switch) Port() *SwitchPort {
	number := len(s.ports) + 1
	p := &SwitchPort{sw: s, number: number, at: s.lab.addInterface(s.name, fmt.Sprintf("port%d", number))}
	s.ports = append(s.ports, p)
	return p
}

// SwitchPort is one port of a switch.
type SwitchPort struct {
	sw     *Switch
	number int // from 1
	at     *trace.Interface
	port   *physical.Port
}

// Node is the switch's name.
func (p *SwitchPort) Node() string { return p.sw.name }

// Interface is the vantage point that captures know the port by.
func (p *SwitchPort) Interface() *trace.Interface { return p.at }

func (p *SwitchPort) plugIn(port *physical.Port) { p.port = port }

// Receive takes a frame in at this port. A store-and-forward switch checks the
// FCS before it does anything else (IEEE 802.1Q §6.7): damage travels no
// further than one link.
func (p *SwitchPort) Receive(f *physical.Frame) {
	lab := p.sw.lab
	if lab.log.Tapped() {
		id := lab.log.Tap(p.at, trace.Received, f.ID, f.Bytes())
		defer lab.log.Because(lab.log.Because(id))
	}
	h, ok := p.open(f)
	if !ok {
		lab.pool.Put(f)
		return
	}
	p.sw.forward(p, h, f)
}

func (p *SwitchPort) open(f *physical.Frame) (datalink.Header, bool) {
	if f.Intact() {
		return datalink.ParseHeader(f.Data), true
	}
	h, _, ok := datalink.Receive(p.sw.lab.log, p.sw.name, f.ID, f.Bytes())
	return h, ok
}

// forward sends the frame, unchanged, where the table says.
func (s *Switch) forward(in *SwitchPort, h datalink.Header, f *physical.Frame) {
	verdict := s.table.Forward(s.lab.sim.Now(), f.ID, h, in.number)
	switch {
	case verdict.Flood:
		for _, out := range s.ports {
			if out != in && out.port != nil {
				out.send(s.lab.pool.Copy(f))
			}
		}
		s.lab.pool.Put(f)
	case verdict.Filter:
		s.lab.pool.Put(f)
	default:
		s.ports[verdict.Port-1].send(f)
	}
}

func (p *SwitchPort) send(f *physical.Frame) {
	lab := p.sw.lab
	if p.port == nil {
		lab.pool.Put(f)
		return
	}
	if lab.log.Tapped() {
		id := lab.log.Tap(p.at, trace.Sent, f.ID, f.Bytes())
		defer lab.log.Because(lab.log.Because(id))
	}
	p.port.Send(f)
}
