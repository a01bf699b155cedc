package physical

import (
	"slices"
	"strconv"
	"strings"
)

// Storm is the list of fates that struck the frames with application data in
// one direction: fate k belongs to the k-th such frame, retransmissions
// included. Two protocols that live through one storm can be compared; two
// that merely share a seed cannot, because a SYN or an ARP request more would
// shift every later draw.
//
// A storm is recorded (DirectionConfig.RecordStorm, Port.Storm), written down
// (String: "3:drop 7:flip@54.1 9:dup") and replayed (Replay).
type Storm []Struck

// Struck is a fate and the frame that it struck.
type Struck struct {
	K    int // the k-th frame with application data, from 1
	Fate Fate
}

// String is the storm in one line, ordered by k: "3:drop 7:flip@54.1 7:dup".
func (s Storm) String() string {
	var b strings.Builder
	for i, one := range s {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(one.K) + ":" + one.Fate.String())
	}
	return b.String()
}

// ParseStorm reads what String wrote: items "k:fate", separated by white
// space, with the fates of ParseFate. A frame may have several; they strike it
// in the order written.
func ParseStorm(text string) (Storm, error) {
	var s Storm
	for i := 0; i < len(text); {
		if strings.IndexByte(" \t\r\n", text[i]) >= 0 {
			i++
			continue
		}
		item := text[i:]
		if end := strings.IndexAny(item, " \t\r\n"); end >= 0 {
			item = item[:end]
		}
		number, fate, found := strings.Cut(item, ":")
		k, err := strconv.Atoi(number)
		if err != nil || k < 1 || !found {
			return nil, &FateError{text, i + 1, item, "the number of a frame, from 1, and its fate, as in 3:drop"}
		}
		f, err := parseFate(fate, text, i+len(number)+2)
		if err != nil {
			return nil, err
		}
		s = append(s, Struck{k, f})
		i += len(item)
	}
	slices.SortStableFunc(s, func(a, b Struck) int { return a.K - b.K })
	return s, nil
}

// MarshalText is String, for YAML and JSON.
func (s Storm) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseStorm, for YAML and JSON.
func (s *Storm) UnmarshalText(text []byte) error {
	v, err := ParseStorm(string(text))
	if err == nil {
		*s = v
	}
	return err
}

// Replay deals the fates of a storm again: the k-th frame with application
// data suffers what the k-th did then. Other frames are left alone.
type Replay struct{ Storm Storm }

// Name is "replay".
func (Replay) Name() string { return "replay" }

func (Replay) String() string { return "fate of the storm that is replayed" }

// New starts the storm from its first frame.
func (r Replay) New() Striker {
	sorted := slices.Clone(r.Storm)
	slices.SortStableFunc(sorted, func(a, b Struck) int { return a.K - b.K })
	return &replay{rest: sorted}
}

type replay struct{ rest Storm }

func (r *replay) Strike(p *Passage) {
	for len(r.rest) > 0 && p.HasData() && r.rest[0].K <= p.K {
		if r.rest[0].K == p.K {
			p.Suffer(r.rest[0].Fate)
		}
		r.rest = r.rest[1:]
	}
}
