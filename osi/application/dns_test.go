package application

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/packetwalk/packetwalk/sim"
)

var addrs = cmp.Comparer(func(a, b netip.Addr) bool { return a == b })

func testZone() *DNSZone {
	z := &DNSZone{Origin: "lab", Records: []DNSRecord{
		{"server.lab", 300, netip.MustParseAddr("10.0.2.10")},
		{"many.lab", 60, netip.MustParseAddr("10.0.3.1")},
		{"many.lab", 60, netip.MustParseAddr("10.0.3.2")},
		{"deep.below.lab", 60, netip.MustParseAddr("10.0.4.1")},
	}}
	for i := range 40 {
		z.Records = append(z.Records, DNSRecord{"crowd.lab", 60, netip.AddrFrom4([4]byte{10, 9, 0, byte(i)})})
	}
	return z
}

func query(t *testing.T, m *DNSMessage) []byte {
	t.Helper()
	b, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// gopacket must read in our bytes what we meant, and we in its.
func TestDNSAgreesWithGopacket(t *testing.T) {
	want := &DNSMessage{ID: 0x1234, Response: true, Authoritative: true, RecursionDesired: true,
		Questions: []DNSQuestion{{"many.lab", TypeA}}, Answers: testZone().Records[1:3]}
	b := query(t, want)
	var d layers.DNS
	if err := d.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil {
		t.Fatal(err)
	}
	if d.ID != 0x1234 || !d.QR || !d.AA || !d.RD || d.TC || len(d.Questions) != 1 || string(d.Questions[0].Name) != "many.lab" || d.Questions[0].Type != layers.DNSTypeA {
		t.Errorf("gopacket reads %+v", d)
	}
	for i, a := range d.Answers {
		if string(a.Name) != "many.lab" || a.TTL != 60 || a.IP.String() != want.Answers[i].Addr.String() {
			t.Errorf("gopacket reads answer %d as %+v", i, a)
		}
	}
	buf := gopacket.NewSerializeBuffer()
	if err := d.SerializeTo(buf, gopacket.SerializeOptions{FixLengths: true}); err != nil {
		t.Fatal(err)
	}
	got, err := ParseDNS(buf.Bytes())
	if d := cmp.Diff(want, got, addrs); err != nil || d != "" {
		t.Errorf("its bytes read as (%v):\n%s", err, d)
	}
}

func TestZoneAnswers(t *testing.T) {
	ask := func(name string, kind uint16) *DNSMessage {
		return &DNSMessage{ID: 7, RecursionDesired: true, Questions: []DNSQuestion{{name, kind}}}
	}
	for _, c := range []struct {
		name  string
		query *DNSMessage
		want  string // code, AA, TC, number of answers
	}{
		{"a name with an address", ask("server.lab", TypeA), "no error true false 1"},
		// RFC 1035 §2.3.3: comparisons are done in a case-insensitive manner.
		{"in other letters", ask("SERVER.Lab", TypeA), "no error true false 1"},
		{"a name with two", ask("many.lab", TypeA), "no error true false 2"},
		{"an address of another type", ask("server.lab", 28), "no error true false 0"},
		{"no such name", ask("nobody.lab", TypeA), "no such name true false 0"},
		{"a name that only others stand below", ask("below.lab", TypeA), "no error true false 0"},
		{"the origin itself", ask("lab", TypeA), "no error true false 0"},
		{"not of this zone", ask("example.com", TypeA), "refused false false 0"},
		{"ends like the zone, and is not in it", ask("notlab", TypeA), "refused false false 0"},
		// RFC 1035 §4.2.1: longer messages are truncated and the TC bit is set.
		{"more than fits", ask("crowd.lab", TypeA), "no error true true 30"},
		{"no question", &DNSMessage{ID: 7}, "format error false false 0"},
		{"two questions", &DNSMessage{ID: 7, Questions: []DNSQuestion{{"a.lab", TypeA}, {"b.lab", TypeA}}}, "format error false false 0"},
		{"a status request", &DNSMessage{ID: 7, OpCode: 2}, "not implemented false false 0"},
	} {
		b := testZone().Answer(query(t, c.query))
		a, err := ParseDNS(b)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := fmt.Sprint(a.Code, a.Authoritative, a.Truncated, len(a.Answers)); got != c.want || a.ID != 7 || !a.Response || len(b) > MaxDNSDatagram || a.RecursionDesired != c.query.RecursionDesired {
			t.Errorf("%s: %s in %d bytes, want %s (%+v)", c.name, got, len(b), c.want, a)
		}
	}
	if b := testZone().Answer(query(t, &DNSMessage{ID: 7, Response: true})); b != nil {
		t.Errorf("an answer was answered with % x", b)
	}
	if b := testZone().Answer([]byte("short")); b != nil {
		t.Errorf("what has no header was answered with % x", b)
	}
}

func TestNamesAreChecked(t *testing.T) {
	for name, ok := range map[string]bool{
		"server.lab": true, "3com.com": true, "a": true, strings.Repeat("a", 63): true,
		"": false, ".": false, "a..b": false, "a.": false, "-a": false, "a-": false, "a b": false, "a_b": false, "é": false,
		strings.Repeat("a", 64): false, strings.Repeat("abc.", 63) + "abc": false,
	} {
		var why *NameSyntaxError
		if err := checkName(name); ok != (err == nil) || !ok && !errors.As(err, &why) {
			t.Errorf("%q: %v, want ok: %v", name, err, ok)
		}
	}
}

func resolver(t *testing.T, server net.Addr) *DNSResolver {
	return &DNSResolver{Conn: listen(t), Server: server, Now: time.Now, Rand: sim.NewStream(1, "client"), Timeout: 10 * time.Second}
}

func TestResolver(t *testing.T) {
	server := listen(t)
	done := make(chan error, 1)
	go func() { done <- testZone().Serve(server) }()
	r := resolver(t, server.LocalAddr())
	got, err := r.LookupA("many.lab")
	if d := cmp.Diff(testZone().Records[1:3], got, addrs); err != nil || d != "" {
		t.Errorf("many.lab (%v):\n%s", err, d)
	}
	for name, want := range map[string]string{
		"nobody.lab": "no such name", "below.lab": "no address", "example.com": "the server says: refused", "a b": "no domain name",
	} {
		_, err := r.LookupA(name)
		var e *net.DNSError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) || e.IsNotFound != (want == "no such name" || want == "no address") {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	server.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Whoever answers what was not asked is not believed.
func TestResolverIgnoresStrangers(t *testing.T) {
	server, stranger := listen(t), listen(t)
	r := resolver(t, server.LocalAddr())
	go func() {
		buf := make([]byte, 512)
		n, from, err := server.ReadFrom(buf)
		if err != nil {
			return
		}
		right := testZone().Answer(buf[:n])
		wrongID, wrongName := bytes.Clone(right), bytes.Clone(right)
		wrongID[1]++
		wrongName[13]++
		bad := bytes.Replace(right, []byte{10, 0, 2, 10}, []byte{6, 6, 6, 6}, 1)
		for _, send := range []struct {
			c net.PacketConn
			b []byte
		}{{stranger, bad}, {server, wrongID}, {server, wrongName}, {server, buf[:n]}, {server, []byte("x")}, {server, right}} {
			send.c.WriteTo(send.b, from) //nolint:errcheck // the client would time out
		}
	}()
	got, err := r.LookupA("server.lab")
	if err != nil || len(got) != 1 || got[0].Addr.String() != "10.0.2.10" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestResolverGivesUp(t *testing.T) {
	silent := listen(t)
	r := resolver(t, silent.LocalAddr())
	r.Timeout, r.Tries = 20*time.Millisecond, 3
	_, err := r.LookupA("server.lab")
	var e *net.DNSError
	if !errors.As(err, &e) || !e.IsTimeout || e.IsNotFound {
		t.Errorf("%v, want a timeout", err)
	}
	buf := make([]byte, 512)
	ids := map[string]bool{}
	for range 3 {
		n, _, err := silent.ReadFrom(buf)
		if err != nil || n < 12 {
			t.Fatalf("%d bytes, %v: want three questions", n, err)
		}
		ids[string(buf[:2])] = true
	}
	if len(ids) != 3 {
		t.Errorf("%d different IDs in three questions", len(ids))
	}
}

func FuzzDNS(f *testing.F) {
	zone := testZone()
	for _, m := range []*DNSMessage{{ID: 1, Questions: []DNSQuestion{{"server.lab", TypeA}}}, {ID: 2, Response: true, Questions: []DNSQuestion{{"crowd.lab", TypeA}}, Answers: zone.Records[4:20]}} {
		b, err := m.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if a := zone.Answer(b); a != nil {
			if m, err := ParseDNS(a); err != nil || !m.Response || len(a) > MaxDNSDatagram {
				t.Fatalf("% x was answered with % x: %v", b, a, err)
			}
		}
		m, err := ParseDNS(b)
		if err != nil {
			return
		}
		out, err := m.Encode()
		if err != nil {
			return // a name that is no host's
		}
		if again, err := ParseDNS(out); err != nil || !cmp.Equal(m, again, addrs) {
			t.Fatalf("%+v became %+v (%v)", m, again, err)
		}
	})
}
