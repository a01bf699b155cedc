package host_test

import (
	"errors"
	"io"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/trace"
)

func wire(delay time.Duration) physical.LinkConfig {
	d := physical.DirectionConfig{Rate: 100_000_000, Delay: delay}
	return physical.LinkConfig{A: d, B: d}
}

// smallNetwork is client - s1 - r1 - server.
func smallNetwork(seed uint64) (lab *host.Lab, client, server *host.Host) {
	lab = host.NewLab(seed)
	client, server = lab.Host("client"), lab.Host("server")
	s1, r1 := lab.Switch("s1"), lab.Router("r1")
	lab.Connect(client.NIC(netip.MustParsePrefix("10.0.1.10/24")), s1.Port(), wire(time.Millisecond))
	lab.Connect(s1.Port(), r1.NIC(netip.MustParsePrefix("10.0.1.1/24")), wire(time.Millisecond))
	lab.Connect(r1.NIC(netip.MustParsePrefix("10.0.2.1/24")), server.NIC(netip.MustParsePrefix("10.0.2.20/24")), wire(5*time.Millisecond))
	if err := client.Gateway(netip.MustParseAddr("10.0.1.1")); err != nil {
		panic(err)
	}
	if err := server.Gateway(netip.MustParseAddr("10.0.2.1")); err != nil {
		panic(err)
	}
	return lab, client, server
}

func TestTCPAcrossARouter(t *testing.T) {
	lab, client, server := smallNetwork(1)
	rec := &trace.Recording{}
	lab.Log().Subscribe(rec)
	server.Background("echo", func() error {
		l, err := server.Listen("tcp", ":80")
		if err != nil {
			return err
		}
		for {
			c, err := l.Accept()
			if err != nil {
				return err
			}
			if _, err := io.Copy(c, c); err != nil {
				return err
			}
			c.Close()
		}
	})
	client.Go("client", func() error {
		c, err := client.Dial("tcp", "server:80")
		if err != nil {
			return err
		}
		if _, err := io.WriteString(c, "Hello"); err != nil {
			return err
		}
		must(c.(*host.TCPConn).CloseWrite())
		got, err := io.ReadAll(c)
		if string(got) != "Hello" {
			t.Errorf("the echo is %q, want %q", got, "Hello")
		}
		c.Close()
		return err
	})
	if err := lab.Run(); err != nil {
		t.Fatal(err)
	}
	for _, e := range rec.Events {
		t.Log(e.Time, e.Node, e.Kind.ID, e.Sentence())
	}
}

func TestRefused(t *testing.T) {
	lab, client, _ := smallNetwork(1)
	client.Go("client", func() error {
		_, err := client.Dial("tcp", "server:81")
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dialling a closed port gives %v, want ECONNREFUSED", err)
		}
		c, err := client.Dial("udp", "server:9")
		if err != nil {
			return err
		}
		must2(c.Write([]byte("anybody?")))
		_, err = c.Read(make([]byte, 10))
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("reading after port unreachable gives %v, want ECONNREFUSED", err)
		}
		rtt, err := client.Ping("server", 56, 0, time.Second)
		t.Log(rtt, err)
		_, err = client.Ping("10.0.2.99", 56, 0, 9*time.Second)
		t.Log(err)
		_, err = client.Ping("server", 56, 1, 9*time.Second)
		t.Log(err)
		return nil
	})
	if err := lab.Run(); err != nil {
		t.Fatal(err)
	}
}
