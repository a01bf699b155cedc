package host

import (
	"errors"
	"net/netip"

	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/osi/datalink"
	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/tcp"
	"github.com/packetwalk/packetwalk/trace"
)

// What only the place where the layers meet can know.
var (
	EventConnect = trace.Define(trace.Kind{
		ID: "socket.connect", Layer: osi.Session, Ref: "RFC 9293 §3.10.1",
		Sentence: "a program on {node} asks for a connection to {remote}",
		Fields:   []string{"protocol", "local", "remote"},
	})
	EventWrite = trace.Define(trace.Kind{
		ID: "socket.write", Layer: osi.Application, Ref: "RFC 9293 §3.10.2; RFC 768",
		Sentence: "a program on {node} writes {bytes byte} to its {protocol} socket",
		Fields:   []string{"protocol", "local", "remote", "bytes"},
	})
	EventRead = trace.Define(trace.Kind{
		ID: "socket.read", Layer: osi.Application, Ref: "RFC 9293 §3.10.3; RFC 768",
		Sentence: "a program on {node} reads {bytes byte} from its {protocol} socket",
		Fields:   []string{"protocol", "local", "remote", "bytes"},
	})
	EventNotMine = trace.Define(trace.Kind{
		ID: "frame.not-mine", Layer: osi.DataLink, Ref: "IEEE 802.3 §4A.2.4.1.1",
		Sentence: "{node} ignores the frame: it is for {mac}",
		Fields:   []string{"mac"},
	})
	EventNoLink = trace.Define(trace.Kind{
		ID: "frame.no-link", Layer: osi.Physical,
		Sentence: "{node} has no cable in {interface}: the frame goes nowhere",
		Fields:   []string{"interface"},
	})
	EventBacklogFull = trace.Define(trace.Kind{
		ID: "tcp.backlog-full", Layer: osi.Transport, Ref: "RFC 4987 §2",
		Sentence: "{node} drops the SYN: too many connections wait to be accepted on port {port}",
		Fields:   []string{"port"},
	})
	EventReplaced = trace.Define(trace.Kind{
		ID: "tcp.time-wait-replaced", Layer: osi.Transport, Ref: "RFC 9293 §3.6.1, MAY-2",
		Sentence: "{node} lets a SYN with higher numbers begin a new connection to port {port} where an old one is in TIME-WAIT",
		Fields:   []string{"port"},
	})
	EventEchoReply = trace.Define(trace.Kind{
		ID: "icmp.echo-reply", Layer: osi.Network, Ref: "RFC 792; RFC 1122 §3.2.2.6",
		Sentence: "{node} answers the echo request of {to}",
		Fields:   []string{"to"},
	})
)

func (h *Host) note(kind *trace.Kind, port uint16) {
	if log := h.lab.log; log.On() {
		log.Emit(h.name, kind, h.arriving, trace.Int("port", port))
	}
}

func (h *Host) noteConnect(id tcp.ID) {
	if log := h.lab.log; log.On() {
		log.Because(log.Emit(h.name, EventConnect, 0, trace.String("protocol", "TCP"),
			trace.String("local", id.Local.String()), trace.String("remote", id.Remote.String())))
	}
}

func (h *Host) noteWrite(c *TCPConn, n int) {
	h.noteTCP(EventWrite, c, n)
}

func (h *Host) noteRead(c *TCPConn, n int) {
	if n > 0 {
		h.noteTCP(EventRead, c, n)
	}
}

func (h *Host) noteTCP(kind *trace.Kind, c *TCPConn, n int) {
	if h.lab.log.On() {
		id := c.machine.ID()
		h.noteData(kind, "TCP", id.Local, id.Remote, n)
	}
}

// noteData records a write or a read; what follows, follows from it.
func (h *Host) noteData(kind *trace.Kind, protocol string, local, remote netip.AddrPort, n int) {
	if log := h.lab.log; log.On() {
		log.Because(log.Emit(h.name, kind, 0, trace.String("protocol", protocol),
			trace.String("local", local.String()), trace.String("remote", remote.String()), trace.Int("bytes", n)))
	}
}

func (h *Host) noteBadSegment(err error) {
	if log := h.lab.log; log.On() {
		kind := tcp.Malformed
		if errors.Is(err, tcp.ErrChecksum) {
			kind = tcp.BadChecksum
		}
		log.Emit(h.name, kind, h.arriving, trace.Reason("problem", err))
	}
}

func (h *Host) noteNoConnection(id tcp.ID) {
	if log := h.lab.log; log.On() {
		log.Emit(h.name, tcp.NoConnection, h.arriving, trace.String("local", id.Local.String()), trace.String("remote", id.Remote.String()))
	}
}

func (l *Lab) noteNotMine(n *NIC, f *physical.Frame, mac datalink.MAC) {
	if l.log.On() {
		l.log.Emit(n.stack.name, EventNotMine, f.ID, trace.String("mac", mac.String()))
	}
}

func (l *Lab) noteNoLink(n *NIC, f *physical.Frame) {
	if l.log.On() {
		l.log.Emit(n.stack.name, EventNoLink, f.ID, trace.String("interface", n.at.Name))
	}
}
