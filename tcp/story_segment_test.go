package tcp_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/packetwalk/packetwalk/tcp"
)

// pattern is a segment in the notation of the stories:
//
//	P. 1:101(100) ack 1 win 65535 <TS val 7 ecr 1,sack 5:9> "text"
//
// A number with @ in front is absolute, all others count from the initial
// sequence number of their direction.
type pattern struct {
	flags    tcp.Flags
	seq, end number
	size     uint32 // octets of text in one segment
	times    int    // so many segments, one behind the other
	ack      number
	win      int64 // in bytes, -1 if it is not said
	raw      bool  // as in the header, not scaled
	urg      int64 // -1 if it is not said
	options  options
	text     string // quoted text
	because  string
	ecn      bool // of the packet: CE if it arrives, ECT if it is sent (RFC 3168 §5)
}

type number struct {
	n        int64
	absolute bool
}

func (n number) seq(base tcp.Seq) tcp.Seq {
	if n.absolute {
		return tcp.Seq(n.n)
	}
	return base + tcp.Seq(n.n)
}

// options are the options that a line names.
type options struct {
	kinds  kinds
	mss    uint16
	wscale uint8
	val    int64 // of the timestamps; -1 is any
	ecr    int64
	blocks [][2]number
}

type kinds uint8

const (
	hasMSS kinds = 1 << iota
	hasSACKOK
	hasScale
	hasTS
	hasSACK
	noTS  // the peer leaves its timestamps out of this one
	loose // <...>: whatever
	given // there is a list at all
)

var flagLetters = []struct {
	letter byte
	flag   tcp.Flags
}{{'S', tcp.SYN}, {'F', tcp.FIN}, {'R', tcp.RST}, {'P', tcp.PSH}, {'U', tcp.URG}, {'E', tcp.ECE}, {'W', tcp.CWR}, {'.', tcp.ACK}}

func flagsText(f tcp.Flags) string {
	s := ""
	for _, l := range flagLetters {
		if f&l.flag != 0 {
			s += string(l.letter)
		}
	}
	if s == "" {
		return "none"
	}
	return s
}

func parseFlags(s string) (f tcp.Flags, err error) {
	if s == "none" {
		return 0, nil
	}
next:
	for i := range len(s) {
		for _, l := range flagLetters {
			if l.letter == s[i] {
				f |= l.flag
				continue next
			}
		}
		return 0, fmt.Errorf("flags %q: expected letters of S F R P U E W and . for ACK, or none", s)
	}
	return f, nil
}

// parseSegment reads the notation.
func parseSegment(words []string) (*pattern, error) {
	if len(words) < 2 {
		return nil, fmt.Errorf("expected FLAGS SEQ:END(LEN), got %q", strings.Join(words, " "))
	}
	p := &pattern{win: -1, urg: -1, times: 1}
	var err error
	if p.flags, err = parseFlags(words[0]); err != nil {
		return nil, err
	}
	if err := p.parseRange(words[1]); err != nil {
		return nil, err
	}
	hasACK := false
	for i := 2; i < len(words); i++ {
		word := words[i]
		switch {
		case word[0] == '<':
			if p.options, err = parseOptions(word); err != nil {
				return nil, err
			}
			continue
		case word[0] == '"':
			if p.text, err = strconv.Unquote(word); err != nil || len(p.text) != int(p.size) || p.times > 1 {
				return nil, fmt.Errorf("expected a text of %d octets, got %s", p.size, word)
			}
			continue
		case word == "ecn":
			p.ecn = true
			continue
		case word == "because":
			p.because = strings.Join(words[i+1:], " ")
			return p, p.complete(hasACK)
		}
		if i++; i == len(words) {
			return nil, fmt.Errorf("expected a number behind %q", word)
		}
		switch word {
		case "ack":
			hasACK = true
			p.ack, err = parseNumber(words[i])
		case "win", "rawwin":
			p.raw = word == "rawwin"
			p.win, err = parseInt(words[i], math.MaxUint32)
		case "urg":
			p.urg, err = parseInt(words[i], 65535)
		default:
			err = fmt.Errorf("expected ack, win, rawwin, urg, <options>, \"text\", ecn or because, got %q", word)
		}
		if err != nil {
			return nil, err
		}
	}
	return p, p.complete(hasACK)
}

func (p *pattern) complete(hasACK bool) error {
	if hasACK != (p.flags&tcp.ACK != 0) {
		return fmt.Errorf("flags %s: an ack number goes with the flag . and only with it", flagsText(p.flags))
	}
	return nil
}

// parseRange reads SEQ:END(LEN) or SEQ:END(TIMESxLEN).
func (p *pattern) parseRange(s string) error {
	bad := fmt.Errorf("expected SEQ:END(LEN) or SEQ:END(TIMESxLEN), got %q", s)
	seq, rest, ok1 := strings.Cut(s, ":")
	end, length, ok2 := strings.Cut(rest, "(")
	length, closed := strings.CutSuffix(length, ")")
	if !ok1 || !ok2 || !closed {
		return bad
	}
	var err1, err2, err3, err4 error
	p.seq, err1 = parseNumber(seq)
	p.end, err2 = parseNumber(end)
	if times, each, many := strings.Cut(length, "x"); many {
		var n int64
		n, err3 = parseInt(times, 10000)
		p.times, length = int(n), each
	}
	size, err4 := parseInt(length, 1<<20)
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || p.times < 1 {
		return bad
	}
	p.size = uint32(size)
	// As in tcpdump, SYN and FIN do not count in the length.
	if p.end.n-p.seq.n != int64(p.times)*size || p.end.absolute != p.seq.absolute {
		return fmt.Errorf("%q: from %d to %d there are %d octets, not %d", s, p.seq.n, p.end.n, p.end.n-p.seq.n, int64(p.times)*size)
	}
	return nil
}

// nth is the i-th of the segments that a line stands for. PSH and FIN are the
// last one's.
func (p *pattern) nth(i int) pattern {
	q := *p
	q.times = 1
	q.seq.n += int64(i) * int64(p.size)
	q.end = number{q.seq.n + int64(p.size), q.seq.absolute}
	if i < p.times-1 {
		q.flags &^= tcp.PSH | tcp.FIN
	}
	return q
}

func parseNumber(s string) (number, error) {
	digits, absolute := strings.CutPrefix(s, "@")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < -math.MaxUint32 || n > math.MaxUint32 {
		return number{}, fmt.Errorf("expected a sequence number, got %q", s)
	}
	return number{n, absolute}, nil
}

func parseInt(s string, most int64) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > most {
		return 0, fmt.Errorf("expected a number up to %d, got %q", most, s)
	}
	return n, nil
}
