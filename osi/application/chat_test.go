package application

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"
)

func TestChatGrammar(t *testing.T) {
	long := strings.Repeat("é", MaxChatText)
	for _, c := range []struct{ line, nick, text, want string }{
		{"ada: Hello\n", "ada", "Hello", ""},
		{"ada: Hello\r\n", "ada", "Hello", ""},
		{"ada: Hello", "ada", "Hello", ""},
		{"a-b_9: : x: y ", "a-b_9", ": x: y ", ""},
		{"ada: " + long, "ada", long, ""},
		{"ada: " + long + "é", "", "", "a text of 1 to 400 characters"},
		{"ada: ", "", "", "a text of 1 to 400 characters"},
		{"ada:Hello", "", "", `"nick: text"`},
		{"", "", "", `"nick: text"`},
		{": Hello", "", "", "a nick of 1 to 16 letters"},
		{"ada lovelace: Hello", "", "", "a nick of 1 to 16 letters"},
		{"abcdefghijklmnopq: Hello", "", "", "a nick of 1 to 16 letters"},
		{"ada: a\tb", "", "", "without control characters"},
		{"ada: a\nb\n", "", "", "without control characters"},
		{"ada: \xff", "", "", "text in UTF-8"},
	} {
		m, err := ParseChat(c.line)
		var why *ChatError
		switch {
		case c.want != "" && (!errors.As(err, &why) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%q: %v, want an error with %q", c.line, err, c.want)
		case c.want == "" && (err != nil || m != ChatMessage{c.nick, c.text}):
			t.Errorf("%q: %+v, %v", c.line, m, err)
		}
	}
}

// A stream knows no messages: however it is cut, the same lines come out.
func TestChatOverAnyCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []ChatMessage
		var wire bytes.Buffer
		for range rapid.IntRange(0, 5).Draw(t, "messages") {
			m := ChatMessage{rapid.StringMatching(`[a-z0-9_-]{1,16}`).Draw(t, "nick"), rapid.StringMatching(`[^\pC]{1,400}`).Draw(t, "text")}
			if err := WriteChat(&wire, m); err != nil {
				t.Fatal(err)
			}
			want = append(want, m)
		}
		in := io.Reader(&wire)
		if rapid.Bool().Draw(t, "byte by byte") {
			in = iotest.OneByteReader(in)
		}
		r := NewChatReader(in)
		for i, w := range want {
			if got, err := r.Next(); err != nil || got != w {
				t.Fatalf("message %d: %+v (%v), want %+v", i, got, err, w)
			}
		}
		if _, err := r.Next(); !errors.Is(err, io.EOF) {
			t.Fatalf("after the last one: %v", err)
		}
	})
}

func TestChatReaderErrors(t *testing.T) {
	r := NewChatReader(strings.NewReader("no colon\nada: go on\nada: cut"))
	var why *ChatError
	if _, err := r.Next(); !errors.As(err, &why) {
		t.Errorf("a line without a nick: %v", err)
	}
	if m, err := r.Next(); err != nil || m.Text != "go on" {
		t.Errorf("the line after it: %v, %v", m, err)
	}
	if _, err := r.Next(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a line without an end: %v", err)
	}
	if _, err := NewChatReader(strings.NewReader(strings.Repeat("x", 1<<20))).Next(); !errors.As(err, &why) || !strings.Contains(err.Error(), "a line of at most") {
		t.Errorf("a line without an end, a megabyte long: %v", err)
	}
	if err := WriteChat(io.Discard, ChatMessage{"ada", "two\nlines"}); !errors.As(err, &why) {
		t.Errorf("a text of two lines was sent: %v", err)
	}
}

func FuzzChat(f *testing.F) {
	f.Add([]byte("ada: Hello\nbob: é\r\nbroken\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := NewChatReader(bytes.NewReader(b))
		for {
			m, err := r.Next()
			var why *ChatError
			if errors.As(err, &why) && !strings.Contains(why.Want, "a line of at most") {
				continue
			}
			if err != nil {
				return
			}
			line, err := m.Encode()
			if err != nil {
				t.Fatalf("%+v was read and cannot be sent: %v", m, err)
			}
			if again, err := ParseChat(string(line)); err != nil || again != m {
				t.Fatalf("%+v came back as %+v (%v)", m, again, err)
			}
		}
	})
}

func TestEcho(t *testing.T) {
	client, server := net.Pipe()
	done := make(chan error, 1)
	go func() { done <- Echo(server) }()
	for _, say := range []string{"Hello", strings.Repeat("x", 10_000)} {
		go client.Write([]byte(say)) //nolint:errcheck // what is missing is not echoed
		got := make([]byte, len(say))
		if _, err := io.ReadFull(client, got); err != nil || string(got) != say {
			t.Fatalf("%.20q came back as %.20q (%v)", say, got, err)
		}
	}
	if err := errors.Join(client.Close(), <-done); err != nil {
		t.Error(err)
	}
}

func TestEchoPackets(t *testing.T) {
	server, client := listen(t), listen(t)
	done := make(chan error, 1)
	go func() { done <- EchoPackets(server) }()
	for _, say := range []string{"Hello", ""} {
		if _, err := client.WriteTo([]byte(say), server.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 100)
		if n, _, err := client.ReadFrom(buf); err != nil || string(buf[:n]) != say {
			t.Fatalf("%q came back as %q (%v)", say, buf[:n], err)
		}
	}
	server.Close()
	if err := <-done; err != nil {
		t.Errorf("after the connection was closed: %v", err)
	}
}

// listen opens a UDP socket of the machine, which closes with the test.
func listen(t *testing.T) net.PacketConn {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}
