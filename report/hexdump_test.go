package report

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/osi"
	"pgregory.net/rapid"
)

// Every byte of a frame stands in the dump exactly once, in order, however
// wrong the spans of a damaged frame's dissection may be.
func TestHexTableHasEveryByteOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 0, 120).Draw(t, "data")
		span := rapid.Custom(func(t *rapid.T) osi.Span {
			return osi.Span{Offset: rapid.IntRange(-3, 130).Draw(t, "offset"), Length: rapid.IntRange(-1, 40).Draw(t, "length")}
		})
		d := &capture.Dissection{Packet: &capture.Packet{Data: data, Length: len(data)}}
		for range rapid.IntRange(0, 5).Draw(t, "parts") {
			p := osi.Part{Layer: osi.Network, Protocol: "IPv4", Spans: rapid.SliceOfN(span, 0, 3).Draw(t, "spans")}
			for range rapid.IntRange(0, 6).Draw(t, "fields") {
				p.Fields = append(p.Fields, osi.Field{Name: "f", Span: span.Draw(t, "field")})
			}
			d.Parts = append(d.Parts, p)
		}
		var got []byte
		for _, row := range hexTable(d).Rows {
			for pair := range strings.FieldsSeq(row[1].Text) {
				n, err := strconv.ParseUint(pair, 16, 8)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, byte(n))
			}
			if first := strings.SplitN(row[0].Text, "\n", 2)[0]; len(got) > 0 {
				at, err := strconv.ParseUint(first, 16, 32)
				if err != nil || int(at) >= len(got) {
					t.Fatalf("a row begins at %q, but the dump has come to %d bytes", first, len(got))
				}
			}
		}
		if !bytes.Equal(got, data) {
			t.Fatalf("the dump shows\n%x, the frame is\n%x", got, data)
		}
	})
}

func TestHexTableNamesFieldsThatShareAByte(t *testing.T) {
	for _, row := range hexTable(helloSample()).Rows {
		if row[0].Text == "000e" {
			if want := "Version: 4, bits 0-3\nIHL: 20 bytes, bits 4-7"; row[4].Text != want {
				t.Errorf("byte 14 is %q, want %q", row[4].Text, want)
			}
			return
		}
	}
	t.Error("no row begins at byte 14")
}
