//go:debug cryptocustomrand=1

package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/application"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/osi/presentation"
	"github.com/packetwalk/packetwalk/trace"
)

// lab is a client that asks a server for a page over TLS, on a wire of 5 ms.
type lab struct {
	*host.Lab
	suite  uint16
	answer string
}

func newLab(t *testing.T, suite uint16) *lab {
	t.Helper()
	l := &lab{Lab: host.NewLab(1), suite: suite}
	client, server := l.Host("client"), l.Host("server")
	way := physical.DirectionConfig{Rate: 100_000_000, Delay: 5 * time.Millisecond}
	l.Connect(client.NIC(netip.MustParsePrefix("10.0.0.1/24")), server.NIC(netip.MustParsePrefix("10.0.0.2/24")), physical.LinkConfig{A: way, B: way})
	authority, err := presentation.NewAuthority(1)
	if err != nil {
		t.Fatal(err)
	}
	security := func(h *host.Host, name string) presentation.Security {
		return presentation.Security{Now: h.Now, Rand: h.Sim().Stream(name + " tls"), Authority: authority, Name: "server", Suite: suite,
			KeyLog: func(line string) { l.Log().Secret(name, line) }}
	}
	server.Go("web server", func() error {
		listener, err := server.Listen("tcp", ":443")
		if err != nil {
			return err
		}
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		secure, err := presentation.Server(conn, security(server, "server"))
		if err != nil {
			return err
		}
		return application.Serve(secure, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "secret page %s", r.URL.Path)
		}))
	})
	client.Go("browser", func() error {
		conn, err := client.Dial("tcp", "server:443")
		if err != nil {
			return err
		}
		secure, err := presentation.Client(conn, security(client, "client"))
		if err != nil {
			return err
		}
		req, err := http.NewRequest(http.MethodGet, "https://server/hello", nil)
		if err != nil {
			return err
		}
		resp, err := application.Do(secure, req)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(resp.Body)
		l.answer = string(body)
		return errors.Join(err, secure.Close())
	})
	return l
}

func (l *lab) hostNames() []Name {
	var names []Name
	for _, n := range l.Names() {
		names = append(names, Name{n.Addr, n.Name})
	}
	return names
}

// tapped runs the lab with a tap at the client.
func (l *lab) tapped(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w := NewPcapngWriter(&out, Options{Application: ourName, Interfaces: l.Interfaces()[:1], Names: l.hostNames()})
	l.Log().SubscribeFrames(NewTap(w, "client"))
	if err := errors.Join(l.Run(), w.Close()); err != nil {
		t.Fatal(err)
	}
	if l.answer != "secret page /hello" {
		t.Fatalf("the browser shows %q", l.answer)
	}
	return out.Bytes()
}

// Wireshark opens the conversation with the secrets in the capture itself, and
// names the hosts; and the same run gives the same file.
func TestTsharkDecrypts(t *testing.T) {
	for version, suite := range map[string]uint16{"TLS 1.3": 0, "TLS 1.2": presentation.Suite12} {
		file := newLab(t, suite).tapped(t)
		if again := newLab(t, suite).tapped(t); !bytes.Equal(file, again) {
			t.Errorf("%s: two runs gave two captures", version)
		}
		got := tshark(t, "x.pcapng", file, "-Nn", "-Y", "http", "-Tfields", "-Eseparator=|",
			"-eip.src_host", "-eip.dst_host", "-e_ws.col.Info", "-eframe.interface_name", "-eeth.fcs.status")
		want := []string{
			"client|server|GET /hello HTTP/1.1 |client eth0|1",
			"server|client|HTTP/1.1 200 OK  (text/plain)|client eth0|1",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s, as tshark decrypts it (-want +got):\n%s", version, d)
		}
		wrong := tshark(t, "x.pcapng", file, "-otcp.check_checksum:TRUE", "-oip.check_checksum:TRUE", "-Y",
			"_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0 || eth.fcs.status == 0")
		if strings.Join(wrong, "") != "" {
			t.Errorf("%s: tshark finds fault with\n%s", version, strings.Join(wrong, "\n"))
		}
	}
}

// A recording carries the secrets at the front and the events as comments.
func TestTsharkReadsARecording(t *testing.T) {
	l, rec := newLab(t, 0), &trace.Recording{}
	l.Log().Subscribe(rec)
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := NewPcapngWriter(&out, Options{Application: ourName, Interfaces: l.Interfaces(), Names: l.hostNames()})
	if err := errors.Join(WriteRecordings(w, nil, Take{Recording: rec}), w.Close()); err != nil {
		t.Fatal(err)
	}
	packets := tshark(t, "x.pcapng", out.Bytes(), "-Tfields", "-Eseparator=|", "-Eaggregator=;", "-eframe.number", "-eframe.comment")
	if len(packets) != len(rec.Frames) {
		t.Fatalf("tshark sees %d packets, the log %d frames", len(packets), len(rec.Frames))
	}
	commented := 0
	for _, line := range packets {
		if !strings.HasSuffix(line, "|") {
			commented++
		}
	}
	if commented == 0 {
		t.Error("no packet has a comment")
	}
	// tshark takes what the second interface saw for a retransmission.
	if http := tshark(t, "x.pcapng", out.Bytes(), "-Y", "http.request"); len(http) != 1 || !strings.Contains(http[0], "GET /hello") {
		t.Errorf("tshark decrypts %q, want the request as the first interface saw it", http)
	}
}
