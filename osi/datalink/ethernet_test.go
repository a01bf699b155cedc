package datalink_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"net"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"pgregory.net/rapid"

	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

func mac(last byte) datalink.MAC { return datalink.MAC{2, 0, 0, 0, 0, last} }

// makeFrame is a complete frame from station 1 to station 2.
func makeFrame(payload []byte) []byte {
	frame := make([]byte, datalink.FrameLen(len(payload)))
	datalink.Header{Dst: mac(2), Src: mac(1), Type: datalink.TypeIPv4}.Put(frame)
	copy(frame[datalink.HeaderLen:], payload)
	datalink.Seal(frame, len(payload))
	return frame
}

func recorded() (*trace.Log, *trace.Recording) {
	log, rec := trace.NewLog(sim.New(1)), &trace.Recording{}
	log.Subscribe(rec)
	return log, rec
}

// ids lists what was recorded, by kind.
func ids(rec *trace.Recording) []string {
	var all []string
	for i := range rec.Events {
		all = append(all, rec.Events[i].Kind.ID)
	}
	return all
}

func TestFrameLengths(t *testing.T) {
	// IEEE 802.3 §4A.4.2: minFrameSize is 512 bits, so 64 bytes with the FCS.
	for _, c := range []struct{ payload, frame int }{
		{0, 64}, {5, 64}, {45, 64}, {46, 64}, {47, 65}, {1500, 1518},
	} {
		if got := datalink.FrameLen(c.payload); got != c.frame {
			t.Errorf("a payload of %d bytes makes a frame of %d bytes, want %d", c.payload, got, c.frame)
		}
	}
}

func TestHeaderIsByteIdenticalWithGopacket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := datalink.Header{
			Dst:  datalink.MAC(rapid.SliceOfN(rapid.Byte(), 6, 6).Draw(t, "dst")),
			Src:  datalink.MAC(rapid.SliceOfN(rapid.Byte(), 6, 6).Draw(t, "src")),
			Type: datalink.EtherType(rapid.Uint16Min(0x0600).Draw(t, "type")),
		}
		payload := rapid.SliceOfN(rapid.Byte(), 46, 200).Draw(t, "payload")

		buf := gopacket.NewSerializeBuffer()
		err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{}, &layers.Ethernet{
			DstMAC: net.HardwareAddr(h.Dst[:]), SrcMAC: net.HardwareAddr(h.Src[:]), EthernetType: layers.EthernetType(h.Type),
		}, gopacket.Payload(payload))
		if err != nil {
			t.Fatal(err)
		}
		frame := make([]byte, datalink.FrameLen(len(payload)))
		h.Put(frame)
		copy(frame[datalink.HeaderLen:], payload)
		datalink.Seal(frame, len(payload))
		if !bytes.Equal(frame[:len(frame)-datalink.FCSLen], buf.Bytes()) {
			t.Fatalf("our frame % x\ngopacket's % x", frame, buf.Bytes())
		}
		got, body, err := datalink.Parse(frame)
		if err != nil || got != h || !bytes.Equal(body, payload) {
			t.Fatalf("read back as %+v, % x, %v", got, body, err)
		}
	})
}

func TestSealPadsWithZeroes(t *testing.T) {
	frame := bytes.Repeat([]byte{0xaa}, 64) // a frame's memory is used again
	datalink.Header{Dst: mac(2), Src: mac(1), Type: datalink.TypeARP}.Put(frame)
	datalink.Seal(frame, 28)
	if pad := frame[14+28 : 60]; !bytes.Equal(pad, make([]byte, len(pad))) {
		t.Errorf("the padding is % x, want zeroes: old memory must not leak onto the wire", pad)
	}
	if err := datalink.CheckFCS(frame); err != nil {
		t.Error(err)
	}
}

func TestFCSIsTheCRC32OfTheStandard(t *testing.T) {
	// The check value of CRC-32 (the CRC of the digits 1 to 9) is 0xCBF43926.
	frame := append([]byte("123456789"), 0, 0, 0, 0)
	datalink.PutFCS(frame)
	if got := binary.LittleEndian.Uint32(frame[9:]); got != 0xcbf43926 {
		t.Errorf("FCS is 0x%08x, want 0xcbf43926", got)
	}
	// IEEE 802.3 §3.2.9: the remainder over a whole sound frame, FCS included,
	// is always the same.
	whole := makeFrame([]byte("Hello"))
	if got := crc32.ChecksumIEEE(whole); got != 0x2144df1c {
		t.Errorf("the remainder over a sound frame is 0x%08x, want 0x2144df1c", got)
	}
}

func TestFCSNoticesEveryBurstUpTo32Bits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frame := makeFrame(rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "payload"))
		if err := datalink.CheckFCS(frame); err != nil {
			t.Fatalf("a sound frame: %v", err)
		}
		burst := rapid.Uint32Min(1).Draw(t, "burst")
		at := rapid.IntRange(0, 8*len(frame)-32).Draw(t, "first bit")
		for i := range 32 {
			if burst>>i&1 != 0 {
				frame[(at+i)/8] ^= 1 << ((at + i) % 8) // the lowest bit of a byte is sent first
			}
		}
		if err := datalink.CheckFCS(frame); !errors.Is(err, datalink.ErrFCS) {
			t.Fatalf("burst %032b at bit %d: %v, want ErrFCS", burst, at, err)
		}
	})
}

func TestReceiveRecordsDamage(t *testing.T) {
	flipped := makeFrame([]byte("Hello"))
	flipped[20] ^= 4
	runt := make([]byte, 60)
	datalink.PutFCS(runt)
	for _, c := range []struct {
		name  string
		frame []byte
		event string
	}{
		{"a flipped bit", flipped, "eth.bad-fcs"},
		{"64 bytes are the least, these are 60 with a right FCS", runt, "eth.runt"},
		{"shorter than a header", make([]byte, 10), "eth.runt"},
		{"nothing", nil, "eth.runt"},
	} {
		log, rec := recorded()
		if _, _, ok := datalink.Receive(log, "server", 7, c.frame); ok {
			t.Errorf("%s: received", c.name)
		}
		if got := ids(rec); len(got) != 1 || got[0] != c.event || rec.Events[0].Frame != 7 {
			t.Errorf("%s: recorded %v, want %s about frame 7", c.name, rec.Events, c.event)
		}
	}
	log, rec := recorded()
	h, payload, ok := datalink.Receive(log, "server", 7, makeFrame([]byte("Hello")))
	if !ok || h.Src != mac(1) || h.Type != datalink.TypeIPv4 || len(payload) != 46 || string(payload[:5]) != "Hello" {
		t.Errorf("a sound frame: %+v, %q, %v", h, payload, ok)
	}
	if len(rec.Events) != 0 {
		t.Errorf("a sound frame was recorded as %v", ids(rec))
	}
}

func TestMACText(t *testing.T) {
	m := datalink.MAC{0x02, 0, 0, 0xab, 0xcd, 0xef}
	if got := m.String(); got != "02:00:00:ab:cd:ef" {
		t.Errorf("String is %q", got)
	}
}

func TestGroupAddresses(t *testing.T) {
	if !datalink.Broadcast.IsMulticast() || mac(1).IsMulticast() {
		t.Error("everybody is a group, a station is none")
	}
}
