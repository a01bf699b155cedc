package host_test

import (
	"io"
	"testing"

	"github.com/packetwalk/packetwalk/trace"
)

// A host reaches itself by its own addresses and by 127.0.0.1 without touching
// a wire (RFC 1122 §3.2.1.3 (g)).
func TestLoopback(t *testing.T) {
	for _, address := range []string{"127.0.0.1:80", "localhost:80", "client:80"} {
		lab, client, _ := smallNetwork(1)
		rec := &trace.Recording{}
		lab.Log().Subscribe(rec)
		client.Go("server", func() error {
			l, err := client.Listen("tcp", ":80")
			if err != nil {
				return err
			}
			c, err := l.Accept()
			if err != nil {
				return err
			}
			if _, err := io.WriteString(c, "it is me"); err != nil {
				return err
			}
			return c.Close()
		})
		client.Go("client", func() error {
			c, err := client.Dial("tcp", address)
			if err != nil {
				return err
			}
			got, err := io.ReadAll(c)
			if string(got) != "it is me" {
				t.Errorf("%s says %q", address, got)
			}
			c.Close()
			return err
		})
		if err := lab.Run(); err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		for _, f := range rec.Frames {
			if f.Interface.Name != "lo" {
				t.Errorf("a frame for %s was seen at %s", address, f.Interface.Name)
			}
		}
		if len(rec.Frames) == 0 {
			t.Errorf("no frame for %s was seen at lo", address)
		}
	}
}
