package udp

import (
	"net/netip"
	"strings"
	"testing"
)

var fieldsA, fieldsB = netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")

func FuzzFields(f *testing.F) {
	f.Add([]byte{0, 1, 0, 2, 0, 10, 0, 0, 1, 2}, 10)
	f.Add([]byte{0, 1, 0, 2, 0, 4}, 100)
	f.Fuzz(func(t *testing.T, b []byte, carried int) {
		carried = max(carried, len(b))
		part, seen := Fields(b, 34, carried, fieldsA, fieldsB)
		for _, s := range part.Spans {
			for i := s.Offset; i < s.End(); i++ {
				found := false
				for _, f := range part.Fields {
					found = found || f.Span.Contains(i)
				}
				if !found {
					t.Fatalf("byte %d of the header has no field", i)
				}
			}
		}
		if part.Len()+len(seen.Payload) > len(b) || seen.PayloadAt != 34+part.Len() || seen.OK == (part.Len() < 8) {
			t.Fatalf("header %d, payload %d at %d, of %d; ok %v", part.Len(), len(seen.Payload), seen.PayloadAt, len(b), seen.OK)
		}
	})
}

func TestFieldsOfDatagrams(t *testing.T) {
	for _, c := range []struct {
		what    string
		b       []byte
		carried int
		key     string
		note    string // of the field, its beginning
		problem string
	}{
		// RFC 768: 0x0a00 + 1 + 0x0a00 + 2 + 17 + 10, then 1 + 2 + 10 + 0x0102: 0x152d, turned over.
		{"right", []byte{0, 1, 0, 2, 0, 10, 0xea, 0xd2, 1, 2}, 10, "udp.checksum", "correct", ""},
		{"wrong", []byte{0, 1, 0, 2, 0, 10, 0xea, 0xd2, 1, 3}, 10, "udp.checksum", "", "checksum is 0xead2, should be 0xead1"},
		{"none", []byte{0, 1, 0, 2, 0, 10, 0, 0, 1, 2}, 10, "udp.checksum", "none", ""},
		// RFC 768: "If the computed checksum is zero, it is transmitted as all ones".
		{"zero", []byte{0, 1, 0, 2, 0, 10, 0xff, 0xff, 0xeb, 0xd4}, 10, "udp.checksum", "correct", ""},
		{"cut by the capture", []byte{0, 1, 0, 2, 0, 10, 0xea, 0xd2, 1}, 10, "udp.checksum", "not checked", ""},
		{"too long", []byte{0, 1, 0, 2, 0, 11, 0xea, 0xd2, 1, 2}, 10, "udp.length", "", "length is 11 bytes, but the packet carries 10"},
		{"too short", []byte{0, 1, 0, 2, 0, 7, 0xea, 0xd2, 1, 2}, 10, "udp.length", "", "length is 7 bytes, less than the header's 8"},
		{"header cut off", []byte{0, 1, 0, 2, 0}, 5, "udp.length", "", "cut off: 1 of 2 bytes"},
	} {
		part, _ := Fields(c.b, 0, c.carried, fieldsA, fieldsB)
		f, ok := part.Field(c.key)
		if !ok || !strings.HasPrefix(f.Note, c.note) || f.Problem != c.problem || (c.problem == "") != (part.Problem == "") {
			t.Errorf("%s: %s has the note %q and the problem %q, its part %q", c.what, c.key, f.Note, f.Problem, part.Problem)
		}
	}
}
