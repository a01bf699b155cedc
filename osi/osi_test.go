package osi_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/packetwalk/packetwalk/osi"
)

// RFC 1122 §1.1.3 names the Internet's four layers; ISO/IEC 7498-1 §6.1 the
// seven.
func TestLayers(t *testing.T) {
	for _, c := range []struct {
		layer                    osi.Layer
		number                   int
		name, pdu, internetLayer string
	}{
		{osi.Physical, 1, "Physical", "bits", "Link"},
		{osi.DataLink, 2, "Data link", "frame", "Link"},
		{osi.Network, 3, "Network", "packet", "Internet"},
		{osi.Transport, 4, "Transport", "segment", "Transport"},
		{osi.Session, 5, "Session", "message", "Application"},
		{osi.Presentation, 6, "Presentation", "message", "Application"},
		{osi.Application, 7, "Application", "message", "Application"},
		{0, 0, "", "", ""},
		{8, 8, "?", "", ""},
	} {
		if int(c.layer) != c.number || c.layer.String() != c.name || c.layer.PDU() != c.pdu || c.layer.InternetLayer() != c.internetLayer {
			t.Errorf("layer %d is %q with PDU %q in %q, want layer %d, %q, %q, %q", c.layer, c.layer, c.layer.PDU(), c.layer.InternetLayer(),
				c.number, c.name, c.pdu, c.internetLayer)
		}
	}
	for i, l := range osi.Layers {
		if int(l) != 7-i {
			t.Errorf("Layers[%d] is layer %d, want %d: from the top down", i, l, 7-i)
		}
	}
}

func TestSpan(t *testing.T) {
	for _, c := range []struct {
		span osi.Span
		end  int
		in   []int // of the offsets 0 to 5
	}{
		{osi.Span{Offset: 2, Length: 2}, 4, []int{2, 3}},
		{osi.Span{Offset: 0, Length: 1}, 1, []int{0}},
		{osi.Span{Offset: 3}, 3, nil},
	} {
		var in []int
		for i := range 6 {
			if c.span.Contains(i) {
				in = append(in, i)
			}
		}
		if c.span.End() != c.end || !slices.Equal(in, c.in) {
			t.Errorf("%+v ends at %d and contains %v, want %d and %v", c.span, c.span.End(), in, c.end, c.in)
		}
	}
}

func TestPart(t *testing.T) {
	p := osi.Part{
		Spans:  []osi.Span{{Offset: 0, Length: 14}, {Offset: 60, Length: 4}},
		Fields: []osi.Field{{Key: "eth.dst", Value: "a"}, {Key: "eth.fcs", Value: "b"}},
	}
	if p.Len() != 18 {
		t.Errorf("header and trailer are %d bytes, want 18", p.Len())
	}
	if f, ok := p.Field("eth.fcs"); !ok || f.Value != "b" {
		t.Errorf("eth.fcs is %+v, %v", f, ok)
	}
	if f, ok := p.Field("eth.src"); ok {
		t.Errorf("a field that the part does not have is %+v", f)
	}
	if n := new(osi.Part).Len(); n != 0 {
		t.Errorf("a part without bytes has %d", n)
	}
}

// A header may be cut short anywhere: what is left is named, nothing panics.
func ExampleReader() {
	udp := []byte{0x1f, 0x90, 0x00, 0x35, 0x00, 0x1c, 0xab} // the last byte is missing
	r := osi.Reader{Data: udp, Base: 34}
	r.Uint(2, "udp.srcport", "Source Port")
	r.Uint(2, "udp.dstport", "Destination Port")
	r.Uint(2, "udp.length", "Length")
	r.Uint(2, "udp.checksum", "Checksum")
	for _, f := range r.Fields {
		fmt.Printf("%d %s: %s %q\n", f.Span.Offset, f.Name, f.Value, f.Problem)
	}
	fmt.Println("cut:", r.Cut)
	// Output:
	// 34 Source Port: 8080 ""
	// 36 Destination Port: 53 ""
	// 38 Length: 28 ""
	// 40 Checksum: ab "cut off: 1 of 2 bytes"
	// cut: true
}

func TestFirstProblem(t *testing.T) {
	fields := []osi.Field{{Key: "a"}, {Key: "b", Problem: "wrong"}, {Key: "c", Problem: "worse"}}
	if got := osi.FirstProblem(fields); got != "wrong" {
		t.Errorf("%q, want that of b", got)
	}
	if got := osi.FirstProblem(fields[:1]); got != "" {
		t.Errorf("%q of a field that is well", got)
	}
}
