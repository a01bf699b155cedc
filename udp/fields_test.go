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
		{"zero, and wrong", []byte{0, 1, 0, 2, 0, 10, 0xff, 0xfe, 0xeb, 0xd4}, 10, "udp.checksum", "", "checksum is 0xfffe, should be 0xffff"},
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

// What lies behind the length that the header gives is not the datagram's; and
// a length that cannot be is not believed.
func TestFieldsPayload(t *testing.T) {
	for _, c := range []struct {
		what      string
		length    byte
		there     int // bytes of the packet's payload, of 12 carried
		payload   int
		should    int
		beginning bool
	}{
		{"as long as the packet", 12, 12, 4, 4, false},
		{"shorter", 9, 12, 1, 1, false},
		{"empty", 8, 12, 0, 0, false},
		{"cut by the capture", 11, 9, 1, 3, false},
		{"too long", 13, 12, 4, 4, false},
		{"too short", 7, 12, 4, 4, false},
		{"header cut off", 12, 7, 0, 4, true},
	} {
		b := append([]byte{0, 1, 0, 2, 0, c.length, 0, 0}, 1, 2, 3, 4)[:c.there]
		part, seen := Fields(b, 34, 12, fieldsA, fieldsB)
		if len(seen.Payload) != c.payload || seen.PayloadLen != c.should {
			t.Errorf("%s: %d bytes of %d, want %d of %d", c.what, len(seen.Payload), seen.PayloadLen, c.payload, c.should)
		}
		want := map[int]string{0: "0 bytes", 1: "1 byte", 3: "3 bytes", 4: "4 bytes"}[c.should]
		if c.beginning {
			want = "the beginning of a datagram"
		}
		if !strings.HasSuffix(part.Summary, want) {
			t.Errorf("%s: %q, want %q", c.what, part.Summary, want)
		}
	}
}
