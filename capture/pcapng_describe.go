package capture

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"

	"github.com/packetwalk/packetwalk/trace"
)

// The blocks that describe: section, interface, names, secrets.

// options calls each for every option from start to the end of the body or
// the end-of-options mark.
func (r *pcapngReader) options(b block, start int, each func(code uint16, value []byte)) error {
	for i := start; i+4 <= len(b.body); {
		code, n := r.order.Uint16(b.body[i:]), int(r.order.Uint16(b.body[i+2:]))
		if code == optEnd {
			return nil
		}
		i += 4
		if n > len(b.body)-i {
			return r.fail(b.offset+int64(i)-2, fmt.Sprintf("an option of at most %d bytes, as the block has", len(b.body)-i), "%d", n)
		}
		each(code, b.body[i:i+n])
		i += n + pad4(n)
	}
	return nil
}

// section reads the Section Header Block, behind its magic.
func (r *pcapngReader) section(b block) error {
	if err := r.need(b, 12, "section header"); err != nil {
		return err
	}
	if major := r.order.Uint16(b.body); major != 1 {
		return r.fail(b.offset, "version 1", "%d.%d", major, r.order.Uint16(b.body[2:]))
	}
	r.first, r.ours = len(r.interfaces), false
	return r.options(b, 12, func(code uint16, v []byte) {
		switch {
		case code == optComment && len(r.about.Comments) < maxNames:
			r.about.Comments = append(r.about.Comments, text(v))
		case code == shbUserAppl:
			r.about.Application = text(v)
			r.ours = strings.HasPrefix(r.about.Application, ourName)
		}
	})
}

// describe reads the Interface Description Block.
func (r *pcapngReader) describe(b block) error {
	if err := r.need(b, 8, "interface description"); err != nil {
		return err
	}
	if len(r.interfaces) == maxInterfaces {
		return r.fail(b.offset, fmt.Sprintf("at most %d interfaces", maxInterfaces), "one more")
	}
	in := vantage{
		at:       &trace.Interface{Index: len(r.interfaces)},
		linkType: r.order.Uint16(b.body),
		snapLen:  r.order.Uint32(b.body[4:]),
		ticks:    1e6,
	}
	var resolution []byte
	err := r.options(b, 8, func(code uint16, v []byte) {
		switch {
		case code == ifName:
			in.at.Name = text(v)
		case code == ifTsResol && len(v) == 1:
			resolution = append(resolution[:0], v...)
		case code == ifFCSLen && len(v) == 1:
			in.fcs = int(v[0])
		case code == ifTsOffset && len(v) == 8:
			in.offset = int64(r.order.Uint64(v))
		}
	})
	if err != nil {
		return err
	}
	if resolution != nil {
		ticks, ok := ticksPerSecond(resolution[0])
		if !ok {
			return r.fail(b.offset, "a time resolution of 10^-0 to 10^-19 s or 2^-0 to 2^-63 s", "if_tsresol 0x%02x", resolution[0])
		}
		in.ticks = ticks
	}
	if node, name, both := cutLast(in.at.Name); r.ours && both {
		in.at.Node, in.at.Name = node, name
	}
	r.interfaces = append(r.interfaces, in)
	r.about.Interfaces = append(r.about.Interfaces, in.at)
	return nil
}

// ticksPerSecond reads if_tsresol: a negative power of 10, or of 2 when the
// high bit is set.
func ticksPerSecond(resolution byte) (uint64, bool) {
	n := resolution & 0x7f
	if resolution&0x80 != 0 {
		return 1 << (n & 63), n <= 63
	}
	ticks := uint64(1)
	for range min(n, 19) {
		ticks *= 10
	}
	return ticks, n <= 19
}

// cutLast cuts "client eth0" at its last space.
func cutLast(s string) (node, name string, ok bool) {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}

// names reads the Name Resolution Block. An address may have several
// names; each becomes an entry.
func (r *pcapngReader) names(b block) error {
	for i := 0; i+4 <= len(b.body); {
		kind, n := r.order.Uint16(b.body[i:]), int(r.order.Uint16(b.body[i+2:]))
		if kind == nameEnd {
			return nil
		}
		i += 4
		if n > len(b.body)-i {
			return r.fail(b.offset+int64(i)-2, fmt.Sprintf("a name record of at most %d bytes, as the block has", len(b.body)-i), "%d", n)
		}
		if err := r.name(b, kind, b.body[i:i+n]); err != nil {
			return err
		}
		i += n + pad4(n)
	}
	return nil
}

func (r *pcapngReader) name(b block, kind uint16, record []byte) error {
	size := 0
	switch kind {
	case nameIPv4:
		size = 4
	case nameIPv6:
		size = 16
	}
	addr, ok := netip.AddrFromSlice(record[:min(size, len(record))])
	if !ok {
		return nil // a kind of record that we do not know, or one cut short
	}
	for name := range bytes.SplitSeq(record[size:], []byte{0}) {
		if len(name) == 0 {
			continue
		}
		if len(r.about.Names) == maxNames {
			return r.fail(b.offset, fmt.Sprintf("at most %d names", maxNames), "one more")
		}
		r.about.Names = append(r.about.Names, Name{Addr: addr, Name: text(name)})
	}
	return nil
}

// secrets reads the Decryption Secrets Block, and keeps those of TLS.
func (r *pcapngReader) secrets(b block) error {
	if err := r.need(b, 8, "decryption secrets"); err != nil {
		return err
	}
	kind, n := r.order.Uint32(b.body), r.order.Uint32(b.body[4:])
	if int64(n) > int64(len(b.body)-8) {
		return r.fail(b.offset+4, fmt.Sprintf("at most %d bytes of secrets, as the block has", len(b.body)-8), "%d", n)
	}
	if kind != secretsTLS {
		return nil
	}
	if r.kept += int(n); r.kept > maxSecrets {
		return r.fail(b.offset, fmt.Sprintf("at most %d bytes of secrets", maxSecrets), "%d", r.kept)
	}
	for line := range strings.Lines(string(b.body[8 : 8+n])) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			r.about.Secrets = append(r.about.Secrets, line)
		}
	}
	return nil
}
