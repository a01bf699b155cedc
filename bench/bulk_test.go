package bench_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/bench"
	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/sim"
)

func small(loss sim.Probability) bench.Transfer {
	return bench.Transfer{Bytes: 2_000_000, Rate: 100_000_000, Delay: 10 * time.Millisecond, Loss: loss, Seed: 3}
}

// Without loss the segments are full ones, nothing is sent twice, and the link
// is as fast as its framing leaves.
func TestCleanTransfer(t *testing.T) {
	r, err := small(0).Run(nil)
	if err != nil {
		t.Fatal(err)
	}
	const mss = 1460 - 12 // timestamps
	if want := (2_000_000 + mss - 1) / mss; r.DataSegments < want || r.DataSegments > want+want/50 {
		t.Errorf("%d data segments, want about %d, of %d bytes each", r.DataSegments, want, mss)
	}
	if r.Retransmissions != 0 || r.LostFrames != 0 {
		t.Errorf("%d retransmissions and %d losses on a clean link", r.Retransmissions, r.LostFrames)
	}
	if r.GoodputMbit <= 0 || r.GoodputMbit > 100 {
		t.Errorf("goodput is %.1f Mbit/s over a link of 100", r.GoodputMbit)
	}
}

// Every loss of a data segment is repaired by sending it again, and what the
// meter counts on the wire is what a capture holds.
func TestLossyTransfer(t *testing.T) {
	var file bytes.Buffer
	w := capture.NewPcapWriter(&file, capture.Options{})
	transfer := small(20_000)
	transfer.Capture = capture.NewTap(w, bench.Sender)
	r, err := transfer.Run(w.Close)
	if err != nil {
		t.Fatal(err)
	}
	if r.LostFrames == 0 || r.Retransmissions < r.LostFrames/2 {
		t.Errorf("%d frames were lost, but %d segments sent again", r.LostFrames, r.Retransmissions)
	}
	reader, err := capture.NewReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	d := capture.NewDissector(capture.DissectOptions{})
	segments, again, end := 0, 0, uint64(0)
	for {
		p, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		segment := d.Dissect(p).Part("TCP")
		if segment == nil || number(t, segment, "tcp.dstport") != 9 || number(t, segment, "tcp.len") == 0 {
			continue
		}
		segments++
		// The transfer is too short for its sequence numbers to go round.
		if seq := number(t, segment, "tcp.seq"); seq < end {
			again++
		} else {
			end = seq + number(t, segment, "tcp.len")
		}
	}
	if segments != r.DataSegments || again != r.Retransmissions {
		t.Errorf("the report says %d data segments, %d of them again; the capture has %d and %d", r.DataSegments, r.Retransmissions, segments, again)
	}
}

func TestSameSeedSameTransfer(t *testing.T) {
	first, err := small(10_000).Run(nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := small(10_000).Run(nil)
	if err != nil {
		t.Fatal(err)
	}
	if first.DataSegments != second.DataSegments || first.Retransmissions != second.Retransmissions || first.SimulatedSeconds != second.SimulatedSeconds {
		t.Errorf("the same seed gave %+v and %+v", first, second)
	}
}

func number(t *testing.T, part *osi.Part, key string) uint64 {
	t.Helper()
	f, ok := part.Field(key)
	if !ok {
		t.Fatalf("the segment has no field %s", key)
	}
	return f.Number
}
