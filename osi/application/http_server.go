package application

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// HTTPServer answers requests. Unlike http.Server it starts no goroutine: one
// call of Serve is one connection, so a program serves several connections
// with a sibling program for each.
type HTTPServer struct {
	Handler http.Handler
	// Now is the clock of the Date header. Without a clock there is none
	// (RFC 9110 §6.6.1).
	Now    func() time.Time
	Limits HTTPLimits
}

// Serve answers requests on a connection with a handler and default limits.
func Serve(conn net.Conn, h http.Handler) error {
	return (&HTTPServer{Handler: h}).Serve(conn)
}

// exchange is what a connection is in the middle of.
type exchange struct {
	server *HTTPServer
	conn   net.Conn
	meter  meter
	in     *bufio.Reader
	served int
}

// Serve answers requests, one after another, until the client closes the
// connection, which is no error, or one of them ends it. It closes the
// connection unless a handler took it over.
//
// Simplified: the body is read before the handler runs, so a handler cannot
// answer while a body is still coming.
func (s *HTTPServer) Serve(conn net.Conn) (err error) {
	x := &exchange{server: s, conn: conn, meter: meter{r: conn}}
	x.in = bufio.NewReader(&x.meter)
	taken := false
	defer func() {
		if !taken {
			err = errors.Join(err, conn.Close())
		}
	}()
	for {
		req, err := x.receive()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return x.refuse(err)
		}
		last := x.lastAfter(req)
		w := &responseWriter{exchange: x, header: http.Header{}}
		s.Handler.ServeHTTP(w, req)
		if taken = w.taken; taken {
			return nil
		}
		if err := w.finish(req, last); err != nil || last {
			return err
		}
	}
}

// lastAfter says whether the connection ends with the answer to this request
// (RFC 9112 §9.3).
func (x *exchange) lastAfter(req *http.Request) bool {
	x.served++
	limit := x.server.Limits.Requests
	return req.Close || !req.ProtoAtLeast(1, 1) || limit > 0 && x.served >= limit
}

// statusError is a request that is answered with an error.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string {
	return fmt.Sprintf("application: HTTP: request refused with %d: %v", e.status, e.err)
}

func (e *statusError) Unwrap() error { return e.err }

// receive reads a request and its body. io.EOF means that the client closed
// the connection between requests.
func (x *exchange) receive() (*http.Request, error) {
	x.meter.left = x.server.Limits.header()
	if _, err := x.in.Peek(1); err != nil {
		return nil, err
	}
	req, err := http.ReadRequest(x.in)
	switch {
	case errors.Is(x.meter.err, ErrHeaderTooLong):
		return nil, &statusError{http.StatusRequestHeaderFieldsTooLarge, ErrHeaderTooLong}
	case x.meter.err != nil:
		return nil, x.meter.err
	case err != nil && x.meter.ended:
		return nil, io.ErrUnexpectedEOF
	case err != nil:
		return nil, &statusError{http.StatusBadRequest, err}
	}
	x.meter.left = -1
	req.RemoteAddr = x.conn.RemoteAddr().String()
	// RFC 9112 §3.2: a server MUST respond with 400 to a request of HTTP/1.1
	// that lacks a Host header field.
	if req.ProtoAtLeast(1, 1) && req.Host == "" {
		return nil, &statusError{http.StatusBadRequest, errors.New("expected a Host header, found none")}
	}
	return req, x.receiveBody(req)
}

func (x *exchange) receiveBody(req *http.Request) error {
	if expect := req.Header.Get("Expect"); expect != "" && req.ProtoAtLeast(1, 1) {
		if !strings.EqualFold(expect, "100-continue") {
			return &statusError{http.StatusExpectationFailed, fmt.Errorf("expected 100-continue in Expect, found %.40q", expect)}
		}
		if req.ContentLength > int64(x.server.Limits.body()) {
			return &statusError{http.StatusRequestEntityTooLarge, ErrBodyTooLong}
		}
		// RFC 9110 §10.1.1: the client waits for this before it sends the body.
		if _, err := io.WriteString(x.conn, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return err
		}
	}
	body, err := readBody(req.Body, x.server.Limits.body())
	switch {
	case errors.Is(err, ErrBodyTooLong):
		return &statusError{http.StatusRequestEntityTooLarge, err}
	case x.meter.err != nil:
		return x.meter.err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case err != nil:
		return &statusError{http.StatusBadRequest, err}
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// refuse tells the client what was wrong with its request, if anything was.
func (x *exchange) refuse(err error) error {
	var status *statusError
	if !errors.As(err, &status) {
		return err
	}
	w := &responseWriter{exchange: x, header: http.Header{}}
	http.Error(w, fmt.Sprintf("%d %s", status.status, http.StatusText(status.status)), status.status)
	return errors.Join(err, w.finish(&http.Request{Method: http.MethodGet}, true))
}
