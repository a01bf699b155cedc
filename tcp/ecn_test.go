package tcp

import (
	"strings"
	"testing"
	"time"
)

func asking() *Config {
	cfg := plain()
	cfg.ECN = ECNActive
	return cfg
}

func never() *Config {
	cfg := plain()
	cfg.ECN = ECNNever
	return cfg
}

// RFC 3168 §6.1.1: "For a SYN packet, the setting of both ECE and CWR in the
// ECN-setup SYN packet is defined as an indication that the sending TCP is
// ECN-Capable"; "an ECN-setup SYN-ACK packet" has ECE and not CWR.
func TestECNIsNegotiated(t *testing.T) {
	for _, c := range []struct {
		name       string
		a, b       *Config
		syn, reply string
		on         bool
	}{
		{"both", asking(), plain(), "SYN,ECE,CWR", "SYN,ACK,ECE", true},
		{"nobody asks", plain(), plain(), "SYN", "SYN,ACK", false},
		{"the other never", asking(), never(), "SYN,ECE,CWR", "SYN,ACK", false},
	} {
		p := newPair(t, c.a, c.b)
		p.spell = true
		p.open().run(second)
		if got := strings.Join(p.wire[:2], " "); got != "A <SEQ=100><CTL="+c.syn+"> B <SEQ=300><ACK=101><CTL="+c.reply+">" {
			t.Errorf("%s: %s", c.name, got)
		}
		for _, e := range p.ends {
			if e.conn.ecn.on != c.on {
				t.Errorf("%s: %s has ECN %v, want %v", c.name, e.name, e.conn.ecn.on, c.on)
			}
		}
	}
}

// RFC 3168 §6.1.1: both have sent an ECN-setup SYN when both open at once.
func TestECNWhenBothOpen(t *testing.T) {
	for _, b := range []*Config{asking(), plain()} {
		p := newPair(t, asking(), b)
		p.openBoth()
		p.run(second)
		for _, e := range p.ends {
			if want := b.ECN == ECNActive; e.conn.ecn.on != want || e.conn.State() != Established {
				t.Errorf("%s: %v, ECN %v, want %v", e.name, e.conn.State(), e.conn.ecn.on, want)
			}
		}
	}
}

// RFC 3168 §6.1.1.1: "a host that receives no reply to an ECN-setup SYN within
// the normal SYN retransmission timeout interval MAY resend the SYN and any
// subsequent SYN retransmissions with CWR and ECE cleared."
func TestECNIsGivenUpWhenTheSYNGetsNoAnswer(t *testing.T) {
	p := newPair(t, asking(), plain())
	p.spell = true
	p.drop(func(from int, s *Segment) bool { return s.Flags&CWR != 0 })
	p.open().run(5 * second)
	p.wantWire("without ECN", "A <SEQ=100><CTL=SYN,ECE,CWR>", "A <SEQ=100><CTL=SYN>",
		"B <SEQ=300><ACK=101><CTL=SYN,ACK>", "A <SEQ=101><ACK=301><CTL=ACK>")
	if p.ends[0].conn.ecn.on || p.ends[1].conn.ecn.on {
		t.Error("ECN is on")
	}
}

// marked carries n segments from A to B over a path that marks those that
// mark picks, counted from 1, and says what was sent with which flags.
func marked(t *testing.T, n int, mark func(k int) bool) (p *pair, ect, cwr, ece []Seq) {
	p = connected(t, asking(), plain())
	k := 0
	p.marks = func(from int, s *Segment) bool {
		if from == 0 {
			k++
		}
		return from == 0 && mark(k)
	}
	p.drop(func(from int, s *Segment) bool {
		if s.ECT {
			ect = append(ect, s.SEQ)
		}
		if s.Flags&CWR != 0 {
			cwr = append(cwr, s.SEQ)
		}
		if s.Flags&ECE != 0 {
			ece = append(ece, s.ACK)
		}
		return false
	})
	p.write(0, n*1460)
	p.run(p.now + 20*second)
	return p, ect, cwr, ece
}

// RFC 3168 §6.1.3: "when TCP receives a CE data packet at the destination
// end-system, the TCP data receiver sets the ECN-Echo flag in the TCP header of
// the subsequent ACK packet ... until it receives a CWR packet". §6.1.2: "If
// the sender receives an ECN-Echo (ECE) ACK packet ... the indication of
// congestion should be treated just as a congestion loss"; "the TCP sender sets
// the CWR flag in the TCP header of the first new data packet sent after the
// window reduction."
func TestECNReactsOnceAWindow(t *testing.T) {
	p, ect, cwr, ece := marked(t, 100, func(k int) bool { return k == 5 || k == 7 })
	if len(p.ends[1].got) != 100*1460 {
		t.Fatalf("B has %d bytes", len(p.ends[1].got))
	}
	if len(ect) != 100 {
		t.Errorf("%d segments permit marks, want the 100 of new text", len(ect))
	}
	if len(cwr) != 1 {
		t.Fatalf("CWR on %v, want one segment: two marks of one window are one congestion", cwr)
	}
	if first := Seq(101 + 5*1460); len(ece) == 0 || ece[0] != first {
		t.Errorf("ECE on the ACKs %v, want the first on %d, at once", ece, first)
	}
	if last := ece[len(ece)-1]; cwr[0].Less(last) {
		t.Errorf("ECE on the ACK %d, behind CWR at %d", last, cwr[0])
	}
	s := p.ends[0].conn.Snapshot()
	if s.SSThresh > 14*1460 || s.SSThresh < 4*1460 {
		t.Errorf("ssthresh is %d, want about half of what was in flight", s.SSThresh)
	}
	if s.Retransmissions != 0 || s.Recovery != "open" {
		t.Errorf("%d retransmissions, %s: nothing was lost", s.Retransmissions, s.Recovery)
	}
}

// A mark in every window is one reaction in every window, and none goes below
// two segments (RFC 5681 §3.1).
func TestECNUnderConstantMarking(t *testing.T) {
	p, _, cwr, _ := marked(t, 60, func(int) bool { return true })
	if len(p.ends[1].got) != 60*1460 {
		t.Fatalf("B has %d bytes", len(p.ends[1].got))
	}
	if s := p.ends[0].conn.Snapshot(); s.SSThresh != 2*1460 || s.CWND < 2*1460 {
		t.Errorf("ssthresh %d, cwnd %d, want them to stop at two segments", s.SSThresh, s.CWND)
	}
	if len(cwr) < 5 {
		t.Errorf("CWR on %d segments, want one in every window", len(cwr))
	}
}

// RFC 3168 §6.1.5: "TCP hosts MUST NOT set ... an ECT codepoint ... in the IP
// header for retransmitted data packets"; §6.1.4: nor on pure ACKs; §6.1.6: nor
// on window probes. §6.1.2: any reduction is told by CWR.
func TestECNDoesNotLetRetransmissionsBeMarked(t *testing.T) {
	p := connected(t, asking(), plain())
	lost, again := false, 0
	var cwr []Seq
	p.drop(func(from int, s *Segment) bool {
		if s.text == 0 && s.ECT {
			t.Errorf("a segment without text may be marked: %s", spell(s))
		}
		if s.Cause == CauseFastRetransmit || s.Cause == CauseTimeout || s.Cause == CauseRecovery {
			again++
			if s.ECT || s.Flags&CWR != 0 {
				t.Errorf("a retransmission with ECT %v, flags %v", s.ECT, s.Flags)
			}
		}
		if s.Flags&CWR != 0 {
			cwr = append(cwr, s.SEQ)
		}
		drop := !lost && from == 0 && s.SEQ == 101+1460
		lost = lost || drop
		return drop
	})
	p.write(0, 40*1460)
	p.run(p.now + 20*second)
	if again == 0 || len(cwr) != 1 {
		t.Errorf("%d retransmissions, CWR on %v; want one CWR for one loss", again, cwr)
	}
	p.ends[1].stalled = true
	p.write(0, 400<<10)
	p.run(p.now + 20*second) // into a closed window, which is probed
}

// A RST carries no ECE, and an end that does not agree never sees CE.
func TestECNLeavesOthersAlone(t *testing.T) {
	p := connected(t, asking(), never())
	p.marks = func(int, *Segment) bool { t.Error("asked for a mark"); return true }
	p.write(0, 10*1460)
	p.run(p.now + second)
	q := connected(t, asking(), plain())
	q.marks = func(int, *Segment) bool { return true }
	q.write(0, 100)
	q.run(q.now.Add(15 * time.Millisecond))
	q.ends[1].conn.Abort(q.now)
	var out Segment
	for q.ends[1].conn.NextSegment(q.now, &out) {
		if out.Flags&(RST|ECE) == RST|ECE {
			t.Error("a RST with ECE")
		}
	}
}
