package application

import (
	"testing"

	"github.com/packetwalk/packetwalk/osi"
)

// fieldsReader is what the readers of this package have in common.
type fieldsReader interface {
	Length(from int, b []byte, pushed bool) int
	Read(from int, b []byte, at, total int, complete bool) osi.Message
}

// everyByteNamed checks the message itself, which begins 9 bytes into its frame
// and of which b is there.
func everyByteNamed(t *testing.T, m osi.Message, b []byte, total int) {
	const at = 9
	t.Helper()
	last := m.Parts[len(m.Parts)-1]
	if last.Len() != total {
		t.Fatalf("%s owns %d bytes of %d", last.Protocol, last.Len(), total)
	}
	for i := range b {
		named := false
		for _, f := range last.Fields {
			named = named || f.Span.Contains(at+i)
		}
		if !named {
			t.Fatalf("byte %d of %q has no field", i, b)
		}
	}
}

func FuzzFields(f *testing.F) {
	for _, s := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 7\r\nno colon\r\n\r\nhello", "ada: Hello\nline\n",
		"\x00\x1d\x00\x07\x81\x83\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x03com\x00\x00\x01\x00\x01",
		"\x00\x07\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x03www\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x04\x0a\x00\x00\x01",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, r := range []fieldsReader{new(HTTPReader), new(TextReader), new(DNSReader)} {
			rest := b
			for len(rest) > 0 {
				n := r.Length(0, rest, true)
				if n <= 0 {
					break
				}
				have := rest[:min(n, len(rest))]
				everyByteNamed(t, r.Read(0, have, 9, n, false), have, n)
				if len(have) < n {
					break
				}
				everyByteNamed(t, r.Read(0, have, 9, n, true), have, n)
				rest = rest[n:]
			}
		}
		if len(b) > 0 {
			everyByteNamed(t, DNSDatagram(b, 9, true), b, len(b))
			everyByteNamed(t, TextDatagram(b, 9, true), b, len(b))
		}
	})
}

// RFC 9112 §6.3: where a message ends.
func TestHTTPMessageEnds(t *testing.T) {
	for _, c := range []struct {
		what, request, message string
		rest                   string // what is not part of it
	}{
		{"1: an answer to HEAD has no body", "HEAD / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HTTP/"},
		{"1: nor have 204 and 304", "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "HTTP/"},
		{"6: a length", "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", "HTTP/"},
		{"7: a request without either has no body", "", "GET / HTTP/1.1\r\n\r\n", "GET /"},
		{"lines may end with LF alone (§2.2)", "", "GET / HTTP/1.1\nHost: a\n\n", "GET /"},
	} {
		r := new(HTTPReader)
		if c.request != "" {
			n := r.Length(0, []byte(c.request), true)
			r.Read(0, []byte(c.request), 0, n, true)
		}
		if got := r.Length(1, []byte(c.message+c.rest), true); got != len(c.message) {
			t.Errorf("%s: the message ends after %d bytes, should after %d", c.what, got, len(c.message))
		}
	}
	if got := new(HTTPReader).Length(0, []byte("GET / HTTP/1.1\r\nHost:"), true); got != 0 {
		t.Errorf("header fields that have not ended: length %d", got)
	}
	if got := new(HTTPReader).Length(0, []byte("no HTTP at all, this\r\n"), true); got >= 0 {
		t.Errorf("something else: length %d", got)
	}
}

func TestHTTPFields(t *testing.T) {
	b := []byte("GET /a?b=c HTTP/1.1\r\nHost: x.test\r\nX-Own: 1\r\nbroken\r\n\r\n")
	part := new(HTTPReader).Read(0, b, 100, len(b), true).Parts[0]
	for key, want := range map[string]string{"http.request.method": "GET", "http.request.uri": "/a?b=c", "http.request.version": "HTTP/1.1", "http.host": "x.test"} {
		if f, ok := part.Field(key); !ok || f.Value != want {
			t.Errorf("%s is %q, should be %q", key, f.Value, want)
		}
	}
	if f, _ := part.Field("http.host"); f.Span != (osi.Span{Offset: 121, Length: 14}) {
		t.Errorf("Host stands at %v", f.Span)
	}
	problems := 0
	for _, f := range part.Fields {
		if f.Problem == "a header field without a colon" && f.Value == "broken" {
			problems++
		}
	}
	if problems != 1 {
		t.Errorf("the broken header field is named %d times: %+v", problems, part.Fields)
	}
}

func TestDNSNamesEnd(t *testing.T) {
	header := []byte{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}
	for _, c := range []struct {
		what string
		tail []byte
		name string
		cut  bool
	}{
		{"a name", []byte("\x01a\x02bc\x00\x00\x01\x00\x01"), "a.bc", false},
		{"the root", []byte("\x00\x00\x01\x00\x01"), "<Root>", false},
		{"a pointer to itself", []byte("\xc0\x0c\x00\x01\x00\x01"), "<pointer forwards>", false},
		{"a pointer into the header", []byte("\xc0\x02\x00\x01\x00\x01"), "\\x00", false},
		{"a label cut off", []byte("\x05abc"), "05616263", true},
	} {
		part := DNSDatagram(append(header[:12:12], c.tail...), 0, true).Parts[0]
		f, _ := part.Field("dns.qry.name")
		if f.Value != c.name || (part.Problem != "") != c.cut {
			t.Errorf("%s: %q, problem %q", c.what, f.Value, part.Problem)
		}
	}
	if LooksLikeDNS([]byte("just a text that is no DNS message")) {
		t.Error("a text looks like DNS")
	}
}

func TestTextLines(t *testing.T) {
	for _, c := range []struct {
		what, b string
		pushed  bool
		want    int
	}{
		{"a line and more", "one\ntwo", false, 4},
		{"no end yet", "one", false, 0},
		{"the sender had no more", "one", true, 3},
		{"a character cut off", "on\xe2\x82", true, 2},
		{"no text", "\x00\x01\n", true, -1},
		{"no text behind a line is the next one's matter", "one\n\x00", true, 4},
	} {
		if got := new(TextReader).Length(0, []byte(c.b), c.pushed); got != c.want {
			t.Errorf("%s: length %d, should be %d", c.what, got, c.want)
		}
	}
	m := new(TextReader).Read(0, []byte("ada: Hi\n"), 0, 8, true)
	nick, _ := m.Parts[0].Field("chat.nick")
	text, _ := m.Parts[0].Field("chat.text")
	if m.Parts[0].Protocol != "chat" || nick.Value != "ada" || text.Value != "Hi" {
		t.Errorf("a line of the chat: %+v", m.Parts[0])
	}
	if m := new(TextReader).Read(0, []byte("http://x\n"), 0, 9, true); m.Parts[0].Protocol != "Text" {
		t.Errorf("a colon alone makes no nick: %+v", m.Parts[0])
	}
}
