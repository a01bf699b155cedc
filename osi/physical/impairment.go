package physical

import "hash/fnv"

// Impairment describes one thing that can go wrong on a wire. It is a
// description without state; New makes the thing itself, once for each
// direction that it is configured for.
type Impairment interface {
	// Name says what kind of thing it is: "random loss". Its luck is drawn
	// under this name, so changing its strength or adding another kind leaves
	// the draws as they were.
	Name() string
	// String says it in full, as the reason in events: "random loss of 5%".
	String() string
	New() Striker
}

// Striker strikes frames. It is shown every frame of its direction exactly
// once, in the order in which they are sent, whatever else strikes them, and
// calls Passage.Suffer for each fate that it has for the frame.
type Striker interface{ Strike(p *Passage) }

// struckBy is an impairment at work.
type struckBy struct {
	Striker
	why  string
	salt uint64
}

func strikers(impairments []Impairment) []struckBy {
	all := make([]struckBy, 0, len(impairments))
	seen := map[string]uint64{}
	for _, im := range impairments {
		name := im.Name()
		all = append(all, struckBy{im.New(), im.String(), salt(name) + seen[name]})
		seen[name]++
	}
	return all
}

func salt(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name)) // never fails: hash.Hash
	return h.Sum64()
}
