package presentation

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/osi"
)

// Content types of a TLS record (RFC 8446 §5.1).
const (
	tlsChangeCipher = 20
	tlsAlert        = 21
	tlsHandshake    = 22
	tlsApplication  = 23
)

const (
	tlsRecordHeader  = 5
	tlsLongestRecord = 1<<14 + 2048 // RFC 5246 §6.2.3; 256 less in RFC 8446 §5.2
)

// LooksLikeTLS says whether b begins with a TLS record.
func LooksLikeTLS(b []byte) bool {
	if len(b) < tlsRecordHeader || b[0] < tlsChangeCipher || b[0] > tlsApplication || b[1] != 3 || b[2] > 4 {
		return false
	}
	n := int(binary.BigEndian.Uint16(b[3:]))
	if n == 0 || n > tlsLongestRecord {
		return false
	}
	return b[0] != tlsHandshake || len(b) < 6 || handshakeName(b[5]) != "" || n > 32
}

// TLSReader reads a connection that speaks TLS, record by record. It opens
// none: what is encrypted is named as such.
type TLSReader struct {
	sides [2]struct {
		encrypted bool // behind its ChangeCipherSpec (RFC 5246 §7.1)
		records   int
	}
	version13 bool // the ServerHello chose TLS 1.3
}

// Length is the length of a message, as capture.MessageReader has it.
func (*TLSReader) Length(_ int, b []byte, _ bool) int {
	switch {
	case len(b) < tlsRecordHeader:
		return 0
	case !LooksLikeTLS(b[:tlsRecordHeader]):
		return -1
	}
	return tlsRecordHeader + int(binary.BigEndian.Uint16(b[3:]))
}

// Read: see capture.MessageReader.
func (t *TLSReader) Read(from int, b []byte, at, total int, complete bool) osi.Message {
	part := osi.Part{Layer: osi.Presentation, Protocol: "TLS", PDU: "record", Spans: []osi.Span{{Offset: at, Length: max(total, len(b))}}}
	r := osi.Reader{Data: b, Base: at, Fields: make([]osi.Field, 0, 16)}
	kind := r.Uint(1, "tls.record.content_type", "Content Type")
	content := byte(kind.Number)
	kind.Value = fmt.Sprintf("%s (%d)", contentName(content), content)
	v := r.Uint(2, "tls.record.version", "Version")
	v.Value = tlsVersion(uint16(v.Number))
	v.Note = "kept at an old value for old middleboxes" // RFC 8446 §5.1
	r.Uint(2, "tls.record.length", "Length")
	side := &t.sides[from]
	switch body := b[min(r.Pos, len(b)):]; {
	case len(body) == 0:
		part.Summary = contentName(content)
	case content == tlsHandshake && !side.encrypted && handshakeName(body[0]) != "":
		part.Summary = t.handshakes(&r, complete)
	case content == tlsHandshake:
		part.Summary = "Encrypted Handshake Message"
		r.Take(len(body), "tls.handshake", "Encrypted handshake message")
	case content == tlsChangeCipher:
		part.Summary = "Change Cipher Spec"
		r.Take(len(body), "tls.change_cipher_spec", "Change Cipher Spec")
	case content == tlsAlert:
		part.Summary = alert(&r, side.encrypted)
	default:
		part.Summary = "Application Data"
		f := r.Take(len(body), "tls.app_data", "Encrypted Application Data")
		f.Note = "what it says is not to be read without the keys"
		if t.version13 {
			f.Note += ", nor whether it is data or part of the handshake"
		}
	}
	if n := r.Left(); n > 0 {
		r.Take(n, "tls.record.rest", "Rest of the record")
	}
	if complete {
		side.records++
		side.encrypted = side.encrypted || content == tlsChangeCipher && !t.version13
	}
	part.Fields = r.Fields
	return osi.Message{Parts: []osi.Part{part}, Dialogue: "the TLS session: version, keys and names agreed in its handshake hold until it is closed"}
}

func contentName(c byte) string {
	switch c {
	case tlsChangeCipher:
		return "Change Cipher Spec"
	case tlsAlert:
		return "Alert"
	case tlsHandshake:
		return "Handshake"
	case tlsApplication:
		return "Application Data"
	}
	return "unknown"
}

func tlsVersion(v uint16) string {
	switch v {
	case 0x0300:
		return "SSL 3.0 (0x0300)"
	case 0x0301, 0x0302, 0x0303, 0x0304:
		return fmt.Sprintf("TLS 1.%d (0x%04x)", v-0x0301, v)
	}
	return fmt.Sprintf("0x%04x", v)
}

// alert names an alert, which is readable only before encryption begins (RFC
// 8446 §6).
func alert(r *osi.Reader, encrypted bool) string {
	if n := r.Left(); encrypted || n != 2 {
		r.Take(n, "tls.alert_message", "Encrypted alert")
		return "Encrypted Alert"
	}
	level := r.Uint(1, "tls.alert_message.level", "Level")
	level.Value = [...]string{"unknown", "Warning", "Fatal"}[min(level.Number, 3)%3]
	say := level.Value
	d := r.Uint(1, "tls.alert_message.desc", "Description")
	names := map[uint64]string{0: "Close Notify", 10: "Unexpected Message", 20: "Bad Record MAC", 40: "Handshake Failure", 42: "Bad Certificate",
		45: "Certificate Expired", 46: "Certificate Unknown", 47: "Illegal Parameter", 48: "Unknown CA", 50: "Decode Error",
		51: "Decrypt Error", 70: "Protocol Version", 80: "Internal Error", 109: "Missing Extension", 112: "Unrecognized Name", 120: "No Application Protocol"}
	if name, ok := names[d.Number]; ok {
		d.Value = fmt.Sprintf("%s (%d)", name, d.Number)
	}
	return strings.TrimSpace(fmt.Sprintf("Alert (Level: %s, Description: %s)", say, strings.SplitN(d.Value, " (", 2)[0]))
}
