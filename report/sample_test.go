package report

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"strconv"
	"time"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// The samples are dissections made by hand, so that the views are tested
// apart from the dissector.

var clientMAC, routerMAC = []byte{2, 0, 0, 0, 0, 1}, []byte{2, 0, 0, 0, 0, 2}

func field(key, name string, at, n int, value string) osi.Field {
	return osi.Field{Key: key, Name: name, Span: osi.Span{Offset: at, Length: n}, Value: value}
}

func bitField(key, name string, at int, bits, value string) osi.Field {
	f := field(key, name, at, 1, value)
	f.Bits = bits
	return f
}

// helloFrame is a TCP segment that carries text, on a link from one MAC
// address to another.
func helloFrame(src, dst []byte, ttl byte, text string) []byte {
	var f []byte
	f = append(f, dst...)
	f = append(f, src...)
	f = append(f, 0x08, 0x00)
	f = append(f, 0x45, 0, 0, byte(40+len(text)), 0, 1, 0x40, 0, ttl, 6, 0, 0, 10, 0, 1, 2, 10, 0, 2, 2)
	binary.BigEndian.PutUint16(f[24:], ipSum(f[14:34]))
	f = append(f, 0xc0, 0, 0x1f, 0x90, 0, 0, 0x10, 1, 0, 0, 0x20, 1, 0x50, 0x18, 0xff, 0xff, 0x12, 0x34, 0, 0)
	f = append(f, text...)
	for len(f) < 60 {
		f = append(f, 0)
	}
	return binary.LittleEndian.AppendUint32(f, crc32.ChecksumIEEE(f))
}

func ipSum(h []byte) uint16 {
	s := uint32(0)
	for i := 0; i < len(h); i += 2 {
		s += uint32(h[i])<<8 | uint32(h[i+1])
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return ^uint16(s)
}

var clientEth0 = &trace.Interface{Node: "client", Name: "eth0"}

// hello dissects a frame of helloFrame.
func hello(number int, at time.Duration, from *trace.Interface, data []byte, text string) *capture.Dissection {
	end := 54 + len(text)
	eth := osi.Part{
		Layer: osi.DataLink, Protocol: "Ethernet II", PDU: "frame",
		Spans: []osi.Span{{Offset: 0, Length: 14}, {Offset: end, Length: len(data) - end}},
		Fields: []osi.Field{
			field("eth.dst", "Destination", 0, 6, mac(data[0:])),
			field("eth.src", "Source", 6, 6, mac(data[6:])),
			field("eth.type", "EtherType", 12, 2, "0x0800 (IPv4)"),
		},
		Summary: mac(data[6:]) + " → " + mac(data[0:]),
	}
	if pad := len(data) - 4 - end; pad > 0 {
		eth.Fields = append(eth.Fields, field("eth.padding", "Padding", end, pad, "zeros"))
	}
	eth.Fields = append(eth.Fields, field("eth.fcs", "Frame Check Sequence", len(data)-4, 4, "correct"))
	ip := osi.Part{
		Layer: osi.Network, Protocol: "IPv4", PDU: "packet", Spans: []osi.Span{{Offset: 14, Length: 20}},
		Fields: []osi.Field{
			bitField("ip.version", "Version", 14, "0-3", "4"),
			bitField("ip.hdr_len", "IHL", 14, "4-7", "20 bytes"),
			field("ip.dsfield", "Differentiated Services", 15, 1, "0x00"),
			field("ip.len", "Total Length", 16, 2, "45"),
			field("ip.id", "Identification", 18, 2, "1"),
			field("ip.flags", "Flags and Fragment Offset", 20, 2, "DF"),
			{Key: "ip.ttl", Name: "Time to Live", Span: osi.Span{Offset: 22, Length: 1}, Value: itoa(data[22]), Number: uint64(data[22])},
			field("ip.proto", "Protocol", 23, 1, "TCP"),
			field("ip.checksum", "Header Checksum", 24, 2, "0x"+hex(data[24:25])+hex(data[25:26])),
			field("ip.src", "Source Address", 26, 4, "10.0.1.2"),
			field("ip.dst", "Destination Address", 30, 4, "10.0.2.2"),
		},
		Summary: "10.0.1.2 → 10.0.2.2, TTL " + itoa(data[22]),
	}
	tcp := osi.Part{
		Layer: osi.Transport, Protocol: "TCP", PDU: "segment", Spans: []osi.Span{{Offset: 34, Length: 20}},
		Fields: []osi.Field{
			field("tcp.srcport", "Source Port", 34, 2, "49152"),
			field("tcp.dstport", "Destination Port", 36, 2, "8080"),
			field("tcp.seq", "Sequence Number", 38, 4, "1"),
			field("tcp.ack", "Acknowledgment Number", 42, 4, "1"),
			field("tcp.flags", "Data Offset and Flags", 46, 2, "PSH, ACK"),
			field("tcp.window", "Window", 48, 2, "65535"),
			{Key: "tcp.checksum", Name: "Checksum", Span: osi.Span{Offset: 50, Length: 2}, Value: "0x1234", Note: "correct"},
			field("tcp.urgent", "Urgent Pointer", 52, 2, "0"),
		},
		Summary: "49152 → 8080, SEQ 1, ACK 1, PSH, window 65535",
	}
	parts := []osi.Part{
		eth, ip, tcp,
		{Layer: osi.Session, Protocol: "TCP connection", PDU: "message", Summary: "no bytes of its own: the open connection is the session"},
		{Layer: osi.Presentation, Protocol: "UTF-8", PDU: "message", Summary: "no bytes of its own: the letters are UTF-8"},
		{Layer: osi.Application, Protocol: "chat", PDU: "message", Spans: []osi.Span{{Offset: 54, Length: len(text)}},
			Fields: []osi.Field{field("chat.text", "Text", 54, len(text), text)}, Summary: text},
	}
	return &capture.Dissection{
		Packet: &capture.Packet{Number: number, Time: sim.Epoch.Add(at), Interface: from, Data: data, Length: len(data),
			FCS: 4, LinkType: linkTypeEthernet, Frame: trace.FrameID(number), ID: trace.ID(number)},
		Parts: parts, Source: "10.0.1.2", Destination: "10.0.2.2", Protocol: "chat", Info: text,
	}
}

func helloSample() *capture.Dissection {
	return hello(1, 1234*time.Microsecond, clientEth0, helloFrame(clientMAC, routerMAC, 64, "Hello"), "Hello")
}

func mac(p []byte) string {
	return string(bytes.ReplaceAll([]byte(hex(p[:6])), []byte(" "), []byte(":")))
}

func itoa(b byte) string { return strconv.Itoa(int(b)) }
