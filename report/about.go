package report

import (
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/scenarios/plan"
)

// What the run is about: the lesson in a line, the network, the knobs.

var _ = register(&view{
	View:      View{"about", "what the scenario teaches, its network and its knobs"},
	place:     0,
	byDefault: always,
	sections: func(r *scenarios.Result, o *Options) []Section {
		var s Section
		if sc := r.Scenario; sc != nil {
			s.add(Text(sc.Summary.S))
		}
		if len(r.Variants) > 0 && r.Variants[0].Plan != nil {
			s.add(drawing(r.Variants[0].Plan, o.Width))
		}
		var knobs List
		for _, k := range r.Knobs {
			if !k.Knob.Turnable() {
				continue
			}
			text := cells.Truncate(k.Value.String(), 60, "…")
			if k.Chosen {
				text += " (as you set it)"
			}
			knobs = append(knobs, Item{Label: k.Knob.Name.S, Head: plain(text + " – " + k.Knob.Help.S)})
		}
		if len(knobs) > 0 {
			s.add(knobs)
		}
		if len(s.Blocks) == 0 {
			return nil
		}
		return []Section{s}
	},
	data: func(r *scenarios.Result, _ *Options) any {
		data := aboutData{Learn: []string{}, Links: []linkData{}}
		if r.Scenario != nil {
			for _, l := range r.Scenario.Learn {
				data.Learn = append(data.Learn, l.S)
			}
		}
		if len(r.Variants) > 0 && r.Variants[0].Plan != nil {
			for _, l := range r.Variants[0].Plan.Links {
				data.Links = append(data.Links, linkData{l.Name, l.Ends[0], l.Ends[1], l.Ways[0].Rate, int64(l.Ways[0].Delay), l.Ways[0].MTU})
			}
		}
		return data
	},
})

type aboutData struct {
	Learn []string   `json:"learn"`
	Links []linkData `json:"links"`
}

type linkData struct {
	Name    string `json:"name"`
	From    string `json:"from"`
	To      string `json:"to"`
	Rate    int64  `json:"rate"`
	DelayNS int64  `json:"delay_ns"`
	MTU     int    `json:"mtu"`
}

// Topology draws a laboratory in characters, at most width columns wide.
func Topology(p *plan.Plan, width int) Document {
	return Document{Sections: []Section{{Blocks: []Block{drawing(p, width)}}}}
}

// drawing is the network as one line, if its links form a chain that fits;
// else link by link.
func drawing(p *plan.Plan, w int) Block {
	if chain := chainOf(p); chain != nil {
		for i := range chain {
			chain[i] = nodeText(p, chain[i])
		}
		if line := strings.Join(chain, " ── "); width(line)+2 <= w {
			return Figure{plains("  " + line)}
		}
	}
	var links Figure
	for i := range p.Links {
		l := &p.Links[i]
		links = append(links, plains(fmt.Sprintf("  %s ── %s", nodeText(p, l.Ends[0]), nodeText(p, l.Ends[1]))))
	}
	return links
}

// chainOf lists the nodes' names from one end to the other, nil if the links do not
// form one line.
func chainOf(p *plan.Plan) []string {
	if len(p.Hosts) == 0 {
		return nil
	}
	chain := []string{p.Hosts[0].Name}
	seen := map[string]bool{p.Hosts[0].Name: true}
	for at := p.Hosts[0].Name; ; {
		next := ""
		for i := range p.Links {
			for side, end := range p.Links[i].Ends {
				if other := p.Links[i].Ends[1-side]; end == at && !seen[other] {
					if next != "" {
						return nil // a fork
					}
					next = other
				}
			}
		}
		if next == "" {
			break
		}
		chain, seen[next], at = append(chain, next), true, next
	}
	if len(chain) != len(p.Hosts)+len(p.Switches)+len(p.Routers) || len(p.Links) != len(chain)-1 {
		return nil
	}
	return chain
}

// nodeText is a node with what it is: "client", "[switch s1]", "(router r1)".
func nodeText(p *plan.Plan, name string) string {
	for _, s := range p.Switches {
		if s.Name == name {
			return "[switch " + name + "]"
		}
	}
	for _, r := range p.Routers {
		if r.Name == name {
			return "(router " + name + ")"
		}
	}
	return name
}
