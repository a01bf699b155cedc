package application

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/osi"
)

// httpHeadFields names the start line and each header field of the first n
// bytes, and the empty line behind them.
func httpHeadFields(r *osi.Reader, n int, m head) {
	whole := r.Data
	r.Data = whole[:n]
	defer func() { r.Data = whole }()
	startLine(r, m)
	for r.Left() > 0 {
		rest := r.Data[r.Pos:]
		n := bytes.IndexByte(rest, '\n') + 1
		if n == 0 {
			n = len(rest)
		}
		line := strings.TrimRight(string(rest[:n]), "\r\n")
		if line == "" {
			r.Text(n, "http.end", "End of the header fields")
			continue
		}
		name, value, found := strings.Cut(line, ":")
		key := "http.header"
		if known := strings.ToLower(name); found && wiresharkKnows(known) {
			key = "http." + strings.ReplaceAll(known, "-", "_")
		}
		f := r.Text(n, key, name)
		f.Value = osi.Quote([]byte(strings.TrimSpace(value)), 256)
		switch {
		case !found:
			f.Name, f.Value, f.Problem = "Header field", osi.Quote([]byte(line), 256), "a header field without a colon"
		case strings.HasSuffix(name, " "):
			f.Problem = "white space in front of the colon" // RFC 9112 §5.1
		case strings.EqualFold(name, "content-length"):
			f.Problem = m.problem
			f.Number = uint64(max(m.length, 0))
		}
	}
}

// startLine names the words of a request line or status line (RFC 9112 §3,
// §4).
func startLine(r *osi.Reader, m head) {
	end := bytes.IndexByte(r.Data, '\n') + 1
	if end == 0 {
		end = len(r.Data)
	}
	words := [3][2]string{{"http.request.method", "Method"}, {"http.request.uri", "Target"}, {"http.request.version", "Version"}}
	if !m.request {
		words = [3][2]string{{"http.response.version", "Version"}, {"http.response.code", "Status Code"}, {"http.response.phrase", "Reason"}}
	}
	line := r.Data[:end]
	for i, w := range words {
		n := bytes.IndexByte(line, ' ') + 1
		if n == 0 || i == 2 {
			n = len(line)
		}
		if n == 0 {
			return
		}
		f := r.Text(n, w[0], w[1])
		f.Value = strings.TrimSpace(f.Value)
		f.Value = strings.TrimSuffix(strings.TrimSuffix(f.Value, `\n`), `\r`)
		if w[0] == "http.response.code" {
			f.Number = uint64(max(m.status, 0))
		}
		line = line[n:]
	}
}

func wiresharkKnows(name string) bool {
	switch name {
	case "host", "user-agent", "accept", "connection", "server", "date", "location", "cookie", "referer", "upgrade",
		"content-type", "content-length", "content-encoding", "transfer-encoding", "cache-control", "accept-encoding",
		"sec-websocket-key", "sec-websocket-accept", "sec-websocket-version", "sec-websocket-protocol", "sec-websocket-extensions":
		return true
	}
	return false
}

// chunk names a chunk of a body in the chunked coding; the last one tells what
// all of them carried.
func (h *HTTPReader) chunk(s *httpSide, b []byte, at, total int, complete bool) osi.Message {
	part := httpPart(at, max(total, len(b)))
	r := osi.Reader{Data: b, Base: at}
	size, line, _ := chunkSize(b)
	msg := osi.Message{}
	f := r.Text(max(line, 1), "http.chunk_size", "Chunk Size")
	f.Value, f.Number = fmt.Sprintf("%d bytes", size), uint64(size)
	if size > 0 {
		data := b[min(line, len(b)):min(line+size, len(b))]
		if len(data) > 0 {
			r.Take(len(data), "http.chunk_data", "Chunk Data").Value = osi.Quote(data, 64)
		}
		part.Summary = fmt.Sprintf("chunk %d, %d bytes", s.count+1, size)
		if complete {
			s.count++
			s.bodyLen += size
			s.body = append(s.body, data[:min(len(data), keptBody-len(s.body))]...)
		}
	} else {
		part.Summary = fmt.Sprintf("the last chunk: %d bytes of body came in %d", s.bodyLen, s.count)
		if len(s.body) == s.bodyLen {
			msg.Content, msg.ContentAt, msg.MediaType, msg.Coding = s.body, at-s.bodyLen, s.mediaType, s.coding
		}
		if complete {
			*s = httpSide{}
		}
	}
	if n := r.Left(); n > 0 {
		f := r.Text(n, "http.chunk_end", "End of chunk")
		if size > 0 && len(b) == total && f.Value != `\r\n` {
			f.Problem = "a chunk ends with CR LF"
			part.Problem = f.Problem
		}
	}
	part.Fields = r.Fields
	msg.Parts = []osi.Part{part}
	return msg
}

// rest names bytes of a body that lasts until the connection closes, or of a
// tunnel.
func (h *HTTPReader) rest(s *httpSide, b []byte, at int) osi.Message {
	part := httpPart(at, len(b))
	r := osi.Reader{Data: b, Base: at}
	part.Summary = fmt.Sprintf("%d bytes of a body that lasts until the connection closes", len(b))
	if s.tunnel {
		part.Summary = fmt.Sprintf("%d bytes through the tunnel", len(b))
	}
	r.Take(len(b), "http.file_data", "Body").Value = osi.Quote(b, 64)
	part.Fields = r.Fields
	return osi.Message{Parts: []osi.Part{part}, Content: b, ContentAt: at, MediaType: s.mediaType, Coding: s.coding}
}
