package host

import (
	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/trace"
)

// Filter is a firewall without memory: it drops packets of a kind, as packet
// filters that are too strict with ICMP do (RFC 2979).
type Filter struct {
	router  *Router
	what    string
	matches func(packet []byte) bool
	// Answer makes the filter say so: ICMP communication administratively
	// prohibited (RFC 1812 §5.2.7.1). Without it the packet just vanishes.
	Answer bool
}

// EventFiltered tells what a filter drops.
var EventFiltered = trace.Define(trace.Kind{
	ID: "filter.dropped", Layer: osi.Network, Ref: "RFC 2979",
	Sentence: "{node} filters out a packet from {src} to {dst}: {what}",
	Fields:   []string{"src", "dst", "what"},
})

// Filter makes the router drop the packets that match; what says in words
// which those are.
func (r *Router) Filter(what string, matches func(packet []byte) bool) *Filter {
	f := &Filter{router: r, what: what, matches: matches}
	r.Use(f)
	return f
}

// BeforeRouting drops what matches. It looks before the route is looked up, so
// what is for the router itself is filtered too.
func (f *Filter) BeforeRouting(t *Transit) bool {
	if !f.matches(t.Packet) {
		return true
	}
	h, body, err := network.ParseIPv4(t.Packet)
	if err != nil {
		return true // for the router itself to drop
	}
	if log := f.router.lab.log; log.On() {
		log.Emit(f.router.name, EventFiltered, t.Frame,
			trace.String("src", h.Src.String()), trace.String("dst", h.Dst.String()), trace.String("what", f.what))
	}
	if f.Answer {
		f.router.reportAbout(&h, body, network.Problem{Type: network.DestinationUnreachable, Code: network.AdminProhibited})
	}
	return false
}

// AfterRouting passes everything: the filter has looked on the way in.
func (f *Filter) AfterRouting(*Transit) bool { return true }
