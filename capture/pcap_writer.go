package capture

import (
	"errors"
	"fmt"
	"io"
	"net/netip"

	"github.com/packetwalk/packetwalk/trace"
)

// Options say what a new capture file tells of itself. The zero value is a
// file that says nothing.
type Options struct {
	// Application is the program that wrote it, "packetwalk v1.2".
	Application string
	// Comment describes the whole file.
	Comment string
	// Interfaces are declared at once, in this order, as Ethernet with an FCS
	// of 4 bytes; any other when its first packet is written.
	Interfaces []*trace.Interface
	// Names are shown in place of addresses. Only pcapng can carry them.
	Names []Name
}

// Writer writes a capture file. Nothing is written before there is a block of
// 256 KiB, or Flush or Close is called. The first error stops it: every later
// call returns that error.
type Writer struct {
	w       io.Writer
	format  encoder
	buf     []byte
	pending []byte // key log lines that the next packet may need
	told    map[string]bool
	err     error
}

// encoder is a file format: each method appends to b.
type encoder interface {
	packet(b []byte, p *Packet) ([]byte, error)
	secrets(b, lines []byte) []byte
	end(b []byte) []byte
}

// full is the amount at which the buffer is written out. The rest of its
// capacity takes the packet that crosses the mark.
const (
	full  = 256 << 10
	slack = 72 << 10
)

// NewPcapngWriter begins a pcapng file: interfaces with their names,
// nanoseconds, directions, comments, names of hosts, TLS secrets.
func NewPcapngWriter(w io.Writer, o Options) *Writer {
	f := &pcapng{numbers: map[*trace.Interface]int{}}
	out := &Writer{w: w, format: f, buf: make([]byte, 0, full+slack)}
	out.buf, out.err = f.begin(out.buf, &o)
	return out
}

// NewPcapWriter begins a classic pcap file of Ethernet frames with FCS, in
// nanoseconds. It has no room for names, comments, directions, secrets or
// which interface saw a packet; these are left out.
func NewPcapWriter(w io.Writer, _ Options) *Writer {
	out := &Writer{w: w, format: &pcap{}, buf: make([]byte, 0, full+slack)}
	out.buf = beginPcap(out.buf)
	return out
}

// WritePacket appends a packet. It uses Time, Interface, Direction, Data,
// Length, FCS, LinkType and Comments, and keeps none of them.
func (w *Writer) WritePacket(p *Packet) error {
	if w.err != nil {
		return w.err
	}
	if len(w.pending) > 0 {
		w.buf = w.format.secrets(w.buf, w.pending)
		w.pending = w.pending[:0]
	}
	w.buf, w.err = w.format.packet(w.buf, p)
	if len(w.buf) >= full {
		return w.Flush()
	}
	return w.err
}

// Secret adds a line of TLS key material (NSS key log format). It is written
// ahead of the next packet, so that a reader can decrypt as it goes; and only
// once, since both ends of a connection log the same secrets.
func (w *Writer) Secret(line string) {
	if w.told[line] {
		return
	}
	if w.told == nil {
		w.told = map[string]bool{}
	}
	w.told[line] = true
	w.pending = append(append(w.pending, line...), '\n')
}

// Flush writes out what is buffered.
func (w *Writer) Flush() error {
	if w.err != nil || len(w.buf) == 0 {
		return w.err
	}
	n, err := w.w.Write(w.buf)
	if err == nil && n < len(w.buf) {
		err = io.ErrShortWrite
	}
	w.buf, w.err = w.buf[:0], err
	return err
}

var errClosed = errors.New("capture: the file is closed")

// Close ends the file and writes out what is buffered. It does not close the
// io.Writer below.
func (w *Writer) Close() error {
	if errors.Is(w.err, errClosed) {
		return nil
	}
	if w.err == nil {
		if len(w.pending) > 0 {
			w.buf = w.format.secrets(w.buf, w.pending)
		}
		w.buf = w.format.end(w.buf)
	}
	err := w.Flush()
	if err == nil {
		w.err = errClosed
	}
	return err
}

// nameError refuses a host name that a file cannot carry.
func nameError(n Name) error {
	switch {
	case !n.Addr.IsValid():
		return fmt.Errorf("capture: the name %q has no address", n.Name)
	case n.Name == "" || len(n.Name) > 255:
		return fmt.Errorf("capture: the name of %s is %d bytes long: expected 1 to 255", n.Addr, len(n.Name))
	}
	for i := range len(n.Name) {
		if n.Name[i] == 0 {
			return fmt.Errorf("capture: the name of %s contains a zero byte", n.Addr)
		}
	}
	return nil
}

// pad4 is how many bytes fill n up to a multiple of 4.
func pad4(n int) int { return -n & 3 }

// rawAddr is an address as bytes: 4 for IPv4, 16 for IPv6.
func rawAddr(a netip.Addr) []byte { return a.Unmap().AsSlice() }
