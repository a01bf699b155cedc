package datalink

import (
	"testing"

	"github.com/packetwalk/packetwalk/osi"
)

func FuzzForeignFields(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x00E\x00"))
	f.Add([]byte("\x00\x00\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00\x08\x00E\x00"))
	f.Add([]byte("\x00\x00\x00\x01\xff\xff\x02\x00"))
	f.Add([]byte("\x08\x00\x00\x00\x00\x00\x00\x02\x00\x01\x04\x06\x02\x00\x00\x00\x00\x01\x00\x00E\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for what, read := range map[string]func() (osi.Part, FieldsSeen){
			"loopback":       func() (osi.Part, FieldsSeen) { return LoopbackFields(b) },
			"cooked":         func() (osi.Part, FieldsSeen) { return CookedFields(b, 1) },
			"cooked 2":       func() (osi.Part, FieldsSeen) { return CookedFields(b, 2) },
			"a tag":          func() (osi.Part, FieldsSeen) { return TagFields(b, 0, fieldsTag) },
			"a provider tag": func() (osi.Part, FieldsSeen) { return TagFields(b, 0, fieldsServiceTag) },
		} {
			part, seen := read()
			if part.Len()+len(seen.Payload) != len(b) || seen.PayloadAt != part.Len() {
				t.Fatalf("%s: %d bytes of header and %d of payload at %d, of %d", what, part.Len(), len(seen.Payload), seen.PayloadAt, len(b))
			}
			if m := named(part, 0, part.Len()); len(m) > 0 {
				t.Fatalf("%s: bytes %v have no field", what, m)
			}
			if seen.OK == (part.Problem != "") {
				t.Fatalf("%s: OK is %v, and the problem is %q", what, seen.OK, part.Problem)
			}
		}
	})
}

func TestLoopbackFamilies(t *testing.T) {
	for _, c := range []struct {
		header string
		value  string
		carry  uint16
	}{
		{"\x02\x00\x00\x00", "IPv4 (2)", fieldsIPv4},
		{"\x00\x00\x00\x02", "IPv4 (2)", fieldsIPv4},
		{"\x1e\x00\x00\x00", "IPv6 (30)", fieldsIPv6},
		{"\x00\x00\x00\x18", "IPv6 (24)", fieldsIPv6},
		{"\x07\x00\x00\x00", "7", 0},
	} {
		part, seen := LoopbackFields([]byte(c.header))
		if f, _ := part.Field("null.family"); f.Value != c.value || seen.EtherType != c.carry {
			t.Errorf("% x: %s, EtherType 0x%04x; want %s, 0x%04x", c.header, f.Value, seen.EtherType, c.value, c.carry)
		}
	}
}

func TestTagsSayWhichVLAN(t *testing.T) {
	part, seen := TagFields([]byte{0xb0, 0x0a, 0x08, 0x00, 'x'}, 14, fieldsTag)
	for key, want := range map[string]uint64{"vlan.priority": 5, "vlan.dei": 1, "vlan.id": 10, "vlan.etype": 0x0800} {
		if f, ok := part.Field(key); !ok || f.Number != want {
			t.Errorf("%s is %d, want %d", key, f.Number, want)
		}
	}
	if part.Protocol != "802.1Q" || seen.EtherType != 0x0800 || string(seen.Payload) != "x" || seen.PayloadAt != 18 {
		t.Errorf("%s carries 0x%04x: %q at %d", part.Protocol, seen.EtherType, seen.Payload, seen.PayloadAt)
	}
	if outer, _ := TagFields([]byte{0, 1, 0x81, 0}, 14, fieldsServiceTag); outer.Protocol != "802.1ad" {
		t.Errorf("the outer tag is called %s", outer.Protocol)
	}
}
