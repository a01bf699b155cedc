package host_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/application"
	"github.com/packetwalk/packetwalk/trace"
)

// dnsLab is smallNetwork, whose client asks the server for names.
func dnsLab(t *testing.T) (lab *host.Lab, client, server *host.Host, rec *trace.Recording) {
	t.Helper()
	lab, client, server = smallNetwork(1)
	client.Resolver = netip.MustParseAddrPort("10.0.2.20:53")
	rec = &trace.Recording{}
	lab.Log().Subscribe(rec)
	return lab, client, server, rec
}

// nameServer answers from a zone, once it has let questions go by in silence.
func nameServer(t *testing.T, server *host.Host, silent int) {
	t.Helper()
	zone, err := application.ParseDNSZone("lab", "www.lab=10.0.2.20, empty.below.lab=10.0.2.20")
	if err != nil {
		t.Fatal(err)
	}
	server.Background("name server", func() error {
		conn, err := server.ListenPacket("udp", ":53")
		if err != nil {
			return err
		}
		for range silent {
			if _, _, err := conn.ReadFrom(make([]byte, 512)); err != nil {
				return err
			}
		}
		return zone.Serve(conn)
	})
}

func told(r *trace.Recording, ids ...string) (all []string) {
	for i := range r.Events {
		for _, id := range ids {
			if r.Events[i].Kind.ID == id {
				all = append(all, r.Events[i].Sentence())
			}
		}
	}
	return all
}

func wantTold(t *testing.T, got []string, want ...string) {
	t.Helper()
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("the log says\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// A host with a resolver asks it, in real datagrams, before it can connect; and
// the connection follows from the answer.
func TestDialAsksTheResolver(t *testing.T) {
	lab, client, server, rec := dnsLab(t)
	nameServer(t, server, 0)
	server.Background("greeter", func() error {
		l, err := server.Listen("tcp", ":80")
		if err != nil {
			return err
		}
		c, err := l.Accept()
		if err != nil {
			return err
		}
		return c.Close()
	})
	client.Go("guest", func() error {
		conn, err := client.Dial("tcp", "www.lab:80")
		if err != nil {
			return err
		}
		if got := conn.RemoteAddr().String(); got != "10.0.2.20:80" {
			t.Errorf("the connection is to %s, want 10.0.2.20:80", got)
		}
		return conn.Close()
	})
	if err := lab.Run(); err != nil {
		t.Fatal(err)
	}
	wantTold(t, told(rec, "dns.lookup", "dns.resolved", "socket.connect"),
		"client asks 10.0.2.20:53 for the address of www.lab", "client now knows that www.lab is 10.0.2.20",
		"a program on client asks for a connection to 10.0.2.20:80")
	resolved, connect := rec.Find(trace.OfKind("dns.resolved")), rec.Find(trace.OfKind("socket.connect"))
	if connect[0].Cause != resolved[0].ID {
		t.Errorf("the connection's cause is %d, want %d, that the name was resolved", connect[0].Cause, resolved[0].ID)
	}
	if cause := resolved[0].Cause; cause == 0 || !happenedAtClient(rec, cause) {
		t.Errorf("the name was resolved because of record %d, want that the answer was read or arrived", cause)
	}
	wantMessages(t, rec, "query www.lab", "response www.lab")
	wantTsharkReads(t, lab, rec, "www.lab\t\n", "www.lab\t10.0.2.20\n")
}

// happenedAtClient says whether a record is the arrival of a frame at client or
// an event there.
func happenedAtClient(r *trace.Recording, id trace.ID) bool {
	for i := range r.Frames {
		if r.Frames[i].ID == id {
			return r.Frames[i].Interface.Node == "client" && r.Frames[i].Direction == trace.Received
		}
	}
	for i := range r.Events {
		if r.Events[i].ID == id {
			return r.Events[i].Node == "client"
		}
	}
	return false
}

// wantMessages wants these DNS messages at the client, as the dissector reads
// them from the frames.
func wantMessages(t *testing.T, rec *trace.Recording, want ...string) {
	t.Helper()
	reader := capture.NewDissector(capture.DissectOptions{})
	var got []string
	for i := range rec.Frames {
		if rec.Frames[i].Interface.Node != "client" {
			continue
		}
		if part := reader.Dissect(capture.FromFrame(&rec.Frames[i])).Part("DNS"); part != nil {
			name, _ := part.Field("dns.qry.name")
			answer, _ := part.Field("dns.flags.response")
			got = append(got, map[uint64]string{0: "query ", 1: "response "}[answer.Number]+name.Value)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the client's interface sees the DNS messages %q, want %q", got, want)
	}
}

func wantTsharkReads(t *testing.T, lab *host.Lab, rec *trace.Recording, want ...string) {
	t.Helper()
	needTshark(t)
	var file bytes.Buffer
	w := capture.NewPcapngWriter(&file, capture.Options{Interfaces: lab.Interfaces()})
	if err := errors.Join(capture.WriteRecordings(w, []string{"client"}, capture.Take{Recording: rec}), w.Close()); err != nil {
		t.Fatal(err)
	}
	if got := tshark(t, file.Bytes(), "-Y", "dns", "-Tfields", "-edns.qry.name", "-edns.a"); got != strings.Join(want, "") {
		t.Errorf("tshark reads the DNS messages %q, want %q", got, want)
	}
	if bad := tshark(t, file.Bytes(), "-Y", "_ws.malformed || udp.checksum.status == 0 || ip.checksum.status == 0"); bad != "" {
		t.Errorf("tshark finds fault with\n%s", bad)
	}
}

// What can become of a name, with the errors of the standard library.
func TestLookupHost(t *testing.T) {
	for _, c := range []struct {
		name     string
		ask      string
		silent   int           // questions that the server lets go by
		want     string        // the address, or the error
		took     time.Duration // 0 is less than a second
		notFound bool
		timeout  bool
		queries  int
	}{
		{name: "known", ask: "www.lab", want: "10.0.2.20", queries: 1},
		{name: "in other letters", ask: "WWW.Lab", want: "10.0.2.20", queries: 1},
		{name: "unknown", ask: "nobody.lab", want: "lookup nobody.lab on 10.0.2.20:53: no such name", notFound: true, queries: 1},
		{name: "without address", ask: "below.lab", want: "lookup below.lab on 10.0.2.20:53: the name has no address", notFound: true, queries: 1},
		{name: "of another zone", ask: "www.example", want: "lookup www.example on 10.0.2.20:53: the server says: refused", queries: 1},
		// The hosts table, which knows the server, is not asked.
		{name: "only in the hosts table", ask: "server", want: "lookup server on 10.0.2.20:53: the server says: refused", queries: 1},
		{name: "the first question is lost", ask: "www.lab", silent: 1, want: "10.0.2.20", took: 5 * time.Second, queries: 2},
		{name: "silence", ask: "www.lab", silent: 9, want: "lookup www.lab on 10.0.2.20:53: no answer to 2 questions", took: 10 * time.Second, timeout: true, queries: 2},
		{name: "no name", ask: "a b", want: `lookup a b on 10.0.2.20:53: application: DNS: "a b" is no domain name: expected labels of letters, digits and inner hyphens`},
		{name: "an address", ask: "10.0.9.9", want: "10.0.9.9"},
		{name: "oneself", ask: "localhost", want: "127.0.0.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			lab, client, server, rec := dnsLab(t)
			nameServer(t, server, c.silent)
			client.Go("guest", func() error {
				addr, err := client.LookupHost(c.ask)
				got := addr.String()
				var e *net.DNSError
				if errors.As(err, &e) {
					got = err.Error()
				} else if err != nil {
					t.Errorf("the error is a %T, want a *net.DNSError", err)
				}
				if got != c.want || e != nil && (e.IsNotFound != c.notFound || e.IsTimeout != c.timeout || e.Name != c.ask) {
					t.Errorf("%s (%+v), want %s", got, e, c.want)
				}
				if took := client.Now().Sub(host.Epoch).Truncate(time.Second); took != c.took {
					t.Errorf("it took %v, want %v", took, c.took)
				}
				return nil
			})
			if err := lab.Run(); err != nil {
				t.Fatal(err)
			}
			queries := rec.Find(trace.All(trace.OfKind("socket.write"), trace.AtNode("client")))
			if len(queries) != c.queries {
				t.Errorf("the client asks %d times, want %d", len(queries), c.queries)
			}
		})
	}
}

// Where no name server runs, the port unreachable of ICMP is told at once.
func TestLookupWithoutAServer(t *testing.T) {
	lab, client, _, rec := dnsLab(t)
	client.Go("guest", func() error {
		_, err := client.Dial("tcp", "www.lab:80")
		var e *net.DNSError
		if !errors.As(err, &e) || !errors.Is(err, syscall.ECONNREFUSED) || e.IsTimeout || e.IsNotFound {
			t.Errorf("the error is %v (%+v), want a *net.DNSError: connection refused", err, e)
		}
		return nil
	})
	if err := lab.Run(); err != nil {
		t.Fatal(err)
	}
	if n := len(rec.Find(trace.OfKind("dns.failed"))); n != 1 {
		t.Errorf("the log says %d times that the name was not found, want once", n)
	}
}

// A dialer's time runs while the name is looked up.
func TestDialTimeoutCountsTheLookup(t *testing.T) {
	lab, client, server, rec := dnsLab(t)
	nameServer(t, server, 9)
	client.Go("guest", func() error {
		_, err := client.DialTimeout("tcp", "www.lab:80", 7*time.Second)
		var e *net.DNSError
		if !errors.As(err, &e) || !e.IsTimeout || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the error is %v, want a *net.DNSError: i/o timeout", err)
		}
		if took := client.Now().Sub(host.Epoch); took != 7*time.Second {
			t.Errorf("the dialer gives up after %v, want 7s", took)
		}
		return nil
	})
	if err := lab.Run(); err != nil {
		t.Fatal(err)
	}
	if n := len(rec.Find(trace.All(trace.OfKind("socket.write"), trace.AtNode("client")))); n != 2 {
		t.Errorf("%d questions were sent, want 2, at 0 s and 5 s", n)
	}
}

// Every call that takes a name asks; so does ping.
func TestWhoAsksTheResolver(t *testing.T) {
	for name, call := range map[string]func(*host.Host) error{
		"Dial udp": func(h *host.Host) error { _, err := h.Dial("udp", "www.lab:9"); return err },
		"Ping":     func(h *host.Host) error { _, err := h.Ping("www.lab", 8, 0, time.Second); return err },
		"ListenPacket": func(h *host.Host) error {
			if _, err := h.ListenPacket("udp", "www.lab:9"); !errors.Is(err, syscall.EADDRNOTAVAIL) {
				return fmt.Errorf("an address of somebody else: %w", err)
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			lab, client, server, rec := dnsLab(t)
			nameServer(t, server, 0)
			client.Go("guest", func() error { return call(client) })
			if err := lab.Run(); err != nil {
				t.Fatal(err)
			}
			if n := len(rec.Find(trace.OfKind("dns.resolved"))); n != 1 {
				t.Errorf("the resolver answered %d times, want once", n)
			}
		})
	}
}

// Without a resolver the hosts table answers and nothing is sent.
func TestHostsTableAnswersWithoutAResolver(t *testing.T) {
	lab, client, _, rec := dnsLab(t)
	client.Resolver = netip.AddrPort{}
	client.Go("guest", func() error {
		addr, err := client.LookupHost("server")
		if err != nil || addr.String() != "10.0.2.20" {
			t.Errorf("server is %v, %v; want 10.0.2.20", addr, err)
		}
		var e *net.DNSError
		if _, err := client.LookupHost("www.lab"); !errors.As(err, &e) || !e.IsNotFound {
			t.Errorf("an unknown name: %v, want a *net.DNSError: no such host", err)
		}
		return nil
	})
	if err := lab.Run(); err != nil {
		t.Fatal(err)
	}
	if len(rec.Frames) != 0 || len(told(rec, "dns.lookup", "dns.resolved", "dns.failed")) != 0 {
		t.Errorf("%d frames were sent to find a name in the hosts table", len(rec.Frames))
	}
}
