package application

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
)

// recorder keeps what one side writes, write by write.
type recorder struct {
	net.Conn
	writes []string
}

func (r *recorder) Write(p []byte) (int, error) {
	r.writes = append(r.writes, string(p))
	return r.Conn.Write(p)
}

// handler answers with what it was asked.
var handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch r.URL.Path {
	case "/nothing":
		w.WriteHeader(http.StatusNoContent)
	case "/json":
		w.Header().Set("X-Zebra", "z")
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Accept-Ranges", "none")
		fmt.Fprint(w, `{"you":"said"}`)
	default:
		fmt.Fprintf(w, "%s %s %q", r.Method, r.URL.Path, body)
	}
})

// converse serves a pipe and returns the client's end and how serving ended.
func converse(s *HTTPServer) (client, server *recorder, done chan error) {
	left, right := net.Pipe()
	client, server, done = &recorder{Conn: left}, &recorder{Conn: right}, make(chan error, 1)
	go func() { done <- s.Serve(server) }()
	return client, server, done
}

func request(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Every byte of an exchange, kept alive, on a standing clock.
func TestHTTPExchange(t *testing.T) {
	conn, server, done := converse(&HTTPServer{Handler: handler, Now: func() time.Time { return sim.Epoch }})
	c := NewHTTPClient(conn)
	for _, r := range []*http.Request{
		request(t, "GET", "http://server.lab/hello", ""),
		request(t, "POST", "http://server.lab/say", "Hello"),
		request(t, "HEAD", "http://server.lab/json", ""),
		request(t, "GET", "http://server.lab/nothing", ""),
	} {
		r.Header.Set("X-B", "2")
		r.Header.Set("Accept", "*/*")
		if _, err := c.Do(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(conn.Close(), <-done); err != nil {
		t.Fatal(err)
	}
	const date = "Date: Sat, 01 Jan 2000 00:00:00 GMT\r\n"
	want := []string{
		"GET /hello HTTP/1.1\r\nHost: server.lab\r\nUser-Agent: packetwalk\r\nAccept: */*\r\nX-B: 2\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 13\r\nContent-Type: text/plain; charset=utf-8\r\n" + date + "\r\nGET /hello \"\"",
		"POST /say HTTP/1.1\r\nHost: server.lab\r\nUser-Agent: packetwalk\r\nContent-Length: 5\r\nAccept: */*\r\nX-B: 2\r\n\r\nHello",
		"HTTP/1.1 200 OK\r\nContent-Length: 17\r\nContent-Type: text/plain; charset=utf-8\r\n" + date + "\r\nPOST /say \"Hello\"",
		"HEAD /json HTTP/1.1\r\nHost: server.lab\r\nUser-Agent: packetwalk\r\nAccept: */*\r\nX-B: 2\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 14\r\nAccept-Ranges: none\r\nContent-Type: application/json\r\n" + date + "X-Zebra: z\r\n\r\n",
		"GET /nothing HTTP/1.1\r\nHost: server.lab\r\nUser-Agent: packetwalk\r\nAccept: */*\r\nX-B: 2\r\n\r\n",
		"HTTP/1.1 204 No Content\r\n" + date + "\r\n",
	}
	for i, w := range want {
		side := [][]string{conn.writes, server.writes}[i%2]
		if len(side) <= i/2 || side[i/2] != w {
			t.Errorf("write %d:\n%q\nwant\n%q", i/2+1, side, w)
		}
	}
}

func TestHTTPClientReadsAnswers(t *testing.T) {
	conn, _, done := converse(&HTTPServer{Handler: handler, Limits: HTTPLimits{Requests: 2}})
	c := NewHTTPClient(conn)
	for i := range 2 {
		resp, err := c.Do(request(t, "GET", "http://server.lab/json", ""))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || string(body) != `{"you":"said"}` || resp.StatusCode != 200 || resp.Close != (i == 1) {
			t.Errorf("answer %d: %d %q (%v), close: %v", i+1, resp.StatusCode, body, err, resp.Close)
		}
	}
	if _, err := c.Do(request(t, "GET", "http://server.lab/", "")); !errors.Is(err, ErrNotPersistent) {
		t.Errorf("a third request: %v, want ErrNotPersistent", err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// raw sends bytes to a server and returns all that it answers.
func raw(t *testing.T, s *HTTPServer, bytes string) (answer string, served error) {
	t.Helper()
	conn, _, done := converse(s)
	go func() {
		io.WriteString(conn, bytes) //nolint:errcheck // a refused request is not read to its end
		if !strings.HasSuffix(bytes, "\n") {
			conn.Close()
		}
	}()
	all, _ := io.ReadAll(conn)
	conn.Close()
	return string(all), <-done
}

func TestHTTPServerRefuses(t *testing.T) {
	limits := HTTPLimits{Header: 200, Body: 10}
	for _, c := range []struct {
		name, request, status string
		err                   error
	}{
		{"no HTTP", "HELO there\r\n\r\n", "400 Bad Request", nil},
		// RFC 9112 §3.2: a request without Host is answered with 400.
		{"no Host", "GET / HTTP/1.1\r\n\r\n", "400 Bad Request", nil},
		{"a bad length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400 Bad Request", nil},
		// RFC 9112 §6.3: two lengths that differ are an unrecoverable error.
		{"two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400 Bad Request", nil},
		{"a bad chunk", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400 Bad Request", nil},
		{"a long header", "GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("y", 300) + "\r\n\r\n", "431 Request Header Fields Too Large", ErrHeaderTooLong},
		{"a long body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n01234567890\n", "413 Request Entity Too Large", ErrBodyTooLong},
		{"a long body in chunks", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n", "413 Request Entity Too Large", ErrBodyTooLong},
		{"a long body, announced", "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n", "413 Request Entity Too Large", ErrBodyTooLong},
		{"an unknown expectation", "POST / HTTP/1.1\r\nHost: x\r\nExpect: cake\r\n\r\n", "417 Expectation Failed", nil},
	} {
		got, err := raw(t, &HTTPServer{Handler: handler, Limits: limits}, c.request)
		if !strings.HasPrefix(got, "HTTP/1.1 "+c.status+"\r\nConnection: close\r\n") {
			t.Errorf("%s: answered with %q, want %s and an end", c.name, got, c.status)
		}
		var status *statusError
		if !errors.As(err, &status) || c.err != nil && !errors.Is(err, c.err) {
			t.Errorf("%s: served with %v, want %v", c.name, err, c.err)
		}
	}
}

func TestHTTPServerEnds(t *testing.T) {
	for _, c := range []struct {
		name, request, ends string
		err                 error
	}{
		{"closed before a request", "", "", nil},
		{"closed within a header", "GET / HT", "", io.ErrUnexpectedEOF},
		{"closed within a body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nHel", "", io.ErrUnexpectedEOF},
		{"asked to close", "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "Connection: close\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGET / \"\"", nil},
		{"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "Connection: close\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGET / \"\"", nil},
	} {
		got, err := raw(t, &HTTPServer{Handler: handler}, c.request)
		if !errors.Is(err, c.err) || c.err == nil && err != nil || c.ends == "" && got != "" || !strings.HasSuffix(strings.Replace(got, "Content-Length: 8\r\n", "", 1), c.ends) {
			t.Errorf("%s: %q, %v; want %q, %v", c.name, got, err, c.ends, c.err)
		}
	}
}

// RFC 9110 §10.1.1: the server answers 100 before the body comes.
func TestExpectContinue(t *testing.T) {
	conn, _, done := converse(&HTTPServer{Handler: handler})
	if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 100)
	if n, err := conn.Read(buf); err != nil || string(buf[:n]) != "HTTP/1.1 100 Continue\r\n\r\n" {
		t.Fatalf("%q, %v", buf[:n], err)
	}
	go io.WriteString(conn, "Hi") //nolint:errcheck // the answer would not come
	if n, err := conn.Read(buf); err != nil || !strings.HasPrefix(string(buf[:n]), "HTTP/1.1 200 OK") {
		t.Fatalf("%q, %v", buf[:n], err)
	}
	if err := errors.Join(conn.Close(), <-done); err != nil {
		t.Error(err)
	}
}

// A handler can take the connection over, as WebSocket does, and the client
// gets it after 101.
func TestUpgrade(t *testing.T) {
	upgrade := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, err = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: shout\r\nConnection: Upgrade\r\n\r\nWELCOME")
		line, failed := rw.ReadString('\n')
		_, last := io.WriteString(conn, strings.ToUpper(line))
		if err := errors.Join(err, failed, last); err != nil {
			t.Error(err)
		}
	})
	client, server, done := converse(&HTTPServer{Handler: upgrade})
	c := NewHTTPClient(client)
	resp, err := c.Do(request(t, "GET", "http://x/", ""))
	if err != nil || resp.StatusCode != 101 {
		t.Fatal(resp, err)
	}
	conn, in := c.Hijack()
	go io.WriteString(conn, "hello\n") //nolint:errcheck // it would not be shouted
	got := make([]byte, len("WELCOMEHELLO\n"))
	if _, err := io.ReadFull(in, got); err != nil || string(got) != "WELCOMEHELLO\n" {
		t.Errorf("%q, %v", got, err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := server.SetDeadline(time.Time{}); err != nil {
		t.Errorf("the server closed a connection that a handler took over: %v", err)
	}
}

func TestHTTPClientRefuses(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		limits       HTTPLimits
		want         error
	}{
		{"a long header", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", 300) + "\r\n\r\n", HTTPLimits{Header: 200}, ErrHeaderTooLong},
		{"a long body", "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890", HTTPLimits{Body: 10}, ErrBodyTooLong},
		{"a body cut short", "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n012", HTTPLimits{}, io.ErrUnexpectedEOF},
		{"no answer", "", HTTPLimits{}, io.ErrUnexpectedEOF},
	} {
		left, right := net.Pipe()
		go func() {
			http.ReadRequest(bufio.NewReader(right)) //nolint:errcheck // only to let the client write
			io.WriteString(right, c.answer)          //nolint:errcheck // what is too long is not read
			right.Close()
		}()
		client := NewHTTPClient(left)
		client.Limits = c.limits
		if _, err := client.Do(request(t, "GET", "http://x/", "")); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		left.Close()
	}
}
