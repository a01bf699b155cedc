package tcp

import (
	"slices"
	"testing"
)

// rateOf feeds ACKs for one segment each to a recovery of 20 segments in flight
// with ssthresh 10, of which so many are lost, and lists how many segments cwnd
// has room for after each.
func rateOf(lostSegments int, unit uint32) (list []int) {
	const smss = 1000
	c := &Conn{cfg: &Config{PRR: On}, sackOK: true, episode: new(episode)}
	c.cwnd = window{SMSS: smss, SSThresh: 10 * smss, unit: unit}
	flight, sent := 20, 0
	h := &heard{news: smss, delivered: smss}
	c.episode.prr.begin(20*smss, smss, h)
	pipe := flight - lostSegments - 1
	for range flight - lostSegments {
		c.queue.pipe = uint32(pipe * smss)
		c.reduceProportionally(h, false)
		n := int(c.cwnd.CWND-c.queue.pipe) / smss
		c.episode.prr.out += uint32(n * smss)
		list = append(list, n)
		sent += n
		pipe += n - 1
	}
	return list
}

// RFC 9937 §6.2: "sndcnt = CEIL(prr_delivered * ssthresh / RecoverFS) - prr_out":
// with ssthresh at half of what was in flight one segment goes out for every
// second that arrives; when pipe has come down to ssthresh, or falls below it
// because much is lost, one for each that arrives.
func TestPRRSendsInProportion(t *testing.T) {
	for _, c := range []struct {
		says string
		lost int
		unit uint32
		want []int
	}{
		{"one lost, whole segments", 1, 1000, []int{1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1}},
		{"one lost, octets: a segment when its last octet is due", 1, 1, []int{0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1}},
		{"fifteen lost: the conservation of packets", 15, 1000, []int{1, 1, 1, 1, 1}},
	} {
		if got := rateOf(c.lost, c.unit); !slices.Equal(got, c.want) {
			t.Errorf("%s: sends %v, want %v", c.says, got, c.want)
		}
	}
}

// RFC 9937 §6.2: with a safe ACK the limit is one SMSS higher, but never takes
// pipe beyond ssthresh; "if DeliveredData is 0, return".
func TestPRRSlowStartReductionBound(t *testing.T) {
	const smss = 1000
	for _, c := range []struct {
		says                        string
		pipe, delivered, already, h uint32
		safe                        bool
		want                        uint32
	}{
		{"conservative", 4, 5, 5, 1, false, 4 + 1},
		{"safe", 4, 5, 5, 1, true, 4 + 2},
		{"not beyond ssthresh", 9, 5, 5, 3, true, 10},
		{"what was saved up is sent", 4, 5, 1, 1, false, 4 + 5},
		{"nothing delivered, nothing changes", 4, 5, 5, 0, true, 7},
	} {
		w := window{CWND: 7 * smss, SMSS: smss, SSThresh: 10 * smss, unit: smss}
		k := &Conn{cfg: &Config{PRR: On}, sackOK: true, cwnd: w}
		k.queue.pipe = c.pipe * smss
		k.episode = &episode{prr: prr{delivered: c.delivered * smss, out: c.already * smss, flight: 20 * smss}}
		k.reduceProportionally(&heard{delivered: c.h * smss}, c.safe)
		if k.cwnd.CWND != c.want*smss {
			t.Errorf("%s: cwnd is %d, want %d", c.says, k.cwnd.CWND, c.want*smss)
		}
	}
}
