package report

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// The comparison: the variants of a run side by side.

var _ = register(&view{
	View:      View{"compare", "the variants side by side: what arrived, when, with what holes"},
	place:     16,
	byDefault: always,
	sections: func(r *scenarios.Result, _ *Options) []Section {
		if len(r.Variants) < 2 {
			return nil
		}
		t := &Table{Columns: []Column{{Title: "", Words: true}}}
		for _, v := range r.Variants {
			t.Columns = append(t.Columns, Column{Title: v.Title, Right: true})
		}
		measured := make([][]measure, len(r.Variants))
		for i, v := range r.Variants {
			measured[i] = measures(v)
		}
		for row := range measured[0] {
			cells := plains(measured[0][row].name)
			for _, m := range measured {
				cells = append(cells, plain(m[row].text))
			}
			t.Rows = append(t.Rows, cells)
		}
		t.Rows = append(t.Rows, sharedCounters(r)...)
		return []Section{{Title: "Side by side", Blocks: []Block{t}}}
	},
	data: func(r *scenarios.Result, _ *Options) any {
		all := []comparisonData{}
		for _, v := range r.Variants {
			one := comparisonData{Variant: v.Name, Measures: object{}}
			for _, m := range measures(v) {
				one.Measures = append(one.Measures, member{m.key, m.value})
			}
			all = append(all, one)
		}
		return all
	},
})

type comparisonData struct {
	Variant  string `json:"variant,omitempty"`
	Measures object `json:"measures"`
}

// measure is a number by which runs are compared.
type measure struct {
	key, name string
	value     int64
	text      string
}

// measures are the numbers of one run, the same ones for every run.
func measures(v *scenarios.VariantResult) []measure {
	var d delivery
	sender, receiver := mainTraffic(v)
	if sender != nil {
		d = delivered(sender, receiver, arrivals(v, sender, receiver))
	}
	frames, wire := 0, 0
	for _, p := range v.Packets {
		if p.Direction == trace.Sent && isHost(v, p.Interface) {
			frames++
			wire += p.Length
		}
	}
	n := func(key, name string, value int) measure {
		return measure{key, name, int64(value), strconv.Itoa(value)}
	}
	return []measure{
		n("bytes_sent", "Bytes that the program sent", d.sent),
		n("bytes_delivered", "Bytes of them that arrived", d.arrived),
		n("bytes_missing", "Bytes missing (holes)", d.sent-d.arrived),
		{"holes", "The holes", int64(len(d.holes)), holesText(d.holes)},
		n("copies", "Bytes that arrived again (copies)", d.copies),
		n("out_of_order", "Pieces that arrived out of order", d.disorder),
		{"last_delivery_ns", "The last byte is read after", int64(d.last), secondsOrNever(d.last)},
		n("frames", "Frames that hosts sent", frames),
		n("frame_bytes", "Bytes in those frames", wire),
		n("retransmissions", "Retransmissions", countEvents(v, "tcp.retransmit")),
		{"end_ns", "The run ends after", int64(v.End), seconds(v.End) + " s"},
	}
}

func secondsOrNever(t sim.Time) string {
	if t == 0 {
		return "never"
	}
	return seconds(t) + " s"
}

func countEvents(v *scenarios.VariantResult, id string) int {
	if v.Recording == nil {
		return 0
	}
	return len(v.Recording.Find(trace.OfKind(id)))
}

// mainTraffic is the program that sent the most, and the program on another
// host that received the most.
func mainTraffic(v *scenarios.VariantResult) (sender, receiver *scenarios.ProgramResult) {
	for _, p := range v.Programs {
		if n := chunkBytes(p.Sent); n > 0 && (sender == nil || n > chunkBytes(sender.Sent)) {
			sender = p
		}
	}
	for _, p := range v.Programs {
		if sender != nil && p.Host != sender.Host && (receiver == nil || chunkBytes(p.Received) > chunkBytes(receiver.Received)) {
			receiver = p
		}
	}
	return sender, receiver
}

// delivery is what became of the bytes that a program sent.
type delivery struct {
	sent, arrived, copies, disorder int
	holes                           []hole
	last                            sim.Time // of the last read; 0 if there was none
}

// hole is a range of the sent bytes that never arrived.
type hole struct{ from, to int }

// delivered compares what one program sent with what another received. What
// was received is either a prefix of what was sent, as from a byte stream, or
// pieces of it, each as it was written, as with datagrams. Equal pieces are
// told apart by reached, which says of each piece sent whether the network
// brought it to its end; nil is not known.
func delivered(sender, receiver *scenarios.ProgramResult, reached []bool) delivery {
	d := delivery{sent: chunkBytes(sender.Sent)}
	if receiver == nil {
		d.holes = []hole{{0, d.sent}}
		return d
	}
	if n := len(receiver.Received); n > 0 {
		d.last = receiver.Received[n-1].Time
	}
	if all := joinChunks(receiver.Received); bytes.HasPrefix(joinChunks(sender.Sent), all) {
		d.arrived = len(all)
		if d.arrived < d.sent {
			d.holes = []hole{{d.arrived, d.sent}}
		}
		return d
	}
	d.pieces(sender.Sent, receiver.Received, reached)
	return d
}

// pieces gives each piece received to the best of the pieces sent that have
// the same bytes: one that has not come yet before one that has, one that the
// network brought before one that it did not, the first of several.
func (d *delivery) pieces(sent, received []scenarios.Chunk, reached []bool) {
	came := make([]bool, len(sent))
	worth := func(i int) int {
		n := 1
		if !came[i] {
			n += 2
		}
		if reached == nil || reached[i] {
			n++
		}
		return n
	}
	latest := -1
	for _, r := range received {
		at := -1
		for i, s := range sent {
			if bytes.Equal(s.Data, r.Data) && (at < 0 || worth(i) > worth(at)) {
				at = i
			}
		}
		switch {
		case at < 0:
			continue // not a piece of the message: a damaged one, say
		case came[at]:
			d.copies += len(r.Data)
			continue
		case at < latest:
			d.disorder++
		}
		came[at], latest = true, max(latest, at)
		d.arrived += len(r.Data)
	}
	d.gaps(sent, came)
}

// gaps lists what did not come; neighbours make one hole.
func (d *delivery) gaps(sent []scenarios.Chunk, came []bool) {
	at := 0
	for i, s := range sent {
		if n := len(d.holes); !came[i] && n > 0 && d.holes[n-1].to == at {
			d.holes[n-1].to += len(s.Data)
		} else if !came[i] {
			d.holes = append(d.holes, hole{at, at + len(s.Data)})
		}
		at += len(s.Data)
	}
}

// arrivals says of each write of the sender whether all of its frames reached
// the receiver's host, nil when the log does not tell.
func arrivals(v *scenarios.VariantResult, sender, receiver *scenarios.ProgramResult) []bool {
	if v.Recording == nil || receiver == nil {
		return nil
	}
	l := indexLog(v)
	writes := v.Recording.Find(trace.All(trace.OfKind("socket.write"), trace.AtNode(sender.Host)))
	reached := make([]bool, len(sender.Sent))
	for i, c := range sender.Sent {
		at := slices.IndexFunc(writes, func(e *trace.Event) bool {
			n, _ := e.Get("bytes")
			written, _ := n.Value().(int64)
			return e.Time == c.Time && written >= int64(len(c.Data)) // a number may stand in front of the piece
		})
		if at < 0 {
			return nil
		}
		frames := l.frames(writes[at].ID)
		writes = slices.Delete(writes, at, at+1)
		reached[i] = true
		for _, d := range frames {
			if sizeOf(d).payload == 0 {
				continue // the question for an address that had to come first
			}
			way := l.journey(d)
			end := way[len(way)-1]
			reached[i] = reached[i] && end.in != nil && end.out == nil && end.node == receiver.Host && refusal(end.events) == nil
		}
	}
	return reached
}

func joinChunks(chunks []scenarios.Chunk) []byte {
	var all []byte
	for _, c := range chunks {
		all = append(all, c.Data...)
	}
	return all
}

// holesText names holes by their first and last byte, counted from 1.
func holesText(holes []hole) string {
	if len(holes) == 0 {
		return "none"
	}
	text := ""
	for i, h := range holes {
		if i == 5 {
			return text + fmt.Sprintf("\nand %d more", len(holes)-i)
		}
		text = join(text, fmt.Sprintf("%d–%d", h.from+1, h.to))
	}
	return text
}

// sharedCounters are the rows of what programs and devices counted in every
// variant.
func sharedCounters(r *scenarios.Result) [][]Cell {
	var rows [][]Cell
	for _, c := range countersIn(r.Variants[0]) {
		row := plains(c.Name)
		for _, v := range r.Variants {
			for _, same := range countersIn(v) {
				if same.Name == c.Name {
					row = append(row, plain(itoa64(same.Value)))
					break
				}
			}
		}
		if len(row) == len(r.Variants)+1 {
			rows = append(rows, row)
		}
	}
	return rows
}

// countersIn are a run's programs' values under the programs' names.
func countersIn(v *scenarios.VariantResult) []scenarios.Counter {
	var all []scenarios.Counter
	for _, p := range v.Programs {
		for _, c := range p.Values {
			all = append(all, scenarios.Counter{Name: p.Name + "." + c.Name, Value: c.Value})
		}
	}
	return all
}
