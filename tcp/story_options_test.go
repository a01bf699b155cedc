package tcp_test

import (
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/tcp"
)

// parseOptions reads <mss 1460,sackOK,TS val 1 ecr 2,wscale 7,sack 1:9 20:30>.
func parseOptions(s string) (o options, err error) {
	list, closed := strings.CutSuffix(strings.TrimPrefix(s, "<"), ">")
	if !closed {
		return o, fmt.Errorf("options %q have no >", s)
	}
	o.kinds, o.val, o.ecr = given, -1, -1
	if list == "" {
		return o, nil
	}
	for _, item := range strings.Split(list, ",") {
		if err := o.parseOption(strings.Fields(item)); err != nil {
			return o, err
		}
	}
	return o, nil
}

func (o *options) parseOption(words []string) error {
	bad := fmt.Errorf("expected mss N, sackOK, TS [val N ecr N], noTS, wscale N, sack A:B .. or ..., got %q", strings.Join(words, " "))
	if len(words) == 0 {
		return bad
	}
	var err error
	var n int64
	switch kind, rest := words[0], words[1:]; {
	case kind == "mss" && len(rest) == 1:
		o.kinds |= hasMSS
		n, err = parseInt(rest[0], 65535)
		o.mss = uint16(n)
	case kind == "wscale" && len(rest) == 1:
		o.kinds |= hasScale
		n, err = parseInt(rest[0], 255)
		o.wscale = uint8(n)
	case kind == "sackOK" && len(rest) == 0:
		o.kinds |= hasSACKOK
	case kind == "noTS" && len(rest) == 0:
		o.kinds |= noTS
	case kind == "..." && len(rest) == 0:
		o.kinds |= loose
	case kind == "TS" && len(rest) == 0:
		o.kinds |= hasTS
	case kind == "TS" && len(rest) == 4 && rest[0] == "val" && rest[2] == "ecr":
		o.kinds |= hasTS
		if o.val, err = parseStamp(rest[1]); err == nil {
			o.ecr, err = parseStamp(rest[3])
		}
	case kind == "sack" && len(rest) > 0 && len(rest) <= 4:
		o.kinds |= hasSACK
		for _, block := range rest {
			left, right, _ := strings.Cut(block, ":")
			a, err1 := parseNumber(left)
			b, err2 := parseNumber(right)
			if err1 != nil || err2 != nil {
				return bad
			}
			o.blocks = append(o.blocks, [2]number{a, b})
		}
	default:
		return bad
	}
	if err != nil {
		return fmt.Errorf("%w: %w", bad, err)
	}
	return nil
}

func parseStamp(s string) (int64, error) {
	if s == "*" {
		return -1, nil
	}
	return parseInt(s, 1<<32-1)
}

// differs says how the options that came differ from those that the line names.
// A list that is not there stands for an empty one, but timestamps are looked
// at only where a line names them.
func (o *options) differs(came *tcp.Options, base tcp.Seq) bool {
	if o.kinds&loose != 0 {
		return false
	}
	has := func(k kinds) bool { return o.kinds&k != 0 }
	switch {
	case has(hasMSS) != (came.MSS != 0) || has(hasMSS) && o.mss != came.MSS,
		has(hasSACKOK) != came.SACKPermitted,
		has(hasScale) != came.HasWScale || has(hasScale) && o.wscale != came.WScale,
		has(hasTS) && !came.HasTimestamps,
		has(noTS) && came.HasTimestamps,
		has(hasTS) && o.val >= 0 && uint32(o.val) != came.TSval,
		has(hasTS) && o.ecr >= 0 && uint32(o.ecr) != came.TSecr,
		len(o.blocks) != int(came.NSACK):
		return true
	}
	for i, b := range o.blocks {
		if came.SACK[i] != (tcp.Block{Start: b[0].seq(base), End: b[1].seq(base)}) {
			return true
		}
	}
	return false
}

// optionsText is the notation of what is on the wire.
func optionsText(o *tcp.Options, base tcp.Seq) string {
	var list []string
	if o.MSS != 0 {
		list = append(list, fmt.Sprintf("mss %d", o.MSS))
	}
	if o.SACKPermitted {
		list = append(list, "sackOK")
	}
	if o.HasTimestamps {
		list = append(list, fmt.Sprintf("TS val %d ecr %d", o.TSval, o.TSecr))
	}
	if o.HasWScale {
		list = append(list, fmt.Sprintf("wscale %d", o.WScale))
	}
	if o.NSACK > 0 {
		blocks := "sack"
		for _, b := range o.SACK[:o.NSACK] {
			blocks += fmt.Sprintf(" %d:%d", int32(b.Start-base), int32(b.End-base))
		}
		list = append(list, blocks)
	}
	if len(list) == 0 {
		return ""
	}
	return " <" + strings.Join(list, ",") + ">"
}
