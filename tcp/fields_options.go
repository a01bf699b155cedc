package tcp

import (
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/osi"
)

// optionFields names the options of a TCP header, up to the end of r.Data
// (RFC 9293 §3.2). An option whose length cannot be right ends the list, since
// nobody can say where the next one begins: the rest is one field with a
// problem.
func optionFields(r *osi.Reader, seen *FieldsSeen) {
	for r.Left() > 0 {
		kind := r.Data[r.Pos]
		switch kind {
		case 0:
			r.Take(1, "tcp.options.eol", "End of Option List").Value = "End of Option List (0)"
			if n := r.Left(); n > 0 {
				f := r.Take(n, "tcp.options.padding", "Padding")
				if strings.Trim(f.Value, "0…") != "" {
					f.Note = "should be 0" // RFC 9293 §3.2, MUST-69
				}
			}
			return
		case 1:
			r.Take(1, "tcp.options.nop", "No-Operation").Value = "No-Operation (1)"
			continue
		}
		left := r.Left()
		if left < 2 || int(r.Data[r.Pos+1]) < 2 || int(r.Data[r.Pos+1]) > left {
			f := r.Take(left, "tcp.options", "Options")
			f.Problem = fmt.Sprintf("the length of option %s does not fit in the %d bytes left", optionFieldName(kind), left)
			return
		}
		oneOption(r, seen, kind, int(r.Data[r.Pos+1]))
	}
}

// oneOption names an option that has a kind, a length that fits, and data.
func oneOption(r *osi.Reader, seen *FieldsSeen, kind byte, length int) {
	whole := r.Data
	r.Data = whole[:r.Pos+length]
	r.Uint(1, "tcp.option_kind", "Kind").Value = fmt.Sprintf("%s (%d)", optionFieldName(kind), kind)
	l := r.Uint(1, "tcp.option_len", "Length")
	if want, ok := optionFieldLength(kind, length); !ok {
		l.Problem = fmt.Sprintf("length is %d, should be %s", length, want)
	} else {
		optionData(r, seen, kind)
	}
	if n := r.Left(); n > 0 {
		r.Take(n, "tcp.options.data", "Option Data")
	}
	r.Data = whole
}

func optionData(r *osi.Reader, seen *FieldsSeen, kind byte) {
	switch kind {
	case 2:
		seen.HasMSS, seen.MSS = true, uint16(r.Uint(2, "tcp.options.mss_val", "Maximum Segment Size").Number)
		if !seen.SYN() {
			r.Fields[len(r.Fields)-1].Problem = "this option belongs in a SYN only" // RFC 9293 §3.2
		}
	case 3:
		f := r.Uint(1, "tcp.options.wscale.shift", "Window Scale Shift")
		seen.HasScale, seen.Scale = true, uint8(f.Number)
		f.Note = fmt.Sprintf("windows are to be multiplied by %d", 1<<min(f.Number, 14))
		if f.Number > 14 { // RFC 7323 §2.3
			f.Problem = fmt.Sprintf("shift is %d; more than 14 counts as 14", f.Number)
		}
	case 4:
		seen.SACKPermitted = true
	case 5:
		for r.Left() >= 8 {
			left := r.Uint(4, "tcp.options.sack_le", "SACK Left Edge").Number
			right := r.Uint(4, "tcp.options.sack_re", "SACK Right Edge").Number
			seen.SACK = append(seen.SACK, [2]uint32{uint32(left), uint32(right)})
		}
	case 8:
		seen.HasTimestamps = true
		seen.TSval = uint32(r.Uint(4, "tcp.options.timestamp.tsval", "Timestamp Value").Number)
		seen.TSecr = uint32(r.Uint(4, "tcp.options.timestamp.tsecr", "Timestamp Echo Reply").Number)
	}
}

// optionFieldLength says whether an option of this kind can have this length
// and, if not, which it should have.
func optionFieldLength(kind byte, length int) (want string, ok bool) {
	switch kind {
	case 2:
		return "4", length == 4
	case 3:
		return "3", length == 3
	case 4:
		return "2", length == 2
	case 5:
		return "10, 18, 26 or 34", length > 2 && (length-2)%8 == 0
	case 8:
		return "10", length == 10
	}
	return "", true
}

func optionFieldName(kind byte) string {
	switch kind {
	case 2:
		return "Maximum Segment Size"
	case 3:
		return "Window Scale"
	case 4:
		return "SACK Permitted"
	case 5:
		return "SACK"
	case 8:
		return "Timestamps"
	case 19:
		return "MD5 Signature"
	case 28:
		return "User Timeout"
	case 29:
		return "TCP Authentication"
	case 30:
		return "Multipath TCP"
	case 34:
		return "Fast Open Cookie"
	case 254, 253:
		return "Experimental"
	}
	return fmt.Sprintf("of kind %d", kind)
}
