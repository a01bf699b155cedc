package application

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// HTTPLimits bound what a peer can make us read. A limit of 0 is the default.
type HTTPLimits struct {
	Header   int // bytes of a request or status line with its header; 64 KiB
	Body     int // bytes of a body, as sent (not decompressed); 1 MiB
	Requests int // requests on one connection; 0 is no limit
}

func (l HTTPLimits) header() int { return limitOr(l.Header, 64<<10) }
func (l HTTPLimits) body() int   { return limitOr(l.Body, 1<<20) }

func limitOr(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// Errors of HTTP.
var (
	ErrHeaderTooLong = errors.New("application: HTTP: the header is longer than the limit")
	ErrBodyTooLong   = errors.New("application: HTTP: the body is longer than the limit")
	// ErrNotPersistent: the last answer said that the connection ends with it
	// (RFC 9112 §9.6).
	ErrNotPersistent = errors.New("application: HTTP: the server closed this connection with its last answer: dial again")
)

// meter lets only so many bytes of a header through.
type meter struct {
	r    io.Reader
	left int // bytes; below 0 for no limit
	err  error
	// ended says that more was wanted than the peer had sent before it closed.
	ended bool
}

func (m *meter) Read(p []byte) (int, error) {
	if m.left == 0 {
		m.err = ErrHeaderTooLong
		return 0, m.err
	}
	if m.left > 0 {
		p = p[:min(len(p), m.left)]
	}
	n, err := m.r.Read(p)
	if m.left > 0 {
		m.left -= n
	}
	if err == io.EOF {
		m.ended = true
	} else if err != nil {
		m.err = err
	}
	return n, err
}

// HTTPClient asks over one connection, one request after another. It starts
// no goroutine, sets no deadline and adds no header that a clock or chance
// would change: equal requests are equal bytes.
type HTTPClient struct {
	Limits HTTPLimits
	conn   net.Conn
	meter  meter
	in     *bufio.Reader
	closed bool
}

// NewHTTPClient makes a client on a connection, which stays the caller's to
// close.
func NewHTTPClient(conn net.Conn) *HTTPClient {
	c := &HTTPClient{conn: conn, meter: meter{r: conn}}
	c.in = bufio.NewReader(&c.meter)
	return c
}

// Do asks once over a connection.
func Do(conn net.Conn, req *http.Request) (*http.Response, error) {
	return NewHTTPClient(conn).Do(req)
}

// Do sends a request in one write and waits for the answer to it, whose body
// has then been read. Answers to wait on (RFC 9110 §15.2: 1xx) are passed
// over, except 101. A User-Agent is added if there is none.
func (c *HTTPClient) Do(req *http.Request) (*http.Response, error) {
	if c.closed {
		return nil, ErrNotPersistent
	}
	out, err := encodeRequest(req)
	if err != nil {
		return nil, err
	}
	if _, err := c.conn.Write(out); err != nil {
		return nil, err
	}
	for {
		resp, err := c.receive(req)
		if err != nil {
			c.closed = true
			return nil, err
		}
		if resp.StatusCode == http.StatusSwitchingProtocols || resp.StatusCode >= 200 {
			c.closed = resp.Close
			return resp, nil
		}
	}
}

// encodeRequest is the request as it travels. The body is read first: then its
// length is known, and the standard library need not probe for it.
func encodeRequest(req *http.Request) ([]byte, error) {
	r := req.Clone(req.Context())
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if _, set := r.Header["User-Agent"]; !set {
		r.Header.Set("User-Agent", "packetwalk")
	}
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, fmt.Errorf("application: HTTP: reading the request's body: %w", err)
		}
	}
	r.ContentLength, r.Body = int64(len(body)), http.NoBody
	if len(body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	var out bytes.Buffer
	if err := r.Write(&out); err != nil {
		return nil, fmt.Errorf("application: HTTP: %w", err)
	}
	return out.Bytes(), nil
}

// receive reads one answer and its body.
func (c *HTTPClient) receive(req *http.Request) (*http.Response, error) {
	c.meter.left = c.Limits.header()
	resp, err := http.ReadResponse(c.in, req)
	if err != nil {
		if c.meter.err != nil {
			err = c.meter.err
		}
		return nil, fmt.Errorf("application: HTTP: reading the answer: %w", err)
	}
	c.meter.left = -1
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return resp, nil
	}
	body, err := readBody(resp.Body, c.Limits.body())
	if err != nil {
		return nil, fmt.Errorf("application: HTTP: reading the answer's body: %w", err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

func readBody(r io.Reader, limit int) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if len(body) > limit {
		return nil, ErrBodyTooLong
	}
	return body, err
}

// Hijack gives the connection to another protocol, after the answer 101, with
// whatever of it has been read already.
func (c *HTTPClient) Hijack() (net.Conn, *bufio.Reader) {
	c.closed, c.meter.left = true, -1
	return c.conn, c.in
}
