package host_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/trace"
)

// greeted is the log of a client that sends five bytes and closes.
func greeted(t *testing.T) *trace.Recording {
	t.Helper()
	lab, client, server := smallNetwork(1)
	rec := &trace.Recording{}
	lab.Log().Subscribe(rec)
	server.Go("server", func() error {
		l, err := server.Listen("tcp", ":80")
		if err != nil {
			return err
		}
		c, err := l.Accept()
		if err != nil {
			return err
		}
		if _, err := io.ReadAll(c); err != nil {
			return err
		}
		return c.Close()
	})
	client.Go("client", func() error {
		c, err := client.Dial("tcp", "server:80")
		if err != nil {
			return err
		}
		if _, err := io.WriteString(c, "Hello"); err != nil {
			return err
		}
		return c.Close()
	})
	if err := lab.Run(); err != nil {
		t.Fatal(err)
	}
	return rec
}

// Every segment says why it was sent, and the frame that carries it says that
// this is its cause.
func TestEverySegmentHasItsReason(t *testing.T) {
	rec := greeted(t)
	why := map[trace.ID]*trace.Event{}
	var said []string
	for _, e := range rec.Find(trace.OfKind(host.EventSent.ID)) {
		why[e.ID] = e
		if e.Node == "client" {
			said = append(said, e.Sentence())
		}
	}
	want := []string{
		"client sends SEQ 0 (0 bytes; SYN): open",
		"client sends SEQ 1 (0 bytes; ACK): open",
		"client sends SEQ 1 (5 bytes; PSH, ACK): new data",
		"client sends SEQ 6 (0 bytes; FIN, ACK): close",
		"client sends SEQ 7 (0 bytes; ACK): acknowledgment",
	}
	if got := strings.Join(said, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("the client says\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	segments := 0
	for i := range rec.Frames {
		f := &rec.Frames[i]
		isTCP := len(f.Data) > 23 && f.Data[12] == 8 && f.Data[13] == 0 && f.Data[23] == 6
		if !isTCP || f.Direction != trace.Sent || f.Interface.Node != "client" && f.Interface.Node != "server" {
			continue
		}
		segments++
		if e := why[f.Cause]; e == nil || e.Node != f.Interface.Node || e.Time > f.Time {
			t.Errorf("frame %d of %s has no reason: its cause is %d", f.Frame, f.Interface.Node, f.Cause)
		}
	}
	if segments != len(why) {
		t.Errorf("%d segments, %d reasons", segments, len(why))
	}
}

// The variables are told when one of them has changed, and only then; the last
// ones of each end agree with what was sent: SYN, five bytes, FIN.
func TestVariablesAreTold(t *testing.T) {
	rec := greeted(t)
	last := map[string]*trace.Event{}
	for _, e := range rec.Find(trace.OfKind(host.EventVariables.ID)) {
		if before := last[e.Node]; before != nil {
			changed := 0
			for i, f := range e.Fields {
				if f.Value() != before.Fields[i].Value() {
					changed++
				}
			}
			if changed == 0 {
				t.Errorf("%v: the variables of %s are told again", e.Time, e.Node)
			}
		}
		if len(e.Fields) != len(e.Kind.Fields) {
			t.Fatalf("%d fields, declared are %d", len(e.Fields), len(e.Kind.Fields))
		}
		for i, f := range e.Fields {
			if f.Key != e.Kind.Fields[i] {
				t.Errorf("field %d is %s, declared is %s", i, f.Key, e.Kind.Fields[i])
			}
		}
		last[e.Node] = e
	}
	for node, want := range map[string]map[string]any{
		"client": {"snd_una": int64(7), "snd_nxt": int64(7), "rcv_nxt": int64(2), "flight": int64(0)},
		"server": {"snd_una": int64(2), "snd_nxt": int64(2), "rcv_nxt": int64(7), "state": "CLOSED"},
	} {
		for key, v := range want {
			if f, _ := last[node].Get(key); f.Value() != v {
				t.Errorf("%s: %s is %v in the end, want %v", node, key, f, v)
			}
		}
	}
	if rto, _ := last["client"].Get("rto"); rto.Value().(time.Duration) <= 0 {
		t.Errorf("the RTO is %v", rto)
	}
}

// A run that nobody watches is the same run.
func TestWatchingChangesNothing(t *testing.T) {
	run := func(watch bool) []trace.Frame {
		lab, client, server := smallNetwork(1)
		rec := &trace.Recording{}
		if watch {
			lab.Log().Subscribe(rec)
		} else {
			lab.Log().SubscribeFrames(rec)
		}
		server.Go("server", func() error {
			l, err := server.Listen("tcp", ":80")
			if err != nil {
				return err
			}
			c, err := l.Accept()
			if err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, c)
			return err
		})
		client.Go("client", func() error {
			c, err := client.Dial("tcp", "server:80")
			if err != nil {
				return err
			}
			if _, err := c.Write(make([]byte, 50_000)); err != nil {
				return err
			}
			return c.Close()
		})
		if err := lab.Run(); err != nil {
			t.Fatal(err)
		}
		return rec.Frames
	}
	seen, unseen := run(true), run(false)
	if len(seen) != len(unseen) {
		t.Fatalf("%d frames when watched, %d when not", len(seen), len(unseen))
	}
	for i := range seen {
		if seen[i].Time != unseen[i].Time || string(seen[i].Data) != string(unseen[i].Data) {
			t.Fatalf("frame %d differs", i)
		}
	}
}

// A RST for which there is no connection has its reason too.
func TestTheRefusalHasItsReason(t *testing.T) {
	lab, client, _ := smallNetwork(1)
	rec := &trace.Recording{}
	lab.Log().Subscribe(rec)
	client.Go("client", func() error {
		if _, err := client.Dial("tcp", "server:81"); err == nil {
			t.Error("nobody listens, but the connection was made")
		}
		return nil
	})
	if err := lab.Run(); err != nil {
		t.Fatal(err)
	}
	sent := rec.Find(trace.All(trace.OfKind(host.EventSent.ID), trace.AtNode("server")))
	if len(sent) != 1 || sent[0].Sentence() != "server sends SEQ 0 (0 bytes; RST, ACK): reset" {
		t.Fatalf("the server's reasons are %v", sent)
	}
	for i := range rec.Frames {
		if f := &rec.Frames[i]; f.Cause == sent[0].ID && f.Interface.Node == "server" {
			return
		}
	}
	t.Error("no frame of the server's has that reason")
}
