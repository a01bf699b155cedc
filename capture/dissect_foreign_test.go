package capture

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/trace"
)

// foreignFrames is one datagram as captures have it that were not taken from
// one Ethernet card, or from one with VLANs.
func foreignFrames(tb testing.TB) map[string]*Packet {
	tb.Helper()
	ip, udp := datagram(tb, 1, 4000, 5000, []byte("Hello\n"))
	plain := goodFrame(tb, ip, gopacket.Payload(udp))
	packet := string(plain[14:])
	cooked := "\x00\x04\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00\x08\x00"
	cooked2 := "\x08\x00\x00\x00\x00\x00\x00\x03\x00\x01\x04\x06\x02\x00\x00\x00\x00\x01\x00\x00"
	addresses := string(plain[:12])
	all := map[string]*Packet{}
	for name, c := range map[string]struct {
		link uint16
		data string
	}{
		"raw":        {LinkRaw, packet},
		"null":       {LinkNull, "\x02\x00\x00\x00" + packet},
		"loop":       {LinkLoop, "\x00\x00\x00\x02" + packet},
		"cooked":     {LinkCooked, cooked + packet},
		"cooked 2":   {LinkCooked2, cooked2 + packet},
		"a tag":      {LinkEthernet, addresses + "\x81\x00\x20\x0a\x08\x00" + packet},
		"two tags":   {LinkEthernet, addresses + "\x88\xa8\x00\x01\x81\x00\x00\x0a\x08\x00" + packet},
		"in a house": {LinkEthernet, addresses + strings.Repeat("\x81\x00\x00\x0a", maxTags) + "\x08\x00" + packet},
	} {
		all[name] = &Packet{Number: 1, Time: dissectStart, Data: []byte(c.data), Length: len(c.data), LinkType: c.link,
			Interface: &trace.Interface{Name: "any"}}
	}
	return all
}

func TestForeignLinks(t *testing.T) {
	for name, p := range foreignFrames(t) {
		d := NewDissector(DissectOptions{}).Dissect(p)
		owned(t, d)
		if d.Info != "“Hello”" || d.Part("UDP") == nil || d.Source != "10.0.0.1" {
			t.Errorf("%s: %s from %s: %q", name, d.Protocol, d.Source, d.Info)
		}
		for n := range p.Data {
			short := *p
			short.Data = p.Data[:n]
			owned(t, NewDissector(DissectOptions{}).Dissect(&short))
		}
	}
}

// More tags than anybody stacks are bytes like others.
func TestTagsAreBounded(t *testing.T) {
	p := foreignFrames(t)["in a house"]
	p.Data = append(p.Data[:12:12], append([]byte(strings.Repeat("\x81\x00\x00\x0a", 1000)), p.Data[12:]...)...)
	p.Length = len(p.Data)
	d := NewDissector(DissectOptions{}).Dissect(p)
	owned(t, d)
	if n := len(d.Parts); n > maxTags+3 {
		t.Errorf("%d parts", n)
	}
}

// TestTsharkReadsForeignLinks holds our fields of such headers against
// tshark's.
func TestTsharkReadsForeignLinks(t *testing.T) {
	keys := []string{"null.family", "sll.pkttype", "sll.hatype", "sll.halen", "sll.src.eth", "sll.etype", "sll.ifindex",
		"vlan.priority", "vlan.dei", "vlan.id", "ieee8021ad.priority", "ieee8021ad.dei", "ieee8021ad.id", "ip.src", "udp.dstport"}
	args := []string{"-Tfields", "-Eseparator=|", "-Eoccurrence=a", "-Eaggregator=,"}
	for _, k := range keys {
		args = append(args, "-e"+k)
	}
	frames := foreignFrames(t)
	names := slices.Sorted(maps.Keys(frames))
	var out bytes.Buffer
	var all []*Packet
	for _, name := range names {
		all = append(all, frames[name])
	}
	write(t, NewPcapngWriter(&out, Options{}), all)
	for n, line := range tshark(t, "x.pcapng", out.Bytes(), args...) {
		theirs := strings.Split(line, "|")
		d := NewDissector(DissectOptions{}).Dissect(all[n])
		for i, key := range keys {
			if ours := strings.Join(occurrences(d, key), ","); ours != theirs[i] {
				t.Errorf("%s: %s is %q, and tshark says %q", names[n], key, ours, theirs[i])
			}
		}
	}
}

// occurrences are a field's values, in the order of the bytes, as tshark prints
// them.
func occurrences(d *Dissection, key string) (all []string) {
	for _, part := range d.Parts {
		for _, f := range part.Fields {
			if f.Key == key {
				all = append(all, inNumbers(f))
			}
		}
	}
	return all
}

// inNumbers is a field's value as -Tfields prints it: numbers without their
// names, those that are codes in hexadecimal.
func inNumbers(f osi.Field) string {
	switch f.Key {
	case "ip.src", "sll.src.eth":
		return f.Value
	case "sll.etype":
		return osi.Hexadecimal(f.Number, 4)
	}
	return strconv.FormatUint(f.Number, 10)
}
