package capture

import (
	"slices"

	"github.com/packetwalk/packetwalk/trace"
)

// Take is one recorded run that goes into a capture file.
type Take struct {
	// Name tells the runs of a comparison apart: it stands before the name of
	// each interface, "tcp/client eth0". "" when there is only one.
	Name      string
	Recording *trace.Recording
}

// WriteRecordings writes the frames of the takes, merged in order of time, as
// seen at the interfaces of the named nodes (of all, when none is named). The
// sentence of every event that speaks of a frame becomes a comment of the
// packet: of the one seen at the event's own node, or, if that node took no
// part in the capture, of the one the sender sent. w is not closed.
func WriteRecordings(w *Writer, nodes []string, takes ...Take) error {
	var reels []*reel
	for _, t := range takes {
		for _, s := range t.Recording.Secrets {
			w.Secret(s.Line)
		}
		reels = append(reels, newReel(t, nodes))
	}
	for {
		next := earliest(reels)
		if next == nil {
			return w.err
		}
		if err := w.WritePacket(next.packet()); err != nil {
			return err
		}
	}
}

// reel plays one recording, frame by frame.
type reel struct {
	name     string
	frames   []trace.Frame
	shown    []int      // the frames that the capture takes, by place
	comments [][]string // for each of shown
	at       int
	// renamed are the interfaces under their names in the file.
	renamed map[*trace.Interface]*trace.Interface
}

func newReel(t Take, nodes []string) *reel {
	r := &reel{name: t.Name, frames: t.Recording.Frames, renamed: map[*trace.Interface]*trace.Interface{}}
	for i := range r.frames {
		if len(nodes) == 0 || slices.Contains(nodes, r.frames[i].Interface.Node) {
			r.shown = append(r.shown, i)
		}
	}
	r.comments = make([][]string, len(r.shown))
	records := map[trace.FrameID][]int{}
	for n, i := range r.shown {
		id := r.frames[i].Frame
		records[id] = append(records[id], n)
	}
	for i := range t.Recording.Events {
		e := &t.Recording.Events[i]
		if e.Frame == 0 {
			continue
		}
		for _, n := range r.spokenOf(e, records[e.Frame]) {
			r.comments[n] = append(r.comments[n], e.Sentence())
		}
	}
	return r
}

// spokenOf picks, from the records of one frame, those that the event is a
// remark on.
func (r *reel) spokenOf(e *trace.Event, records []int) []int {
	var own []int
	for _, n := range records {
		f := &r.frames[r.shown[n]]
		if f.ID == e.Cause {
			return []int{n} // this very sighting led to the event
		}
		if f.Interface.Node == e.Node {
			own = append(own, n)
		}
	}
	if len(own) > 0 {
		return own
	}
	for i, n := range records {
		if r.frames[r.shown[n]].Direction == trace.Sent {
			return records[i : i+1]
		}
	}
	return records[:min(1, len(records))]
}

// earliest is the reel whose next frame comes first; of equals, the first reel.
func earliest(reels []*reel) *reel {
	var first *reel
	for _, r := range reels {
		if r.at < len(r.shown) && (first == nil || r.now().Time < first.now().Time) {
			first = r
		}
	}
	return first
}

func (r *reel) now() *trace.Frame { return &r.frames[r.shown[r.at]] }

// packet is the next frame as a packet of the file.
func (r *reel) packet() *Packet {
	f := r.now()
	p := FromFrame(f)
	p.Interface, p.Comments = r.rename(f.Interface), r.comments[r.at]
	r.at++
	return p
}

func (r *reel) rename(at *trace.Interface) *trace.Interface {
	if r.name == "" {
		return at
	}
	if r.renamed[at] == nil {
		with := *at
		with.Node = r.name + "/" + at.Node
		r.renamed[at] = &with
	}
	return r.renamed[at]
}

// FromFrame is a frame of a run's log as a packet, which shares its Data.
func FromFrame(f *trace.Frame) *Packet {
	return &Packet{
		Time: f.Time.Calendar(), Interface: f.Interface, Direction: f.Direction,
		Frame: f.Frame, ID: f.ID, Cause: f.Cause,
		Data: f.Data, Length: len(f.Data), FCS: 4, LinkType: LinkEthernet,
	}
}
