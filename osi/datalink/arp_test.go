package datalink_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

func ip(last byte) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, 0, last}) }

type cache = datalink.ARPCache[string]

// station is the cache of 10.0.0.n at 02:00:00:00:00:n, with what it records.
func station(n byte, change func(*datalink.ARPConfig)) (*cache, *trace.Recording) {
	log, rec := recorded()
	cfg := datalink.ARPConfig{MAC: mac(n), Addrs: []netip.Addr{ip(n)}, Node: fmt.Sprint("station ", n), Log: log}
	if change != nil {
		change(&cfg)
	}
	return datalink.NewARPCache[string](cfg), rec
}

// actions takes everything there is to do, in words.
func actions(c *cache) []string {
	var all []string
	for a, ok := c.Next(); ok; a, ok = c.Next() {
		switch a.Kind {
		case datalink.SendARP:
			m := a.Message
			if m.Operation == datalink.Request {
				all = append(all, fmt.Sprintf("ask %v: who has %v? tell %v at %v", a.MAC, m.Target, m.Sender, m.SenderMAC))
			} else {
				all = append(all, fmt.Sprintf("tell %v: %v is at %v", a.MAC, m.Sender, m.SenderMAC))
			}
		case datalink.SendPacket:
			all = append(all, fmt.Sprintf("send %q to %v", a.Packet, a.MAC))
		case datalink.Undelivered:
			all = append(all, fmt.Sprintf("%q for %v is undelivered", a.Packet, a.Addr))
		case datalink.Discard:
			all = append(all, fmt.Sprintf("discard %q", a.Packet))
		}
	}
	return all
}

func wantActions(t *testing.T, when string, c *cache, want ...string) {
	t.Helper()
	if got := actions(c); !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", when, got, want)
	}
}

func message(op datalink.Operation, senderMAC datalink.MAC, sender, target netip.Addr) []byte {
	return datalink.ARP{Operation: op, SenderMAC: senderMAC, Sender: sender, Target: target}.Append(nil)
}

func TestQuestionAndAnswer(t *testing.T) {
	client, clientLog := station(1, nil)
	server, serverLog := station(2, nil)

	if _, ok := client.Resolve(0, ip(2), "Hello"); ok {
		t.Fatal("the client knew the server before it asked")
	}
	question, _ := client.Next()
	if question.MAC != datalink.Broadcast {
		t.Errorf("the question goes to %v, want everybody", question.MAC)
	}
	frame := append(question.Message.Append(nil), make([]byte, 18)...) // as padded by Ethernet
	server.Receive(at(time.Millisecond), 5, frame)
	answer, _ := server.Next()
	if answer.MAC != mac(1) {
		t.Errorf("the answer goes to %v, want the one who asked", answer.MAC)
	}
	client.Receive(at(2*time.Millisecond), 6, answer.Message.Append(nil))
	wantActions(t, "the answer lets the packet go", client, `send "Hello" to 02:00:00:00:00:02`)

	if got, ok := client.Resolve(at(time.Second), ip(2), "again"); !ok || got != mac(2) {
		t.Errorf("the client knows %v, %v", got, ok)
	}
	// RFC 826: whoever is asked learns who asked, since he will soon be answered.
	if got, ok := server.Resolve(at(time.Second), ip(1), "reply"); !ok || got != mac(1) {
		t.Errorf("the server knows %v, %v", got, ok)
	}
	if want := []string{"arp.queued", "arp.request", "arp.learned"}; !slices.Equal(ids(clientLog), want) {
		t.Errorf("the client recorded %v, want %v", ids(clientLog), want)
	}
	if want := []string{"arp.learned", "arp.reply"}; !slices.Equal(ids(serverLog), want) {
		t.Errorf("the server recorded %v, want %v", ids(serverLog), want)
	}
	if _, ok := client.NextDeadline(); ok {
		t.Error("an answered question still has a deadline")
	}
}

func TestRetriesOnceASecondThenGivesUp(t *testing.T) {
	c, rec := station(1, nil)
	c.Resolve(0, ip(9), "first")
	c.Resolve(at(time.Millisecond), ip(9), "second")
	ask := "ask ff:ff:ff:ff:ff:ff: who has 10.0.0.9? tell 10.0.0.1 at 02:00:00:00:00:01"
	wantActions(t, "one question for both packets", c, ask)
	for n := 1; n <= 2; n++ {
		due, ok := c.NextDeadline()
		// RFC 1122 §2.3.2.1: "maximum rate is 1 per second per destination".
		if want := at(time.Duration(n) * time.Second); !ok || due != want {
			t.Fatalf("request %d is due at %v, %v, want %v", n+1, due, ok, want)
		}
		c.TimerExpired(due - 1)
		wantActions(t, "a moment too early", c)
		c.TimerExpired(due)
		wantActions(t, "the next request", c, ask)
	}
	due, _ := c.NextDeadline()
	c.TimerExpired(due)
	wantActions(t, "after three", c, `"first" for 10.0.0.9 is undelivered`, `"second" for 10.0.0.9 is undelivered`)
	if _, ok := c.NextDeadline(); ok || due != at(3*time.Second) {
		t.Errorf("gave up at %v, and a deadline is left: %v", due, ok)
	}
	last := rec.Events[len(rec.Events)-1]
	if got, want := last.Sentence(), "station 1 gives up on 10.0.0.9: 3 requests, no reply (2 packets undelivered)"; got != want {
		t.Errorf("recorded %q, want %q", got, want)
	}
	c.Resolve(at(4*time.Second), ip(9), "third")
	wantActions(t, "the next packet asks anew", c, ask)
}

func TestTheLatestPacketsWait(t *testing.T) {
	// RFC 1122 §2.3.2.2: "save at least one (the latest) packet".
	c, rec := station(1, func(cfg *datalink.ARPConfig) { cfg.Pending = 2 })
	for i := range 4 {
		c.Resolve(0, ip(2), fmt.Sprint(i))
	}
	actions(c)
	c.Receive(1, 0, message(datalink.Reply, mac(2), ip(2), ip(1)))
	wantActions(t, "the answer", c, `send "2" to 02:00:00:00:00:02`, `send "3" to 02:00:00:00:00:02`)
	full := 0
	for _, id := range ids(rec) {
		if id == "arp.queue-full" {
			full++
		}
	}
	if full != 2 {
		t.Errorf("recorded %v, want arp.queue-full twice", ids(rec))
	}
}

func TestAnOldAnswerIsCheckedWhileItIsUsed(t *testing.T) {
	// RFC 1122 §2.3.2.1 (2): "Unicast Poll -- Actively poll the remote host by
	// periodically sending a point-to-point ARP Request to it, and delete the
	// entry if no ARP Reply is received from N successive polls."
	c, rec := station(1, nil)
	c.Receive(0, 0, message(datalink.Request, mac(2), ip(2), ip(1)))
	actions(c)
	if _, ok := c.Resolve(at(60*time.Second), ip(2), "young"); !ok {
		t.Error("an answer of 60 s was forgotten")
	}
	wantActions(t, "at 60 s", c)
	old := at(61 * time.Second)
	if got, ok := c.Resolve(old, ip(2), "old"); !ok || got != mac(2) {
		t.Errorf("an old answer is not used: %v, %v", got, ok)
	}
	probe := "ask 02:00:00:00:00:02: who has 10.0.0.2? tell 10.0.0.1 at 02:00:00:00:00:01"
	wantActions(t, "at 61 s", c, probe)
	c.Receive(old+1, 0, message(datalink.Reply, mac(2), ip(2), ip(1)))
	if _, ok := c.NextDeadline(); ok {
		t.Error("a confirmed answer still has a deadline")
	}

	again := at(122 * time.Second)
	c.Resolve(again, ip(2), "older")
	for n := range 3 {
		wantActions(t, fmt.Sprintf("poll %d", n+1), c, probe)
		due, _ := c.NextDeadline()
		c.TimerExpired(due)
	}
	if _, known := c.Lookup(ip(2)); known {
		t.Error("who no longer answers is still known")
	}
	if last := rec.Events[len(rec.Events)-1]; last.Kind != datalink.ARPExpired {
		t.Errorf("recorded %v, want arp.expired at the end", ids(rec))
	}
}

func TestWhatIsLearned(t *testing.T) {
	var m1, m2 = mac(2), mac(3)
	for _, c := range []struct {
		name    string
		known   bool // 10.0.0.2 is known at m1 before
		payload []byte
		want    datalink.MAC // zero: not known
		event   string
		reply   bool
	}{
		// RFC 826: "?Am I the target protocol address? Yes: ... add the triplet".
		{"a question to us", false, message(datalink.Request, m1, ip(2), ip(1)), m1, "arp.learned", true},
		{"an answer to us", false, message(datalink.Reply, m1, ip(2), ip(1)), m1, "arp.learned", false},
		{"a question to another", false, message(datalink.Request, m1, ip(2), ip(7)), datalink.MAC{}, "", false},
		// RFC 826: "update the sender hardware address field of the entry", with
		// no regard to the target.
		{"a question to another from one we know", true, message(datalink.Request, m2, ip(2), ip(7)), m2, "arp.learned", false},
		{"a gratuitous announcement of one we know", true, message(datalink.Request, m2, ip(2), ip(2)), m2, "arp.learned", false},
		{"and of one we do not know", false, message(datalink.Request, m2, ip(2), ip(2)), datalink.MAC{}, "", false},
		// RFC 1812 §3.3.2: not to be believed.
		{"one who claims to be everybody", true, message(datalink.Reply, datalink.Broadcast, ip(2), ip(1)), m1, "arp.invalid", false},
		{"one who asks for everybody", false, message(datalink.Request, datalink.Broadcast, ip(2), ip(1)), datalink.MAC{}, "arp.invalid", false},
		// RFC 5227 §2.1.1: the sender of a probe has no address yet, but must be
		// told that this one is taken.
		{"a probe for our address", false, message(datalink.Request, m1, netip.IPv4Unspecified(), ip(1)), datalink.MAC{}, "arp.reply", true},
		// RFC 5227 §2.4: a conflict.
		{"one who uses our address", false, message(datalink.Request, m1, ip(1), ip(7)), datalink.MAC{}, "arp.conflict", false},
		{"our own announcement, come back", false, message(datalink.Request, mac(1), ip(1), ip(1)), datalink.MAC{}, "arp.reply", true},
		{"an operation of another protocol", false, message(8, m1, ip(2), ip(7)), datalink.MAC{}, "", false},
		{"not ARP at all", true, []byte("Hello"), m1, "arp.invalid", false},
	} {
		log, rec := recorded()
		arp, _ := station(1, func(cfg *datalink.ARPConfig) { cfg.Log = log })
		if c.known {
			arp.Receive(0, 0, message(datalink.Reply, m1, ip(2), ip(1)))
			rec.Events = nil
		}
		arp.Receive(1, 0, append(c.payload, make([]byte, 18)...))
		if got, _ := arp.Lookup(ip(2)); got != c.want {
			t.Errorf("%s: 10.0.0.2 is at %v, want %v", c.name, got, c.want)
		}
		if all := ids(rec); c.event == "" && len(all) > 0 || c.event != "" && (len(all) == 0 || all[0] != c.event) {
			t.Errorf("%s: recorded %v, want %q first", c.name, all, c.event)
		}
		if replied := len(actions(arp)) > 0; replied != c.reply {
			t.Errorf("%s: replied %v, want %v", c.name, replied, c.reply)
		}
	}
}

func TestAnnouncement(t *testing.T) {
	c, _ := station(1, nil)
	c.Announce()
	// RFC 5227 §2.3: sender and target protocol address are both the announced.
	wantActions(t, "an announcement", c, "ask ff:ff:ff:ff:ff:ff: who has 10.0.0.1? tell 10.0.0.1 at 02:00:00:00:00:01")
}

func TestAFullCacheForgetsTheOldest(t *testing.T) {
	c, _ := station(1, func(cfg *datalink.ARPConfig) { cfg.Entries = 2 })
	c.Resolve(0, ip(2), "to 2")
	c.Receive(at(time.Second), 0, message(datalink.Request, mac(3), ip(3), ip(1)))
	c.Receive(at(2*time.Second), 0, message(datalink.Request, mac(4), ip(4), ip(1)))
	if _, ok := c.NextDeadline(); ok {
		t.Error("the evicted question still has a deadline")
	}
	got := actions(c)
	if !slices.Contains(got, `"to 2" for 10.0.0.2 is undelivered`) {
		t.Errorf("%q: the packet that waited for the evicted entry was not given back", got)
	}
	c.Receive(at(3*time.Second), 0, message(datalink.Request, mac(3), ip(3), ip(7))) // 3 was heard again
	c.Receive(at(4*time.Second), 0, message(datalink.Request, mac(5), ip(5), ip(1)))
	for n, want := range map[byte]bool{2: false, 3: true, 4: false, 5: true} {
		if _, known := c.Lookup(ip(n)); known != want {
			t.Errorf("10.0.0.%d is known: %v, want %v", n, known, want)
		}
	}
}

func TestARPBytes(t *testing.T) {
	// The fields of RFC 826 one after the other, for Ethernet and IPv4.
	want := []byte{
		0, 1, 8, 0, 6, 4, 0, 2,
		2, 0, 0, 0, 0, 2, 10, 0, 0, 2,
		2, 0, 0, 0, 0, 1, 10, 0, 0, 1,
	}
	m := datalink.ARP{Operation: datalink.Reply, SenderMAC: mac(2), Sender: ip(2), TargetMAC: mac(1), Target: ip(1)}
	if got := m.Append(nil); !bytes.Equal(got, want) {
		t.Errorf("written as\n% x, want\n% x", got, want)
	}
	if got, err := datalink.ParseARP(append(want, make([]byte, 18)...)); err != nil || got != m {
		t.Errorf("read as %+v, %v", got, err)
	}
	for at, bad := range map[int]byte{0: 1, 1: 6, 2: 9, 3: 6, 4: 255, 5: 6} {
		b := slices.Clone(want)
		b[at] = bad
		if _, err := datalink.ParseARP(append(b, make([]byte, 600)...)); !errors.Is(err, datalink.ErrARP) {
			t.Errorf("byte %d is %d: %v, want ErrARP", at, bad, err)
		}
	}
	if _, err := datalink.ParseARP(want[:27]); !errors.Is(err, datalink.ErrARP) {
		t.Errorf("27 bytes: %v, want ErrARP", err)
	}
}

// TestEveryPacketComesOutOnce: whatever is asked and answered, in any order, no
// packet is lost or repeated inside the cache, and no address is asked for
// twice within a second.
func TestEveryPacketComesOutOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, _ := station(1, func(cfg *datalink.ARPConfig) { cfg.Entries, cfg.Pending, cfg.Lifetime = 8, 3, 5*time.Second })
		in, out := 0, map[string]int{}
		asked := map[netip.Addr]sim.Time{}
		var now sim.Time
		drain := func() {
			for a, ok := c.Next(); ok; a, ok = c.Next() {
				if a.Kind != datalink.SendARP {
					out[a.Packet]++
					continue
				}
				if m := a.Message; m.Operation == datalink.Request {
					if last, before := asked[m.Target]; before && now.Sub(last) < time.Second {
						t.Fatalf("%v is asked for at %v and at %v", m.Target, last, now)
					}
					asked[m.Target] = now
				}
			}
		}
		wait := func(until sim.Time) {
			for due, ok := c.NextDeadline(); ok && due <= until; due, ok = c.NextDeadline() {
				now = due
				c.TimerExpired(now)
				drain()
			}
			now = until
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			wait(now + sim.Time(rapid.Int64Range(0, 3e9).Draw(t, "pause")))
			peer := byte(rapid.IntRange(2, 9).Draw(t, "peer"))
			if rapid.Bool().Draw(t, "answer") {
				c.Receive(now, 0, message(datalink.Reply, mac(peer), ip(peer), ip(1)))
			} else {
				packet := fmt.Sprint(in)
				in++
				if _, ok := c.Resolve(now, ip(peer), packet); ok {
					out[packet]++
				}
			}
			drain()
		}
		wait(now.Add(time.Minute))
		for i := range in {
			if n := out[fmt.Sprint(i)]; n != 1 {
				t.Fatalf("packet %d came out %d times", i, n)
			}
		}
		if _, ok := c.NextDeadline(); ok {
			t.Fatal("a deadline is left when everything is over")
		}
	})
}
