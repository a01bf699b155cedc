package presentation

import (
	"strings"
	"testing"
)

func TestFieldsOfText(t *testing.T) {
	for _, c := range []struct {
		what, text, mediaType  string
		whole                  bool
		encoding, points, unit string
	}{
		{"ASCII", "Hi", "", true, "UTF-8 (ASCII)", "U+0048 U+0069", "48 | 69"},
		{"two and three bytes", "é€", "", true, "UTF-8", "U+00E9 U+20AC", "c3 a9 | e2 82 ac"},
		{"four bytes", "😀", "", true, "UTF-8", "U+1F600", "f0 9f 98 80"},
		{"a character cut off, more to come", "a\xe2\x82", "", false, "UTF-8 (ASCII)", "U+0061 U+FFFD U+FFFD", "61 | e2 | 82"},
		{"a character cut off for good", "a\xe2\x82", "", true, "binary", "", ""},
		{"too long a form (RFC 3629 §3)", "\xc0\x80", "", true, "binary", "", ""},
		{"a byte order mark", "\xfe\xff\x00H\xd8\x3d\xde\x00", "", true, "UTF-16BE", "U+FEFF U+0048 U+1F600", "fe ff | 00 48 | d8 3d de 00"},
		{"Latin-1 by its media type", "\xe9", "text/plain; charset=ISO-8859-1", true, "ISO-8859-1", "U+00E9", "e9"},
		{"half a UTF-16 unit", "H\x00i", "text/plain; charset=\"utf-16le\"", true, "UTF-16LE", "U+0048 U+FFFD", "48 00 | 69"},
	} {
		part := Fields([]byte(c.text), 5, c.mediaType, "", c.whole)
		encoding, _ := part.Field("text.encoding")
		points, _ := part.Field("text.codepoints")
		units, _ := part.Field("text.bytes")
		if encoding.Value != c.encoding || points.Value != c.points || units.Value != c.unit {
			t.Errorf("%s: %s, %s, %s", c.what, encoding.Value, points.Value, units.Value)
		}
		if part.Len() != 0 || len(part.Spans) != 1 || !strings.HasPrefix(part.Summary, "no bytes of its own: ") {
			t.Errorf("%s: the part owns %d bytes; %q", c.what, part.Len(), part.Summary)
		}
	}
}

func TestFieldsOfContents(t *testing.T) {
	for _, c := range []struct {
		content, mediaType, coding string
		protocol, problem          string
	}{
		{`{"a":1}`, "application/json", "", "JSON", ""},
		{`{"a":1}`, "", "", "JSON", ""},
		{`{"a":`, "application/json; charset=utf-8", "", "JSON", "not valid JSON: unexpected end of JSON input"},
		{`{not json}`, "", "", "UTF-8 (ASCII)", ""},
		{"no gzip", "text/plain", "gzip", "gzip", ""},
		{"x", "text/plain", "br", "br", ""},
	} {
		part := Fields([]byte(c.content), 0, c.mediaType, c.coding, true)
		if part.Protocol != c.protocol || part.Problem != c.problem {
			t.Errorf("%q as %q %q: %s, problem %q", c.content, c.mediaType, c.coding, part.Protocol, part.Problem)
		}
	}
	damaged := Fields([]byte("no gzip"), 0, "", "gzip", true)
	f, _ := damaged.Field("http.content_encoding")
	if !strings.HasPrefix(f.Problem, "not valid gzip: ") {
		t.Errorf("damaged gzip has the problem %q", f.Problem)
	}
}

func FuzzFields(f *testing.F) {
	f.Add([]byte("Hello"), "text/plain; charset=utf-16", "", true)
	f.Add([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"), "application/json", "gzip", true)
	f.Add([]byte("\x16\x03\x01\x00\x2e\x01\x00\x00\x2a\x03\x03"), "", "", false)
	f.Fuzz(func(t *testing.T, b []byte, mediaType, coding string, whole bool) {
		part := Fields(b, 3, mediaType, coding, whole)
		for _, field := range part.Fields {
			if field.Span.Offset < 3 || field.Span.End() > 3+len(b) {
				t.Fatalf("%s stands at %v, outside the content", field.Key, field.Span)
			}
		}
		var r TLSReader
		for from := range 2 {
			n := r.Length(from, b, true)
			if n <= 0 {
				continue
			}
			have := b[:min(n, len(b))]
			m := r.Read(from, have, 3, n, len(have) == n)
			last := m.Parts[len(m.Parts)-1]
			if last.Len() != n {
				t.Fatalf("the record owns %d bytes of %d", last.Len(), n)
			}
			for i := range have {
				named := false
				for _, field := range last.Fields {
					named = named || field.Span.Contains(3+i)
				}
				if !named {
					t.Fatalf("byte %d of the record has no field", i)
				}
			}
		}
	})
}

func TestFieldsOfTLS(t *testing.T) {
	hello := []byte("\x16\x03\x01\x00\x00" + "\x01\x00\x00\x00" + "\x03\x03" + strings.Repeat("r", 32) + "\x00" + "\x00\x02\x13\x01" + "\x01\x00" +
		"\x00\x1c" + "\x00\x00\x00\x09\x00\x07\x00\x00\x04test" + "\x00\x10\x00\x05\x00\x03\x02h2" + "\x00\x2b\x00\x02\x03\x04")
	hello[4], hello[8] = byte(len(hello)-5), byte(len(hello)-9)
	var r TLSReader
	if n := r.Length(0, hello, false); n != len(hello) {
		t.Fatalf("the record is %d bytes long, should be %d", n, len(hello))
	}
	part := r.Read(0, hello, 0, len(hello), true).Parts[0]
	for key, want := range map[string]string{
		"tls.record.content_type": "Handshake (22)", "tls.handshake.type": "Client Hello (1)", "tls.handshake.ciphersuite": "TLS_AES_128_GCM_SHA256 (0x1301)",
		"tls.handshake.extensions_server_name": "test", "tls.handshake.extensions_alpn_str": "h2", "tls.handshake.extensions.supported_version": "TLS 1.3 (0x0304)",
	} {
		if f, ok := part.Field(key); !ok || f.Value != want {
			t.Errorf("%s is %q, should be %q", key, f.Value, want)
		}
	}
	// RFC 5246 §7.1: what follows a ChangeCipherSpec is encrypted.
	r = TLSReader{}
	r.Read(1, []byte{20, 3, 3, 0, 1, 1}, 0, 6, true)
	if got := r.Read(1, []byte{22, 3, 3, 0, 4, 20, 0, 0, 0}, 0, 9, true).Parts[0].Summary; got != "Encrypted Handshake Message" {
		t.Errorf("behind the ChangeCipherSpec: %q", got)
	}
	if got := r.Read(0, []byte{21, 3, 3, 0, 2, 2, 40}, 0, 7, true).Parts[0].Summary; got != "Alert (Level: Fatal, Description: Handshake Failure)" {
		t.Errorf("an alert in the clear: %q", got)
	}
}
