package udp_test

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/udp"
)

func TestQueueKeepsDatagramsApart(t *testing.T) {
	log, rec := recorded()
	q := udp.NewQueue(udp.QueueConfig{Node: "server", Log: log})
	buf := []byte("one")
	q.Push(1, client, server, buf)
	copy(buf, "XXX") // the frame's memory is used again: the queue has its own copy
	q.Push(2, client, server, nil)
	q.Push(3, server, client, []byte("three"))
	p := make([]byte, 4)
	for _, c := range []struct {
		text   string
		length int
		from   netip.AddrPort
	}{
		{"one", 3, client},
		{"", 0, client},     // an empty datagram is one too
		{"thre", 5, server}, // what does not fit is lost, not kept for the next
	} {
		n, length, from, _, ok := q.Pop(p)
		if !ok || string(p[:n]) != c.text || length != c.length || from != c.from {
			t.Errorf("got %q of %d bytes from %v (%v), want %q of %d from %v", p[:n], length, from, ok, c.text, c.length, c.from)
		}
	}
	if _, _, _, _, ok := q.Pop(p); ok || q.Len() != 0 {
		t.Errorf("the empty queue gave something, or has %d", q.Len())
	}
	if want := []string{"udp.delivered", "udp.delivered", "udp.delivered"}; !slices.Equal(ids(rec), want) {
		t.Errorf("recorded %v, want %v", ids(rec), want)
	}
}

func TestAFullQueueThrowsTheNewestAway(t *testing.T) {
	log, rec := recorded()
	q := udp.NewQueue(udp.QueueConfig{Bytes: 30, Node: "server", Log: log})
	push := func(payload string, want bool) {
		if got := q.Push(1, client, server, []byte(payload)); got != want {
			t.Errorf("%q with %d waiting: accepted %v, want %v", payload, q.Len(), got, want)
		}
	}
	// Each takes 8 bytes more than its payload, so that empty ones fill it too.
	push("12345", true)
	push("1234", true)
	push("", false)
	q.Pop(make([]byte, 5))
	push("12", true)
	push("", true)
	push("", false)
	full := rec.Events[2]
	want := "server discards a datagram from 10.0.1.2:5000: 2 are waiting for the program to read them, and no more fit"
	if full.Kind != udp.QueueFull || full.Sentence() != want {
		t.Errorf("recorded %s %q, want %q", full.Kind.ID, full.Sentence(), want)
	}
}

// TestQueueIsAQueue: against a plain list, over any sequence of arrivals and
// readings.
func TestQueueIsAQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bound := rapid.IntRange(1, 6000).Draw(t, "bound")
		q := udp.NewQueue(udp.QueueConfig{Bytes: bound})
		var model [][]byte
		held := 0
		p := make([]byte, 2000)
		for n := range rapid.IntRange(1, 80).Draw(t, "steps") {
			if rapid.IntRange(0, 2).Draw(t, "read") == 0 {
				got, length, _, _, ok := q.Pop(p)
				if ok != (len(model) > 0) {
					t.Fatalf("%d wait, and Pop says %v", len(model), ok)
				}
				if ok {
					if !bytes.Equal(p[:got], model[0]) || length != len(model[0]) {
						t.Fatalf("got %d bytes of %d, want %d, the same", got, length, len(model[0]))
					}
					held -= len(model[0]) + udp.HeaderLen
					model = model[1:]
				}
				continue
			}
			payload := bytes.Repeat([]byte{byte(n)}, rapid.IntRange(0, 2000).Draw(t, "length"))
			fits := held+len(payload)+udp.HeaderLen <= bound
			if q.Push(0, client, server, payload) != fits {
				t.Fatalf("%d of %d bytes are held: %d more accepted: %v", held, bound, len(payload), !fits)
			}
			if fits {
				model, held = append(model, payload), held+len(payload)+udp.HeaderLen
			}
			if q.Len() != len(model) {
				t.Fatalf("%d wait, and Len says %d", len(model), q.Len())
			}
		}
	})
}

// TestTheHotPathAllocatesNothing: a datagram written, read, queued and taken.
func TestTheHotPathAllocatesNothing(t *testing.T) {
	q, b, p := udp.NewQueue(udp.QueueConfig{}), make([]byte, 1480), make([]byte, 1472)
	if n := testing.AllocsPerRun(100, func() { deliver(t, q, b, p) }); n != 0 {
		t.Errorf("%v allocations a datagram, want none", n)
	}
}

func deliver(tb testing.TB, q *udp.Queue, b, p []byte) {
	udp.Header{SrcPort: client.Port(), DstPort: server.Port()}.Put(b, client.Addr(), server.Addr())
	h, payload, err := udp.Parse(b, client.Addr(), server.Addr())
	if err != nil || h.DstPort != server.Port() || !q.Push(0, client, server, payload) {
		tb.Fatal("not delivered")
	}
	if n, _, _, _, ok := q.Pop(p); !ok || n != len(payload) {
		tb.Fatal("not read")
	}
}

func BenchmarkDatagram(b *testing.B) {
	q, d, p := udp.NewQueue(udp.QueueConfig{}), make([]byte, 1480), make([]byte, 1472)
	b.ReportAllocs()
	b.SetBytes(int64(len(d)))
	for b.Loop() {
		deliver(b, q, d, p)
	}
}
