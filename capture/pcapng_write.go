package capture

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/packetwalk/packetwalk/trace"
)

// pcapng is the encoder of the format. It writes little-endian on every
// machine, so that equal runs give equal files.
type pcapng struct {
	interfaces []described
	numbers    map[*trace.Interface]int
	// quick finds an interface by its Index without the map.
	quick []int32
	last  uint64 // the latest time written
	// waiting are names and secrets until the first interface is described:
	// Wireshark's editcap and mergecap take what a file holds from the
	// interfaces that come before any other block, and refuse it without.
	waiting []byte
}

// described is an interface that the file has described.
type described struct {
	at       *trace.Interface
	linkType uint16
	fcs      int
	packets  uint64
}

var order = binary.LittleEndian

// begin writes the blocks that stand before the packets.
func (f *pcapng) begin(b []byte, o *Options) ([]byte, error) {
	b = f.section(b, o)
	var err error
	f.waiting, err = names(nil, o.Names)
	for _, at := range o.Interfaces {
		b = f.describe(b, at, LinkEthernet, 4)
	}
	return b, err
}

// section appends the Section Header Block. The section's length is
// given as unknown: the file is written as the run goes.
func (f *pcapng) section(b []byte, o *Options) []byte {
	b, start := beginBlock(b, blockSection)
	b = order.AppendUint32(b, byteOrderMagic)
	b = order.AppendUint16(b, 1) // version 1.0
	b = order.AppendUint16(b, 0)
	b = order.AppendUint64(b, ^uint64(0))
	if o.Comment != "" {
		b = appendText(b, optComment, o.Comment)
	}
	if o.Application != "" {
		b = appendText(b, shbUserAppl, o.Application)
	}
	if o.Comment != "" || o.Application != "" {
		b = order.AppendUint32(b, optEnd)
	}
	return endBlock(b, start)
}

// describe appends the Interface Description Block.
func (f *pcapng) describe(b []byte, at *trace.Interface, linkType uint16, fcs int) []byte {
	if _, known := f.numbers[at]; known {
		return b
	}
	n := len(f.interfaces)
	f.numbers[at] = n
	f.interfaces = append(f.interfaces, described{at: at, linkType: linkType, fcs: fcs})
	f.remember(at, n)

	b, start := beginBlock(b, blockInterface)
	b = order.AppendUint16(b, linkType)
	b = order.AppendUint16(b, 0)
	b = order.AppendUint32(b, 0) // no limit on a packet's captured length
	if name := interfaceName(at); name != "" {
		b = appendText(b, ifName, name)
	}
	if at != nil && at.Node != "" && at.Name != "" {
		b = appendText(b, ifDescription, "interface "+at.Name+" of "+at.Node)
	}
	b = append(b, ifTsResol, 0, 1, 0, nsResol, 0, 0, 0)
	b = append(b, ifFCSLen, 0, 1, 0, byte(fcs), 0, 0, 0)
	b = order.AppendUint32(b, optEnd)
	return endBlock(b, start)
}

// quickest is the number of interfaces that are found without the map.
const quickest = 1 << 12

func (f *pcapng) remember(at *trace.Interface, n int) {
	if at == nil || at.Index < 0 || at.Index >= quickest {
		return
	}
	for len(f.quick) <= at.Index {
		f.quick = append(f.quick, -1)
	}
	f.quick[at.Index] = int32(n)
}

// number finds the interface's number in the file, describing it first if it
// is new.
func (f *pcapng) number(b []byte, p *Packet) ([]byte, int) {
	at := p.Interface
	if at != nil && uint(at.Index) < uint(len(f.quick)) {
		if n := f.quick[at.Index]; n >= 0 && f.interfaces[n].at == at {
			return b, int(n)
		}
	}
	b = f.describe(b, at, p.LinkType, p.FCS)
	return b, f.numbers[at]
}

func interfaceName(at *trace.Interface) string {
	if at == nil {
		return ""
	}
	return strings.TrimSpace(at.Node + " " + at.Name)
}

// names appends the Name Resolution Block.
func names(b []byte, ns []Name) ([]byte, error) {
	if len(ns) == 0 {
		return b, nil
	}
	b, start := beginBlock(b, blockNames)
	for _, n := range ns {
		if err := nameError(n); err != nil {
			return b[:start], err
		}
		addr, kind := rawAddr(n.Addr), nameIPv4
		if len(addr) == 16 {
			kind = nameIPv6
		}
		size := len(addr) + len(n.Name) + 1
		b = order.AppendUint16(b, uint16(kind))
		b = order.AppendUint16(b, uint16(size))
		b = append(append(append(b, addr...), n.Name...), 0)
		b = appendZeros(b, pad4(size))
	}
	b = order.AppendUint32(b, nameEnd)
	return endBlock(b, start), nil
}

// secrets appends a Decryption Secrets Block.
func (f *pcapng) secrets(b, lines []byte) []byte {
	if len(f.interfaces) == 0 {
		f.waiting = secrets(f.waiting, lines)
		return b
	}
	return secrets(b, lines)
}

func secrets(b, lines []byte) []byte {
	b, start := beginBlock(b, blockSecrets)
	b = order.AppendUint32(b, secretsTLS)
	b = order.AppendUint32(b, uint32(len(lines)))
	b = append(b, lines...)
	b = appendZeros(b, pad4(len(lines)))
	return endBlock(b, start)
}

// packet appends an Enhanced Packet Block.
func (f *pcapng) packet(b []byte, p *Packet) ([]byte, error) {
	at, err := nanoseconds(p.Time)
	if err != nil {
		return b, err
	}
	if len(p.Data) > maxPacket {
		return b, fmt.Errorf("capture: a packet of %d bytes: expected at most %d", len(p.Data), maxPacket)
	}
	b, n := f.number(b, p)
	known := &f.interfaces[n]
	if known.linkType != p.LinkType {
		return b, fmt.Errorf("capture: interface %d has link type %d, and a packet of it %d: expected one link type per interface", n, known.linkType, p.LinkType)
	}
	known.packets++
	f.last = max(f.last, at)
	b, f.waiting = append(b, f.waiting...), nil

	b, start := beginBlock(b, blockEnhanced)
	b = order.AppendUint32(b, uint32(n))
	b = order.AppendUint32(b, uint32(at>>32))
	b = order.AppendUint32(b, uint32(at))
	b = order.AppendUint32(b, uint32(len(p.Data)))
	b = order.AppendUint32(b, uint32(max(p.Length, len(p.Data))))
	b = append(b, p.Data...)
	b = appendZeros(b, pad4(len(p.Data)))
	for _, c := range p.Comments {
		b = appendText(b, optComment, c)
	}
	b = append(b, epbFlags, 0, 4, 0)
	b = order.AppendUint32(b, flags(p))
	b = order.AppendUint32(b, optEnd)
	return endBlock(b, start), nil
}

// flags is the epb_flags word. It gives the length that the FCS had on the
// wire, of which a packet cut short holds only the first bytes.
func flags(p *Packet) uint32 {
	word := uint32(0)
	switch p.Direction {
	case trace.Sent:
		word = flagOutbound
	case trace.Received:
		word = flagInbound
	}
	if fcs := p.FCS + max(0, p.Length-len(p.Data)); p.FCS > 0 && fcs <= flagFCSMask {
		word |= uint32(fcs) << flagFCSShift
	}
	return word
}

// end appends an Interface Statistics Block, for each interface: how
// many packets it saw.
func (f *pcapng) end(b []byte) []byte {
	b, f.waiting = append(b, f.waiting...), nil
	for n := range f.interfaces {
		var start int
		b, start = beginBlock(b, blockStatistics)
		b = order.AppendUint32(b, uint32(n))
		b = order.AppendUint32(b, uint32(f.last>>32))
		b = order.AppendUint32(b, uint32(f.last))
		b = append(b, isbIfRecv, 0, 8, 0)
		b = order.AppendUint64(b, f.interfaces[n].packets)
		b = order.AppendUint32(b, optEnd)
		b = endBlock(b, start)
	}
	return b
}

func beginBlock(b []byte, kind uint32) (_ []byte, start int) {
	start = len(b)
	b = order.AppendUint32(b, kind)
	return order.AppendUint32(b, 0), start
}

func endBlock(b []byte, start int) []byte {
	size := uint32(len(b) + 4 - start)
	order.PutUint32(b[start+4:], size)
	return order.AppendUint32(b, size)
}

// maxText is the longest text of an option; its length field has 16 bits.
const maxText = 1<<16 - 1

// appendText appends an option that holds UTF-8. A text too long for the
// option's length field is cut at a character, and says so with an ellipsis.
func appendText(b []byte, code uint16, text string) []byte {
	if len(text) > maxText {
		cut := maxText - len("…")
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	b = order.AppendUint16(b, code)
	b = order.AppendUint16(b, uint16(len(text)))
	b = append(b, text...)
	return appendZeros(b, pad4(len(text)))
}

// appendZeros appends up to 3 bytes of padding.
func appendZeros(b []byte, n int) []byte {
	return append(b, "\x00\x00\x00"[:n]...)
}
