package tcp

import (
	"testing"

	"pgregory.net/rapid"
)

// The counts that the queue keeps are those that one gets by counting.
func TestScoreboardCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := new(pool)
		var q retransmissionQueue
		una, nxt := Seq(rapid.Uint32().Draw(t, "ISS")), Seq(0)
		nxt = una
		t.Repeat(map[string]func(*rapid.T){
			"send": func(t *rapid.T) {
				n := uint16(rapid.IntRange(1, 100).Draw(t, "n"))
				q.push(p, sent{SEQ: nxt, n: n})
				nxt += Seq(n)
			},
			"acknowledge": func(t *rapid.T) {
				una += Seq(rapid.Uint32Range(0, nxt.Sub(una)).Draw(t, "octets"))
				q.acknowledge(p, una, new(heard))
			},
			"SACK": func(t *rapid.T) {
				start := una + Seq(rapid.Uint32Range(0, nxt.Sub(una)).Draw(t, "start"))
				end := start + Seq(rapid.Uint32Range(0, nxt.Sub(start)).Draw(t, "length"))
				before := q.sackedSum
				var h heard
				q.update([]Block{{start, end}}, una, nxt, &h)
				if q.sackedSum != before+h.news {
					t.Fatalf("%d octets are news, but %d more are SACKed", h.news, q.sackedSum-before)
				}
				q.findLost(100)
			},
			"send again": func(t *rapid.T) {
				if s := q.nextLost(); s != nil {
					q.mark(s, resent)
				}
			},
			"time out": func(t *rapid.T) { q.allLost(rapid.Bool().Draw(t, "forget")) },
			"":         func(t *rapid.T) { checkCounts(t, &q, una, nxt) },
		})
	})
}

func checkCounts(t *rapid.T, q *retransmissionQueue, una, nxt Seq) {
	var pipe, sackedSum uint32
	var lostCount int32
	at := una
	for _, s := range q.live() {
		if s.SEQ != at || s.n == 0 {
			t.Fatalf("the queue holds %v octets at %v, want some at %v", s.n, s.SEQ, at)
		}
		at = s.end()
		pipe += s.weight()
		if s.marks&sacked != 0 {
			sackedSum += uint32(s.n)
		} else if s.marks&(lost|resent) == lost {
			lostCount++
		}
	}
	if at != nxt && !q.empty() {
		t.Fatalf("the queue ends at %v, SND.NXT is %v", at, nxt)
	}
	if pipe != q.pipe || sackedSum != q.sackedSum || lostCount != q.lostCount {
		t.Fatalf("pipe %d, SACKed %d, lost %d; counted: %d, %d, %d", q.pipe, q.sackedSum, q.lostCount, pipe, sackedSum, lostCount)
	}
}

// IsLost of RFC 6675 §4 "returns true when either DupThresh discontiguous
// SACKed sequences have arrived above 'SeqNum' or more than (DupThresh - 1) *
// SMSS bytes with sequence numbers greater than 'SeqNum' have been SACKed."
func TestFindLostIsIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := new(pool)
		var q retransmissionQueue
		const smss, una = 10, Seq(1000)
		nxt := una
		for range rapid.IntRange(1, 30).Draw(t, "segments") {
			n := uint16(rapid.IntRange(1, smss).Draw(t, "n"))
			q.push(p, sent{SEQ: nxt, n: n})
			nxt += Seq(n)
		}
		was := make([]bool, len(q.live())) // once lost, lost
		for range rapid.IntRange(1, 8).Draw(t, "ACKs") {
			i := rapid.IntRange(0, len(q.live())-1).Draw(t, "from")
			j := rapid.IntRange(i, len(q.live())-1).Draw(t, "to")
			q.update([]Block{{q.live()[i].SEQ, q.live()[j].end()}}, una, nxt, new(heard))
			q.findLost(smss)
			checkLost(t, &q, smss, was)
		}
	})
}

func checkLost(t *rapid.T, q *retransmissionQueue, smss int, was []bool) {
	for i, s := range q.live() {
		if s.marks&sacked != 0 {
			continue
		}
		octets, stretches := 0, 0
		for j, above := range q.live()[i+1:] {
			if above.marks&sacked != 0 {
				octets += int(above.n)
				if q.live()[i+j].marks&sacked == 0 {
					stretches++
				}
			}
		}
		was[i] = was[i] || stretches >= dupThresh || octets > (dupThresh-1)*smss
		if want := was[i]; want != (s.marks&lost != 0) {
			t.Fatalf("segment %d of %d: lost is %v, want %v (%d octets in %d stretches above it are SACKed)",
				i, len(q.live()), !want, want, octets, stretches)
		}
	}
}
