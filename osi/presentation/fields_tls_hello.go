package presentation

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/osi"
)

// handshakes names the handshake messages of a record (RFC 8446 §4). One may
// go on in the next record: then its fields end with this one.
func (t *TLSReader) handshakes(r *osi.Reader, complete bool) string {
	var said []string
	whole := r.Data
	for r.Left() > 0 {
		name := handshakeName(whole[r.Pos])
		if name == "" {
			r.Take(r.Left(), "tls.handshake", "Rest of a handshake message")
			said = append(said, "Handshake (continued)")
			break
		}
		kind := r.Uint(1, "tls.handshake.type", "Handshake Type")
		message := byte(kind.Number)
		kind.Value = fmt.Sprintf("%s (%d)", name, message)
		length := r.Uint(3, "tls.handshake.length", "Length")
		n := int(length.Number)
		if n > r.Left() {
			length.Note = fmt.Sprintf("%d bytes of them are in this record", r.Left())
			n = r.Left()
		}
		said = append(said, name)
		r.Data = whole[:r.Pos+n]
		if message == 1 || message == 2 {
			if hello(r, message == 1) && message == 2 && complete {
				t.version13 = true
			}
		}
		if n := r.Left(); n > 0 {
			r.Take(n, "tls.handshake.data", name)
		}
		r.Data = whole
	}
	return strings.Join(said, ", ")
}

func handshakeName(kind byte) string {
	switch kind {
	case 1:
		return "Client Hello"
	case 2:
		return "Server Hello"
	case 4:
		return "New Session Ticket"
	case 8:
		return "Encrypted Extensions"
	case 11:
		return "Certificate"
	case 12:
		return "Server Key Exchange"
	case 13:
		return "Certificate Request"
	case 14:
		return "Server Hello Done"
	case 15:
		return "Certificate Verify"
	case 16:
		return "Client Key Exchange"
	case 20:
		return "Finished"
	case 24:
		return "Key Update"
	}
	return ""
}

// hello names a ClientHello or ServerHello (RFC 8446 §4.1.2, §4.1.3) and says
// whether it speaks of TLS 1.3.
func hello(r *osi.Reader, client bool) (is13 bool) {
	v := r.Uint(2, "tls.handshake.version", "Version")
	v.Value = tlsVersion(uint16(v.Number))
	r.Take(32, "tls.handshake.random", "Random")
	if n := r.Uint(1, "tls.handshake.session_id_length", "Session ID Length").Number; n > 0 {
		r.Take(int(n), "tls.handshake.session_id", "Session ID")
	}
	if client {
		n := int(r.Uint(2, "tls.handshake.cipher_suites_length", "Cipher Suites Length").Number)
		for ; n >= 2 && r.Left() > 0; n -= 2 {
			suite(r)
		}
		if n = int(r.Uint(1, "tls.handshake.comp_methods_length", "Compression Methods Length").Number); n > 0 {
			r.Take(n, "tls.handshake.comp_methods", "Compression Methods")
		}
	} else {
		suite(r)
		r.Uint(1, "tls.handshake.comp_method", "Compression Method")
	}
	if r.Left() == 0 {
		return false
	}
	r.Uint(2, "tls.handshake.extensions_length", "Extensions Length")
	for r.Left() >= 4 {
		is13 = extension(r) || is13
	}
	return is13
}

func suite(r *osi.Reader) {
	f := r.Uint(2, "tls.handshake.ciphersuite", "Cipher Suite")
	names := map[uint64]string{0x1301: "TLS_AES_128_GCM_SHA256", 0x1302: "TLS_AES_256_GCM_SHA384", 0x1303: "TLS_CHACHA20_POLY1305_SHA256",
		0xc02b: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 0xc02c: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
		0xc02f: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0xc030: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
		0xcca8: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", 0xcca9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"}
	f.Value = osi.Hexadecimal(f.Number, 4)
	if name, ok := names[f.Number]; ok {
		f.Value = name + " (" + f.Value + ")"
	}
}

// extension names an extension (RFC 8446 §4.2), with what it holds when that
// tells something to a reader.
func extension(r *osi.Reader) (is13 bool) {
	kind := r.Uint(2, "tls.handshake.extension.type", "Extension Type")
	number := int(kind.Number)
	names := map[int]string{0: "server_name", 5: "status_request", 10: "supported_groups", 11: "ec_point_formats", 13: "signature_algorithms",
		16: "application_layer_protocol_negotiation", 18: "signed_certificate_timestamp", 23: "extended_master_secret", 35: "session_ticket",
		41: "pre_shared_key", 43: "supported_versions", 45: "psk_key_exchange_modes", 50: "signature_algorithms_cert", 51: "key_share", 0xff01: "renegotiation_info"}
	if name, ok := names[number]; ok {
		kind.Value = fmt.Sprintf("%s (%d)", name, number)
	}
	length := r.Uint(2, "tls.handshake.extension.len", "Length")
	n := int(length.Number)
	if n > r.Left() {
		length.Problem = fmt.Sprintf("length is %d, but %d bytes are left", n, r.Left())
		n = r.Left()
	}
	if n == 0 {
		return false
	}
	data := r.Data[r.Pos : r.Pos+n]
	f := r.Take(n, "tls.handshake.extension.data", "Extension Data")
	switch {
	case number == 0 && n > 5: // RFC 6066 §3
		f.Key, f.Name, f.Value = "tls.handshake.extensions_server_name", "Server Name", osi.Quote(data[5:], 255)
	case number == 16: // RFC 7301 §3.1
		f.Key, f.Name, f.Value = "tls.handshake.extensions_alpn_str", "Application Protocols", strings.Join(protocolNames(data), ", ")
	case number == 43: // RFC 8446 §4.2.1
		var versions []string
		if n > 2 {
			data = data[1:]
		}
		for ; len(data) >= 2; data = data[2:] {
			v := binary.BigEndian.Uint16(data)
			is13 = is13 || v == 0x0304
			versions = append(versions, tlsVersion(v))
		}
		f.Key, f.Name, f.Value = "tls.handshake.extensions.supported_version", "Supported Versions", strings.Join(versions, ", ")
	}
	return is13
}

func protocolNames(b []byte) (names []string) {
	if len(b) < 2 {
		return nil
	}
	for b = b[2:]; len(b) > 0 && int(b[0]) < len(b); b = b[1+int(b[0]):] {
		names = append(names, osi.Quote(b[1:1+int(b[0])], 255))
	}
	return names
}
