package network

import (
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/osi"
)

// optionFields names the options of an IPv4 header, up to the end of r.Data
// (RFC 791 §3.1, "Options"). An option whose length cannot be right ends the
// list: what follows is named as one field with a problem.
func optionFields(r *osi.Reader) {
	for r.Left() > 0 {
		kind := r.Data[r.Pos]
		switch kind {
		case 0:
			r.Take(1, "ip.opt.type", "End of Options").Value = "End of Options List (0)"
			if n := r.Left(); n > 0 {
				f := r.Take(n, "ip.opt.padding", "Padding")
				if strings.Trim(f.Value, "0…") != "" {
					f.Problem = "bytes behind the end of the options, should be 0"
				}
			}
			return
		case 1:
			r.Take(1, "ip.opt.type", "No Operation").Value = "No Operation (1)"
			continue
		}
		left := r.Left()
		if left < 2 || int(r.Data[r.Pos+1]) < 2 || int(r.Data[r.Pos+1]) > left {
			f := r.Take(left, "ip.opt", "Options")
			f.Problem = fmt.Sprintf("option %d has a length that does not fit in the %d bytes left", kind, left)
			return
		}
		length := int(r.Data[r.Pos+1])
		t := r.Uint(1, "ip.opt.type", "Option Type")
		t.Value = fmt.Sprintf("%s (%d)", optionName(kind), kind)
		r.Uint(1, "ip.opt.len", "Option Length")
		if length > 2 {
			r.Take(length-2, "ip.opt.data", "Option Data")
		}
	}
}

func optionName(kind byte) string {
	switch kind {
	case 7:
		return "Record Route"
	case 68:
		return "Internet Timestamp"
	case 130:
		return "Security"
	case 131:
		return "Loose Source Route"
	case 136:
		return "Stream Identifier"
	case 137:
		return "Strict Source Route"
	case 148:
		return "Router Alert"
	}
	return "unknown option"
}
