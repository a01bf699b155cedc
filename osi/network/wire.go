package network

import (
	"errors"
	"fmt"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/packetwalk/packetwalk/osi/checksum"
)

// What can be wrong with an ICMP message.
var (
	ErrICMPTruncated = errors.New("network: ICMP message too short")
	ErrICMPChecksum  = errors.New("network: ICMP checksum is wrong")
)

// Append adds the message with its checksum to b.
func (m ICMPMessage) Append(b []byte) []byte {
	layer := layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(uint8(m.Type), m.Code)}
	switch {
	case m.Type == Echo || m.Type == EchoReply:
		layer.Id, layer.Seq = m.ID, m.Seq
	case m.Type == DestinationUnreachable && m.Code == FragmentationNeeded:
		layer.Seq = uint16(min(m.MTU, IPv4MaxLen)) // RFC 1191 §4: the low 16 bits of the unused word
	}
	buf := gopacket.NewSerializeBufferExpectedSize(ICMPHeaderLen+len(m.Data), 0)
	err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{ComputeChecksums: true}, &layer, gopacket.Payload(m.Data))
	if err != nil {
		panic(fmt.Sprintf("network: gopacket cannot write %v: %v", m, err)) // it has no error for eight bytes before a payload
	}
	return append(b, buf.Bytes()...)
}

// ParseICMP reads a message: the payload of a packet. Data is a part of it.
func ParseICMP(payload []byte) (ICMPMessage, error) {
	var layer layers.ICMPv4
	if err := layer.DecodeFromBytes(payload, gopacket.NilDecodeFeedback); err != nil {
		return ICMPMessage{}, fmt.Errorf("%w: %d bytes (expected at least %d)", ErrICMPTruncated, len(payload), ICMPHeaderLen)
	}
	if checksum.Finish(checksum.Sum(payload, 0)) != 0 {
		return ICMPMessage{}, fmt.Errorf("%w: 0x%04x", ErrICMPChecksum, layer.Checksum)
	}
	m := ICMPMessage{Type: ICMPType(layer.TypeCode.Type()), Code: layer.TypeCode.Code(), Data: layer.Payload}
	switch {
	case m.Type == Echo || m.Type == EchoReply:
		m.ID, m.Seq = layer.Id, layer.Seq
	case m.Type == DestinationUnreachable && m.Code == FragmentationNeeded:
		m.MTU = int(layer.Seq)
	}
	return m, nil
}
