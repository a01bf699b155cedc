package capture

import (
	"slices"

	"github.com/packetwalk/packetwalk/trace"
)

// Tap writes frames into a capture file while the run goes on, as a capture
// program on those hosts would. It sees no events, so it writes no comments
// (WriteRecordings does), and a run with a tap costs little more than copying
// each frame once. Give it to Log.SubscribeFrames.
type Tap struct {
	w      *Writer
	nodes  []string
	wanted []verdict // by the interface's Index
	packet Packet    // reused for every frame
}

type verdict uint8

const (
	undecided verdict = iota
	taken
	ignored
)

// NewTap makes a tap at every interface of the named nodes; at every interface
// of the laboratory when none is named. Close w after the run: it returns the
// first error there was.
func NewTap(w *Writer, nodes ...string) *Tap {
	return &Tap{w: w, nodes: nodes, packet: Packet{FCS: 4, LinkType: LinkEthernet}}
}

// Frame writes the frame if it was seen at a chosen interface.
func (t *Tap) Frame(f *trace.Frame) {
	if len(t.nodes) > 0 && !t.wants(f.Interface) {
		return
	}
	p := &t.packet
	p.Time, p.Interface, p.Direction = f.Time.Calendar(), f.Interface, f.Direction
	p.Data, p.Length = f.Data, len(f.Data)
	t.w.WritePacket(p) //nolint:errcheck // kept by the writer, returned by its Close
}

// Secret writes TLS key material ahead of the next frame, whichever node it
// comes from: it opens the conversation at every interface.
func (t *Tap) Secret(s *trace.Secret) { t.w.Secret(s.Line) }

func (t *Tap) wants(at *trace.Interface) bool {
	for len(t.wanted) <= at.Index {
		t.wanted = append(t.wanted, undecided)
	}
	if t.wanted[at.Index] == undecided {
		t.wanted[at.Index] = ignored
		if slices.Contains(t.nodes, at.Node) {
			t.wanted[at.Index] = taken
		}
	}
	return t.wanted[at.Index] == taken
}
