package application

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The standard library's own client and server are the judges.
func TestHTTPAgainstNetHTTP(t *testing.T) {
	theirs := httptest.NewServer(handler)
	defer theirs.Close()
	conn, err := net.Dial("tcp", theirs.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	resp, err := Do(conn, request(t, "POST", theirs.URL+"/say", "Hello"))
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(resp.Body); string(body) != `POST /say "Hello"` {
		t.Errorf("their server answers %q", body)
	}

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err == nil {
			err = Serve(conn, handler)
		}
		done <- err
	}()
	client := &http.Client{Transport: &http.Transport{}}
	for range 2 { // the second on the same connection: only one is accepted
		got, err := client.Post("http://"+l.Addr().String()+"/say", "text/plain", strings.NewReader("Hello"))
		if err != nil {
			t.Fatal(err)
		}
		var body bytes.Buffer
		body.ReadFrom(got.Body) //nolint:errcheck // compared below
		got.Body.Close()
		if body.String() != `POST /say "Hello"` {
			t.Errorf("their client reads %q", body.String())
		}
	}
	client.CloseIdleConnections()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Whatever comes, serving ends, and every answer is HTTP.
func FuzzHTTPServer(f *testing.F) {
	f.Add("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	f.Add("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\nGET /b HTTP/1.0\r\n\r\n")
	f.Add("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc")
	f.Fuzz(func(t *testing.T, in string) {
		conn := &script{in: strings.NewReader(in)}
		(&HTTPServer{Handler: handler, Limits: HTTPLimits{Header: 1000, Body: 100}}).Serve(conn) //nolint:errcheck // only that it ends
		if out := conn.out.String(); out != "" && !strings.HasPrefix(out, "HTTP/1.1 ") {
			t.Fatalf("%q was answered with %q", in, out)
		}
		if !conn.closed {
			t.Fatal("the connection was left open")
		}
	})
}

// script is a connection on which the peer has said all it will say.
type script struct {
	net.Conn
	in     *strings.Reader
	out    strings.Builder
	closed bool
}

func (s *script) Read(p []byte) (int, error)  { return s.in.Read(p) }
func (s *script) Write(p []byte) (int, error) { return s.out.Write(p) }
func (s *script) Close() error                { s.closed = true; return nil }
func (s *script) RemoteAddr() net.Addr        { return &net.TCPAddr{} }
