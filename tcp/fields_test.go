package tcp

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/osi"
)

var fieldsA, fieldsB = netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")

// header is a SYN with these options behind the fixed part.
func fieldsHeader(options ...byte) []byte {
	b := []byte{0, 1, 0, 2, 0, 0, 0, 9, 0, 0, 0, 0, byte(5+len(options)/4) << 4, 2, 3, 0xe8, 0, 0, 0, 0}
	return append(b, options...)
}

func FuzzFields(f *testing.F) {
	f.Add(fieldsHeader(2, 4, 5, 180, 1, 3, 3, 7, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2), 44)
	f.Add(fieldsHeader(5, 10, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0), 32)
	f.Add(fieldsHeader(2, 3, 5, 180), 24)
	f.Fuzz(func(t *testing.T, b []byte, carried int) {
		carried = max(carried, len(b))
		part, seen := Fields(b, 34, carried, fieldsA, fieldsB)
		RelateFields(&part, &seen, FieldsKnown{HasSeq: true, HasAck: true, Shift: 3})
		for _, s := range part.Spans {
			for i := s.Offset; i < s.End(); i++ {
				if !slices.ContainsFunc(part.Fields, func(f osi.Field) bool { return f.Span.Contains(i) }) {
					t.Fatalf("byte %d of the header has no field", i)
				}
			}
		}
		if part.Len()+len(seen.Payload) != len(b) || seen.PayloadAt != 34+part.Len() {
			t.Fatalf("header %d, payload %d at %d, of %d", part.Len(), len(seen.Payload), seen.PayloadAt, len(b))
		}
		if !seen.OK && part.Problem == "" {
			t.Fatal("the header is damaged and nothing says so")
		}
	})
}

func TestFieldsOfOptions(t *testing.T) {
	for _, c := range []struct {
		what    string
		options []byte
		key     string
		value   string
		problem string // its beginning
	}{
		// RFC 9293 §3.2
		{"maximum segment size", []byte{2, 4, 5, 180}, "tcp.options.mss_val", "1460", ""},
		{"a length that cannot be", []byte{2, 3, 5, 180}, "tcp.option_len", "3", "length is 3, should be 4"},
		{"a length past the end", []byte{8, 10, 0, 0}, "tcp.options", "080a0000", "the length of option Timestamps does not fit"},
		{"a length of 0", []byte{77, 0, 0, 0}, "tcp.options", "4d000000", "the length of option of kind 77 does not fit"},
		{"a kind without its length", []byte{1, 1, 1, 3}, "tcp.options", "03", "the length of option Window Scale does not fit"},
		// RFC 7323 §2.3: a shift of more than 14 counts as 14.
		{"window scale", []byte{3, 3, 15, 0}, "tcp.options.wscale.shift", "15", "shift is 15"},
		// RFC 2018 §3
		{"SACK blocks", []byte{1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 9}, "tcp.options.sack_re", "9", ""},
		{"timestamps", []byte{1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 9}, "tcp.options.timestamp.tsecr", "9", ""},
		{"an unknown option", []byte{77, 4, 1, 2}, "tcp.options.data", "0102", ""},
	} {
		b := fieldsHeader(c.options...)
		part, seen := Fields(b, 0, len(b), fieldsA, fieldsB)
		f, ok := part.Field(c.key)
		if !ok || f.Value != c.value || !strings.HasPrefix(f.Problem, c.problem) || (c.problem == "") != (f.Problem == "") || !seen.OK {
			t.Errorf("%s: %s is %q with the problem %q; ok %v", c.what, c.key, f.Value, f.Problem, seen.OK)
		}
	}
}

func TestFieldsOfDamagedHeaders(t *testing.T) {
	whole := fieldsHeader()
	for n := range whole {
		part, seen := Fields(whole[:n], 0, n, fieldsA, fieldsB)
		if seen.OK || part.Problem == "" || part.Len() != n {
			t.Errorf("after %d bytes: ok %v, problem %q, %d bytes named", n, seen.OK, part.Problem, part.Len())
		}
	}
	short := fieldsHeader()
	short[12] = 0x40
	if part, seen := Fields(short, 0, 20, fieldsA, fieldsB); seen.OK || part.Problem != "header length is 16 bytes, should be 20 to 20" {
		t.Errorf("a data offset of 4: ok %v, problem %q", seen.OK, part.Problem)
	}
	both := fieldsHeader()
	both[13] = 0x03
	part, _ := Fields(both, 0, 20, fieldsA, fieldsB)
	if f, _ := part.Field("tcp.flags"); f.Value != "FIN, SYN" || f.Problem == "" {
		t.Errorf("SYN and FIN: %q, %q", f.Value, f.Problem)
	}
}

func TestRelativeNumbers(t *testing.T) {
	b := fieldsHeader()
	b[13] = 0x10
	b[7], b[11] = 50, 30
	part, seen := Fields(b, 0, 120, fieldsA, fieldsB)
	RelateFields(&part, &seen, FieldsKnown{SeqBase: 40, HasSeq: true, AckBase: 31, HasAck: true, Shift: 2})
	for key, want := range map[string]uint64{"tcp.seq": 10, "tcp.ack": 1<<32 - 1, "tcp.nxtseq": 110, "tcp.window_size": 4000, "tcp.len": 100} {
		if f, ok := part.Field(key); !ok || f.Number != want {
			t.Errorf("%s is %d (%q), should be %d", key, f.Number, f.Value, want)
		}
	}
}
