//go:debug cryptocustomrand=1

package host_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/application"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/osi/presentation"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// versions are those of TLS, with the suite that asks for each.
var versions = []struct {
	name    string
	suite   uint16
	version uint16
}{{"TLS 1.3", 0, tls.VersionTLS13}, {"TLS 1.2", presentation.Suite12, tls.VersionTLS12}}

func authority(t *testing.T) *presentation.Authority {
	t.Helper()
	a, err := presentation.NewAuthority(1)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// serve takes TLS connections and answers HTTP requests on each, one after
// the other.
func serve(server *host.Host, trust *presentation.Authority, suite uint16) func() error {
	return func() error {
		l, err := server.Listen("tcp", ":443")
		if err != nil {
			return err
		}
		web := &application.HTTPServer{Now: server.Now, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s for %s", strings.Repeat("secret ", 600), r.URL.Path)
		})}
		for {
			conn, err := l.Accept()
			if err != nil {
				return err
			}
			s := server.Security(trust, "server")
			s.Suite = suite
			secure, err := presentation.Server(conn, s)
			if err != nil {
				return err
			}
			if err := web.Serve(secure); err != nil {
				return err
			}
		}
	}
}

// fetch asks for a path over TLS and returns the answer's body and the
// connection's version.
func fetch(client *host.Host, trust *presentation.Authority, suite uint16, path string) (body string, version uint16, err error) {
	conn, err := client.Dial("tcp", "server:443")
	if err != nil {
		return "", 0, err
	}
	s := client.Security(trust, "server")
	s.Suite = suite
	secure, err := presentation.Client(conn, s)
	if err != nil {
		return "", 0, err
	}
	req, err := http.NewRequest(http.MethodGet, "https://server"+path, nil)
	if err != nil {
		return "", 0, err
	}
	resp, err := application.Do(secure, req)
	if err != nil {
		return "", 0, err
	}
	if date := resp.Header.Get("Date"); !strings.Contains(date, "01 Jan 2000") {
		err = fmt.Errorf("the server's clock says %q, want a day of the simulation", date)
	}
	all, readErr := io.ReadAll(resp.Body)
	return string(all), secure.ConnectionState().Version, errors.Join(err, readErr, secure.Close())
}

// browse is a run in which a client fetches two pages over a router, a
// connection for each.
func browse(t *testing.T, seed uint64, suite, version uint16) (*host.Lab, *trace.Recording) {
	t.Helper()
	lab, client, server := smallNetwork(seed)
	rec, trust := &trace.Recording{}, authority(t)
	lab.Log().Subscribe(rec)
	server.Background("web server", serve(server, trust, suite))
	pages := 0
	client.Go("browser", func() error {
		for _, path := range []string{"/one", "/two"} {
			body, got, err := fetch(client, trust, suite, path)
			if err != nil {
				return err
			}
			if !strings.HasSuffix(body, "secret  for "+path) || len(body) != 7*600+len(" for ")+len(path) || got != version {
				t.Errorf("the page is %d bytes ending in %.20q over version %#04x", len(body), body[len(body)-min(len(body), 20):], got)
			}
			pages++
		}
		return nil
	})
	if err := lab.Run(); err != nil {
		t.Fatal(err)
	}
	if pages != 2 {
		t.Fatalf("%d pages were fetched, want 2", pages)
	}
	return lab, rec
}

// Equal seeds give equal bytes on every wire and equal secrets; other seeds
// other ones.
func TestTLSIsTheSameInEveryRun(t *testing.T) {
	for _, v := range versions {
		t.Run(v.name, func(t *testing.T) {
			_, a := browse(t, 1, v.suite, v.version)
			_, b := browse(t, 1, v.suite, v.version)
			_, other := browse(t, 2, v.suite, v.version)
			if len(a.Frames) != len(b.Frames) {
				t.Fatalf("two runs have %d and %d frames", len(a.Frames), len(b.Frames))
			}
			for i := range a.Frames {
				if x, y := &a.Frames[i], &b.Frames[i]; x.Time != y.Time || !bytes.Equal(x.Data, y.Data) {
					t.Fatalf("frame record %d differs: at %v\n%x\nand at %v\n%x", i, x.Time, x.Data, y.Time, y.Data)
				}
			}
			if fmt.Sprint(a.Secrets) != fmt.Sprint(b.Secrets) {
				t.Error("two runs have different secrets")
			}
			if fmt.Sprint(a.Secrets) == fmt.Sprint(other.Secrets) {
				t.Error("another seed has the same secrets")
			}
		})
	}
}

// Each connection has randomness of its own, and both of its ends tell the
// same secrets.
func TestEachTLSConnectionHasItsOwnKeys(t *testing.T) {
	for _, v := range versions {
		t.Run(v.name, func(t *testing.T) {
			_, rec := browse(t, 1, v.suite, v.version)
			told := map[string]map[string]int{}
			randoms := map[string]bool{}
			for _, s := range rec.Secrets {
				if told[s.Node] == nil {
					told[s.Node] = map[string]int{}
				}
				told[s.Node][s.Line]++
				randoms[strings.Fields(s.Line)[1]] = true
			}
			if len(randoms) != 2 {
				t.Errorf("two connections begin with %d different client randoms, want 2", len(randoms))
			}
			if len(told["client"]) == 0 || fmt.Sprint(told["client"]) != fmt.Sprint(told["server"]) {
				t.Errorf("the ends tell different secrets: %v", told)
			}
		})
	}
}

// What a capture carries is enough to read it: tshark sees the requests, and
// no fault.
func TestTsharkReadsTLS(t *testing.T) {
	needTshark(t)
	for _, v := range versions {
		t.Run(v.name, func(t *testing.T) {
			lab, rec := browse(t, 1, v.suite, v.version)
			var file bytes.Buffer
			w := capture.NewPcapngWriter(&file, capture.Options{Interfaces: lab.Interfaces()})
			if err := errors.Join(capture.WriteRecordings(w, []string{"server"}, capture.Take{Recording: rec}), w.Close()); err != nil {
				t.Fatal(err)
			}
			got := tshark(t, file.Bytes(), "-Y", "http.request", "-Tfields", "-ehttp.request.uri", "-etls.record.version")
			if want := "/one\t0x0303\n/two\t0x0303\n"; got != want {
				t.Errorf("tshark reads the requests %q, want %q", got, want)
			}
			if bad := tshark(t, file.Bytes(), "-Y", "_ws.malformed || eth.fcs.status == 0 || tcp.checksum.status == 0 || ip.checksum.status == 0"); bad != "" {
				t.Errorf("tshark finds fault with\n%s", bad)
			}
		})
	}
}

// A bad wire delays TLS and cannot change what it carries.
func TestTLSOverABadWire(t *testing.T) {
	for seed := uint64(1); seed <= 10; seed++ {
		lab := host.NewLab(seed)
		client, server := lab.Host("client"), lab.Host("server")
		way := physical.DirectionConfig{Rate: 10_000_000, Delay: 10 * time.Millisecond, Impairments: []physical.Impairment{
			physical.Loss{Chance: 50_000}, physical.Reorder{Chance: 50_000, Frames: 2}, physical.BitErrors{OneIn: 100_000},
		}}
		link := lab.Connect(client.NIC(netip.MustParsePrefix("10.0.0.1/24")), server.NIC(netip.MustParsePrefix("10.0.0.2/24")), physical.LinkConfig{A: way, B: way})
		trust := authority(t)
		server.Background("web server", serve(server, trust, 0))
		client.Go("browser", func() error {
			for i := range 5 {
				path := fmt.Sprintf("/%d", i)
				body, _, err := fetch(client, trust, 0, path)
				if err != nil {
					return err
				}
				if want := strings.Repeat("secret ", 600) + " for " + path; body != want {
					t.Errorf("seed %d: the page has %d bytes, want the %d that were sent", seed, len(body), len(want))
				}
			}
			return nil
		})
		if err := lab.Run(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if c := link.B().Counters(); c.Lost+c.Corrupted+c.Reordered == 0 {
			t.Errorf("seed %d: nothing happened on the wire", seed)
		}
	}
}

// After the handshake one program may read while another writes.
func TestTwoProgramsOnOneTLSConnection(t *testing.T) {
	lab, client, server := smallNetwork(1)
	trust := authority(t)
	const size = 100_000
	server.Go("echo", func() error {
		l, err := server.Listen("tcp", ":443")
		if err != nil {
			return err
		}
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		secure, err := presentation.Server(conn, server.Security(trust, "server"))
		if err != nil {
			return err
		}
		_, err = io.Copy(secure, secure)
		return errors.Join(err, secure.Close())
	})
	client.Go("writer", func() error {
		conn, err := client.Dial("tcp", "server:443")
		if err != nil {
			return err
		}
		secure, err := presentation.Client(conn, client.Security(trust, "server"))
		if err != nil {
			return err
		}
		client.Go("reader", func() error {
			all, err := io.ReadAll(secure)
			if len(all) != size {
				t.Errorf("the echo is %d bytes, want %d", len(all), size)
			}
			return err
		})
		for range 10 {
			if _, err := secure.Write(make([]byte, size/10)); err != nil {
				return err
			}
		}
		return secure.CloseWrite()
	})
	if err := lab.Run(); err != nil {
		t.Fatal(err)
	}
}

// A server that shows another name is refused, and both ends hear of it.
func TestTLSRefusesAnotherName(t *testing.T) {
	lab, client, server := smallNetwork(1)
	trust := authority(t)
	var clientErr, serverErr error
	server.Go("impostor", func() error {
		l, err := server.Listen("tcp", ":443")
		if err != nil {
			return err
		}
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		_, serverErr = presentation.Server(conn, server.Security(trust, "somebody-else"))
		return conn.Close()
	})
	client.Go("browser", func() error {
		conn, err := client.Dial("tcp", "server:443")
		if err != nil {
			return err
		}
		_, clientErr = presentation.Client(conn, client.Security(trust, "server"))
		return conn.Close()
	})
	if err := lab.Run(); err != nil {
		t.Fatal(err)
	}
	var name x509.HostnameError
	if !errors.As(clientErr, &name) || name.Host != "server" {
		t.Errorf("the client's error is %v, want that the certificate is not for server", clientErr)
	}
	if serverErr == nil || !strings.Contains(serverErr.Error(), "remote error: tls: bad certificate") {
		t.Errorf("the server's error is %v, want the client's alert: bad certificate", serverErr)
	}
}

// Deadlines of a TLS connection are those of the simulation.
func TestTLSDeadlines(t *testing.T) {
	lab, client, server := smallNetwork(1)
	trust := authority(t)
	server.Background("silent", func() error {
		l, err := server.Listen("tcp", ":443")
		if err != nil {
			return err
		}
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		secure, err := presentation.Server(conn, server.Security(trust, "server"))
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, secure)
		return err
	})
	client.Go("impatient", func() error {
		conn, err := client.Dial("tcp", "server:443")
		if err != nil {
			return err
		}
		secure, err := presentation.Client(conn, client.Security(trust, "server"))
		if err != nil {
			return err
		}
		var wall *sim.WallClockError
		if err := secure.SetReadDeadline(time.Now()); !errors.As(err, &wall) {
			t.Errorf("a deadline of the wall clock gives %v, want a *sim.WallClockError", err)
		}
		start := client.Now()
		if err := secure.SetReadDeadline(start.Add(3 * time.Second)); err != nil {
			return err
		}
		_, err = secure.Read(make([]byte, 1))
		if waited := client.Now().Sub(start); !errors.Is(err, os.ErrDeadlineExceeded) || waited != 3*time.Second {
			t.Errorf("the read ended after %v with %v, want a deadline after 3s", waited, err)
		}
		return secure.Close()
	})
	if err := lab.Run(); err != nil {
		t.Fatal(err)
	}
}
