package bench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"time"

	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/tcp"
	"github.com/packetwalk/packetwalk/trace"
)

// Transfer is one bulk transfer over TCP between two hosts on one link.
type Transfer struct {
	Bytes int64           // how much the sender writes
	Rate  int64           // of the link, bits a second
	Delay time.Duration   // of the link, in each direction
	Loss  sim.Probability // of the frames that the sender sends
	Seed  uint64
	TCP   tcp.Config // of both hosts; buffers of 0 are Buffer bytes
	// Capture is told of every frame at the sender; nil when nobody wants to
	// know.
	Capture trace.FrameTap
}

// What the two hosts are called.
const (
	Sender   = "sender"
	Receiver = "receiver"
)

// Buffer is the size of the socket buffers, in bytes, if Transfer.TCP does not
// say: more than any product of rate and delay that is usual here.
const Buffer = 1 << 20

// Report is what a transfer came to. Megabytes are millions of bytes.
type Report struct {
	// MBPerCPUSecond is application data delivered per second of the
	// process's time, user and system. This and CPUSeconds and PeakRSSMB are
	// 0 where the platform does not tell.
	MBPerCPUSecond    float64 `json:"mb_per_cpu_second"`
	CPUSeconds        float64 `json:"cpu_seconds"`
	DataSegments      int     `json:"data_segments"`   // put on the wire, retransmissions included
	Retransmissions   int     `json:"retransmissions"` // of them, those with bytes sent before
	AllocsPerSegment  float64 `json:"allocs_per_segment"`
	PeakRSSMB         float64 `json:"peak_rss_mb"` // of the process until now
	SimulatedSeconds  float64 `json:"simulated_seconds"`
	GoodputMbit       float64 `json:"goodput_mbit"` // application data by simulated time
	Delivered         int64   `json:"delivered_bytes"`
	LostFrames        int     `json:"lost_frames"`
	FramesOfBothSides int     `json:"frames"`
}

// Run carries the transfer out. after is called at its end, before the clock
// stops: to write out a capture. The error is a transfer that did not deliver
// every byte.
func (t Transfer) Run(after func() error) (Report, error) {
	lab, m := t.lab()
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := used()
	err := lab.Run()
	if after != nil {
		err = errors.Join(err, after())
	}
	end := used()
	runtime.ReadMemStats(&now)
	if err == nil && m.delivered != t.Bytes {
		err = fmt.Errorf("bench: %d bytes arrived, but %d were sent", m.delivered, t.Bytes)
	}
	if err != nil {
		return Report{}, err
	}
	link := lab.Links()[0]
	r := Report{
		CPUSeconds: (end.cpu - start.cpu).Seconds(), PeakRSSMB: float64(end.peakRSS) / 1e6,
		DataSegments: m.wire.segments, Retransmissions: m.wire.again,
		SimulatedSeconds: time.Duration(m.finished).Seconds(), Delivered: m.delivered,
		LostFrames: link.A().Counters().Lost, FramesOfBothSides: link.A().Counters().Sent + link.B().Counters().Sent,
	}
	if r.CPUSeconds > 0 {
		r.MBPerCPUSecond = float64(t.Bytes) / 1e6 / r.CPUSeconds
	}
	if r.SimulatedSeconds > 0 {
		r.GoodputMbit = float64(t.Bytes) * 8 / 1e6 / r.SimulatedSeconds
	}
	r.AllocsPerSegment = float64(now.Mallocs-before.Mallocs) / float64(max(1, r.DataSegments))
	return r, nil
}

// measured is what the programs and the wire note while the transfer runs.
type measured struct {
	wire      meter
	delivered int64
	finished  sim.Time // when the last byte was read
}

const port = ":9" // discard, RFC 863

// lab builds the network and starts the programs.
func (t Transfer) lab() (*host.Lab, *measured) {
	lab, m := host.NewLab(t.Seed), &measured{}
	sender, receiver := lab.Host(Sender), lab.Host(Receiver)
	cfg := t.TCP
	if cfg.SendBuffer == 0 {
		cfg.SendBuffer = Buffer
	}
	if cfg.ReceiveBuffer == 0 {
		cfg.ReceiveBuffer = Buffer
	}
	sender.TCP, receiver.TCP = cfg, cfg
	there := physical.DirectionConfig{Rate: physical.Rate(t.Rate), Delay: t.Delay}
	back := there
	there.Classify = host.CarriesData
	there.Impairments = []physical.Impairment{&m.wire}
	if t.Loss > 0 {
		there.Impairments = append(there.Impairments, physical.Loss{Chance: t.Loss})
	}
	a := sender.NIC(netip.MustParsePrefix("10.0.0.1/24"))
	b := receiver.NIC(netip.MustParsePrefix("10.0.0.2/24"))
	lab.Connect(a, b, physical.LinkConfig{A: there, B: back})
	if t.Capture != nil {
		lab.Log().SubscribeFrames(t.Capture)
	}
	receiver.Go("reader", func() error { return m.receive(receiver) })
	sender.Go("writer", func() error { return t.send(sender) })
	return lab, m
}

func (t Transfer) send(h *host.Host) error {
	c, err := h.Dial("tcp", "10.0.0.2"+port)
	if err != nil {
		return err
	}
	text := pattern()
	for at := int64(0); at < t.Bytes; {
		n, err := c.Write(text[:min(int64(len(text)), t.Bytes-at)])
		if err != nil {
			return err
		}
		at += int64(n)
	}
	return c.Close()
}

// receive reads to the end and compares every byte with what was sent.
func (m *measured) receive(h *host.Host) error {
	l, err := h.Listen("tcp", port)
	if err != nil {
		return err
	}
	c, err := l.Accept()
	if err != nil {
		return err
	}
	want, got := pattern(), make([]byte, patternLen)
	for {
		n, err := c.Read(got)
		for read := 0; read < n; {
			at := int(m.delivered % patternLen)
			same := min(n-read, patternLen-at)
			if !bytes.Equal(got[read:read+same], want[at:at+same]) {
				return fmt.Errorf("bench: wrong bytes arrived after %d right ones", m.delivered)
			}
			read += same
			m.delivered += int64(same)
		}
		switch {
		case n > 0:
			m.finished = h.Lab().Sim().Now()
		case errors.Is(err, io.EOF):
			return c.Close()
		case err != nil:
			return err
		}
	}
}

// patternLen is how many bytes are written at a time; they repeat.
const patternLen = 64 << 10

// pattern is bytes without any regularity that a segment's length could hide
// behind.
func pattern() []byte {
	b := make([]byte, patternLen)
	stream := sim.NewStream(9, "bytes of a bulk transfer")
	for i := range b {
		b[i] = byte(stream.Uint64())
	}
	return b
}
