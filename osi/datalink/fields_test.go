package datalink

import (
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/osi"
)

// named says which of n bytes at offset at no field of the part names.
func named(part osi.Part, at, n int) (missing []int) {
	for i := at; i < at+n; i++ {
		found := false
		for _, f := range part.Fields {
			found = found || f.Span.Contains(i)
		}
		if !found {
			missing = append(missing, i)
		}
	}
	return missing
}

func FuzzFields(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01"), 4)
	f.Add([]byte("\x00\x01\x08\x00\xff\xff\x00\x01"), 0)
	f.Fuzz(func(t *testing.T, b []byte, fcs int) {
		const at = 7
		part, seen := Fields(b, at, fcs, false)
		if part.Len()+len(seen.Payload) != len(b) {
			t.Fatalf("%d bytes of header and FCS and %d of payload, of %d", part.Len(), len(seen.Payload), len(b))
		}
		PaddingFields(&part, seen.Payload, seen.PayloadAt)
		if m := named(part, at, len(b)); len(m) > 0 || part.Len() != len(b) {
			t.Fatalf("bytes %v of the frame have no field; the part owns %d of %d", m, part.Len(), len(b))
		}
		if !seen.OK && part.Problem == "" {
			t.Fatal("the header is cut off and nothing says so")
		}
		arp, said := ARPFields(b, at)
		if m := named(arp, at, said.Len); len(m) > 0 || said.Len != arp.Len() {
			t.Fatalf("bytes %v of the ARP packet have no field; it owns %d of %d", m, arp.Len(), said.Len)
		}
	})
}

func TestFCSIsChecked(t *testing.T) {
	frame := append(make([]byte, 60), 0, 0, 0, 0)
	part, _ := Fields(frame, 0, 4, false)
	// The CRC-32 of 60 zero bytes is 0x04128908; its lowest byte is sent first.
	if f, _ := part.Field("eth.fcs"); f.Problem != "FCS is 0x00000000, should be 0x08891204" || part.Problem != f.Problem {
		t.Errorf("a wrong FCS: %q", f.Problem)
	}
	copy(frame[60:], []byte{0x08, 0x89, 0x12, 0x04})
	part, _ = Fields(frame, 0, 4, false)
	if f, _ := part.Field("eth.fcs"); f.Note != "correct" || part.Problem != "" {
		t.Errorf("a right FCS: %q %q", f.Note, part.Problem)
	}
	part, _ = Fields(frame, 0, 4, true)
	if f, _ := part.Field("eth.fcs"); !strings.HasPrefix(f.Note, "not checked") {
		t.Errorf("a frame that the capture cut short: %q %q", f.Note, f.Problem)
	}
}

func TestPaddingStandsBeforeTheFCS(t *testing.T) {
	frame := append(make([]byte, 60), 0x08, 0x89, 0x12, 0x04)
	part, seen := Fields(frame, 0, 4, false)
	PaddingFields(&part, seen.Payload[40:], seen.PayloadAt+40)
	if n := len(part.Fields); part.Fields[n-2].Key != "eth.padding" || part.Fields[n-1].Key != "eth.fcs" {
		t.Errorf("fields: %+v", part.Fields)
	}
	if want := []osi.Span{{Offset: 0, Length: 14}, {Offset: 54, Length: 6}, {Offset: 60, Length: 4}}; len(part.Spans) != 3 || part.Spans[1] != want[1] || part.Spans[2] != want[2] {
		t.Errorf("spans %v, should be %v", part.Spans, want)
	}
}

func TestARPSentences(t *testing.T) {
	packet := func(op byte, senderIP, targetIP byte) []byte {
		return []byte{0, 1, 8, 0, 6, 4, 0, op, 2, 0, 0, 0, 0, 1, 10, 0, 0, senderIP, 0, 0, 0, 0, 0, 0, 10, 0, 0, targetIP}
	}
	for _, c := range []struct {
		packet []byte
		says   string
	}{
		{packet(1, 1, 2), "Who has 10.0.0.2? Tell 10.0.0.1"},
		{packet(2, 1, 2), "10.0.0.1 is at 02:00:00:00:00:01"},
		{packet(1, 1, 1), "ARP Announcement for 10.0.0.1"},
		{packet(2, 1, 1), "Gratuitous ARP for 10.0.0.1 (Reply)"},
	} {
		part, seen := ARPFields(c.packet, 0)
		if part.Summary != c.says || !seen.OK || part.Problem != "" {
			t.Errorf("%q, should be %q; problem %q", part.Summary, c.says, part.Problem)
		}
	}
	part, seen := ARPFields(packet(1, 1, 2)[:20], 0)
	if seen.OK || part.Problem != "the packet ends after 20 bytes; for Ethernet and IPv4 it has 28" {
		t.Errorf("a packet cut off: ok %v, problem %q", seen.OK, part.Problem)
	}
}
