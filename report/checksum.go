package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/trace"
)

// The checksum by hand: the words of a segment, datagram or ICMP message,
// added one by one as RFC 1071 §1 has it.

// addition is the sum of one packet's checksum, step by step.
type addition struct {
	protocol string
	steps    []step
	sum      uint16    // of all words but the checksum itself
	field    osi.Field // the checksum as it is carried
}

// step adds one word.
type step struct {
	capture.Summand
	what  string
	skip  bool   // the checksum itself, which counts as 0
	carry bool   // the addition left 16 bits
	sum   uint16 // with the carry put back in
}

// addUp does the sum of the highest protocol in the packet that has one, nil
// if there is none.
func addUp(d *capture.Dissection) *addition {
	for _, a := range []addition{{protocol: "TCP"}, {protocol: "UDP"}, {protocol: "ICMP"}} {
		words := d.Summands(a.protocol)
		if words == nil {
			continue
		}
		a.field, _ = d.Part(a.protocol).Field(strings.ToLower(a.protocol) + ".checksum")
		for _, w := range words {
			s := step{Summand: w, what: wordText(d, w), skip: w.Pseudo == "" && w.Span == a.field.Span, sum: a.sum}
			if !s.skip {
				sum := uint32(a.sum) + uint32(w.Value)
				s.carry = sum > 0xffff
				s.sum = uint16(sum&0xffff + sum>>16)
			}
			a.sum = s.sum
			a.steps = append(a.steps, s)
		}
		return &a
	}
	return nil
}

// wordText names what stands in a word.
func wordText(d *capture.Dissection, w capture.Summand) string {
	if w.Pseudo != "" {
		return "pseudo-header: " + w.Pseudo
	}
	text := "data: “" + ascii(within(d.Data, w.Span)) + "”"
	if names := fieldsIn(d, w.Span); !ownedAbove(d, w.Span) && len(names) > 0 {
		text = strings.Join(names, ", ")
	}
	if w.Span.Length == 1 {
		text += ", and a zero byte is thought behind it"
	}
	return text
}

// fieldsIn names the fields that have bytes in a span, each once: the flags
// are said with the control bits, and a number that is shown in two ways once.
func fieldsIn(d *capture.Dissection, s osi.Span) (names []string) {
	for i := range d.Parts {
		fields := d.Parts[i].Fields
		for j, f := range fields {
			if clip(f.Span, s.Offset, s.End()).Length == 0 {
				continue
			}
			said := slices.ContainsFunc(fields[:j], func(g osi.Field) bool {
				return covers(g, f) || g.Span == f.Span && g.Bits == "" && f.Bits == ""
			})
			if !said {
				names = append(names, strings.TrimSuffix(f.Name, " (raw)"))
			}
		}
	}
	return names
}

// ownedAbove says whether bytes belong to a layer above transport.
func ownedAbove(d *capture.Dissection, s osi.Span) bool {
	for i := range d.Parts {
		if d.Parts[i].Layer > osi.Transport && slices.ContainsFunc(d.Parts[i].Spans, func(o osi.Span) bool { return o.Contains(s.Offset) }) {
			return true
		}
	}
	return false
}

// longestAddition is how many words are shown one by one; of more, those in
// the middle are added in one row.
const longestAddition = 48

func additionTable(a *addition) *Table {
	t := &Table{Columns: []Column{
		{Title: "Word", Min: whole}, {Title: "Carry", Min: whole}, {Title: "Sum so far", Min: 10}, {Title: "What the word is", Words: true},
	}}
	first, last := len(a.steps), len(a.steps)
	if len(a.steps) > longestAddition {
		first, last = longestAddition-4, len(a.steps)-3
	}
	for i, s := range a.steps {
		switch {
		case i == first:
			t.Rows = append(t.Rows, []Cell{
				{Text: "...", Tone: Quiet}, {}, plain(word(a.steps[last-1].sum)), {Text: strconv.Itoa(last-first) + " words more, added in the same way", Tone: Quiet},
			})
			continue
		case i > first && i < last:
			continue
		}
		carry := ""
		if s.carry {
			carry = "+1"
		}
		what := plain(s.what)
		if s.skip {
			what = Cell{Text: join(s.what, "counts as 0 while the sum is made"), Tone: Quiet}
		}
		t.Rows = append(t.Rows, []Cell{plain(word(s.Value)), plain(carry), plain(word(s.sum)), what})
	}
	return t
}

func word(n uint16) string { return osi.Hexadecimal(uint64(n), 4) }

// verdict says what the sum means.
func (a *addition) verdict() string {
	s := fmt.Sprintf("A sum that needs more than 16 bits loses a 1 at the top, the carry; it comes back in at the bottom. The sum is %s. With every bit turned over that is %s, and the %s checksum says %s: ",
		word(a.sum), word(^a.sum), a.protocol, a.field.Value)
	switch {
	case a.field.Problem != "":
		return s + "it does not fit, and the receiver drops it."
	case a.field.Number == 0 && a.protocol == "UDP":
		return s + "that there is none."
	}
	return s + fmt.Sprintf("it fits. The receiver need not turn anything over: it adds the checksum as well, and %s + %s is 0xffff.", word(a.sum), a.field.Value)
}

var _ = register(&view{
	View:  View{"checksum", "one frame's TCP, UDP or ICMP checksum, added up by hand, word by word"},
	place: 72,
	sections: func(r *scenarios.Result, o *Options) []Section {
		return eachVariant(r, "A checksum by hand", func(v *scenarios.VariantResult) []Block {
			d := shown(v, o)
			if d == nil {
				return nil
			}
			a := addUp(d)
			if a == nil {
				return []Block{Text(whereabouts(d)), Text("It carries no TCP, UDP or ICMP checksum that could be added up from this frame alone.")}
			}
			return []Block{Text(whereabouts(d)), additionTable(a), Text(a.verdict())}
		})
	},
	data: func(r *scenarios.Result, o *Options) any {
		all := []checksumData{}
		for _, v := range r.Variants {
			d := shown(v, o)
			if d == nil {
				continue
			}
			if a := addUp(d); a != nil {
				data := checksumData{Variant: v.Name, Packet: d.ID, Protocol: a.protocol, Sum: word(a.sum), Checksum: a.field.Value, Problem: a.field.Problem}
				for _, s := range a.steps {
					data.Words = append(data.Words, wordData{Span: s.Span, Word: word(s.Value), What: s.what, Counted: !s.skip, Sum: word(s.sum)})
				}
				all = append(all, data)
			}
		}
		return all
	},
})

type checksumData struct {
	Variant  string     `json:"variant,omitempty"`
	Packet   trace.ID   `json:"packet"`
	Protocol string     `json:"protocol"`
	Words    []wordData `json:"words"`
	Sum      string     `json:"sum"`
	Checksum string     `json:"checksum"`
	Problem  string     `json:"problem,omitempty"`
}

type wordData struct {
	osi.Span
	Word    string `json:"word"`
	What    string `json:"what"`
	Counted bool   `json:"counted"`
	Sum     string `json:"sum"`
}
