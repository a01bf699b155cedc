package scenarios

import (
	"fmt"
	"net/netip"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/scenarios/plan"
)

type physicalCounters = physical.Counters

// stage is a laboratory that is being built from a plan and then plays it.
type stage struct {
	plan    *plan.Plan
	lab     *host.Lab
	devices map[string]device
	ways    []way
	results []*ProgramResult
}

// device is whatever links can be plugged into.
type device struct {
	host   *host.Host
	router *host.Router
	sw     *host.Switch
	// plugs are a host's or router's interfaces by the name of their link; a
	// switch makes a port for each link.
	plugs map[string]*host.NIC
}

func (d *device) plug(link string) host.Plug {
	if d.sw != nil {
		return d.sw.Port()
	}
	return d.plugs[link]
}

func (st *stage) build() error {
	for _, h := range st.plan.Hosts {
		if err := st.addHost(h); err != nil {
			return err
		}
	}
	for _, s := range st.plan.Switches {
		st.devices[s.Name] = device{sw: st.lab.SwitchWith(s.Name, datalink.TableConfig{Age: s.Ageing})}
	}
	for _, r := range st.plan.Routers {
		if err := st.addRouter(r); err != nil {
			return err
		}
	}
	for _, l := range st.plan.Links {
		if err := st.addLink(l); err != nil {
			return err
		}
	}
	return nil
}

func (st *stage) addHost(h plan.Host) error {
	made := st.lab.Host(h.Name)
	d := device{host: made, plugs: map[string]*host.NIC{}}
	for _, i := range h.Interfaces {
		d.plugs[i.Link] = st.addInterface(made, h.Name, i)
	}
	st.devices[h.Name] = d
	configureTCP(&made.TCP, h.Options)
	if v, ok := h.Options.Get(resolverOption); ok {
		server, err := netip.ParseAddr(v.Text())
		if err != nil {
			return fmt.Errorf("host %s: %s: %w", h.Name, resolverOption, err)
		}
		made.Resolver = netip.AddrPortFrom(server, dnsPort)
	}
	made.SYNCookies = setTo(h.Options, "syn_cookies", true)
	if v, ok := h.Options.Get("backlog"); ok {
		made.Backlog = int(v.Int())
	}
	made.NoUDPChecksum = setTo(h.Options, "udp_checksum", false)
	if err := made.TCP.Check(); err != nil {
		return fmt.Errorf("host %s: %w", h.Name, err)
	}
	if h.Gateway.IsValid() {
		return made.Gateway(h.Gateway)
	}
	return nil
}

const dnsPort = 53 // RFC 1035 §4.2.1

// addInterface makes an interface whose MTU is that of its link.
func (st *stage) addInterface(on interface {
	NIC(netip.Prefix) *host.NIC
}, node string, i plan.Interface) *host.NIC {
	nic := on.NIC(i.Address)
	for _, l := range st.plan.Links {
		for _, way := range l.Ways {
			if l.Name == i.Link && way.From == node {
				nic.SetMTU(way.MTU)
			}
		}
	}
	return nic
}

// setTo says whether a setting is there and has the value.
func setTo(s plan.Settings, name string, want bool) bool {
	v, ok := s.Get(name)
	return ok && v.Bool() == want
}

func (st *stage) addRouter(r plan.Router) error {
	made := st.lab.Router(r.Name)
	d := device{router: made, plugs: map[string]*host.NIC{}}
	for _, i := range r.Interfaces {
		d.plugs[i.Link] = st.addInterface(made, r.Name, i)
	}
	st.devices[r.Name] = d
	if r.Gateway.IsValid() {
		if err := made.Gateway(r.Gateway); err != nil {
			return err
		}
	}
	for _, route := range r.Routes {
		if err := made.Route(route.To, route.Via); err != nil {
			return err
		}
	}
	for _, m := range r.Filter {
		matches, words, err := packetMatcher(m)
		if err != nil {
			return err
		}
		made.Filter(words, matches)
	}
	for _, im := range r.Corrupt {
		if err := st.corrupt(made, im); err != nil {
			return err
		}
	}
	if r.NAT != nil {
		nat := made.NAT(d.plugs[r.NAT.Outside])
		nat.IdleUDP, nat.IdleTCP = r.NAT.Idle, r.NAT.Idle
	}
	return nil
}

func (st *stage) addLink(l plan.Link) error {
	cfg := physical.LinkConfig{Name: l.Name, HalfDuplex: l.HalfDuplex}
	for i, way := range []*physical.DirectionConfig{&cfg.A, &cfg.B} {
		if err := st.configureWay(way, &l.Ways[i]); err != nil {
			return err
		}
	}
	a, b := st.devices[l.Ends[0]], st.devices[l.Ends[1]]
	plugA, plugB := a.plug(l.Name), b.plug(l.Name)
	st.lab.Connect(plugA, plugB, cfg)
	st.ways = append(st.ways, way{l.Name, l.Ends[0], plugA.Interface()}, way{l.Name, l.Ends[1], plugB.Interface()})
	return nil
}

func (st *stage) configureWay(d *physical.DirectionConfig, w *plan.Way) error {
	d.Rate, d.Delay, d.Jitter = physical.Rate(w.Rate), w.Delay, w.Jitter
	d.Queue, d.MTU, d.RecordStorm = w.Queue, w.MTU, true
	if w.AQM == plan.CoDel {
		limit := w.Queue
		d.Discipline = func() physical.Discipline { return &physical.CoDel{Limit: limit} }
	}
	for _, im := range w.Impairments {
		made, err := st.impairment(im)
		if err != nil {
			return err
		}
		d.Impairments = append(d.Impairments, made)
	}
	return nil
}
