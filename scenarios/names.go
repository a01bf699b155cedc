package scenarios

import (
	"fmt"
	"slices"
)

// The names that a scenario gives, for checks and for "did you mean".

func (ck *checker) knobNames() []string {
	var names []string
	for _, k := range ck.sc.Knobs {
		names = append(names, k.Name.S)
	}
	return names
}

func (ck *checker) programNames() []string {
	var names []string
	for _, p := range ck.sc.Programs {
		names = append(names, p.Name.S)
	}
	return names
}

func (ck *checker) variantNames() []string {
	var names []string
	for _, v := range ck.sc.Variants {
		names = append(names, v.Name.S)
	}
	return names
}

func (ck *checker) hostNames() []string {
	var names []string
	for _, h := range ck.sc.Topology.Hosts {
		names = append(names, h.Name.S)
	}
	return names
}

func (ck *checker) deviceNames() []string {
	names := ck.hostNames()
	for _, s := range ck.sc.Topology.Switches {
		names = append(names, s.Name.S)
	}
	for _, r := range ck.sc.Topology.Routers {
		names = append(names, r.Name.S)
	}
	return names
}

// placeNames are where events happen: devices and links.
func (ck *checker) placeNames() []string {
	names := ck.deviceNames()
	for _, l := range ck.sc.Topology.Links {
		names = append(names, l.Name.S)
	}
	return names
}

// removableNames are what without can remove.
func (ck *checker) removableNames() []string {
	names := ck.programNames()
	each := func(all []*Impairment) {
		for _, im := range all {
			if im.Name.Given() {
				names = append(names, im.Name.S)
			}
		}
	}
	for _, l := range ck.sc.Topology.Links {
		each(l.Impair)
		for _, w := range l.To {
			each(w.Impair)
		}
	}
	for _, r := range ck.sc.Topology.Routers {
		each(r.Corrupt)
	}
	return names
}

// neighbours are the nodes that a node is linked to.
func (ck *checker) neighbours(node string) []string {
	var names []string
	for _, l := range ck.sc.Topology.Links {
		if far := l.farEnd(node); far != "" {
			names = append(names, far)
		}
	}
	return names
}

// farEnd is the node at the other end of the link, "" if node is at neither.
func (l *Link) farEnd(node string) string {
	switch node {
	case l.Between[0].S:
		return l.Between[1].S
	case l.Between[1].S:
		return l.Between[0].S
	}
	return ""
}

// linkBetween is the first link between two nodes, nil if there is none.
func (ck *checker) linkBetween(a, b string) *Link {
	i := slices.IndexFunc(ck.sc.Topology.Links, func(l *Link) bool { return l.farEnd(a) == b })
	if i < 0 {
		return nil
	}
	return ck.sc.Topology.Links[i]
}

func (ck *checker) noVariant(name string) error {
	return fmt.Errorf("%s has no variant %q%s", ck.sc.Name, name, didYouMean(name, ck.variantNames()))
}
