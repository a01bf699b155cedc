package capture

import (
	"fmt"
	"net"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"pgregory.net/rapid"
)

// TestFieldsAreGopackets holds the field decoders against gopacket, which
// shares no code with them, on random good frames.
func TestFieldsAreGopackets(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		frame := randomFrame(t, r)
		d := dissectOne(t, frame)
		for _, p := range d.Parts {
			if p.Problem != "" && p.Protocol != "TCP" { // random flags may contradict each other
				r.Fatalf("%s has the problem %q in a good frame", p.Protocol, p.Problem)
			}
		}
		packet := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.Default)
		same := func(protocol, key string, want any) {
			f, ok := d.Part(protocol).Field(key)
			if !ok || f.Value != fmt.Sprint(want) && fmt.Sprint(f.Number) != fmt.Sprint(want) {
				r.Fatalf("%s is %q (%d), gopacket says %v", key, f.Value, f.Number, want)
			}
		}
		eth := packet.Layer(layers.LayerTypeEthernet).(*layers.Ethernet)
		same("Ethernet II", "eth.src", eth.SrcMAC)
		same("Ethernet II", "eth.dst", eth.DstMAC)
		same("Ethernet II", "eth.type", uint16(eth.EthernetType))
		ip := packet.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
		same("IPv4", "ip.ttl", ip.TTL)
		same("IPv4", "ip.id", ip.Id)
		same("IPv4", "ip.len", ip.Length)
		same("IPv4", "ip.hdr_len", 4*ip.IHL)
		same("IPv4", "ip.dsfield.dscp", ip.TOS>>2)
		same("IPv4", "ip.dsfield.ecn", ip.TOS&3)
		same("IPv4", "ip.flags.df", bit(ip.Flags&layers.IPv4DontFragment != 0))
		same("IPv4", "ip.checksum", ip.Checksum)
		same("IPv4", "ip.src", ip.SrcIP)
		same("IPv4", "ip.dst", ip.DstIP)
		switch l := packet.Layers()[2].(type) {
		case *layers.UDP:
			same("UDP", "udp.srcport", uint16(l.SrcPort))
			same("UDP", "udp.dstport", uint16(l.DstPort))
			same("UDP", "udp.length", l.Length)
			same("UDP", "udp.checksum", l.Checksum)
		case *layers.ICMPv4:
			same("ICMP", "icmp.type", l.TypeCode.Type())
			same("ICMP", "icmp.code", l.TypeCode.Code())
			same("ICMP", "icmp.ident", l.Id)
			same("ICMP", "icmp.seq", l.Seq)
		case *layers.TCP:
			same("TCP", "tcp.srcport", uint16(l.SrcPort))
			same("TCP", "tcp.dstport", uint16(l.DstPort))
			same("TCP", "tcp.seq_raw", l.Seq)
			same("TCP", "tcp.ack_raw", l.Ack)
			same("TCP", "tcp.hdr_len", 4*int(l.DataOffset))
			same("TCP", "tcp.window_size_value", l.Window)
			same("TCP", "tcp.checksum", l.Checksum)
			same("TCP", "tcp.urgent_pointer", l.Urgent)
			for key, set := range map[string]bool{"fin": l.FIN, "syn": l.SYN, "reset": l.RST, "push": l.PSH, "ack": l.ACK, "urg": l.URG, "ece": l.ECE, "cwr": l.CWR, "ae": l.NS} {
				same("TCP", "tcp.flags."+key, bit(set))
			}
			var kinds []uint64
			for _, f := range d.Part("TCP").Fields {
				if f.Key == "tcp.option_kind" {
					kinds = append(kinds, f.Number)
				}
			}
			i := 0
			for _, o := range l.Options {
				if o.OptionType < 2 {
					continue
				}
				if i >= len(kinds) || kinds[i] != uint64(o.OptionType) {
					r.Fatalf("options are %v, gopacket has %v", kinds, l.Options)
				}
				i++
			}
		default:
			r.Fatalf("gopacket found %v", packet)
		}
	})
}

func bit(set bool) string {
	if set {
		return "set"
	}
	return "not set"
}

func randomFrame(tb testing.TB, r *rapid.T) []byte {
	address := func(name string) net.IP {
		return net.IP(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(r, name))
	}
	ip := &layers.IPv4{Version: 4, TTL: rapid.Byte().Draw(r, "ttl"), TOS: rapid.Byte().Draw(r, "tos"), Id: rapid.Uint16().Draw(r, "id"),
		SrcIP: address("src"), DstIP: address("dst")}
	if rapid.Bool().Draw(r, "df") {
		ip.Flags = layers.IPv4DontFragment
	}
	data := gopacket.Payload(rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(r, "data"))
	var above gopacket.SerializableLayer
	switch rapid.IntRange(0, 2).Draw(r, "protocol") {
	case 0:
		ip.Protocol = layers.IPProtocolUDP
		udp := &layers.UDP{SrcPort: layers.UDPPort(rapid.Uint16().Draw(r, "sport")), DstPort: layers.UDPPort(rapid.Uint16().Draw(r, "dport"))}
		if udp.SrcPort == 53 || udp.DstPort == 53 || udp.SrcPort == 5353 || udp.DstPort == 5353 {
			udp.SrcPort, udp.DstPort = 1, 2 // random data is no good DNS message
		}
		_ = udp.SetNetworkLayerForChecksum(ip)
		above = udp
	case 1:
		ip.Protocol = layers.IPProtocolICMPv4
		above = &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(8, 0), Id: rapid.Uint16().Draw(r, "ident"), Seq: rapid.Uint16().Draw(r, "seq")}
	default:
		ip.Protocol = layers.IPProtocolTCP
		flags := rapid.Uint16().Draw(r, "flags")
		tcp := &layers.TCP{SrcPort: layers.TCPPort(rapid.Uint16().Draw(r, "sport")), DstPort: layers.TCPPort(rapid.Uint16().Draw(r, "dport")),
			Seq: rapid.Uint32().Draw(r, "seq"), Ack: rapid.Uint32().Draw(r, "ack"), Window: rapid.Uint16().Draw(r, "window"), Urgent: rapid.Uint16().Draw(r, "urgent"),
			FIN: flags&1 != 0, SYN: flags&2 != 0, RST: flags&4 != 0, PSH: flags&8 != 0, ACK: flags&16 != 0, URG: flags&32 != 0, ECE: flags&64 != 0, CWR: flags&128 != 0, NS: flags&256 != 0}
		tcp.Options = rapid.SliceOfN(rapid.SampledFrom([]layers.TCPOption{
			{OptionType: layers.TCPOptionKindNop}, {OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{5, 180}},
			{OptionType: layers.TCPOptionKindWindowScale, OptionLength: 3, OptionData: []byte{7}},
			{OptionType: layers.TCPOptionKindSACKPermitted, OptionLength: 2},
			{OptionType: layers.TCPOptionKindTimestamps, OptionLength: 10, OptionData: make([]byte, 8)},
			{OptionType: layers.TCPOptionKindSACK, OptionLength: 10, OptionData: []byte{0, 0, 0, 1, 0, 0, 0, 9}},
		}), 0, 4).Draw(r, "options")
		_ = tcp.SetNetworkLayerForChecksum(ip)
		above = tcp
	}
	return goodFrame(tb, ip, above, data)
}
