package tcp

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The parts of a connection that are values of their own, each alone.

func TestSequenceNumbersGoRound(t *testing.T) {
	for _, c := range []struct {
		a, b Seq
		less bool
	}{
		{0, 1, true}, {1, 0, false}, {5, 5, false},
		{0xffffffff, 0, true}, {0, 0xffffffff, false},
		{0xfffffff0, 0x10, true}, {0, 0x7fffffff, true}, {0x80000001, 0, true},
	} {
		if got := c.a.Less(c.b); got != c.less {
			t.Errorf("%v < %v is %v, want %v", c.a, c.b, got, c.less)
		}
		if got := c.a.LessEq(c.b); got != (c.less || c.a == c.b) {
			t.Errorf("%v ≤ %v is %v", c.a, c.b, got)
		}
	}
	if !Seq(3).In(0xfffffff0, 0x20) || Seq(0x10).In(0xfffffff0, 0x20) || Seq(0xffffffef).In(0xfffffff0, 0x20) {
		t.Error("the window of 0x20 from 0xfffffff0 on ends before 0x10")
	}
	if got := later(0xfffffffe, 2); got != 2 {
		t.Errorf("the later of 0xfffffffe and 2 is %v", got)
	}
}

const ms = time.Millisecond

func TestRTO(t *testing.T) {
	rfc, linux := &Config{}, &Config{Profile: Linux}
	for _, c := range []struct {
		says    string
		cfg     *Config
		samples []time.Duration
		want    rto
	}{
		{"§2.2: SRTT <- R, RTTVAR <- R/2, RTO <- SRTT + max (G, K*RTTVAR)",
			rfc, []time.Duration{800 * ms}, rto{800 * ms, 400 * ms, 2400 * ms}},
		{"§2.3: RTTVAR <- 3/4 * RTTVAR + 1/4 * |SRTT - R'|, SRTT <- 7/8 * SRTT + 1/8 * R'",
			rfc, []time.Duration{800 * ms, 1600 * ms}, rto{900 * ms, 500 * ms, 2900 * ms}},
		{"§2.4: if it is less than 1 second, then the RTO SHOULD be rounded up to 1 second",
			rfc, []time.Duration{20 * ms}, rto{20 * ms, 10 * ms, time.Second}},
		{"§2.5: a maximum value MAY be placed on RTO",
			rfc, []time.Duration{100 * time.Second}, rto{100 * time.Second, 50 * time.Second, 120 * time.Second}},
		{"Linux: SRTT + max(4·RTTVAR, 200 ms)",
			linux, []time.Duration{20 * ms}, rto{20 * ms, 10 * ms, 220 * ms}},
		{"Linux: the variance when it is larger",
			linux, []time.Duration{800 * ms}, rto{800 * ms, 400 * ms, 2400 * ms}},
	} {
		var r rto
		for _, s := range c.samples {
			r.sample(c.cfg, s)
		}
		if r != c.want {
			t.Errorf("%s: after %v it is %v, want %v", c.says, c.samples, r, c.want)
		}
	}
	// §5.5: RTO <- RTO * 2; §2.5 bounds it; a new sample ends it.
	r := rto{RTO: time.Second}
	var seen []time.Duration
	for range 8 {
		r.backOff(rfc)
		seen = append(seen, r.RTO/time.Second)
	}
	if want := []time.Duration{2, 4, 8, 16, 32, 64, 120, 120}; !slices.Equal(seen, want) {
		t.Errorf("backed off to %v s, want %v", seen, want)
	}
	if r.sample(rfc, 300*ms); r.RTO != time.Second {
		t.Errorf("after a sample RTO is %v, want 1 s again", r.RTO)
	}
}

// A ring holds what an ordinary slice would.
func TestRingIsASlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := new(pool)
		var r ring
		var model []byte // zero where a gap is
		known := []bool{}
		t.Repeat(map[string]func(*rapid.T){
			"store": func(t *rapid.T) {
				off := rapid.IntRange(0, 5000).Draw(t, "off")
				b := rapid.SliceOfN(rapid.Byte(), 1, 3000).Draw(t, "b")
				r.store(p, uint32(off), b)
				for len(model) < off+len(b) {
					model, known = append(model, 0), append(known, false)
				}
				copy(model[off:], b)
				for i := range b {
					known[off+i] = true
				}
			},
			"discard": func(t *rapid.T) {
				n := rapid.IntRange(0, len(model)).Draw(t, "n")
				r.discard(p, uint32(n))
				model, known = model[n:], known[n:]
			},
			"": func(t *rapid.T) {
				got := make([]byte, len(model))
				r.load(got, 0)
				for i := range got {
					if known[i] && got[i] != model[i] {
						t.Fatalf("byte %d is %d, want %d", i, got[i], model[i])
					}
				}
				if int(r.span) != len(model) || (r.span == 0) != (r.buf == nil) {
					t.Fatalf("span is %d with %d bytes of memory, want %d", r.span, len(r.buf), len(model))
				}
			},
		})
	})
}

// Reassembly remembers a set of octets; a bitmap is the same set.
func TestReassemblyIsASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const size = 300
		base := Seq(rapid.Uint32().Draw(t, "RCV.NXT"))
		p := new(pool)
		var r reassembly
		var have [size]bool
		next := 0
		for range rapid.IntRange(1, 30).Draw(t, "segments") {
			lo := rapid.IntRange(next, size-2).Draw(t, "start")
			hi := rapid.IntRange(lo+1, size-1).Draw(t, "end")
			before := count(have[:])
			for i := lo; i < hi; i++ {
				have[i] = true
			}
			if lo == next {
				for next < size && have[next] {
					next++
				}
				if got := r.advance(p, base+Seq(hi)); got != base+Seq(next) {
					t.Fatalf("RCV.NXT moves by %d, want %d", got-base, next)
				}
			} else if news, ok := r.insert(p, Block{base + Seq(lo), base + Seq(hi)}); !ok || int(news) != count(have[:])-before {
				t.Fatalf("%d octets are new, want %d", news, count(have[:])-before)
			}
			checkBlocks(t, &r, have[:], base, next, lo)
			if next >= size-2 {
				break
			}
		}
	})
}

func count(have []bool) (n int) {
	for _, h := range have {
		if h {
			n++
		}
	}
	return n
}

func checkBlocks(t *rapid.T, r *reassembly, have []bool, base Seq, next, last int) {
	var want []Block
	for i := next; i < len(have); i++ {
		if have[i] && (i == next || !have[i-1]) {
			want = append(want, Block{base + Seq(i), base + Seq(i)})
		}
		if have[i] {
			want[len(want)-1].End++
		}
	}
	if d := cmp.Diff(want, r.blocks); len(want)+len(r.blocks) > 0 && d != "" {
		t.Fatal(d)
	}
	var o Options
	r.sack(&o, 4)
	for i, b := range o.SACK[:o.NSACK] {
		if !slices.Contains(want, b) || slices.Contains(o.SACK[:i], b) {
			t.Fatalf("SACK block %d is %v, which is not one of %v or was named before", i, b, want)
		}
	}
	if int(o.NSACK) < min(len(want), 1) {
		t.Fatalf("no SACK block, but there are %v", want)
	}
	// RFC 2018 §4: the first block MUST hold the segment that triggered the ACK.
	if last > next && (o.NSACK == 0 || !(base+Seq(last)).In(o.SACK[0].Start, o.SACK[0].Len())) {
		t.Fatalf("the first of %v does not hold what came last", o.SACK[:o.NSACK])
	}
}

func TestRenoWindow(t *testing.T) {
	w := newWindow(&Config{}, 1000)
	if w.CWND != 10_000 {
		t.Errorf("IW is %d, want ten segments (RFC 6928)", w.CWND)
	}
	if got := (&Config{}).initialWindow(8960); got != 2*8960 {
		t.Errorf("IW for SMSS 8960 is %d, want max(2*MSS, 14600)", got)
	}
	var c reno
	for _, step := range []struct {
		says   string
		octets uint32
		want   uint32
	}{
		{"slow start: cwnd += min (N, SMSS)", 400, 10_400},
		{"slow start: at most SMSS", 2000, 11_400},
	} {
		if c.acked(&w, growth{octets: step.octets}); w.CWND != step.want {
			t.Errorf("%s: cwnd is %d, want %d", step.says, w.CWND, step.want)
		}
	}
	if c.lost(&w, 11_400); w.SSThresh != 5700 {
		t.Errorf("ssthresh is %d, want FlightSize / 2 (equation 4)", w.SSThresh)
	}
	if c.lost(&w, 1000); w.SSThresh != 2000 {
		t.Errorf("ssthresh is %d, want at least 2*SMSS (equation 4)", w.SSThresh)
	}
	w.CWND = 2000
	if c.acked(&w, growth{octets: 1000}); w.CWND != 2000 {
		t.Errorf("congestion avoidance: cwnd is %d after half a window, want 2000", w.CWND)
	}
	if c.acked(&w, growth{octets: 1000}); w.CWND != 3000 {
		t.Errorf("congestion avoidance: cwnd is %d after a whole window, want one SMSS more", w.CWND)
	}
}

func TestPoolGivesBackWhatItTook(t *testing.T) {
	p := new(pool)
	for _, n := range []uint32{1, 2048, 2049, 65535, 65536, 65537, 262144} {
		b := p.getBytes(n)
		if len(b) < int(n) || len(b)&(len(b)-1) != 0 {
			t.Fatalf("for %d bytes the pool gives %d", n, len(b))
		}
		b[0] = 42
		p.putBytes(b)
		if again := p.getBytes(n); &again[0] != &b[0] || !bytes.Equal(again[:1], []byte{42}) {
			t.Errorf("a buffer of %d bytes was not used again", n)
		}
	}
}
