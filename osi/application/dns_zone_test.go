package application

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseDNSZone(t *testing.T) {
	z, err := ParseDNSZone("lab", " server.lab=10.0.2.10,many.lab = 10.0.3.1, many.lab=10.0.3.2")
	want := &DNSZone{Origin: "lab", Records: []DNSRecord{
		{"server.lab", 300, netip.MustParseAddr("10.0.2.10")},
		{"many.lab", 300, netip.MustParseAddr("10.0.3.1")},
		{"many.lab", 300, netip.MustParseAddr("10.0.3.2")},
	}}
	if d := cmp.Diff(want, z, addrs); err != nil || d != "" {
		t.Errorf("(%v):\n%s", err, d)
	}
	for records, why := range map[string]string{
		"":                          `expected a name and its IPv4 address, as in server.lab=10.0.2.10, found ""`,
		"server.lab":                `expected a name and its IPv4 address, as in server.lab=10.0.2.10, found "server.lab"`,
		"server.lab=ten":            `expected a name and its IPv4 address, as in server.lab=10.0.2.10, found "server.lab=ten"`,
		"server.lab=::1":            `expected a name and its IPv4 address, as in server.lab=10.0.2.10, found "server.lab=::1"`,
		"a_b.lab=10.0.0.1":          `expected a name and its IPv4 address, as in server.lab=10.0.2.10, found "a_b.lab=10.0.0.1"`,
		"a.lab=10.0.0.1,":           `expected a name and its IPv4 address, as in server.lab=10.0.2.10, found ""`,
		"a.lab=10.0.0.1, b=1.2.3.4": `expected a name in the zone lab, found "b=1.2.3.4"`,
	} {
		var e *ZoneError
		if _, err := ParseDNSZone("lab", records); !errors.As(err, &e) || err.Error() != "application: DNS zone: "+why {
			t.Errorf("%q: %v, want %s", records, err, why)
		}
	}
}

// The root's server decides on every name: what it does not know does not
// exist.
func TestTheRootHoldsEveryName(t *testing.T) {
	z, err := ParseDNSZone("", "server=10.0.2.10, www.example.com=10.0.2.20")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]RCode{"server": NoError, "www.example.com": NoError, "com": NoError, "nobody": NameError, "nobody.org": NameError} {
		a, err := ParseDNS(z.Answer(query(t, &DNSMessage{ID: 1, Questions: []DNSQuestion{{name, TypeA}}})))
		if err != nil || a.Code != want || !a.Authoritative {
			t.Errorf("%s: %v (authoritative: %v), %v; want %v with authority", name, a.Code, a.Authoritative, err, want)
		}
	}
}
