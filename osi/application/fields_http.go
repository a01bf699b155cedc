package application

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/packetwalk/packetwalk/osi"
)

// LooksLikeHTTP says whether b begins like an HTTP/1 request or response (RFC
// 9112 §3, §4).
func LooksLikeHTTP(b []byte) bool {
	if bytes.HasPrefix(b, []byte("HTTP/1.")) {
		return true
	}
	method, rest, found := bytes.Cut(b, []byte(" "))
	if !found || !knownMethod(string(method)) {
		return false
	}
	line, _, whole := bytes.Cut(rest, []byte("\n"))
	if !whole {
		return len(rest) > 0 && (rest[0] == '/' || rest[0] == '*' || bytes.HasPrefix(rest, []byte("http")) || string(method) == "CONNECT")
	}
	return bytes.Contains(line, []byte(" HTTP/1."))
}

func knownMethod(m string) bool {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH":
		return true
	}
	return false
}

// HTTPReader reads a connection that speaks HTTP/1.1: it cuts it into
// messages, and a body in the chunked coding into its chunks.
type HTTPReader struct {
	sides [2]httpSide
	// asked are the methods of the requests that have no answer yet, oldest
	// first, with the side that asked.
	asked    []string
	requests int
	answers  int
}

// httpSide is what one direction sends next.
type httpSide struct {
	chunks    bool // chunks of a body
	untilEnd  bool // a body that lasts until the connection closes
	tunnel    bool
	body      []byte // the chunks until now, at most keptBody
	bodyLen   int
	count     int
	mediaType string
	coding    string
}

const keptBody = 64 << 10

// Length is the length of a message, as capture.MessageReader has it. RFC 9112 §6.3 says where a message ends.
func (h *HTTPReader) Length(from int, b []byte, _ bool) int {
	s := &h.sides[from]
	switch {
	case s.untilEnd || s.tunnel:
		return len(b)
	case s.chunks:
		return chunkLength(b)
	}
	head := headLength(b)
	switch {
	case head == 0 && len(b) > 8 && !LooksLikeHTTP(b):
		return -1
	case head == 0:
		return 0
	case !LooksLikeHTTP(b):
		return -1
	}
	return head + h.framing(parseHead(b[:head])).length
}

// headLength is the length of start line and header fields with the empty line
// that ends them, 0 if that has not come.
func headLength(b []byte) int {
	for i, c := range b {
		if c != '\n' {
			continue
		}
		if rest := b[i+1:]; bytes.HasPrefix(rest, []byte("\r\n")) {
			return i + 3
		} else if bytes.HasPrefix(rest, []byte("\n")) {
			return i + 2
		}
	}
	return 0
}

// chunkLength is the length of a chunk with its size line and its end (RFC
// 9112 §7.1); of the last one with the trailer fields.
func chunkLength(b []byte) int {
	size, line, ok := chunkSize(b)
	switch {
	case line == 0 && len(b) < 64:
		return 0
	case !ok:
		return -1
	case size > 0:
		return line + size + 2
	}
	if bytes.HasPrefix(b[line:], []byte("\r\n")) {
		return line + 2
	}
	if end := headLength(b); end > 0 {
		return end
	}
	return 0
}

func chunkSize(b []byte) (size, line int, ok bool) {
	line = bytes.IndexByte(b, '\n') + 1
	text, _, _ := strings.Cut(string(b[:min(line, 64)]), ";")
	n, err := strconv.ParseUint(strings.TrimSpace(text), 16, 31)
	return int(n), line, err == nil && line > 0
}

// head is a message's start line and header fields.
type head struct {
	request              bool
	method, target       string
	status               int
	start                string
	mediaType, coding    string
	length               int // Content-Length, -1 if there is none
	chunked              bool
	upgradeTo            string
	problem, contentSize string
}

func parseHead(b []byte) head {
	h := head{length: -1}
	start, rest, _ := bytes.Cut(b, []byte("\n"))
	h.start = strings.TrimRight(string(start), "\r")
	words := strings.SplitN(h.start, " ", 3)
	if h.request = !strings.HasPrefix(h.start, "HTTP/"); h.request {
		h.method = words[0]
		if len(words) > 1 {
			h.target = words[1]
		}
	} else if len(words) > 1 {
		h.status, _ = strconv.Atoi(words[1])
	}
	for line := range bytes.SplitSeq(rest, []byte("\n")) {
		name, value, _ := strings.Cut(strings.TrimRight(string(line), "\r"), ":")
		h.field(strings.ToLower(name), strings.TrimSpace(value))
	}
	return h
}

func (h *head) field(name, value string) {
	switch name {
	case "content-length":
		h.contentSize = value
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil {
			h.problem = "Content-Length is " + strconv.Quote(value) + ", should be a number"
			return
		}
		if h.length >= 0 && h.length != int(n) {
			h.problem = fmt.Sprintf("Content-Length is %d and %d", h.length, n)
		}
		h.length = int(n)
	case "transfer-encoding":
		h.chunked = h.chunked || strings.HasSuffix(strings.ToLower(value), "chunked")
	case "content-type":
		h.mediaType = value
	case "content-encoding":
		h.coding = value
	case "upgrade":
		h.upgradeTo = value
	}
}

// framing says how a message's body is delimited: RFC 9112 §6.3, in its order.
type framing struct {
	length           int // bytes of body that come with the head
	chunks, untilEnd bool
	tunnel           bool
}

func (h *HTTPReader) framing(m head) framing {
	method := m.method
	if !m.request && len(h.asked) > 0 {
		method = h.asked[0]
	}
	switch {
	case !m.request && (method == "HEAD" || m.status/100 == 1 || m.status == 204 || m.status == 304):
		return framing{}
	case !m.request && method == "CONNECT" && m.status/100 == 2:
		return framing{tunnel: true}
	case m.chunked:
		return framing{chunks: true}
	case m.length >= 0:
		return framing{length: m.length}
	case m.request:
		return framing{}
	}
	return framing{untilEnd: true}
}

// Read: see capture.MessageReader.
func (h *HTTPReader) Read(from int, b []byte, at, total int, complete bool) osi.Message {
	s := &h.sides[from]
	switch {
	case s.untilEnd || s.tunnel:
		return h.rest(s, b, at)
	case s.chunks:
		return h.chunk(s, b, at, total, complete)
	}
	n := headLength(b)
	headIsThere := n > 0
	if !headIsThere {
		n = len(b)
	}
	m := parseHead(b[:n])
	part := httpPart(at, max(total, len(b)))
	r := osi.Reader{Data: b, Base: at}
	httpHeadFields(&r, n, m)
	body := b[n:]
	if len(body) > 0 {
		f := r.Take(len(body), "http.file_data", "Body")
		f.Value = osi.Quote(body, 64)
		f.Note = fmt.Sprintf("%d bytes", max(total, len(b))-n)
	}
	part.Fields, part.Summary = r.Fields, osi.Quote([]byte(m.start), 120)
	if part.Problem = m.problem; !headIsThere && complete {
		part.Problem = "the header fields do not end"
	}
	msg := osi.Message{Dialogue: h.dialogue(m)}
	if m.mediaType != "" {
		kind, _, _ := strings.Cut(m.mediaType, ";")
		part.Summary += "  (" + strings.TrimSpace(kind) + ")"
	}
	msg.Parts = []osi.Part{part}
	f := h.framing(m)
	if len(body) > 0 {
		msg.Content, msg.ContentAt, msg.MediaType, msg.Coding = body, at+n, m.mediaType, m.coding
	}
	if complete {
		msg.Next = h.took(from, m, f)
	}
	return msg
}

// took notes that a message has come whole.
func (h *HTTPReader) took(from int, m head, f framing) (next string) {
	s := &h.sides[from]
	*s = httpSide{chunks: f.chunks, untilEnd: f.untilEnd, tunnel: f.tunnel, mediaType: m.mediaType, coding: m.coding}
	if f.tunnel {
		h.sides[1-from].tunnel = true
	}
	if m.request {
		h.requests++
		if len(h.asked) < 1000 {
			h.asked = append(h.asked, m.method)
		}
		return ""
	}
	if m.status == 101 {
		switch strings.ToLower(m.upgradeTo) {
		case "websocket":
			return "WebSocket"
		case "":
			return "the protocol it changed to"
		}
		return m.upgradeTo
	}
	if m.status/100 == 1 {
		return "" // RFC 9110 §15.2: the final answer is still to come.
	}
	h.answers++
	if len(h.asked) > 0 {
		h.asked = h.asked[1:]
	}
	return ""
}

func (h *HTTPReader) dialogue(m head) string {
	if m.request {
		return fmt.Sprintf("the client asks and waits for the answer; this is request %d on the connection", h.requests+1)
	}
	if m.status/100 == 1 {
		return fmt.Sprintf("an interim answer to request %d", h.answers+1)
	}
	return fmt.Sprintf("the server answers in the order of the requests; this is the answer to request %d", h.answers+1)
}

func httpPart(at, total int) osi.Part {
	return osi.Part{Layer: osi.Application, Protocol: "HTTP/1.1", PDU: "message", Spans: []osi.Span{{Offset: at, Length: total}}}
}
