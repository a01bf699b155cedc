package application

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
)

// responseWriter collects a handler's answer and sends it in one write, when
// its length is known.
type responseWriter struct {
	*exchange
	header http.Header
	status int // 0 until the handler says
	body   bytes.Buffer
	taken  bool // the handler took the connection over
}

// Header is the answer's header, to be filled before the first byte of the
// body.
func (w *responseWriter) Header() http.Header { return w.header }

// WriteHeader sets the status; only the first call counts. Answers to wait on
// (1xx) are left out: nobody would wait for the rest here.
func (w *responseWriter) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
}

func (w *responseWriter) Write(p []byte) (int, error) {
	if w.taken {
		return 0, http.ErrHijacked
	}
	w.WriteHeader(http.StatusOK)
	if !bodyAllowed(w.status) {
		return 0, http.ErrBodyNotAllowed
	}
	return w.body.Write(p)
}

// bodyAllowed: RFC 9110 §6.4.1.
func bodyAllowed(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}

// Hijack gives the connection to the handler, for another protocol (RFC 9110
// §7.8), with whatever of it has been read already. The handler closes it.
func (w *responseWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if w.taken || w.status != 0 {
		return nil, nil, errors.New("application: HTTP: expected Hijack before anything is written, and once")
	}
	w.taken = true
	w.meter.left = -1
	return w.conn, bufio.NewReadWriter(w.in, bufio.NewWriter(w.conn)), nil
}

// finish sends the answer. The lines of its header are in alphabetical order,
// after those that frame it.
func (w *responseWriter) finish(req *http.Request, last bool) error {
	w.WriteHeader(http.StatusOK)
	resp := &http.Response{
		StatusCode: w.status, ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Request: req, Close: last,
		ContentLength: int64(w.body.Len()), Body: http.NoBody,
	}
	if w.body.Len() > 0 {
		resp.Body = io.NopCloser(&w.body)
		if _, set := w.header["Content-Type"]; !set {
			w.header.Set("Content-Type", http.DetectContentType(w.body.Bytes()))
		}
	}
	if _, set := w.header["Date"]; !set && w.server.Now != nil {
		w.header.Set("Date", w.server.Now().UTC().Format(http.TimeFormat))
	}
	var out bytes.Buffer
	if err := resp.Write(&out); err != nil {
		return err
	}
	_, err := w.conn.Write(out.Bytes())
	return err
}
