package network_test

import (
	"bytes"
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/osi/network"
	"github.com/packetwalk/packetwalk/sim"
)

func TestICMPBytes(t *testing.T) {
	for _, c := range []struct {
		m    network.ICMPMessage
		want []byte
		text string
	}{
		// RFC 792: type, code, checksum, then identifier and sequence number.
		{network.ICMPMessage{Type: network.Echo, ID: 0x1234, Seq: 2, Data: []byte("hi!")},
			[]byte{8, 0, 0x5c, 0x60, 0x12, 0x34, 0, 2, 'h', 'i', '!'}, "echo request"},
		{network.ICMPMessage{Type: network.EchoReply, ID: 0x1234, Seq: 2, Data: []byte("hi!")},
			[]byte{0, 0, 0x64, 0x60, 0x12, 0x34, 0, 2, 'h', 'i', '!'}, "echo reply"},
		{network.ICMPMessage{Type: network.DestinationUnreachable, Code: network.PortUnreachable, Data: []byte{}},
			[]byte{3, 3, 0xfc, 0xfc, 0, 0, 0, 0}, "port unreachable"},
		// RFC 1191 §4: the next hop's MTU in the low 16 bits of the unused word.
		{network.ICMPMessage{Type: network.DestinationUnreachable, Code: network.FragmentationNeeded, MTU: 1400, Data: []byte{}},
			[]byte{3, 4, 0xf7, 0x83, 0, 0, 5, 0x78}, "fragmentation needed (MTU 1400)"},
		{network.ICMPMessage{Type: network.TimeExceeded, Code: network.TTLExpired, Data: []byte{}},
			[]byte{11, 0, 0xf4, 0xff, 0, 0, 0, 0}, "time to live exceeded in transit"},
		{network.ICMPMessage{Type: network.TimeExceeded, Code: network.ReassemblyExpired, Data: []byte{}},
			[]byte{11, 1, 0xf4, 0xfe, 0, 0, 0, 0}, "fragment reassembly time exceeded"},
	} {
		got := c.m.Append(nil)
		if !bytes.Equal(got, c.want) {
			t.Errorf("%v is written as % x, want % x", c.m, got, c.want)
		}
		if c.m.String() != c.text {
			t.Errorf("%q, want %q", c.m, c.text)
		}
		back, err := network.ParseICMP(got)
		if err != nil || !bytes.Equal(back.Data, c.m.Data) {
			t.Errorf("%v is read back as %+v, %v", c.m, back, err)
		}
		back.Data, c.m.Data = nil, nil
		if back.String() != c.m.String() || back.ID != c.m.ID || back.Seq != c.m.Seq || back.MTU != c.m.MTU {
			t.Errorf("%+v is read back as %+v", c.m, back)
		}
	}
}

func TestDamagedICMP(t *testing.T) {
	good := network.ICMPMessage{Type: network.Echo, ID: 1, Seq: 2, Data: []byte("hi!")}.Append(nil)
	flipped := slices.Clone(good)
	flipped[9] ^= 1
	for _, c := range []struct {
		name string
		b    []byte
		want error
	}{
		{"seven bytes", good[:7], network.ErrICMPTruncated},
		{"a flipped bit", flipped, network.ErrICMPChecksum},
	} {
		if _, err := network.ParseICMP(c.b); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		log, rec := recorded()
		h := plain()
		if _, ok := network.NewICMP(network.ICMPConfig{Log: log}).Receive(1, &h, c.b); ok || !slices.Equal(ids(rec), []string{"icmp.invalid"}) {
			t.Errorf("%s: received %v, recorded %v", c.name, ok, ids(rec))
		}
	}
}

func TestEchoReturnsEverything(t *testing.T) {
	log, rec := recorded()
	icmp, h := network.NewICMP(network.ICMPConfig{Node: "server", Log: log}), plain()
	ping, ok := icmp.Receive(1, &h, network.ICMPMessage{Type: network.Echo, ID: 7, Seq: 9, Data: []byte("data")}.Append(nil))
	if !ok {
		t.Fatal("the ping was not received")
	}
	// RFC 1122 §3.2.2.6: "Data received in an ICMP Echo Request MUST be entirely
	// included in the resulting Echo Reply."
	pong := ping.Reply()
	icmp.Sent(2, pong, h.Src)
	if pong.Type != network.EchoReply || pong.ID != 7 || pong.Seq != 9 || string(pong.Data) != "data" {
		t.Errorf("answered with %+v", pong)
	}
	if want := []string{"icmp.received", "icmp.sent"}; !slices.Equal(ids(rec), want) {
		t.Errorf("recorded %v, want %v", ids(rec), want)
	}
	if got, want := rec.Events[0].Sentence(), "server receives an ICMP message from 10.0.1.2: echo request"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWhenNoErrorMayBeSent(t *testing.T) {
	icmp := func(kind network.ICMPType) func(h *network.IPv4Header) []byte {
		return func(h *network.IPv4Header) []byte {
			h.Protocol = network.ProtocolICMP
			return network.ICMPMessage{Type: kind}.Append(nil)
		}
	}
	from := func(a string) func(h *network.IPv4Header) []byte {
		return func(h *network.IPv4Header) []byte { h.Src = addr(a); return nil }
	}
	to := func(a string) func(h *network.IPv4Header) []byte {
		return func(h *network.IPv4Header) []byte { h.Dst = addr(a); return nil }
	}
	for _, c := range []struct {
		name      string
		change    func(h *network.IPv4Header) []byte
		broadcast bool // by its frame
		allowed   bool
	}{
		{"an ordinary packet", func(*network.IPv4Header) []byte { return nil }, false, true},
		{"a first fragment", func(h *network.IPv4Header) []byte { h.MF = true; return nil }, false, true},
		{"a ping", icmp(network.Echo), false, true},
		{"a ping's reply", icmp(network.EchoReply), false, true},
		// RFC 1122 §3.2.2: "An ICMP error message MUST NOT be sent as the result
		// of receiving: an ICMP error message, or"
		{"destination unreachable", icmp(network.DestinationUnreachable), false, false},
		{"time exceeded", icmp(network.TimeExceeded), false, false},
		{"redirect", icmp(network.Redirect), false, false},
		{"parameter problem", icmp(network.ParameterProblem), false, false},
		{"source quench", icmp(network.SourceQuench), false, false},
		{"ICMP without a type", func(h *network.IPv4Header) []byte { h.Protocol = network.ProtocolICMP; return []byte{} }, false, false},
		// "a datagram destined to an IP broadcast or IP multicast address, or"
		{"to everybody", to("255.255.255.255"), false, false},
		{"to everybody on our network", to("10.0.2.255"), false, false},
		{"to a group", to("224.0.0.251"), false, false},
		// "a datagram sent as a link-layer broadcast, or"
		{"in a broadcast frame", func(*network.IPv4Header) []byte { return nil }, true, false},
		// "a non-initial fragment, or"
		{"a later fragment", func(h *network.IPv4Header) []byte { h.FragmentOffset = 8; return nil }, false, false},
		// "a datagram whose source address does not define a single host"
		{"from nobody", from("0.0.0.0"), false, false},
		{"from a loopback", from("127.1.2.3"), false, false},
		{"from everybody", from("255.255.255.255"), false, false},
		{"from everybody on our network", from("10.0.2.255"), false, false},
		{"from a group", from("239.0.0.1"), false, false},
		{"from class E", from("250.0.0.1"), false, false},
	} {
		h := plain()
		payload := c.change(&h)
		if payload == nil {
			payload = []byte("12345678")
		}
		log, rec := recorded()
		m, dst, ok := network.NewICMP(network.ICMPConfig{Log: log}).Error(0, 1, packet(h, payload),
			network.Arrival{LinkBroadcast: c.broadcast, Networks: []netip.Prefix{prefix("10.0.2.1/24")}},
			network.Problem{Type: network.DestinationUnreachable, Code: network.HostUnreachable})
		want := "icmp.withheld"
		if c.allowed {
			want = "icmp.sent"
		}
		if ok != c.allowed || !slices.Equal(ids(rec), []string{want}) {
			t.Errorf("%s: sent %v, recorded %v, want %s", c.name, ok, ids(rec), want)
		}
		if c.allowed && (dst != h.Src || !bytes.Equal(m.Data, packet(h, payload))) {
			t.Errorf("%s: to %v with % x", c.name, dst, m.Data)
		}
	}
}

func TestWhatAnErrorQuotes(t *testing.T) {
	// RFC 1812 §4.3.2.3: as much as fits into 576 bytes; the link's padding is
	// no part of the packet.
	problem := network.Problem{Type: network.DestinationUnreachable, Code: network.FragmentationNeeded, MTU: 1400}
	for _, c := range []struct{ payload, padding, quoted int }{
		{8, 0, 28}, {8, 18, 28}, {528, 0, 548}, {1480, 0, 548},
	} {
		b := append(packet(plain(), bytesFrom(1, c.payload)), make([]byte, c.padding)...)
		m, _, ok := network.NewICMP(network.ICMPConfig{}).Error(0, 0, b, network.Arrival{}, problem)
		if !ok || !bytes.Equal(m.Data, b[:c.quoted]) {
			t.Fatalf("%d bytes: %d are quoted (sent: %v), want %d", len(b), len(m.Data), ok, c.quoted)
		}
		back, err := network.ParseICMP(m.Append(nil))
		if err != nil || back.MTU != 1400 {
			t.Fatalf("read back as %+v, %v", back, err)
		}
		h, payload, err := network.ParseIPv4Quote(back.Data)
		if err != nil || h.Src != plain().Src || h.ID != 7 || len(payload) != c.quoted-20 {
			t.Errorf("the quote is read as %+v with %d bytes, %v", h, len(payload), err)
		}
	}
}

func TestErrorsAreLimited(t *testing.T) {
	log, rec := recorded()
	icmp := network.NewICMP(network.ICMPConfig{ErrorsPerSecond: 2, Burst: 3, Log: log})
	sent := func(now time.Duration, tries int) (n int) {
		for range tries {
			if _, _, ok := icmp.Error(sim.Time(now), 0, packet(plain(), nil), network.Arrival{}, network.Unresolved); ok {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		now         time.Duration
		tries, want int
	}{
		{0, 10, 3}, {499 * time.Millisecond, 1, 0}, {500 * time.Millisecond, 5, 1}, {time.Second, 1, 1}, {time.Hour, 10, 3},
	} {
		if got := sent(c.now, c.tries); got != c.want {
			t.Errorf("at %v %d of %d were sent, want %d", c.now, got, c.tries, c.want)
		}
	}
	if last := rec.Events[len(rec.Events)-1]; last.Kind != network.ICMPWithheld {
		t.Errorf("recorded %v at the end, want icmp.withheld", last.Kind.ID)
	}
	if got := network.NewICMP(network.ICMPConfig{}); got != nil {
		for range 1000 {
			if _, _, ok := got.Error(0, 0, packet(plain(), nil), network.Arrival{}, network.Unresolved); !ok {
				t.Fatal("without a limit an error was withheld")
			}
		}
	}
}
