package scenarios

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/packetwalk/packetwalk/scenarios/plan"
	"github.com/packetwalk/packetwalk/scenarios/value"
)

// drawer fills the values of a scenario in and checks them, for one setting of
// the knobs and one variant.
type drawer struct {
	*checker
	knobs   Knobs
	variant string
	removed []string
}

// add says as well at which setting of the knobs the mistake shows, when it is
// not the default.
func (d *drawer) add(at Place, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	for _, s := range d.knobs {
		if s.Chosen {
			message += fmt.Sprintf(" (when the knob %s is %s)", s.Knob.Name, s.Value)
		}
	}
	d.checker.add(at, "%s", message)
}

// draw makes the plan. What is wrong is complained of; the plan is then of no
// use.
func (ck *checker) draw(knobs Knobs, variant string, without *Removal) *plan.Plan {
	d := &drawer{checker: ck, knobs: knobs, variant: variant}
	if without != nil {
		for _, name := range without.Remove {
			d.removed = append(d.removed, name.S)
		}
	}
	p := &plan.Plan{Until: d.value(ck.sc.Until, untilParameter).Duration()}
	for _, h := range ck.sc.Topology.Hosts {
		p.Hosts = append(p.Hosts, d.host(h))
	}
	for _, s := range ck.sc.Topology.Switches {
		p.Switches = append(p.Switches, plan.Switch{Name: s.Name.S, Ageing: d.value(s.Ageing, ageingParameter).Duration()})
	}
	for _, r := range ck.sc.Topology.Routers {
		p.Routers = append(p.Routers, d.router(r))
	}
	for _, l := range ck.sc.Topology.Links {
		p.Links = append(p.Links, d.link(l))
	}
	p.Programs = d.programs()
	return p
}

// interpolate puts knobs' values in the place of ${name}, and complains when
// that cannot be done.
func (d *drawer) interpolate(t Text) string {
	s, _ := d.interpolated(t)
	return s
}

// interpolated says as well whether all went well.
func (d *drawer) interpolated(t Text) (text string, ok bool) {
	text, unknown, at := d.knobs.fill(t.S)
	switch {
	case at < 0:
		return text, true
	case unknown == "":
		d.add(d.inside(t, at), "${ without the name of a knob and a }; write $${ for the characters themselves")
	default:
		d.known(d.inside(t, at), "knob", unknown, d.knobNames())
	}
	return "", false
}

// value reads a value of the file, with knobs filled in; the default when it
// is not there.
func (d *drawer) value(t Text, p value.Parameter) value.Value {
	if !t.Given() {
		return p.Default
	}
	text, ok := d.interpolated(t)
	if !ok {
		return p.Default
	}
	v, err := p.Parse(text)
	if err != nil {
		d.add(t.Place, "%v", err)
	}
	return v
}

// integer is value for an int, -1 when it is not there.
func (d *drawer) integer(t Text, name string, least, most int64) int {
	if !t.Given() {
		return -1
	}
	return int(d.value(t, between(name, least, most)).Int())
}

func (d *drawer) prefix(t Text) netip.Prefix {
	p, err := netip.ParsePrefix(d.interpolate(t))
	switch {
	case err != nil:
		d.add(t.Place, "%q is not an address with a prefix length: 10.0.1.10/24", t.S)
	case !p.Addr().Is4():
		d.add(t.Place, "%q is not an IPv4 address", t.S)
	}
	return p
}

func (d *drawer) addr(t Text) netip.Addr {
	if !t.Given() {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(d.interpolate(t))
	if err != nil || !a.Is4() {
		d.add(t.Place, "%q is not an IPv4 address: 10.0.1.1", t.S)
	}
	return a
}

func (d *drawer) host(h *Host) plan.Host {
	out := plan.Host{Name: h.Name.S, Gateway: d.addr(h.Gateway)}
	near := d.neighbours(h.Name.S)
	switch {
	case h.Address.Given() == (len(h.Addresses) > 0):
		d.add(h.Name.Place, "the host %s needs an address, or addresses by neighbour, and not both", h.Name)
	case h.Address.Given() && len(near) != 1:
		d.add(h.Address.Place, "the host %s has %d links; one address is for one link: write addresses: {neighbour: address}", h.Name, len(near))
	case h.Address.Given():
		out.Interfaces = []plan.Interface{{Link: d.linkBetween(h.Name.S, near[0]).Name.S, Address: d.prefix(h.Address)}}
	default:
		out.Interfaces = d.interfaces(h.Name, h.Addresses)
	}
	d.reachable(h.Gateway, out.Gateway, out.Interfaces)
	out.Options = d.settings(h.Options, HostOptions, "option of a host")
	for _, o := range h.Options {
		if o.Name.S == resolverOption {
			d.addr(o.Value)
		}
	}
	return out
}

// reachable complains of a gateway that is on none of the node's networks.
func (d *drawer) reachable(t Text, gateway netip.Addr, interfaces []plan.Interface) {
	if !gateway.IsValid() || slices.ContainsFunc(interfaces, func(i plan.Interface) bool { return !i.Address.IsValid() }) {
		return
	}
	if !slices.ContainsFunc(interfaces, func(i plan.Interface) bool { return i.Address.Contains(gateway) }) {
		d.add(t.Place, "%s is on none of the networks that this node is attached to, so it cannot be the next hop", gateway)
	}
}

// interfaces reads addresses by neighbour.
func (d *drawer) interfaces(node Text, addresses []*Argument) []plan.Interface {
	var all []plan.Interface
	near := d.neighbours(node.S)
	for _, a := range addresses {
		if !slices.Contains(near, a.Name.S) {
			d.add(a.Name.Place, "%s is not linked to %q%s", node, a.Name.S, didYouMean(a.Name.S, near))
			continue
		}
		all = append(all, plan.Interface{Link: d.linkBetween(node.S, a.Name.S).Name.S, Address: d.prefix(a.Value)})
	}
	for _, n := range near {
		if !slices.ContainsFunc(addresses, func(a *Argument) bool { return a.Name.S == n }) {
			d.add(node.Place, "%s has no address on its link to %s", node, n)
		}
	}
	return all
}

func (d *drawer) router(r *Router) plan.Router {
	out := plan.Router{Name: r.Name.S, Gateway: d.addr(r.Gateway), Interfaces: d.interfaces(r.Name, r.Addresses)}
	d.reachable(r.Gateway, out.Gateway, out.Interfaces)
	for _, route := range r.Routes {
		via := d.addr(route.Via)
		d.reachable(route.Via, via, out.Interfaces)
		out.Routes = append(out.Routes, plan.Route{To: d.prefix(route.To), Via: via})
	}
	if r.NAT != nil {
		near := d.neighbours(r.Name.S)
		if d.known(r.NAT.Outside.Place, "neighbour", r.NAT.Outside.S, near) {
			out.NAT = &plan.NAT{
				Outside: d.linkBetween(r.Name.S, r.NAT.Outside.S).Name.S,
				Idle:    d.value(r.NAT.Idle, idleParameter).Duration(),
			}
		}
	}
	for _, m := range r.Filter {
		out.Filter = append(out.Filter, d.match(m))
	}
	out.Corrupt = d.impairments(r.Corrupt, "", corruptions)
	return out
}

// settings reads named values against the parameters that there are. Those
// that are not said have their defaults when the parameter has one.
func (d *drawer) settings(args []*Argument, parameters []value.Parameter, what string) plan.Settings {
	names := make([]string, len(parameters))
	for i := range parameters {
		names[i] = parameters[i].Name
	}
	var all plan.Settings
	for _, a := range args {
		if i := slices.Index(names, a.Name.S); i < 0 {
			d.known(a.Name.Place, what, a.Name.S, names)
		} else {
			all = append(all, plan.Setting{Name: a.Name.S, Value: d.value(a.Value, parameters[i])})
		}
	}
	return all
}
