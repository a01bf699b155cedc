package network

import (
	"slices"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/osi"
)

func unnamed(part osi.Part) (missing []int) {
	for _, s := range part.Spans {
		for i := s.Offset; i < s.End(); i++ {
			found := false
			for _, f := range part.Fields {
				found = found || f.Span.Contains(i)
			}
			if !found {
				missing = append(missing, i)
			}
		}
	}
	return missing
}

func FuzzFields(f *testing.F) {
	f.Add([]byte("E\x00\x00\x1c\x00\x01\x00\x00@\x01\x00\x00\n\x00\x00\x01\n\x00\x00\x02\x08\x00\x00\x00\x00\x01\x00\x02"))
	f.Add([]byte("F\x00\x00\x18\x00\x01\x20\x01@\x11\x00\x00\n\x00\x00\x01\n\x00\x00\x02\x94\x09\x00\x00"))
	f.Add([]byte("\x03\x03\x00\x00\x00\x00\x00\x00E\x00\x00\x1c\x00\x01\x00\x00@\x11\x00\x00\n\x00\x00\x01\n\x00\x00\x02\x00\x01\x00\x02"))
	f.Fuzz(func(t *testing.T, b []byte) {
		const at = 14
		for _, snapped := range []bool{false, true} {
			part, seen := Fields(b, at, snapped)
			if m := unnamed(part); len(m) > 0 {
				t.Fatalf("bytes %v of the header have no field", m)
			}
			if seen.PayloadAt-at+len(seen.Payload) > len(b) || seen.PayloadAt != at+part.Len() {
				t.Fatalf("the payload of %d bytes at %d lies outside", len(seen.Payload), seen.PayloadAt)
			}
			if !seen.OK && part.Problem == "" {
				t.Fatal("the header is damaged and nothing says so")
			}
		}
		part, _ := ICMPFields(b, at, true)
		if m := unnamed(part); len(m) > 0 || part.Len() != len(b) {
			t.Fatalf("bytes %v of the ICMP message have no field", m)
		}
	})
}

// good is a header of 20 bytes for a packet of 28 with the right checksum.
func good() []byte {
	return append([]byte{0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0x66, 0xce, 10, 0, 0, 1, 10, 0, 0, 2}, make([]byte, 8)...)
}

func TestFieldsOfDamagedHeaders(t *testing.T) {
	for _, c := range []struct {
		what    string
		damage  func(b []byte) []byte
		key     string
		problem string
		part    string
	}{
		{"nothing", func(b []byte) []byte { return b }, "ip.checksum", "", ""},
		{"checksum", func(b []byte) []byte { b[10] = 0; return b }, "ip.checksum", "checksum is 0x00ce, should be 0x66ce", "checksum is 0x00ce, should be 0x66ce"},
		{"version", func(b []byte) []byte { b[0] = 0x65; return b }, "ip.version", "version is 6, should be 4", "version is 6, should be 4"},
		{"header length", func(b []byte) []byte { b[0] = 0x42; return b }, "ip.hdr_len", "header length is 8 bytes, should be at least 20", "header length is 8 bytes, should be at least 20"},
		{"total length", func(b []byte) []byte { b[3] = 100; return b }, "ip.len", "total length is 100 bytes, but the frame carries 28", "total length is 100 bytes, but the frame carries 28"},
		{"short total length", func(b []byte) []byte { b[3] = 10; return b }, "ip.len", "total length is 10 bytes, less than the header's 20", "total length is 10 bytes, less than the header's 20"},
		{"reserved bit", func(b []byte) []byte { b[6] = 0x80; return b }, "ip.flags.rb", "the reserved bit is set, should be 0", "the reserved bit is set, should be 0"},
		{"cut off", func(b []byte) []byte { return b[:15] }, "ip.src", "cut off: 3 of 4 bytes", "the header ends after 15 bytes; it has 20"},
		{"options cut off", func(b []byte) []byte { b[0] = 0x48; return b[:24] }, "ip.checksum", "", "the header ends after 24 bytes; it has 32"},
	} {
		part, _ := Fields(c.damage(good()), 0, false)
		f, ok := part.Field(c.key)
		if !ok || f.Problem != c.problem {
			t.Errorf("%s: %s has the problem %q, should have %q", c.what, c.key, f.Problem, c.problem)
		}
		if part.Problem != c.part {
			t.Errorf("%s: the part has the problem %q, should have %q", c.what, part.Problem, c.part)
		}
	}
}

// RFC 791 §3.1: an option has a length that counts kind and length themselves.
func TestOptionsThatCannotBe(t *testing.T) {
	b := slices.Concat(good()[:20], []byte{7, 1, 0, 0})
	b[0] = 0x46
	part, _ := Fields(b, 0, false)
	f, ok := part.Field("ip.opt")
	if !ok || !strings.Contains(f.Problem, "does not fit") || f.Span.Length != 4 {
		t.Errorf("an option with a length of 1: %+v", f)
	}
}

// A list of options need not have an end: Router Alert (RFC 2113) just fills its
// four bytes.
func TestOptionsWithoutEnd(t *testing.T) {
	b := slices.Concat(good()[:20], []byte{148, 4, 0, 0})
	b[0] = 0x46
	part, seen := Fields(b, 0, true)
	kind, _ := part.Field("ip.opt.type")
	data, _ := part.Field("ip.opt.data")
	if kind.Value != "Router Alert (148)" || data.Span != (osi.Span{Offset: 22, Length: 2}) || !seen.OK {
		t.Errorf("%+v, %+v, OK %v", kind, data, seen.OK)
	}
	if proto, _ := part.Field("ip.proto"); proto.Value != "UDP (17)" {
		t.Errorf("the protocol is %s", proto.Value)
	}
}

func TestICMPQuotesThePacketItSpeaksOf(t *testing.T) {
	b := append([]byte{3, 3, 0, 0, 0, 0, 0, 0}, good()...)
	copy(b[28:], []byte{0x13, 0x88, 0x17, 0x70})
	part, seen := ICMPFields(b, 0, true)
	port, _ := part.Field("udp.dstport")
	src, _ := part.Field("ip.src")
	if seen.QuotedDestination != 6000 || port.Number != 6000 || port.Span.Offset != 30 || src.Value != "10.0.0.1" {
		t.Errorf("quoted: port %d (%+v), source %q", seen.QuotedDestination, port, src.Value)
	}
	if part.Problem == "" || part.Summary != "Destination unreachable (Port unreachable)" {
		t.Errorf("the checksum is wrong, and the problem is %q; summary %q", part.Problem, part.Summary)
	}
}

// What an ICMP message says in words: RFC 792, RFC 1122 §3.2.2.1, RFC 1812
// §5.2.7.1.
func TestICMPSentences(t *testing.T) {
	for _, c := range []struct {
		kind, code byte
		says       string
	}{
		{0, 0, "Echo (ping) reply id=0x0102, seq=3"},
		{8, 0, "Echo (ping) request id=0x0102, seq=3"},
		{8, 1, "Echo (ping) request id=0x0102, seq=3"},
		{3, 0, "Destination unreachable (Network unreachable)"},
		{3, 13, "Destination unreachable (Communication administratively filtered)"},
		{3, 15, "Destination unreachable (Precedence cutoff in effect)"},
		{3, 16, "Destination unreachable"},
		{5, 1, "Redirect (for host)"},
		{5, 4, "Redirect"},
		{11, 0, "Time-to-live exceeded (Time to live exceeded in transit)"},
		{11, 1, "Time-to-live exceeded (Fragment reassembly time exceeded)"},
		{11, 2, "Time-to-live exceeded"},
		{12, 1, "Parameter problem"},
		{13, 0, "Timestamp request"},
		{99, 1, "ICMP type 99"},
	} {
		part, seen := ICMPFields([]byte{c.kind, c.code, 0, 0, 1, 2, 0, 3}, 0, false)
		if seen.Sentence != c.says || part.Summary != c.says {
			t.Errorf("type %d, code %d: %q, want %q", c.kind, c.code, seen.Sentence, c.says)
		}
		if f, _ := part.Field("icmp.code"); c.kind == 8 && f.Value != string('0'+rune(c.code)) {
			t.Errorf("the code of an echo is named %q", f.Value)
		}
		if part.Problem != "" {
			t.Errorf("type %d: a message of which a part is there has the problem %q", c.kind, part.Problem)
		}
	}
	if part, _ := ICMPFields([]byte{3, 3, 0, 0, 1}, 0, true); part.Problem != "the message ends after 5 bytes; it has at least 8" {
		t.Errorf("a short message: %q", part.Problem)
	}
	if part, _ := ICMPFields([]byte{3, 3, 0}, 0, false); part.Problem != "the message ends after 3 bytes" {
		t.Errorf("a message cut off: %q", part.Problem)
	}
}

func TestIdentificationIsHexadecimal(t *testing.T) {
	part, seen := Fields(good(), 0, false)
	if f, _ := part.Field("ip.id"); f.Value != "0x0001" || seen.ID != 1 {
		t.Errorf("the identification is %s, %d", f.Value, seen.ID)
	}
}
